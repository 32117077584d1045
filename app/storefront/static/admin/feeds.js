// Feeds: drop one or name its address, watch it go in, and see what became of each row.

import { h } from "../common/dom.js";
import { jobs } from "./api.js";
import { feedForm } from "./feed-form.js";
import { duration, moment, number } from "./format.js";
import { t } from "./i18n.js";
import { jobPanel } from "./job-panel.js";
import { failedRows, isOver, ranFor, rowsOf, stateBadge } from "./job-words.js";
import { badge, cell, empty, heading, table } from "./parts.js";
import { loading } from "./problems.js";
import { address } from "./router.js";

const SHOWN = 10;

export function feedsScreen(place, route, signal) {
  const watched = h("div", { class: "watched" });
  const before = h("div", { class: "results" });
  const watch = (job) => loading(watched, signal, (mine) => jobPanel(job, { signal: mine, ended: list }));
  const started = async (job) => {
    await watch(job);
    watched.scrollIntoView({ block: "nearest" });
    list();
  };

  function list() {
    return loading(before, signal, async (mine) => {
      const { items } = await jobs({ kind: "import", limit: SHOWN }, mine);
      const running = items.find((job) => !isOver(job));
      if (running && !watched.children.length) watch(running);
      if (!items.length) return empty(t("noImports"), t("noImportsHint"));
      return table(t("imports"), ["started", "state", "rows", "failedRows", "took"].map((name) => [name, t(`column_${name}`)]), items.map(row), "jobs");
    });
  }

  place.append(heading(t("feeds")), feedForm(started, signal), watched, h("h2", {}, t("imports")), before);
  list();
}

function row(job) {
  const failed = failedRows(job);
  const rows = rowsOf(job);
  const ran = ranFor(job);
  return h("tr", {},
    cell("started", h("a", { href: address("jobs", job.id) }, moment(job.created_at))),
    cell("state", stateBadge(job), job.result?.dry_run && badge("warn", t("dryRun"))),
    cell("rows", rows === null ? "–" : number(rows)),
    cell("failedRows", failed ? h("span", { class: "sale" }, number(failed)) : "–"),
    cell("took", ran === null ? "–" : duration(ran)));
}
