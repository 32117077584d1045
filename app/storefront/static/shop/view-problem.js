// When it did not work: what the service said, and what to do about it.

import { storeKey } from "../common/http.js";
import { $, h } from "../common/dom.js";
import { problemText, t } from "./i18n.js";

const UNAUTHENTICATED = 401;
const FORBIDDEN = 403;

export function problemView(problem, onRetry, onStartOver) {
  if (problem.status === UNAUTHENTICATED || problem.status === FORBIDDEN) return keyView(problem, onRetry);
  return h("div", { class: "notice problem" },
    h("h2", {}, t("errorTitle")),
    h("p", {}, problemText(problem)),
    problem.errors?.length > 0 && h("ul", {}, problem.errors.map(({ field, reason }) => h("li", {}, h("code", {}, field), " ", reason))),
    h("p", { class: "choices" },
      h("button", { type: "button", class: "secondary", on: { click: onRetry } }, t("retry")),
      h("button", { type: "button", class: "quiet", on: { click: onStartOver } }, t("startOver"))));
}

function keyView(problem, onRetry) {
  const submit = (event) => {
    event.preventDefault();
    storeKey($("#key").value.trim());
    onRetry();
  };
  return h("form", { class: "notice problem key", on: { submit } },
    h("h2", {}, t("keyTitle")),
    h("p", {}, problemText(problem)),
    h("label", { htmlFor: "key" }, t("keyLabel")),
    h("div", { class: "pair" },
      h("input", { id: "key", type: "password", autocomplete: "off", spellcheck: "false", "aria-describedby": "key-hint" }),
      h("button", { class: "secondary", type: "submit" }, t("keySave"))),
    h("p", { id: "key-hint", class: "faint small" }, t("keyHint")));
}
