// One item a row: what it is, what it costs, whether it can be bought, and what is wrong with it.

import { h } from "../common/dom.js";
import { picture } from "../common/pictures.js";
import { list, money, number, share, word } from "./format.js";
import { t } from "./i18n.js";
import { badge, cell } from "./parts.js";
import { address, go } from "./router.js";

const THUMB = 120;

/** A table row for `item`, which opens it among what `query` finds. */
export function itemRow(item, query) {
  // The whole row takes a click; the link is what a keyboard and a screen reader use.
  const follow = (event) => { if (!event.target.closest("a")) go("catalogue", item.id, query); };
  return h("tr", { "data-item": item.id, on: { click: follow } },
    cell("picture", h("div", { class: "thumb" }, item.image_url ? picture(item.image_url, "", THUMB) : h("span", { class: "no-picture", "aria-hidden": "true" }))),
    cell("item", h("a", { href: address("catalogue", item.id, query), class: "title" }, nameOf(item)), h("span", { class: "id" }, [item.brand, item.id].filter(Boolean).join(" · "))),
    cell("kind", told(item, "kind")),
    cell("colour", told(item, "colour")),
    cell("price", price(item)),
    cell("stock", stock(item)),
    cell("problems", item.problems.filter((name) => name !== "inferred").map((name) => badge(`problem ${name}`, t(`problem_${name}`)))));
}

export const nameOf = (item) => item.title || item.title_zh || item.id;

/** A field's value, marked with how sure it is where nobody said it. */
export function told(item, name) {
  const mark = item.inferred.find((one) => one.name === name);
  if (!mark) return item[name] ? word(name, item[name]) : h("span", { class: "faint" }, "–");
  return inferredView(mark);
}

export function inferredView({ name, value, confidence, source, used }) {
  const why = t(used ? "inferredUsed" : "inferredUnsure", { source: t(`source_${source}`), share: share(confidence) });
  return h("span", { class: used ? "guess" : "guess unsure", title: why }, word(name, value), h("span", { class: "sure" }, ` ${share(confidence)}`), h("span", { class: "unseen" }, ` (${why})`));
}

export function price({ price: full, sale_price: sale }) {
  if (!full) return h("span", { class: "faint" }, "–");
  if (!sale) return money(full);
  return [h("span", { class: "sale" }, money(sale)), " ", h("s", { title: t("fullPrice") }, money(full))];
}

function stock(item) {
  const sizes = item.sizes.filter((size) => size.in_stock).map(({ size }) => size);
  const title = sizes.length ? t("sizesInStock", { sizes: list(sizes) }) : null;
  if (item.availability === "out_of_stock") return badge("out", t("out_of_stock"));
  return h("span", { title }, item.stock === null ? t("uncounted") : [number(item.stock), h("span", { class: "unit" }, ` ${t("pieces")}`)]);
}
