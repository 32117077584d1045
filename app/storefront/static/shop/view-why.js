// Why this piece: where its score came from as one labelled bar, the heat map's toggle, and the scores behind it.

import { h } from "../common/dom.js";
import { decimal, share } from "./format.js";
import { has, t } from "./i18n.js";
import { heatToggle } from "./view-heat.js";
import { title } from "./view-item.js";

const SMALLEST = 0.005;

/** A disclosure about `suggestion`; `reasons` are those that the card itself does not show. */
export function whyView(suggestion, reasons, locale) {
  return h("details", { class: "why" },
    h("summary", {}, t("why"), h("span", { class: "unseen" }, `: ${title(suggestion.item)}`)),
    h("div", { class: "why-body" },
      reasons.length > 0 && h("ul", { class: "reasons", lang: locale }, reasons.map(({ text }) => h("li", {}, text))),
      sharesView(suggestion.shares),
      heatToggle(suggestion),
      scoresView(suggestion)));
}

/** One bar of all shares; the list under it names them in the bar's order, so that colour is never the only key. */
function sharesView(shares) {
  const shown = Object.entries(shares ?? {}).filter(([, value]) => value >= SMALLEST);
  if (shown.length === 0) return null;
  return h("div", { class: "shares" },
    h("h4", {}, t("sharesTitle")),
    h("div", { class: "stack", "aria-hidden": "true" }, shown.map(([name, value]) => h("span", { class: `from-${name}`, style: { "--share": value } }))),
    h("dl", { class: "legend" }, shown.map(([name, value]) => h("div", { class: `from-${name}` }, h("dt", {}, shareName(name)), h("dd", {}, share(value))))));
}

const shareName = (name) => (has(`share_${name}`) ? t(`share_${name}`) : partName(name));

function scoresView({ score, parts }) {
  return h("details", { class: "scoring" },
    h("summary", {}, t("scores")),
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
