// The answer's place on the page: nothing, skeletons, a problem, or what was found.

import { $, h } from "../common/dom.js";
import { moment } from "./format.js";
import { problemText, t } from "./i18n.js";
import { clear, isSet } from "./request.js";
import { current, watch } from "./state.js";
import { outfitView } from "./view-outfit.js";
import { problemView } from "./view-problem.js";
import { filterNames, queryView } from "./view-query.js";
import { suggestionView } from "./view-suggestion.js";

const SKELETONS = 6;

/** `actions`: retry(), similar(item), startOver(); `shop`: {currency}. */
export function startResults(actions, shop) {
  const show = () => {
    const { phase, answer, problem } = current();
    const results = $("#results");
    document.body.dataset.phase = phase;
    results.hidden = phase === "home";
    results.setAttribute("aria-busy", String(phase === "loading"));
    results.replaceChildren(...content(phase, answer, problem, actions, shop));
    $("#status").textContent = spoken(phase, answer, problem);
  };
  watch(["phase", "answer", "problem", "locale"], show);
  watch(["phase"], ({ phase }) => arrive(phase));
}

function content(phase, answer, problem, actions, shop) {
  switch (phase) {
    case "loading": return [skeletons()];
    case "error": return [problemView(problem, actions.retry, actions.startOver)];
    case "ready": return answerView(answer, actions, shop);
    default: return [];
  }
}

function spoken(phase, answer, problem) {
  switch (phase) {
    case "loading": return t("loading");
    case "error": return `${t("errorTitle")}. ${problemText(problem)}`;
    case "ready": return t("announce", { pieces: answer.suggestions.length, looks: answer.outfits.length });
    default: return "";
  }
}

/** Brings the results into sight and under the keyboard when they are there. */
function arrive(phase) {
  if (phase === "home") return;
  const results = $("#results");
  if (phase !== "loading") results.focus({ preventScroll: true });
  if (results.getBoundingClientRect().top > innerHeight / 2 || scrollY > results.offsetTop) results.scrollIntoView();
}

function skeletons() {
  const blank = () => h("div", { class: "piece" }, h("div", { class: "frame shimmer" }), h("div", { class: "line shimmer" }), h("div", { class: "line short shimmer" }));
  return h("div", { class: "waiting", "aria-hidden": "true" }, h("p", { class: "waiting-text" }, t("loading")),
    h("div", { class: "pieces" }, Array.from({ length: SKELETONS }, blank)));
}

function answerView(answer, actions, shop) {
  const { suggestions, outfits, locale } = answer;
  const found = suggestions.length > 0;
  return [
    h("header", { class: "results-head" },
      h("h2", {}, t("results")),
      found && outfits.length > 0 && h("nav", { "aria-label": t("results") }, jump("pieces", suggestions.length), jump("looks", outfits.length)),
      h("div", { class: "tools" }, copyLink(answer), h("button", { type: "button", class: "quiet", on: { click: actions.startOver } }, t("startOver")))),
    queryView(answer, shop.currency),
    answer.note && noteView(answer.note, actions.retry),
    !found && h("div", { class: "notice" }, h("p", { class: "big" }, t("nothing")), h("p", {}, t("nothingHint"))),
    found && section("pieces", h("ul", { class: "pieces" }, suggestions.map((s) => suggestionView(s, locale, answer.id, actions.similar)))),
    outfits.length > 0 && section("looks", h("ul", { class: "looks" }, outfits.map((o) => outfitView(o, locale, current().answerPhoto)))),
    provenance(answer),
  ].filter(Boolean);
}

const section = (name, content) => h("section", { id: name, "aria-labelledby": `${name}-title`, tabindex: "-1" }, h("h2", { id: `${name}-title` }, t(name)), content);

/** The address' hash names the answer, so a jump inside the page is a scroll and not a link. */
function jump(name, count) {
  const go = () => {
    $(`#${name}`).scrollIntoView();
    $(`#${name}`).focus({ preventScroll: true });
  };
  return h("button", { type: "button", class: "quiet", on: { click: go } }, t(name), " ", h("span", { class: "count" }, String(count)));
}

function noteView(note, retry) {
  const relax = note.relax ?? [];
  const mine = relax.filter(isSet);
  const without = (name) => h("button", { type: "button", class: "chip struck", on: { click: () => { clear(name); retry(); } } }, filterNames([name]));
  return h("aside", { class: "notice note", "aria-label": t("shorter") },
    h("p", {}, note.text),
    relax.length > 0 && h("p", { class: "small" }, t("relaxHint"), " ", mine.length ? mine.map(without) : filterNames(relax)));
}

function copyLink(answer) {
  if (!navigator.clipboard) return null;
  const button = h("button", { type: "button", class: "quiet" }, t("copyLink"));
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(new URL(`#/r/${answer.id}`, location.href).href);
    button.textContent = t("copied");
    $("#status").textContent = t("copied");
  });
  return button;
}

function provenance(answer) {
  const took = answer.timings_ms?.total;
  return h("p", { class: "provenance" }, t("stored", { date: moment(answer.created_at) }), took && ` · ${t("took", { ms: Math.round(took) })}`, answer.model && ` · ${answer.model.name}`);
}
