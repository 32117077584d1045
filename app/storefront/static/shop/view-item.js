// What a suggestion and a piece of a look have in common: name, price, sizes, a way to the shop.

import { h } from "../common/dom.js";
import { money, word } from "./format.js";
import { t } from "./i18n.js";

export const title = (item) => item.title || word("kind", item.kind);

export function price(item) {
  if (item.gone) return h("p", { class: "price faint" }, t("gone"));
  if (!item.price) return h("p", { class: "price faint" }, t("noPrice"));
  if (!item.sale_price) return h("p", { class: "price" }, money(item.price));
  return h("p", { class: "price" },
    h("span", { class: "sale" }, money(item.sale_price)), " ",
    h("span", { class: "unseen" }, `${t("wasPrice")} `), h("s", {}, money(item.price)));
}

export function sizes(item) {
  if (item.availability === "out_of_stock") return h("p", { class: "faint small" }, t("soldOut"));
  if (!item.sizes?.length) return null;
  return h("ul", { class: "sizes", "aria-label": t("sizes") }, item.sizes.map(size));
}

function size({ size: name, in_stock: inStock }) {
  if (inStock) return h("li", {}, name);
  return h("li", { class: "out" }, h("span", { "aria-hidden": "true" }, name), h("span", { class: "unseen" }, t("sizeOut", { size: name })));
}

/** A link out, only to the web: a feed's `javascript:` goes nowhere. */
export function shopLink(item) {
  if (!item.link || !URL.canParse(item.link) || !["http:", "https:"].includes(new URL(item.link).protocol)) return null;
  return h("a", { href: item.link, rel: "noopener noreferrer", target: "_blank" }, t("toShop"));
}
