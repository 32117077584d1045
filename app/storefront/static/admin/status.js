// The top line: what /readyz says of model, index and database, and what it warns of.

import { $, h } from "../common/dom.js";
import { ready } from "./api.js";
import { number } from "./format.js";
import { problemText, t } from "./i18n.js";
import { current, update, watch } from "./state.js";

const EVERY_MS = 15000;

export function startStatus() {
  watch(["ready", "away", "locale"], show);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  setInterval(() => { if (!document.hidden) look(); }, EVERY_MS);
  return look();
}

/** Asks now: after something that should show. */
export async function look() {
  try {
    update({ ready: await ready(), away: null });
  } catch (problem) {
    update({ away: problem });
  }
}

function show() {
  const { ready: told, away } = current();
  $("#state").replaceChildren(...(away || !told ? [light(away ? "bad" : "", away ? t("unreachable") : t("asking"))] : line(told)));
  const said = away ? [problemText(away)] : [...(told?.problems ?? []), ...(told?.warnings ?? [])];
  const box = $("#warnings");
  box.hidden = said.length === 0;
  // Replaced only when it says something else, so that it is not read aloud every time.
  if (box.textContent !== said.join("")) box.replaceChildren(...said.map((text) => h("p", {}, text)));
}

const light = (look, text) => h("span", { class: `light ${look}` }, text);

function line(told) {
  const warned = told.warnings?.length > 0;
  const parts = [
    ["model", `${told.model} ${told.revision}`],
    ["device", told.device],
    ["indexVersion", told.index_version ?? t("none")],
    ["items", number(told.items)],
    ["database", t(`database_${told.database}`)],
  ];
  return [
    light(told.ready ? (warned ? "warn" : "good") : "bad", told.ready ? t("ready") : t("notReady")),
    h("dl", { class: "line" }, parts.map(([name, value]) => h("div", { class: `of-${name}` }, h("dt", {}, t(`state_${name}`)), h("dd", {}, value)))),
  ];
}
