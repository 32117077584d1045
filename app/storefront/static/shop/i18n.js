// Language of the page: which one, and its strings in the document.

import { STRINGS } from "./strings.js";
import { current, update, watch } from "./state.js";
import { tag } from "./format.js";

const STORE = "tryon.locale";

/** The string `name` in the page's language; `{x}` is replaced by `values.x`. */
export function t(name, values = {}) {
  const text = STRINGS[current().locale][name] ?? STRINGS.en[name];
  if (text === undefined) throw new Error(`No string '${name}'`);
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

export const has = (name) => name in STRINGS.en;

/** Starts with the shopper's earlier choice, else with what the server read from Accept-Language. */
export function startLanguage() {
  watch(["locale"], translatePage);
  const chosen = localStorage.getItem(STORE) ?? document.documentElement.dataset.locale;
  update({ locale: chosen in STRINGS ? chosen : "en" });
  translatePage();
}

export function chooseLanguage(locale) {
  localStorage.setItem(STORE, locale);
  update({ locale });
}

function translatePage() {
  document.documentElement.lang = tag();
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of document.querySelectorAll("[data-t-placeholder]")) element.placeholder = t(element.dataset.tPlaceholder);
  for (const element of document.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(element.dataset.tLabel));
  for (const button of document.querySelectorAll("[data-locale-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.localeChoice === current().locale));
  }
  document.title = `${document.documentElement.dataset.shop} · ${t("pageTitle")}`;
}
