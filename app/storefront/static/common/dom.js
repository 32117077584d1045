// Elements from data. Text only ever becomes text nodes: nothing here parses markup.

const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "open", "href", "src", "alt", "type", "htmlFor", "tabIndex"]);

/** `h("p", {class: "price", on: {click}}, "19.90 €", child)`; null, false and empty children are left out. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) apply(element, name, value);
  element.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return element;
}

function apply(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "class") element.className = value;
  else if (name === "on") for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
  else if (name === "style") for (const [key, entry] of Object.entries(value)) element.style.setProperty(key, entry);
  else if (PROPERTIES.has(name)) element[name] = value;
  else element.setAttribute(name, value === true ? "" : value);
}

/** The one element that `selector` names; a page without it is a fault, not a case. */
export function $(selector, root = document) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`The page has no ${selector}`);
  return found;
}
