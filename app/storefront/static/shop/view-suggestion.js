// One suggestion: picture, name, price, sizes, why it was chosen and how it scored.

import { h } from "./dom.js";
import { decimal } from "./format.js";
import { has, t } from "./i18n.js";
import { picture } from "./pictures.js";
import { price, shopLink, sizes, title } from "./view-item.js";

const REASONS_SHOWN = 2;

export function suggestionView(suggestion, locale, onSimilar) {
  const { item, reasons = [] } = suggestion;
  return h("li", { class: item.gone ? "piece gone" : "piece" },
    h("article", { "aria-label": title(item) },
      h("div", { class: "frame" }, picture(item.image_url, title(item)), badge(item)),
      h("div", { class: "label" },
        item.brand && h("p", { class: "brand" }, item.brand),
        h("h3", {}, title(item)),
        price(item),
        sizes(item),
        h("ul", { class: "reasons", lang: locale }, reasons.slice(0, REASONS_SHOWN).map(({ text }) => h("li", {}, text))),
        scoring(suggestion, locale),
        h("p", { class: "actions" }, similar(item, onSimilar), shopLink(item)))));
}

function badge({ price: full, sale_price: sale }) {
  if (!full || !sale || Number(full.amount) <= 0) return null;
  const off = Math.round((1 - Number(sale.amount) / Number(full.amount)) * 100);
  return off > 0 && h("span", { class: "badge", "aria-hidden": "true" }, `−${off} %`);
}

function similar(item, onSimilar) {
  if (item.gone || !item.image_url) return null;
  return h("button", { type: "button", class: "quiet", on: { click: () => onSimilar(item) } }, t("similar"),
    h("span", { class: "unseen" }, `: ${title(item)}`));
}

function scoring({ score, parts, reasons = [], item }, locale) {
  const rest = reasons.slice(REASONS_SHOWN);
  return h("details", { class: "scoring" },
    h("summary", {}, t("why"), h("span", { class: "unseen" }, `: ${title(item)}`)),
    rest.length > 0 && h("ul", { class: "reasons", lang: locale }, rest.map(({ text }) => h("li", {}, text))),
    h("dl", { class: "bars" }, bar(t("score"), score, "overall"), Object.entries(parts ?? {}).map(([name, value]) => bar(partName(name), value))));
}

const partName = (name) => (has(`part_${name}`) ? t(`part_${name}`) : name);

/** Parts may be below nought (a dislike) or missing (neutral): the number tells, the bar only shows how much. */
function bar(name, value, look = "") {
  if (value === null || value === undefined) return null;
  const length = Math.min(Math.abs(value), 1);
  return h("div", { class: `bar ${look} ${value < 0 ? "against" : ""}` },
    h("dt", {}, name),
    h("dd", {}, decimal(value), h("span", { class: "track", "aria-hidden": "true" }, h("span", { style: { "--length": length } }))));
}
