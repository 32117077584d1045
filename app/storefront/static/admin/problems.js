// What went wrong, in words, where it happened.

import { h } from "../common/dom.js";
import { Problem } from "../common/http.js";
import { problemText, t } from "./i18n.js";
import { update } from "./state.js";

const REFUSED = [401, 403];

/** Whether the key is to blame; if so, the console asks for another one. */
export function turnedAway(problem) {
  const refused = REFUSED.includes(problem.status);
  if (refused) update({ signed: false, refusal: problem });
  return refused;
}

/** A notice with every wrong field, and a way to try again when there is one. */
export function problemView(problem, retry = null) {
  const fields = problem.errors ?? [];
  return h("div", { class: "notice bad", role: "alert" },
    h("p", {}, h("strong", {}, t("errorTitle")), " ", problemText(problem)),
    fields.length > 0 && h("ul", {}, fields.map(({ field, reason }) => h("li", {}, h("code", {}, field), " ", reason))),
    retry && h("p", {}, h("button", { type: "button", class: "secondary", on: { click: retry } }, t("retry"))));
}

/**
 * Runs `action` for `button`, which cannot be pressed again meanwhile; what goes wrong stands in `place`, which is
 * emptied first. Returns what the action gave, or undefined when it failed.
 */
export async function attempt(button, place, action) {
  place.replaceChildren();
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    return await action();
  } catch (problem) {
    if (problem.name === "AbortError" || turnedAway(problem)) return undefined;
    place.replaceChildren(problemView(problem));
    if (!(problem instanceof Problem)) throw problem;
    return undefined;
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}

const fillings = new WeakMap();

/**
 * Fills `place` with what `load(signal)` gives; a failure stands there instead, with a button to try again. That signal
 * aborts with `screen`, or when the place is filled anew: no answer that was asked for earlier lies over a later one, and
 * what followed something in the place lets go of it.
 */
export async function loading(place, screen, load) {
  fillings.get(place)?.abort();
  const filling = new AbortController();
  fillings.set(place, filling);
  const signal = AbortSignal.any([screen, filling.signal]);
  place.setAttribute("aria-busy", "true");
  try {
    const content = await load(signal);
    if (!signal.aborted) place.replaceChildren(...[content].flat(Infinity).filter(Boolean));
  } catch (problem) {
    if (signal.aborted || turnedAway(problem)) return;
    place.replaceChildren(problemView(problem, () => loading(place, screen, load)));
    if (!(problem instanceof Problem)) throw problem;
  } finally {
    // Whoever took its place is busy now.
    if (!signal.aborted) place.removeAttribute("aria-busy");
  }
}
