// One item in a drawer: everything that is known of it and where that comes from; changed and deleted here.

import { $, h } from "../common/dom.js";
import { item } from "./api.js";
import { inferredView, nameOf } from "./catalogue-rows.js";
import { moment, number, word } from "./format.js";
import { t } from "./i18n.js";
import { editForm, removal } from "./item-edit.js";
import { newPictures, pictures } from "./item-pictures.js";
import { badge, cell, empty, facts, press, say, table } from "./parts.js";
import { loading } from "./problems.js";
import { routed } from "./router.js";
import { current } from "./state.js";

/** Opens the drawer for item `id`; `closed()` when it was closed by hand, `changed()` when the item is another now. */
export function openItem(id, { closed, changed }) {
  $("#main").querySelector("dialog.drawer")?.remove();
  const body = h("div", { class: "drawer-body", tabindex: "-1", autofocus: true });
  const leave = new AbortController();
  const drawer = h("dialog", { class: "drawer", closedby: "any", "aria-label": t("item") },
    press("close", h("span", { "aria-hidden": "true" }, "×"), () => drawer.close(), { "aria-label": t("close") }), body);
  drawer.addEventListener("close", () => {
    leave.abort();
    drawer.remove();
    if (routed().id === id) closed();
  });
  $("#main").append(drawer);
  drawer.showModal();

  const show = (...notes) => loading(body, leave.signal, async (mine) => itemView(await item(id, current().locale, mine), notes, {
    async changed(warnings) {
      changed();
      say(t("saved"));
      await show(t("saved"), ...warnings.map(({ field: name, reason }) => `${name} ${reason}`));
      // What had the focus is gone, and what is told of the change stands at the top.
      body.focus();
      drawer.scrollTo({ top: 0 });
    },
    gone() {
      drawer.close();
      changed();
      say(t("deleted"));
    },
  }));
  show();
}

/** `notes`: what became of the change before, for who looks at it again. */
function itemView(told, notes, actions) {
  const { item: shown } = told;
  return [
    h("header", { class: "drawer-head" },
      h("h2", {}, nameOf(shown)),
      h("p", { class: "id" }, [shown.brand, shown.id].filter(Boolean).join(" · "))),
    notes.length > 0 && h("div", { class: "notice good" }, notes.map((note) => h("p", {}, note))),
    shown.problems.length > 0 && h("ul", { class: "wrong" }, shown.problems.map((name) => h("li", {}, badge(`problem ${name}`, t(`problem_${name}`)), " ", t(`problem_${name}_hint`)))),
    pictures(told.pictures, nameOf(shown)),
    newPictures(told, actions.changed),
    section("change", editForm(told, actions.changed)),
    section("knows", knowledge(told)),
    section("vectors", vectors(told.embeddings)),
    facts([[t("created"), moment(told.created_at)], [t("updated"), moment(shown.updated_at)]], "quiet"),
    removal(told, actions.gone),
  ];
}

const section = (name, ...content) => h("section", {}, h("h3", {}, t(`item_${name}`)), content);

/** Every attribute with its source: the feed's word, or what title or picture told. */
function knowledge({ item: shown, stated, description, attributes, group_id: group }) {
  const marks = Object.fromEntries(shown.inferred.map((mark) => [mark.name, mark]));
  const rows = Object.entries(stated).map(([name, value]) => {
    const said = value && !(name === "slot" && !stated.kind);
    return h("tr", {}, cell("name", t(`field_${name}`)), cell("value", said ? word(name, value) : marks[name] ? inferredView(marks[name]) : "–"), cell("source", said ? t("source_feed") : marks[name] ? t(`source_${marks[name].source}`) : ""));
  });
  const own = Object.entries(attributes).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : String(value)]);
  return [
    table(t("item_knows"), [["name", t("field")], ["value", t("value")], ["source", t("source")]], rows, "dense"),
    facts([[t("field_title_zh"), shown.title_zh], [t("field_group"), group], [t("field_rating"), shown.rating && number(shown.rating)], [t("field_link"), shown.link && h("span", { class: "address" }, shown.link)], [t("field_description"), description], ...own]),
  ];
}

function vectors(embeddings) {
  if (!embeddings.length) return empty(t("noVectors"), t("noVectorsHint"));
  const rows = embeddings.map((one) => h("tr", {}, cell("name", t(`signal_${one.signal}`)), cell("value", h("code", {}, `${one.model_revision} · ${one.preprocess_version}`)), cell("source", one.usable ? badge("good", t("loadedModel")) : badge("", t("otherModel")))));
  return table(t("item_vectors"), [["name", t("signal")], ["value", t("model")], ["source", ""]], rows, "dense");
}
