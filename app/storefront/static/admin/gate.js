// Asks for the admin key and holds it against the service before anything is shown.

import { $, h } from "../common/dom.js";
import { Problem, storedKey, storeKey } from "../common/http.js";
import { jobs } from "./api.js";
import { problemText, t } from "./i18n.js";
import { problemView, turnedAway } from "./problems.js";
import { current, update, watch } from "./state.js";

/** What a header can carry; the service would not know any other key either. */
const SENDABLE = /^[\x21-\x7e]+$/;

/** Lets in with the key at hand if it is good; asks for one otherwise, and whenever one is turned down later. */
export function startGate() {
  watch(["signed", "refusal"], ({ signed, refusal }) => {
    if (signed) return;
    storeKey("");
    ask(refusal);
  });
  return storedKey() ? knock() : ask();
}

export const signOut = () => update({ signed: false, refusal: null });

async function knock() {
  try {
    await jobs({ limit: 1 });
  } catch (problem) {
    if (turnedAway(problem)) return;
    $("#main").replaceChildren(problemView(problem, knock));
    if (!(problem instanceof Problem)) throw problem;
    return;
  }
  update({ signed: true, refusal: null });
}

function ask(problem = null) {
  const field = h("input", { id: "key", type: "password", autocomplete: "off", spellcheck: "false", required: true, "aria-describedby": "key-hint" });
  const told = h("p", { class: "field-problem", role: "alert" }, problem && problemText(problem));
  const submit = (event) => {
    event.preventDefault();
    const key = field.value.trim();
    if (!SENDABLE.test(key)) {
      told.textContent = t("gateNoKey");
      return;
    }
    storeKey(key);
    knock();
  };
  $("#main").replaceChildren(h("form", { class: "gate", on: { submit } },
    h("h1", { "data-t": "gateTitle" }, t("gateTitle")),
    h("label", { htmlFor: "key", "data-t": "gateKey" }, t("gateKey")),
    h("div", { class: "pair" }, field, h("button", { type: "submit", class: "primary", "data-t": "gateEnter" }, t("gateEnter"))),
    told,
    h("p", { id: "key-hint", class: "hint" }, h("span", { "data-t": "gateHint" }, t("gateHint")), " ", h("code", {}, "tryon keys create admin"))));
  if (!current().signed) field.focus();
}
