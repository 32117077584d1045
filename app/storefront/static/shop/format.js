// Money, shares and the shop's vocabulary in the shopper's language.

import { current } from "./state.js";

const TAGS = { en: "en-GB", zh: "zh-CN" };
let words = {};

/** `vocabulary` is `{kind: {dress: {en, zh}}, colour: …}`, from the service's own taxonomy. */
export function learnWords(vocabulary) {
  words = vocabulary;
}

export const tag = (locale = current().locale) => TAGS[locale] ?? TAGS.en;

export function money({ amount, currency }) {
  return new Intl.NumberFormat(tag(), { style: "currency", currency }).format(Number(amount));
}

export function share(value) {
  return new Intl.NumberFormat(tag(), { style: "percent", maximumFractionDigits: 0 }).format(value);
}

export function decimal(value) {
  return new Intl.NumberFormat(tag(), { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);
}

export function list(values) {
  return new Intl.ListFormat(tag(), { style: "short", type: "unit" }).format(values);
}

/** The word for a facet's value; one the taxonomy does not know is shown as it came. */
export function word(facet, value, locale = current().locale) {
  return words[facet]?.[value]?.[locale] ?? String(value).replaceAll("_", " ");
}

/** "red dress", "红色连衣裙". */
export function colouredKind(colour, kind) {
  const parts = [colour && word("colour", colour), kind && word("kind", kind)].filter(Boolean);
  return parts.join(current().locale === "zh" ? "" : " ");
}
