// A line above the catalogue: rows of the last import that did not get in.

import { h } from "../common/dom.js";
import { jobs } from "./api.js";
import { counted, t } from "./i18n.js";
import { failedRows } from "./job-words.js";
import { loading } from "./problems.js";
import { address } from "./router.js";

/** Among so many of the newest one was surely no dry run, or it is long ago. */
const LOOKED_AT = 10;

export function lastImport(place, signal) {
  return loading(place, signal, async (mine) => {
    const { items } = await jobs({ kind: "import", limit: LOOKED_AT }, mine);
    const job = items.find((one) => !one.result?.dry_run);
    const failed = job ? failedRows(job) : 0;
    if (job?.state === "failed") return line(t("lastImportFailed"), job);
    return failed ? line(counted("lastImportRows", failed), job) : [];
  });
}

const line = (text, job) => h("p", { class: "notice slim" }, text, " ", h("a", { href: address("jobs", job.id) }, t("seeThem")));
