// Small pieces that all screens are made of.

import { $, h } from "../common/dom.js";
import { t } from "./i18n.js";

/** A screen's heading, with what can be done there to its right. */
export const heading = (title, ...actions) => h("header", { class: "heading" }, h("h1", {}, title), h("div", { class: "actions" }, actions));

export const badge = (look, text) => h("span", { class: `badge ${look}` }, text);

export const empty = (title, ...hints) => h("div", { class: "empty" }, h("p", { class: "big" }, title), hints.map((hint) => (typeof hint === "string" ? h("p", {}, hint) : hint)));

/** A table of `columns` [[look, heading]] and `rows` of cells; headings that are empty are for pictures and buttons. */
export function table(caption, columns, rows, look = "") {
  return h("div", { class: "scroll" }, h("table", { class: look },
    h("caption", { class: "unseen" }, caption),
    h("thead", {}, h("tr", {}, columns.map(([name, title]) => h("th", { class: `c-${name}`, scope: "col" }, title)))),
    h("tbody", {}, rows)));
}

/** A cell of the column `name`. */
export const cell = (name, ...content) => h("td", { class: `c-${name}` }, content);

/** Pairs of name and value; pairs without a value are left out. */
export const facts = (pairs, look = "") => h("dl", { class: `facts ${look}` },
  pairs.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));

export function field(label, control, hint = "") {
  control.id ||= `field-${(field.count = (field.count ?? 0) + 1)}`;
  const told = hint && h("span", { class: "hint", id: `${control.id}-hint` }, hint);
  if (told) control.setAttribute("aria-describedby", told.id);
  return h("div", { class: "field" }, h("label", { htmlFor: control.id }, label), control, told);
}

export const check = (label, control, hint = "") => h("label", { class: "check" }, control, h("span", {}, label, hint && h("span", { class: "hint" }, hint)));

export const choice = (value, text, chosen) => {
  const option = h("option", {}, text);
  option.value = value;
  option.selected = value === chosen;
  return option;
};

export const press = (look, text, click, more = {}) => h("button", { type: "button", class: look, on: { click }, ...more }, text);

/** Tells those who listen to the page. */
export function say(text) {
  $("#spoken").textContent = text;
}

/** Asks before something that cannot be taken back. Resolves to whether it was confirmed. */
export function confirm({ title, text, action, danger = false }) {
  return new Promise((resolve) => {
    const dialog = h("dialog", { class: "confirm", "aria-labelledby": "confirm-title" },
      h("form", { method: "dialog" },
        h("h2", { id: "confirm-title" }, title),
        [text].flat().map((line) => h("p", {}, line)),
        h("div", { class: "choices" },
          h("button", { class: "secondary", value: "no", autofocus: true }, t("cancel")),
          h("button", { class: danger ? "primary danger" : "primary", value: "yes" }, action))));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
