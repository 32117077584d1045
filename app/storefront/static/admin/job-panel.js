// One job, live: its stage, how far it is, what went wrong, what came of it; stopped or run again here.

import { h } from "../common/dom.js";
import { Problem } from "../common/http.js";
import { cancelJob, job as jobNow, jobEvents, retryJob } from "./api.js";
import { follow } from "./events.js";
import { duration, moment, number } from "./format.js";
import { t } from "./i18n.js";
import { isOver, kindOf, named, pace, ranFor, resultPairs, stateBadge } from "./job-words.js";
import { badge, confirm, facts, press, say } from "./parts.js";
import { attempt, problemView, turnedAway } from "./problems.js";
import { rowsView } from "./rows.js";
import { look } from "./status.js";

const TICK_MS = 1000;

/** An element that shows `job` and follows it until it is over; `ended(job)` is called then, if it was not yet. */
export function jobPanel(job, { signal, ended = () => {} }) {
  const parts = { head: h("div", { class: "job-head" }), meter: h("div", { class: "meter" }), errors: h("div", {}), result: h("div", {}), rows: h("div", {}), told: h("div", {}) };
  const actions = h("div", { class: "actions" });
  const panel = h("section", { class: "job", "data-job": job.id, "aria-label": kindOf(job) }, parts.head, parts.meter, actions, parts.told, parts.errors, parts.result, parts.rows);
  let now = job;
  let broken = null;

  function show(next) {
    const turned = next.state !== now.state || !actions.children.length;
    now = next;
    panel.dataset.state = now.state;
    parts.head.replaceChildren(...headOf(now));
    parts.meter.replaceChildren(...meterOf(now, broken));
    parts.errors.replaceChildren(...errorsOf(now));
    if (!turned) return;
    actions.replaceChildren(...buttons());
    parts.result.replaceChildren(...(now.result ? [facts(resultPairs(now.result), "result")] : []));
    if (isOver(now)) say(`${kindOf(now)}: ${t(`state_${now.state}`)}`);
  }

  function buttons() {
    if (now.state === "queued" || now.state === "running") return [press("secondary", t("stop"), stop)];
    if (now.state === "failed" || now.state === "cancelled") return [press("secondary", t("runAgain"), again)];
    return [];
  }

  async function stop(event) {
    const button = event.currentTarget;
    if (!(await confirm({ title: t("stopTitle", { job: kindOf(now) }), text: t("stopText"), action: t("stop") }))) return;
    await attempt(button, parts.told, async () => show(await cancelJob(now.id)));
    if (now.state === "running") parts.told.replaceChildren(h("p", { class: "hint", role: "status" }, t("stopping")));
  }

  async function again(event) {
    const taken = await attempt(event.currentTarget, parts.told, () => retryJob(now.id));
    if (!taken) return;
    show(taken);
    parts.rows.replaceChildren();
    watch();
  }

  /** An error that is known already comes again when a broken stream is taken up before it. */
  function heard({ type, data }) {
    broken = null;
    const told = JSON.parse(data);
    switch (type) {
      case "progress": show({ ...now, ...told }); break;
      case "stage": show({ ...now, ...told, done: 0, total: null, rate: null, eta_s: null }); break;
      case "error": show({ ...now, errors: [...now.errors.filter((one) => JSON.stringify(one) !== JSON.stringify(told)), told] }); break;
      case "finished": show(told); break;
      default:
    }
    return type !== "finished";
  }

  async function watch() {
    const clock = setInterval(() => parts.head.replaceChildren(...headOf(now)), TICK_MS);
    try {
      await follow(jobEvents(now.id), { signal, heard, lost: (problem) => { broken = problem; show(now); } });
      if (signal.aborted) return;
      if (!isOver(now)) show(await jobNow(now.id, signal));
    } catch (problem) {
      if (signal.aborted || turnedAway(problem)) return;
      parts.told.replaceChildren(problemView(problem, () => { parts.told.replaceChildren(); watch(); }));
      if (problem instanceof Problem) return;
      throw problem;
    } finally {
      clearInterval(clock);
    }
    parts.told.replaceChildren();
    if (now.kind === "import") parts.rows.replaceChildren(rowsView(now, signal));
    look();
    ended(now);
  }

  show(job);
  if (!isOver(job)) watch();
  else if (job.kind === "import") parts.rows.replaceChildren(rowsView(job, signal));
  return panel;
}

function headOf(job) {
  const ran = ranFor(job);
  return [
    stateBadge(job),
    h("strong", {}, kindOf(job)),
    job.result?.dry_run && badge("warn", t("dryRun")),
    job.stage && !isOver(job) && h("span", {}, named("stage", job.stage)),
    h("span", { class: "faint" }, moment(job.started_at ?? job.created_at)),
    ran !== null && h("span", { class: "faint" }, t(isOver(job) ? "took" : "runsFor", { time: duration(ran) })),
    job.attempts > 1 && h("span", { class: "faint" }, t("attempts", { count: number(job.attempts) })),
    h("code", { class: "faint" }, job.id),
  ].filter(Boolean);
}

function meterOf(job, broken) {
  if (isOver(job)) return [];
  const bar = h("progress", { "aria-label": kindOf(job), max: job.total || null });
  if (job.total) bar.value = Math.min(job.done, job.total);
  return [bar, h("p", { class: "pace" }, job.state === "queued" ? t("waiting") : pace(job) || t("beginning")), broken && h("p", { class: "hint" }, t("reconnecting"))].filter(Boolean);
}

/** Errors of single rows stand in the table of rows once that is there. */
function errorsOf(job) {
  const shown = (job.errors ?? []).filter((error) => !(error.row && isOver(job)));
  if (!shown.length) return [];
  return [h("div", { class: "notice bad" }, h("p", {}, h("strong", {}, t("jobErrors"))), h("ul", {}, shown.map((error) => h("li", {}, told(error)))))];
}

/** An error as the service wrote it: its reason, and whatever else it names. */
function told(error) {
  if (typeof error === "string") return error;
  const { reason, sequence: _, row: __, ...rest } = error;
  const more = Object.entries(rest).filter(([, value]) => value !== null && value !== "");
  return [reason ?? "", more.length > 0 && h("span", { class: "faint" }, ` (${more.map(([name, value]) => `${name}: ${value}`).join(", ")})`)];
}
