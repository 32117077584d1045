// Changes to one item that shoppers see at once: names, prices, stock; and its removal.

import { h } from "../common/dom.js";
import { changeItem, deleteItem } from "./api.js";
import { nameOf } from "./catalogue-rows.js";
import { t } from "./i18n.js";
import { confirm, field, press, say } from "./parts.js";
import { attempt } from "./problems.js";

const currency = document.documentElement.dataset.currency;

/** A form that sends only what was changed; `changed()` when the service took it. */
export function editForm({ item, variants }, changed) {
  const texts = { title: input(item.title_zh === item.title ? "" : item.title), title_zh: input(item.title_zh, { lang: "zh" }) };
  const prices = { price: amount(item.price), sale_price: amount(item.sale_price) };
  const stocks = variants.map((variant) => [variant, h("input", { type: "number", min: "0", step: "1", inputmode: "numeric", value: variant.stock ?? "", placeholder: t("uncounted") })]);
  const told = h("div", { class: "told" });
  const save = h("button", { type: "submit", class: "primary" }, t("save"));
  const submit = (event) => {
    event.preventDefault();
    const values = { ...changedTexts(texts), ...changedPrices(prices, item), ...changedStock(stocks) };
    if (!Object.keys(values).length) return told.replaceChildren(h("p", { class: "hint", role: "status" }, t("nothingChanged")));
    return attempt(save, told, async () => {
      await changeItem(item.id, values);
      say(t("saved"));
      await changed();
    });
  };
  return h("form", { class: "edit", on: { submit } },
    field(t("field_title"), texts.title),
    field(t("field_title_zh"), texts.title_zh),
    h("div", { class: "pair" }, field(t("field_price", { currency }), prices.price), field(t("field_sale_price", { currency }), prices.sale_price, t("salePriceHint"))),
    stocks.length > 0 && h("fieldset", {}, h("legend", {}, t("stockBySize")), h("div", { class: "sizes" }, stocks.map(([variant, control]) => field(variant.size || t("oneSize"), control)))),
    h("div", { class: "choices" }, save, told));
}

/** The way to delete `item`; `gone()` afterwards. */
export function removal(item, gone) {
  const told = h("div", {});
  const button = press("secondary danger", t("deleteItem"), async () => {
    if (!(await confirm({ title: t("deleteTitle", { name: nameOf(item) }), text: t("deleteText"), action: t("delete"), danger: true }))) return;
    await attempt(button, told, async () => {
      await deleteItem(item.id);
      say(t("deleted"));
      gone();
    });
  });
  return h("footer", { class: "removal" }, button, told);
}

function input(value, more = {}) {
  return Object.assign(h("input", { type: "text", autocomplete: "off", ...more }), { value, defaultValue: value });
}

const amount = (money) => Object.assign(h("input", { type: "number", min: "0", step: "any", inputmode: "decimal" }), { value: money?.amount ?? "", defaultValue: money?.amount ?? "" });

const differs = (control) => control.value.trim() !== control.defaultValue;

function changedTexts(texts) {
  return Object.fromEntries(Object.entries(texts).filter(([, control]) => differs(control)).map(([name, control]) => [name, control.value.trim()]));
}

function changedPrices(prices, item) {
  const money = (text) => (text ? { amount: text, currency: item.price?.currency ?? currency } : null);
  return Object.fromEntries(Object.entries(prices).filter(([, control]) => differs(control)).map(([name, control]) => [name, money(control.value.trim())]));
}

function changedStock(stocks) {
  const changed = stocks.filter(([{ stock }, control]) => control.value !== String(stock ?? ""));
  if (!changed.length) return {};
  return { variants: stocks.map(([{ size }, control]) => ({ size, stock: control.value === "" ? null : Number(control.value) })) };
}
