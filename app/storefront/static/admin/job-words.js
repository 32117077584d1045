// How a job is told: its state, its pace, what came of it.

import { h } from "../common/dom.js";
import { bytes, duration, number } from "./format.js";
import { has, t } from "./i18n.js";
import { badge } from "./parts.js";

const LOOKS = { queued: "", running: "live", succeeded: "good", failed: "bad", cancelled: "" };

export const isOver = (job) => ["succeeded", "failed", "cancelled"].includes(job.state);

export const stateBadge = (job) => badge(LOOKS[job.state], t(`state_${job.state}`));

export const named = (prefix, name) => (has(`${prefix}_${name}`) ? t(`${prefix}_${name}`) : String(name).replaceAll("_", " "));

export const kindOf = (job) => named("job", job.kind);

/** Seconds that a job ran, or has run so far; null before it began. */
export function ranFor(job) {
  if (!job.started_at) return null;
  const end = job.finished_at ? new Date(job.finished_at) : new Date();
  return Math.max(0, (end - new Date(job.started_at)) / 1000);
}

/** Rows of the feed that an import has dealt with; null while it only reads. */
export const rowsOf = (job) => job.result?.rows ?? (IN_BYTES.includes(job.stage) ? null : job.done);

/** Rows that an import turned down. */
export const failedRows = (job) => job.result?.failed ?? 0;

/** Stages whose progress is counted in bytes. */
const IN_BYTES = ["downloading", "reading"];

/** "1,200 of 4,000 · 250 a second · 11 s left". */
export function pace({ stage, done, total, rate, eta_s: left }) {
  const amount = IN_BYTES.includes(stage) ? bytes : (value) => number(value, { maximumSignificantDigits: value < 100 ? 2 : 21 });
  const parts = [
    total ? t("doneOf", { done: amount(done), total: amount(total) }) : done > 0 && amount(done),
    rate && t("perSecond", { rate: amount(rate < 10 ? rate : Math.round(rate)) }),
    left !== null && left !== undefined && t("timeLeft", { time: duration(left) }),
  ];
  return parts.filter(Boolean).join(" · ");
}

/** What a job's page shows otherwise: counts as tabs of the table of rows. */
const ELSEWHERE = ["rows_url", "created", "changed", "unchanged", "folded", "failed", "skipped", "retired", "dry_run"];

/** A result's entries as pairs for a list of facts; nested ones are written out with their own names. */
export function resultPairs(result, prefix = "result") {
  return Object.entries(result ?? {}).filter(([name]) => !ELSEWHERE.includes(name)).map(([name, value]) => [named(prefix, name), valueOf(value)]);
}

function valueOf(value) {
  if (value === null || value === undefined || value === "") return null;
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (typeof value === "number") return number(value, { maximumFractionDigits: 4 });
  if (Array.isArray(value)) return value.length ? h("ul", {}, value.map((entry) => h("li", {}, valueOf(entry)))) : null;
  if (typeof value === "object") return h("dl", { class: "inner" }, resultPairs(value).map(([name, inner]) => inner !== null && h("div", {}, h("dt", {}, name), h("dd", {}, inner))));
  return String(value);
}
