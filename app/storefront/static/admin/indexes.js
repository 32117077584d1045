// Index versions: what each holds, which one is live, going back to another, and building a new one.

import { h } from "../common/dom.js";
import { activate, indexes, job as jobNow, jobs, reindex } from "./api.js";
import { bytes, moment, number } from "./format.js";
import { t } from "./i18n.js";
import { jobPanel } from "./job-panel.js";
import { isOver, named } from "./job-words.js";
import { badge, cell, check, confirm, empty, heading, press, say, table } from "./parts.js";
import { attempt, loading, problemView, turnedAway } from "./problems.js";
import { look } from "./status.js";

const CONFLICT = 409;
const CANARY = "canary:";

export function indexScreen(place, route, signal) {
  const told = h("div", { class: "told" });
  const watched = h("div", { class: "watched" });
  const versions = h("div", { class: "results" });
  const watchJob = (job) => loading(watched, signal, (mine) => jobPanel(job, { signal: mine, ended: list }));
  place.append(heading(t("index")), buildForm(watchJob, told, signal), watched, h("h2", {}, t("versions")), told, versions);
  list();
  running(watchJob, told, signal);

  function list() {
    return loading(versions, signal, async (mine) => {
      const { items } = await indexes(mine);
      if (!items.length) return empty(t("noIndex"), t("noIndexHint"));
      return table(t("versions"), ["version", "built", "model", "indexKind", "count", "size", "checks", "action"].map((name) => [name, name === "action" ? "" : t(`column_${name}`)]), items.map((one) => row(one, told, list)), "versions");
    });
  }
}

/** A reindex that is under way is shown at once. */
async function running(watchJob, told, signal) {
  try {
    const { items: [job] } = await jobs({ kind: "reindex", limit: 1 }, signal);
    if (job && !isOver(job)) watchJob(job);
  } catch (problem) {
    if (!signal.aborted && !turnedAway(problem)) told.replaceChildren(problemView(problem));
  }
}

function buildForm(watchJob, told, signal) {
  const force = h("input", { type: "checkbox", id: "force" });
  const reencode = h("input", { type: "checkbox", id: "reencode" });
  const button = h("button", { type: "submit", class: "primary", id: "reindex" }, t("reindexNow"));
  const submit = async (event) => {
    event.preventDefault();
    const job = await attempt(button, told, () => started({ force: force.checked, reencode: reencode.checked }, told));
    if (job && !signal.aborted) watchJob(job);
  };
  return h("form", { class: "build", on: { submit } }, h("p", { class: "lead" }, t("reindexLead")),
    h("div", { class: "choices" }, check(t("force"), force, t("forceHint")), check(t("reencode"), reencode, t("reencodeHint")), button));
}

/** A new reindex; where one runs already, that one, and `told` says so. */
async function started(values, told) {
  try {
    return await reindex(values);
  } catch (problem) {
    if (problem.status !== CONFLICT || !problem.told.job) throw problem;
    const job = await jobNow(problem.told.job);
    told.replaceChildren(h("p", { class: "notice", role: "status" }, t("reindexRunning")));
    return job;
  }
}

function row(one, told, list) {
  const go = async (event) => {
    const button = event.currentTarget;
    if (!(await confirm({ title: t("activateTitle"), text: [t("activateText", { version: one.version, count: number(one.count), built: moment(one.created_at) })], action: t("activate") }))) return;
    await attempt(button, told, async () => {
      await activate(one.version);
      say(t("activated", { version: one.version }));
      await Promise.all([look(), list()]);
    });
  };
  const action = one.live ? badge("good", t("live")) : one.usable ? press("secondary", t("activate"), go, { "data-activate": one.version }) : badge("", t("otherModel"));
  return h("tr", { class: one.live ? "live" : "", "data-version": one.version },
    cell("version", h("code", {}, one.version), one.previous && [" ", badge("", t("previous"))]),
    cell("built", moment(one.created_at)),
    cell("model", one.model.name, h("code", { class: "id" }, one.model.revision)),
    cell("indexKind", [one.kind, one.precision].filter(Boolean).join(" · ")),
    cell("count", number(one.count)),
    cell("size", bytes(one.size_bytes)),
    cell("checks", checks(one.checks)),
    cell("action", action));
}

/** What was verified; canary queries are many, so the least of them stands for all until they are unfolded. */
function checks(values) {
  const all = Object.entries(values);
  const canaries = all.filter(([name]) => name.startsWith(CANARY)).map(([name, value]) => [name.slice(CANARY.length), value]);
  const least = Math.min(...canaries.map(([, value]) => value));
  const pairs = (shown, nameOf) => h("dl", { class: "inner" }, shown.map(([name, value]) => h("div", {}, h("dt", {}, nameOf(name)), h("dd", {}, number(value, { maximumFractionDigits: 4 })))));
  return [
    pairs(all.filter(([name]) => !name.startsWith(CANARY)), (name) => named("check", name)),
    canaries.length > 0 && h("details", { class: "inner" }, h("summary", {}, t("canaries", { count: number(canaries.length), least: number(least, { maximumFractionDigits: 4 }) })), pairs(canaries, (name) => name)),
  ];
}
