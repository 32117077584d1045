// The log of jobs, newest first, and one of them in full.

import { h } from "../common/dom.js";
import { job as jobNow, jobs } from "./api.js";
import { pause } from "./events.js";
import { duration, moment, number } from "./format.js";
import { counted, t } from "./i18n.js";
import { jobPanel } from "./job-panel.js";
import { failedRows, isOver, kindOf, named, pace, ranFor, stateBadge } from "./job-words.js";
import { pagedTable } from "./pages.js";
import { badge, cell, choice, empty, heading } from "./parts.js";
import { loading } from "./problems.js";
import { address, note } from "./router.js";

const PAGE = 50;
const KINDS = ["import", "reindex"];
const STATES = ["queued", "running", "succeeded", "failed", "cancelled"];
const EVERY_MS = 4000;

export function jobsScreen(place, route, signal) {
  return route.id ? oneJob(place, route.id, signal) : allJobs(place, route.query, signal);
}

function oneJob(place, id, signal) {
  const body = h("div", {});
  place.append(heading(t("job"), h("a", { href: address("jobs") }, t("allJobs"))), body);
  loading(body, signal, async (mine) => jobPanel(await jobNow(id, mine), { signal: mine }));
}

function allJobs(place, begun, signal) {
  let query = begun;
  const list = h("div", { class: "results" });
  const narrow = (name) => (event) => {
    const next = new URLSearchParams(query);
    if (event.target.value) next.set(name, event.target.value);
    else next.delete(name);
    note("jobs", null, next);
  };
  const kind = h("select", { "aria-label": t("column_kind"), on: { change: narrow("kind") } }, choice("", t("everyKind"), query.get("kind") ?? ""), KINDS.map((name) => choice(name, named("job", name), query.get("kind"))));
  const state = h("select", { "aria-label": t("column_state"), on: { change: narrow("state") } }, choice("", t("everyState"), query.get("state") ?? ""), STATES.map((name) => choice(name, t(`state_${name}`), query.get("state"))));
  place.append(heading(t("jobs")), h("form", { class: "filter-bar" }, kind, state), list);
  const asked = (cursor) => ({ limit: PAGE, ...Object.fromEntries(query), ...(cursor && { cursor }) });

  const load = () => loading(list, signal, async (mine) => {
    const page = await jobs(asked(), mine);
    if (page.items.some((job) => !isOver(job))) renew(mine);
    return page.items.length ? listView(page, asked, mine) : empty(t(query.size ? "noJobs" : "noJobsYet"), t("noJobsHint"));
  });
  /** Only the first page is renewed, while something on it still moves, and not under somebody's hands. */
  const renew = async (mine) => {
    const held = () => list.querySelector("tr:focus-within") || list.querySelectorAll("tbody tr").length > PAGE;
    do await pause(EVERY_MS, mine); while (!mine.aborted && held());
    if (!mine.aborted) load();
  };
  load();
  return (next) => {
    if (next.id) return false;
    query = next.query;
    load();
    return true;
  };
}

const listView = (first, asked, signal) => pagedTable({
  caption: t("jobs"),
  columns: ["created", "kind", "state", "progress", "took", "outcome"].map((name) => [name, t(`column_${name}`)]),
  look: "jobs",
  row,
  next: (cursor, mine) => jobs(asked(cursor), mine),
}, first, signal);

function row(job) {
  const ran = ranFor(job);
  return h("tr", { "data-job": job.id },
    cell("created", h("a", { href: address("jobs", job.id) }, moment(job.created_at, { dateStyle: "short", timeStyle: "medium" }))),
    cell("kind", kindOf(job)),
    cell("state", stateBadge(job), job.result?.dry_run && badge("warn", t("dryRun"))),
    cell("progress", isOver(job) ? number(job.done) : pace(job) || "–"),
    cell("took", ran === null ? "–" : duration(ran)),
    cell("outcome", outcome(job)));
}

/** What one should know without opening it: what went wrong, else the numbers of the result. */
function outcome(job) {
  const failed = failedRows(job);
  if (job.errors?.length && !failed) return h("span", { class: "sale" }, reasonOf(job.errors[0]), job.errors.length > 1 && ` (+${number(job.errors.length - 1)})`);
  if (failed) return h("span", { class: "sale" }, counted("rowsFailed", failed));
  const numbers = Object.entries(job.result ?? {}).filter(([, value]) => typeof value === "number" && value > 0);
  return numbers.slice(0, 3).map(([name, value]) => `${named("result", name)} ${number(value, { maximumFractionDigits: 2 })}`).join(" · ") || "–";
}

const reasonOf = (error) => (typeof error === "string" ? error : (error.reason ?? JSON.stringify(error)));
