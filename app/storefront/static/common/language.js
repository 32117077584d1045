// Language of a page: which one, and its strings in the document.

const STORE = "tryon.locale";

/** `strings` is `{en: {name: text}, zh: …}`; `store` holds `locale`; `tag()` is the language's name for `lang`. */
export function language(strings, { current, update, watch }, tag) {
  /** The string `name` in the page's language; `{x}` is replaced by `values.x`. */
  function t(name, values = {}) {
    const text = strings[current().locale][name] ?? strings.en[name];
    if (text === undefined) throw new Error(`No string '${name}'`);
    return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  }

  const has = (name) => name in strings.en;

  /** What went wrong: the service's own words when it gave any, else the page's. */
  function problemText({ code, status, title, detail, message }) {
    if (code === "problem") return detail || title;
    return t(has(`error_${code}`) ? `error_${code}` : "error_unexpected", { status, detail, error: message });
  }

  function translatePage() {
    document.documentElement.lang = tag();
    for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t, element.dataset);
    for (const element of document.querySelectorAll("[data-t-placeholder]")) element.placeholder = t(element.dataset.tPlaceholder);
    for (const element of document.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(element.dataset.tLabel));
    for (const button of document.querySelectorAll("[data-locale-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.localeChoice === current().locale));
    }
    document.title = `${document.documentElement.dataset.shop} · ${t("pageTitle")}`;
  }

  return {
    t,
    has,
    problemText,

    /** Starts with the reader's earlier choice, else with what the server read from Accept-Language. */
    startLanguage() {
      watch(["locale"], translatePage);
      const chosen = localStorage.getItem(STORE) ?? document.documentElement.dataset.locale;
      update({ locale: chosen in strings ? chosen : "en" });
      translatePage();
    },

    chooseLanguage(locale) {
      localStorage.setItem(STORE, locale);
      update({ locale });
    },
  };
}
