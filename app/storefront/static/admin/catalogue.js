// The catalogue: found by words and filters, sorted out by what is wrong, each item a click away.

import { h } from "../common/dom.js";
import { items } from "./api.js";
import { itemRow } from "./catalogue-rows.js";
import { filterBar, problemBar } from "./catalogue-filters.js";
import { pause } from "./events.js";
import { counted, t } from "./i18n.js";
import { openItem } from "./item.js";
import { lastImport } from "./last-import.js";
import { pagedTable } from "./pages.js";
import { empty, heading, press, say } from "./parts.js";
import { loading } from "./problems.js";
import { address, go, note } from "./router.js";
import { current } from "./state.js";

const PAGE = 48;
const TYPING_MS = 250;
const NOTHING_FILTERED = "{}";

/** Builds the screen in `place`; returns what takes a new address of this screen without building it again. */
export function catalogueScreen(place, route, signal) {
  const found = h("p", { class: "found", role: "status" });
  const problems = h("div", { class: "problem-bar" });
  const results = h("div", { class: "results" });
  let query = route.query;

  const narrow = (name, value) => {
    const next = new URLSearchParams(query);
    if (value) next.set(name, value);
    else next.delete(name);
    note("catalogue", null, next);
  };
  const bar = filterBar(query, narrow, signal);
  const actions = { closed: () => go("catalogue", null, query), changed: () => list({ again: true }) };

  /** `again`: after a change of an item, so as many rows as are on show stay there. */
  function list({ typed = false, again = false } = {}) {
    return loading(results, signal, async (mine) => {
      if (typed) await pause(TYPING_MS, mine);
      mine.throwIfAborted();
      const page = await firstItems(query, again ? results.querySelectorAll("tbody tr").length : 0, mine);
      bar.offer(page.facets);
      problems.replaceChildren(problemBar(page, query, narrow));
      found.textContent = counted("foundItems", page.total);
      if (!again) say(found.textContent);
      return page.items.length ? listView(page, query, mine) : nothing(query, page);
    });
  }

  place.append(heading(t("catalogue"), found), h("div", { id: "last-import" }), bar.view, problems, results);
  lastImport(place.querySelector("#last-import"), signal);
  list();
  if (route.id) openItem(route.id, actions);

  return (next) => {
    const same = next.query.toString() === query.toString();
    const typed = next.query.get("q") !== query.get("q");
    query = next.query;
    if (!same) {
      bar.show(query);
      list({ typed });
    }
    const open = document.querySelector("dialog.drawer");
    if (next.id) openItem(next.id, actions);
    else open?.close();
    return true;
  };
}

/** The first page of what is found, and as many more as it takes to hold `least` items. */
async function firstItems(query, least, signal) {
  const found = await items(asked(query), signal);
  while (found.next && found.items.length < least) {
    const page = await items(asked(query, found.next), signal);
    found.items.push(...page.items);
    found.next = page.next;
  }
  return found;
}

/** The address' query as the service's: filters are one JSON object there. */
function asked(query, cursor = null) {
  const filters = {};
  for (const name of ["kind", "brand", "colour"]) if (query.get(name)) filters[name] = [query.get(name)];
  if (query.get("stock")) filters.in_stock = query.get("stock") === "in_stock";
  const params = new URLSearchParams({ limit: PAGE, locale: current().locale });
  for (const name of ["q", "problem"]) if (query.get(name)) params.set(name, query.get(name));
  const text = JSON.stringify(filters);
  if (text !== NOTHING_FILTERED) params.set("filters", text);
  if (cursor) params.set("cursor", cursor);
  return params;
}

function listView(first, query, signal) {
  const columns = ["picture", "item", "kind", "colour", "price", "stock", "problems"];
  return pagedTable({
    caption: t("catalogue"),
    columns: columns.map((name) => [name, name === "picture" ? h("span", { class: "unseen" }, t("picture")) : t(`column_${name}`)]),
    look: "items",
    row: (item) => itemRow(item, query),
    next: (cursor, mine) => items(asked(query, cursor), mine),
  }, first, signal);
}

function nothing(query, page) {
  const narrowed = ["q", "kind", "brand", "colour", "stock", "problem"].some((name) => query.get(name));
  if (!narrowed) return empty(t("noItems"), h("p", {}, h("a", { class: "primary", href: address("feeds") }, t("dropFeed"))));
  if (query.get("problem") && page.total === 0) return empty(t("noSuchProblem"), press("secondary", t("showAll"), () => go("catalogue")));
  return empty(t("nothingFound"), press("secondary", t("clearFilters"), () => go("catalogue")));
}
