// Changes to one item that shoppers see at once: names, kind, prices, stock; and its removal.

import { h } from "../common/dom.js";
import { changeItem, deleteItem } from "./api.js";
import { nameOf } from "./catalogue-rows.js";
import { tag, word, wordsOf } from "./format.js";
import { t } from "./i18n.js";
import { choice, confirm, field, press } from "./parts.js";
import { attempt } from "./problems.js";

const currency = document.documentElement.dataset.currency;
const CHOSEN = ["kind", "colour", "gender"];
const NUMBERS = ["price", "sale_price"];

/** A form that sends only what was changed; `changed()` when the service took it. */
export function editForm(told, changed) {
  const controls = controlsOf(told);
  const stocks = told.variants.map(({ size, stock }) => [size, input(stock ?? "", { type: "number", min: 0, step: 1, inputmode: "numeric", placeholder: t("uncounted") })]);
  const place = h("div", { class: "told" });
  const save = h("button", { type: "submit", class: "primary" }, t("save"));
  const submit = (event) => {
    event.preventDefault();
    const values = { ...changes(controls), ...changedStock(stocks) };
    if (!Object.keys(values).length) return place.replaceChildren(h("p", { class: "hint", role: "status" }, t("nothingChanged")));
    return attempt(save, place, async () => {
      const { warnings } = await changeItem(told.item.id, values, told.etag);
      await changed(warnings);
    });
  };
  return h("form", { class: "edit", on: { submit } },
    field(t("field_title"), controls.title),
    field(t("field_title_zh"), controls.title_zh),
    h("div", { class: "trio" }, CHOSEN.map((name) => field(t(`field_${name}`), controls[name]))),
    h("div", { class: "pair" }, field(t("field_price", { currency }), controls.price), field(t("field_sale_price", { currency }), controls.sale_price, t("salePriceHint"))),
    stocks.length > 0 && h("fieldset", {}, h("legend", {}, t("stockBySize")), h("div", { class: "sizes" }, stocks.map(([size, control]) => field(size || t("oneSize"), control)))),
    h("div", { class: "choices" }, save, place));
}

/** The way to delete an item; `gone()` afterwards. */
export function removal({ item, etag }, gone) {
  const told = h("div", {});
  const button = press("secondary danger", t("deleteItem"), async () => {
    if (!(await confirm({ title: t("deleteTitle", { name: nameOf(item) }), text: t("deleteText"), action: t("delete"), danger: true }))) return;
    await attempt(button, told, async () => {
      await deleteItem(item.id, etag);
      gone();
    });
  });
  return h("footer", { class: "removal" }, button, told);
}

/** By field, a control that remembers what it began with. */
function controlsOf({ item, title, stated }) {
  const texts = { title: input(title, { lang: "en" }), title_zh: input(item.title_zh, { lang: "zh" }) };
  const chosen = CHOSEN.map((name) => [name, select(name, stated[name])]);
  const numbers = NUMBERS.map((name) => [name, input(item[name]?.amount ?? "", { type: "number", min: 0, step: "any", inputmode: "decimal" })]);
  const controls = { ...texts, ...Object.fromEntries([...chosen, ...numbers]) };
  for (const [name, control] of Object.entries(controls)) control.name = name;
  return controls;
}

function input(value, more = {}) {
  return remembering(h("input", { type: "text", autocomplete: "off", value, ...more }));
}

function select(name, value) {
  const known = wordsOf(name).map((id) => [id, word(name, id)]).sort(([, one], [, other]) => one.localeCompare(other, tag()));
  return remembering(h("select", {}, choice("", t("unstated"), value), known.map(([id, text]) => choice(id, text, value))));
}

/** What a control cannot show (a kind that the taxonomy lost) it did not begin with, so it is not changed by being there. */
function remembering(control) {
  control.dataset.before = control.value.trim();
  return control;
}

/** Fields whose control says something else now; an empty one is removed. */
function changes(controls) {
  const changed = Object.entries(controls).filter(([, control]) => control.value.trim() !== control.dataset.before);
  return Object.fromEntries(changed.map(([name, control]) => [name, valueOf(name, control.value.trim())]));
}

function valueOf(name, text) {
  if (!text) return null;
  return NUMBERS.includes(name) ? { amount: text, currency } : text;
}

/** New counts, by size where there are sizes. */
function changedStock(stocks) {
  const changed = stocks.filter(([, control]) => control.value !== control.dataset.before);
  const count = (control) => (control.value === "" ? null : Number(control.value));
  if (!changed.length) return {};
  if (stocks.length === 1 && stocks[0][0] === "") return { stock: count(stocks[0][1]) };
  return { stock: Object.fromEntries(changed.map(([size, control]) => [size, count(control)])) };
}
