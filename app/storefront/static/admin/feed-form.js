// What is to be imported and how. What was chosen, and an upload under way, outlive a look at another screen.

import { h } from "../common/dom.js";
import { importFromUrl } from "./api.js";
import { dropZone, fileInput } from "./files.js";
import { bytes, share } from "./format.js";
import { t } from "./i18n.js";
import { MappingError, mappingOf } from "./mapping.js";
import { check, choice, field, press } from "./parts.js";
import { attempt } from "./problems.js";
import { upload } from "./upload.js";

const FORMATS = ["auto", "google_xml", "google_tsv", "shopify", "jsonl", "csv", "folder"];
const FILES = ["feed", "pictures"];
const NEW = { url: "", format: "auto", mapping: "", dryRun: false, full: false, share: "" };

const draft = { files: {}, ...NEW };
// The same elements in every form: what is being sent, and how that went, is seen by who comes back to it.
const told = h("div", { class: "told" });
const send = h("button", { type: "submit", class: "primary", id: "start-import" });
const chosen = Object.fromEntries(FILES.map((name) => [name, h("p", { class: "chosen" })]));
let begun = () => {};

/** A form that calls `started(job)`, until `signal` aborts, with the job the service made of it. */
export function feedForm(started, signal) {
  begun = (job) => !signal.aborted && started(job);
  const controls = controlsOf(() => show());
  const retire = field(t("retireUpTo"), controls.share, t("retireUpToHint"));

  function show() {
    send.textContent = t(draft.dryRun ? "checkFeed" : "startImport");
    retire.hidden = !draft.full;
  }

  async function submit(event) {
    event.preventDefault();
    if (send.disabled) return;
    const wrong = lacking();
    if (wrong) {
      told.replaceChildren(h("p", { class: "field-problem", role: "alert" }, wrong));
      return;
    }
    const sent = { ...draft.files };
    const job = await attempt(send, told, () => (draft.files.feed ? uploaded() : importFromUrl({ url: draft.url, ...options() })));
    if (!job) return;
    for (const name of FILES) if (draft.files[name] === sent[name]) take(name, null);
    draft.url = controls.url.value = "";
    begun(job);
  }

  const zone = h("div", { class: "zone" },
    fileInput("feed", take, t("feedFile")),
    h("p", { class: "big" }, h("span", { class: "as-link" }, t("feedPick")), " ", t("feedDrop")),
    h("p", { class: "hint" }, t("feedKinds")), chosen.feed);
  dropZone(zone, (file) => take("feed", file));
  FILES.forEach(showChosen);
  show();
  return h("form", { class: "feed-form", novalidate: true, on: { submit } },
    zone,
    h("div", { class: "settings" },
      field(t("feedUrl"), controls.url, t("feedUrlHint")),
      field(t("format"), controls.format),
      picturesField(),
      field(t("mapping"), controls.mapping, t("mappingHint")),
      check(t("dryRun"), controls.dryRun, t("dryRunHint")),
      check(t("full"), controls.full, t("fullHint")),
      retire,
      h("div", { class: "choices" }, send), told));
}

/** Another file, or none, for `name`; what went wrong with the one before is no longer said. */
function take(name, file) {
  if (file) draft.files[name] = file;
  else delete draft.files[name];
  showChosen(name);
  if (!send.disabled) told.replaceChildren();
}

function showChosen(name) {
  const file = draft.files[name];
  chosen[name].replaceChildren(...(file ? [h("strong", {}, file.name), ` ${bytes(file.size)} `, press("quiet", t("remove"), () => take(name, null), { "aria-label": t("removeFile", { name: file.name }) })] : []));
}

/** Controls that keep what they hold in the draft. */
function controlsOf(changed) {
  const bound = (name, control, property = "value") => {
    control[property] = draft[name];
    const keep = () => {
      draft[name] = property === "value" ? control.value.trim() : control.checked;
      changed();
    };
    for (const event of ["input", "change"]) control.addEventListener(event, keep);
    return control;
  };
  const tick = (name) => bound(name, h("input", { type: "checkbox", id: `feed-${name}` }), "checked");
  return {
    url: bound("url", h("input", { type: "url", id: "feed-url", placeholder: "https://…", autocomplete: "off" })),
    format: bound("format", h("select", { id: "feed-format" }, FORMATS.map((name) => choice(name, t(`format_${name}`), draft.format)))),
    mapping: bound("mapping", h("textarea", { id: "feed-mapping", rows: 2, spellcheck: "false", placeholder: "title: product_name" })),
    share: bound("share", h("input", { type: "number", min: 0, max: 100, step: 1, inputmode: "numeric", placeholder: t("retireUpToDefault") })),
    dryRun: tick("dryRun"),
    full: tick("full"),
  };
}

/** What must be mended before anything is sent, in words; empty when all is well. */
function lacking() {
  const { feed, pictures } = draft.files;
  if (!feed && !draft.url) return t("feedNeeded");
  if (feed && draft.url) return t("feedTwice");
  if (!feed && pictures) return t("picturesByAddress");
  try {
    mappingOf(draft.mapping);
  } catch (error) {
    if (!(error instanceof MappingError)) throw error;
    return t("mappingWrong", { line: error.message });
  }
  return "";
}

function options() {
  const share_ = draft.full && draft.share !== "" ? { retire_up_to: Number(draft.share) / 100 } : {};
  return { format: draft.format, mapping: mappingOf(draft.mapping), dry_run: draft.dryRun, full: draft.full, ...share_ };
}

/** Sends the files and tells how far that is; the sending goes on when the screen is left. */
async function uploaded() {
  const form = new FormData();
  for (const [name, value] of Object.entries(options())) form.append(name, typeof value === "object" ? JSON.stringify(value) : String(value));
  for (const [name, file] of Object.entries(draft.files)) form.append(name, file, file.name);
  const stop = new AbortController();
  const bar = h("progress", { max: 1, value: 0, "aria-label": t("uploading") });
  const pace = h("span", { class: "pace" }, t("uploading"));
  const meter = h("div", { class: "meter" }, bar, h("p", {}, pace, " ", press("quiet", t("stop"), () => stop.abort())));
  told.replaceChildren(meter);
  const sent = (done, total) => {
    bar.value = done / total;
    pace.textContent = done < total ? `${t("uploading")} ${share(done / total)} · ${bytes(done)} / ${bytes(total)}` : t("received");
  };
  return upload("v1/admin/imports", form, { signal: stop.signal, sent }).finally(() => meter.remove());
}

function picturesField() {
  const input = fileInput("pictures", take, t("feed_pictures"));
  return h("div", { class: "field file" }, h("label", { htmlFor: input.id }, t("feed_pictures")),
    h("div", { class: "pick" }, input, h("span", { class: "as-link", "aria-hidden": "true" }, t("chooseFile"))),
    h("p", { class: "hint" }, t("feed_pictures_hint")), chosen.pictures);
}
