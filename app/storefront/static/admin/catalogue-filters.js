// What narrows the catalogue: words, kind, brand, colour, stock; and the problems with how many items have each.

import { h } from "../common/dom.js";
import { number } from "./format.js";
import { t } from "./i18n.js";
import { choice } from "./parts.js";

const FACETS = ["kind", "brand", "colour"];
const PROBLEMS = ["no_picture", "not_indexed", "no_kind", "not_worn", "no_price", "inferred"];

/** `{view, offer(facets), show(query)}`; `narrow(name, value)` is called for each change, until `signal` aborts. */
export function filterBar(query, narrow, signal) {
  const search = h("input", { type: "search", id: "search", placeholder: t("searchHint"), "aria-label": t("search"), value: query.get("q") ?? "", autocomplete: "off", spellcheck: "false", on: { input: () => narrow("q", search.value.trim()) } });
  const selects = Object.fromEntries(FACETS.map((name) => [name, select(name, narrow)]));
  const stock = select("stock", narrow);
  fill(stock, "stock", ["in_stock", "out_of_stock"].map((value) => ({ value, label: t(value) })), query.get("stock"));
  const view = h("form", { class: "filter-bar", role: "search", on: { submit: (event) => event.preventDefault() } }, search, Object.values(selects), stock);
  addEventListener("keydown", jump, { signal });

  function jump(event) {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.target.closest("input, textarea, select, dialog")) {
      event.preventDefault();
      search.select();
    }
  }

  function show(now) {
    if (document.activeElement !== search) search.value = now.get("q") ?? "";
    for (const [name, control] of [...Object.entries(selects), ["stock", stock]]) control.value = now.get(name) ?? "";
  }

  function offer(facets) {
    for (const [name, control] of Object.entries(selects)) fill(control, name, facets?.[name] ?? [], control.value || query.get(name));
  }
  return { view, offer, show };
}

function select(name, narrow) {
  const control = h("select", { "aria-label": t(`filter_${name}`), "data-filter": name });
  control.addEventListener("change", () => narrow(name, control.value));
  return control;
}

/** The chosen value stays an option, whether or not anything still has it. */
function fill(control, name, values, chosen) {
  const known = values.some(({ value }) => value === chosen);
  const kept = chosen && !known ? [{ value: chosen, label: chosen }] : [];
  control.replaceChildren(choice("", t(`filter_${name}`), chosen ?? ""), ...[...kept, ...values].map(({ value, label, count }) =>
    choice(value, count === undefined ? label : `${label} (${number(count)})`, chosen)));
}

/** Buttons of which at most one is pressed: everything, or what has one problem. */
export function problemBar(page, query, narrow) {
  const chosen = query.get("problem") ?? "";
  const button = (name, count) => h("button", { type: "button", class: count ? "tab" : "tab none", "aria-pressed": String(chosen === name), "data-problem": name, title: name && t(`problem_${name}_hint`), on: { click: () => narrow("problem", name) } },
    name ? t(`problem_${name}`) : t("everything"), count !== null && h("span", { class: "count" }, " ", number(count)));
  return h("div", { class: "tabs", role: "group", "aria-label": t("problems") }, button("", null), PROBLEMS.map((name) => button(name, page.problems[name])));
}
