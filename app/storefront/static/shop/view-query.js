// How the service understood the shopper: what it saw, asked-for and avoided words, language, filters, weights.

import { h } from "../common/dom.js";
import { colouredKind, list, money, share, word } from "./format.js";
import { has, t } from "./i18n.js";
import { worthNaming } from "./reading.js";

const SURE = 0.5;

/** A description list about `answer.query`; parts that have nothing to say are left out. */
export function queryView(answer, currency) {
  const { query } = answer;
  const rows = [
    ["weSaw", seen(query.attributes)],
    ["youAsked", chips(query.terms)],
    ["avoided", chips(query.negations, "struck")],
    ["narrowed", chips(filterWords(query.filters, currency))],
    ["notUsed", chips(query.ignored, "faint")],
    ["readAs", query.fusion?.text && has(`language_${query.language}`) ? [t(`language_${query.language}`)] : []],
    ["weighed", weights(query.fusion)],
  ];
  const filled = rows.filter(([, content]) => content.length);
  return h("dl", { class: "query" }, filled.map(([name, content]) => h("div", { class: `query-${name}` }, h("dt", {}, t(name)), h("dd", {}, content))));
}

/** Kind and colour as one phrase, as sure as the less sure of the two; other attributes as chips. */
function seen(attributes) {
  const found = worthNaming(attributes);
  const main = [found.colour, found.kind].filter(Boolean);
  const rest = attributes.filter(({ name }) => name !== "kind" && name !== "colour");
  return [main.length > 0 && phrase(found, Math.min(...main.map((a) => a.confidence))), ...rest.map(seenChip)].filter(Boolean);
}

function phrase({ colour, kind }, confidence) {
  const what = colouredKind(colour?.value, kind?.value);
  return h("strong", { class: "seen" }, confidence < SURE ? t("maybe", { what }) : what, " ", h("span", { class: "sure" }, share(confidence)));
}

function seenChip({ name, value, confidence }) {
  return h("span", { class: "chip" }, word(name, value), " ", h("span", { class: "sure" }, share(confidence)));
}

const chips = (words, look = "") => words.map((text) => h("span", { class: `chip ${look}` }, text));

function filterWords(filters, currency) {
  return Object.entries(filters).flatMap(([name, value]) => filterWord(name, value, currency)).filter(Boolean);
}

function filterWord(name, value, currency) {
  if (value === null || value === false || value === undefined) return [];
  if (name === "price") return [range(value, currency)];
  if (value === true) return [t(`filter_${name}`)];
  if (name === "attributes") return Object.entries(value).flatMap(([facet, values]) => values.map((entry) => word(facet, entry)));
  return [value].flat().map((entry) => (name === "slot" && has(`slot_${entry}`) ? t(`slot_${entry}`) : word(name, entry)));
}

function range({ min, max }, currency) {
  const shown = (amount) => money({ amount, currency });
  const given = (bound) => bound !== null && bound !== undefined;
  if (given(min) && given(max)) return t("between", { min: shown(min), max: shown(max) });
  if (given(max)) return t("upTo", { max: shown(max) });
  return given(min) ? t("atLeast", { min: shown(min) }) : "";
}

/** Only worth saying when both a photo and words were weighed. */
function weights(fusion) {
  if (!fusion?.image || !fusion?.text) return [];
  const told = t("weighedValue", { image: share(fusion.image), text: share(fusion.text) });
  return [told, fusion.fallback && h("span", { class: "faint small" }, t("weighedPlainly"))].filter(Boolean);
}

export const filterNames = (names) => list(names.map((name) => (has(`filter_${name}`) ? t(`filter_${name}`) : name)));
