// Starts the page and holds its few use cases: ask, ask again, open a stored answer, find similar, start over.

import { Problem } from "../common/http.js";
import { config, pictureFile, recommend, recommendation } from "./api.js";
import { $, h } from "../common/dom.js";
import { learnWords, word } from "./format.js";
import { chooseLanguage, startLanguage, t } from "./i18n.js";
import { dropPhoto, limitPhotos, takePhoto } from "./photo.js";
import { clearForm, readRequest, requestBody } from "./request.js";
import { current, update, watch } from "./state.js";
import { asShopper, recallShopper } from "./taste.js";
import { showSamples, startComposer } from "./view-composer.js";
import { startHeat } from "./view-heat.js";
import { startResults } from "./view-results.js";
import { startTaste } from "./view-taste.js";

const ROUTE = /^#\/r\/([^/]+)$/;
const shop = { currency: document.documentElement.dataset.currency };
let running = new AbortController();

/** Runs one question at a time: a newer one ends an older one. `answered` gets what came back. */
async function during(question, answered) {
  running.abort();
  running = new AbortController();
  const { signal } = running;
  update({ phase: "loading", problem: null, heat: null });
  try {
    const answer = await question(signal);
    if (!signal.aborted) answered(answer);
  } catch (problem) {
    if (signal.aborted) return;
    update({ phase: "error", problem });
    if (!(problem instanceof Problem)) throw problem;
  }
}

function ask() {
  if (current().phase === "loading") return undefined;
  const asked = readRequest(shop.currency);
  $("#ask-problem").textContent = asked ? "" : t("needOne");
  if (!asked) {
    $("#wish").focus();
    return undefined;
  }
  return send(asked);
}

function send(asked) {
  update({ asked });
  const question = (signal) => asShopper((token) => recommend(requestBody(asked, current().locale, token), signal));
  return during(question, (answer) => {
    showAnswer(answer, asked.photo?.url ?? null);
    history.pushState(null, "", `#/r/${encodeURIComponent(answer.id)}`);
  });
}

function open(id) {
  update({ asked: null });
  return during((signal) => recommendation(id, signal), (answer) => showAnswer(answer, null));
}

/** A photo's address lives as long as the form or the answer on show needs it. */
function showAnswer(answer, answerPhoto) {
  const { answerPhoto: before, photo } = current();
  if (before && before !== answerPhoto && before !== photo?.url) URL.revokeObjectURL(before);
  update({ answer, answerPhoto, phase: "ready" });
}

function retry() {
  const id = routed();
  if (!current().asked && id) return open(id);
  return current().photo || $("#wish").value.trim() ? ask() : location.reload();
}

async function similar(item) {
  await during(() => pictureFile(item.image_url, `${item.id}.jpg`), (file) => {
    takePhoto(file);
    $("#wish").value = "";
    send(readRequest(shop.currency));
  });
}

function startOver() {
  running.abort();
  clearForm();
  dropPhoto();
  update({ phase: "home", asked: null, answer: null, heat: null });
  if (location.hash) history.pushState(null, "", location.pathname + location.search);
  scrollTo({ top: 0 });
  $("#wish").focus({ preventScroll: true });
}

const routed = () => {
  const found = ROUTE.exec(location.hash);
  return found && decodeURIComponent(found[1]);
};

function follow() {
  const id = routed();
  if (id) return id === current().answer?.id && current().phase === "ready" ? undefined : open(id);
  if (!location.hash || location.hash === "#") update({ phase: "home", answer: null, heat: null });
  return undefined;
}

/** Reasons and advice come in the language of the question, so another language asks again. */
function askInOtherLanguage({ phase, asked }) {
  if (phase === "ready" && asked) send(asked);
}

function fillGenders(words) {
  for (const id of Object.keys(words.gender)) {
    const option = h("option", { value: id });
    const name = () => { option.textContent = word("gender", id); };
    name();
    watch(["locale"], name);
    $("#gender").append(option);
  }
}

async function start() {
  startLanguage();
  for (const button of document.querySelectorAll("[data-locale-choice]")) {
    button.addEventListener("click", () => chooseLanguage(button.dataset.localeChoice));
  }
  startComposer(ask);
  startHeat();
  recallShopper();
  startTaste(() => send(current().asked));
  startResults({ retry, similar, startOver }, shop);
  const { words, limits } = await config();
  learnWords(words);
  limitPhotos(limits.photo_bytes);
  fillGenders(words);
  watch(["locale"], askInOtherLanguage);
  addEventListener("popstate", follow);
  $(".skip").addEventListener("click", (event) => { event.preventDefault(); $("#wish").focus(); });
  $(".wordmark").addEventListener("click", (event) => { event.preventDefault(); startOver(); });
  await Promise.all([follow(), showSamples()]);
}

start().catch((problem) => {
  update({ phase: "error", problem });
  if (!(problem instanceof Problem)) throw problem;
});
