// A table that grows by pages.

import { h } from "../common/dom.js";
import { t } from "./i18n.js";
import { press, table } from "./parts.js";
import { loading } from "./problems.js";

/**
 * A table of the `first` page's items, `row(item)` each, and a button for more while there are any: `next(cursor, signal)`
 * asks for another page.
 */
export function pagedTable({ caption, columns, look, row, next }, first, signal) {
  const view = table(caption, columns, first.items.map(row), look);
  const more = h("div", { class: "more" }, button(first.next));

  function button(cursor) {
    return cursor && press("secondary", t("showMore"), () => loading(more, signal, async (mine) => {
      const page = await next(cursor, mine);
      const rows = page.items.map(row);
      view.querySelector("tbody").append(...rows);
      rows[0]?.querySelector("a")?.focus({ preventScroll: true });
      return button(page.next);
    }));
  }
  return [view, more];
}
