// What became of each row of a feed, by outcome, with line, id, field and reason; also as a file.

import { h } from "../common/dom.js";
import { jobRows } from "./api.js";
import { csvOf, saveAs } from "./csv.js";
import { number } from "./format.js";
import { t } from "./i18n.js";
import { named } from "./job-words.js";
import { pagedTable } from "./pages.js";
import { badge, cell, empty, press } from "./parts.js";
import { attempt, loading } from "./problems.js";

const PAGE = 100;
const OUTCOMES = ["failed", "created", "changed", "unchanged", "folded", "skipped", "retired"];

/** Rows of an import job, those that failed first. */
export function rowsView(job, signal) {
  const counts = job.result ?? {};
  const offered = OUTCOMES.filter((name) => !job.result || name === "failed" || counts[name] !== undefined);
  const list = h("div", { class: "results" });
  const told = h("div", {});
  let outcome = counts.failed > 0 ? "failed" : (offered.find((name) => counts[name] > 0) ?? "failed");

  const tabs = offered.map((name) => h("button", { type: "button", class: counts[name] ? "tab" : "tab none", "data-outcome": name, on: { click: () => choose(name) } },
    named("outcome", name), counts[name] !== undefined && h("span", { class: "count" }, " ", number(counts[name]))));

  function choose(name) {
    outcome = name;
    tabs.forEach((tab) => tab.setAttribute("aria-pressed", String(tab.dataset.outcome === name)));
    return loading(list, signal, async (mine) => {
      const asked = { outcome: name, limit: PAGE };
      const page = await jobRows(job.id, asked, mine);
      if (!page.items.length) return empty(name === "failed" ? t("noFailures") : t("noRows"));
      return pagedTable({
        caption: t("rows"),
        columns: ["line", "id", "outcome", "issues"].map((column) => [column, t(`column_${column}`)]),
        look: "dense rows",
        row,
        next: (cursor, until) => jobRows(job.id, { ...asked, cursor }, until),
      }, page, mine);
    });
  }

  const download = press("quiet", t("downloadCsv"), () => attempt(download, told, async () => saveAs(await csvOf(job.id, outcome, signal), `${job.kind}-${job.id.slice(0, 8)}-${outcome}.csv`)));
  choose(outcome);
  return h("div", { class: "outcomes" },
    h("div", { class: "tabs", role: "group", "aria-label": t("rows") }, tabs, download), told, list);
}

function row({ line, item_id: id, outcome, issues }) {
  return h("tr", {}, cell("line", number(line)), cell("id", h("code", {}, id || "–")), cell("outcome", named("outcome", outcome)),
    cell("issues", issues.length ? h("ul", {}, issues.map(({ field, reason, level }) => h("li", {}, level === "warning" && badge("warn", t("warning")), field && h("code", {}, field), " ", reason))) : "–"));
}
