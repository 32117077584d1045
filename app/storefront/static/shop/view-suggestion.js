// One suggestion: picture, name, price, sizes and why it was chosen.

import { h } from "../common/dom.js";
import { t } from "./i18n.js";
import { picture } from "../common/pictures.js";
import { price, shopLink, sizes, title } from "./view-item.js";
import { reactions } from "./view-taste.js";
import { whyView } from "./view-why.js";

const REASONS_SHOWN = 2;

export function suggestionView(suggestion, locale, answerId, onSimilar) {
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
        whyView(suggestion, reasons.slice(REASONS_SHOWN), locale),
        reactions(item, answerId),
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
