// What is to be imported and how. A file that was chosen, and an upload under way, outlive a look at another screen.

import { h } from "../common/dom.js";
import { importFromUrl } from "./api.js";
import { bytes, share } from "./format.js";
import { t } from "./i18n.js";
import { check, choice, field, press } from "./parts.js";
import { attempt } from "./problems.js";
import { upload } from "./upload.js";

const FORMATS = ["auto", "google_xml", "google_tsv", "shopify", "jsonl", "csv", "folder"];
const FILES = ["feed", "pictures", "mapping"];

/** What was chosen so far. */
const draft = { files: {}, url: "", format: "auto", dryRun: false, full: false };
let sending = null;

/** A form that calls `started(job)` with the job the service made of it. */
export function feedForm(started, signal) {
  const told = h("div", { class: "told" });
  const chosen = Object.fromEntries(FILES.map((name) => [name, h("p", { class: "chosen" })]));
  const url = h("input", { type: "url", id: "feed-url", placeholder: "https://…", value: draft.url, autocomplete: "off", on: { input: () => { draft.url = url.value.trim(); } } });
  const format = h("select", { on: { change: () => { draft.format = format.value; } } }, FORMATS.map((name) => choice(name, t(`format_${name}`), draft.format)));
  const dryRun = h("input", { type: "checkbox", checked: draft.dryRun, on: { change: () => { draft.dryRun = dryRun.checked; label(); } } });
  const full = h("input", { type: "checkbox", checked: draft.full, on: { change: () => { draft.full = full.checked; } } });
  const send = h("button", { type: "submit", class: "primary", id: "start-import" });
  const label = () => { send.textContent = t(draft.dryRun ? "checkFeed" : "startImport"); };

  function take(name, file) {
    if (file) draft.files[name] = file;
    else delete draft.files[name];
    chosen[name].replaceChildren(...(file ? [h("strong", {}, file.name), ` ${bytes(file.size)} `, press("quiet", t("remove"), () => take(name, null), { "aria-label": t("removeFile", { name: file.name }) })] : []));
    told.replaceChildren();
  }

  async function submit(event) {
    event.preventDefault();
    if (!draft.files.feed && !draft.url) return told.replaceChildren(h("p", { class: "field-problem", role: "alert" }, t("feedNeeded")));
    const job = await attempt(send, told, () => (draft.files.feed ? uploaded(told) : importFromUrl(byUrl())));
    if (!job) return undefined;
    forget();
    return signal.aborted ? undefined : started(job);
  }

  function forget() {
    for (const name of FILES) take(name, null);
    draft.url = url.value = "";
  }

  const zone = h("div", { class: "zone" },
    fileInput("feed", take, t("feedFile")),
    h("p", { class: "big" }, h("span", { class: "as-link" }, t("feedPick")), " ", t("feedDrop")),
    h("p", { class: "hint" }, t("feedKinds")), chosen.feed);
  dropZone(zone, (file) => take("feed", file));
  for (const name of FILES) take(name, draft.files[name] ?? null);
  label();
  if (sending) told.replaceChildren(sending.view);
  return h("form", { class: "feed-form", on: { submit } },
    zone,
    h("div", { class: "settings" },
      field(t("feedUrl"), url, t("feedUrlHint")),
      field(t("format"), format),
      fileField("pictures", take, chosen),
      fileField("mapping", take, chosen),
      check(t("dryRun"), dryRun, t("dryRunHint")),
      check(t("full"), full, t("fullHint")),
      h("div", { class: "choices" }, send), told));
}

const byUrl = () => ({ url: draft.url, format: draft.format, dry_run: draft.dryRun, full: draft.full });

/** Sends the files and shows in `told` how far that is; the sending goes on when the screen is left. */
function uploaded(told) {
  const form = new FormData();
  form.append("format", draft.format);
  form.append("dry_run", String(draft.dryRun));
  form.append("full", String(draft.full));
  for (const name of ["mapping", "pictures", "feed"]) if (draft.files[name]) form.append(name, draft.files[name], draft.files[name].name);
  const stop = new AbortController();
  const bar = h("progress", { max: 1, value: 0, "aria-label": t("uploading") });
  const pace = h("span", { class: "pace" }, t("uploading"));
  sending = { view: h("div", { class: "meter" }, bar, h("p", {}, pace, " ", press("quiet", t("stop"), () => stop.abort()))) };
  told.replaceChildren(sending.view);
  const sent = (done, total) => {
    bar.value = done / total;
    pace.textContent = done < total ? `${t("uploading")} ${share(done / total)} · ${bytes(done)} / ${bytes(total)}` : t("received");
  };
  return upload("v1/admin/imports", form, { signal: stop.signal, sent }).finally(() => {
    sending.view.remove();
    sending = null;
  });
}

function fileInput(name, take, label) {
  const input = h("input", { type: "file", id: `file-${name}`, "aria-label": label });
  input.addEventListener("change", () => {
    if (input.files[0]) take(name, input.files[0]);
    input.value = "";
  });
  return input;
}

function fileField(name, take, chosen) {
  const input = fileInput(name, take, t(`feed_${name}`));
  return h("div", { class: "field file" }, h("label", { htmlFor: input.id }, t(`feed_${name}`)), h("div", { class: "pick" }, input, h("span", { class: "as-link", "aria-hidden": "true" }, t("chooseFile"))), h("p", { class: "hint" }, t(`feed_${name}_hint`)), chosen[name]);
}

function dropZone(zone, dropped) {
  const over = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    zone.classList.add("over");
  };
  const out = () => zone.classList.remove("over");
  zone.addEventListener("dragenter", over);
  zone.addEventListener("dragover", over);
  zone.addEventListener("dragleave", out);
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    out();
    if (event.dataTransfer.files[0]) dropped(event.dataTransfer.files[0]);
  });
}
