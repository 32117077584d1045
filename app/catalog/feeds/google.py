"""One product of a Google Merchant feed, XML or text, as our fields.

After the product data specification (https://support.google.com/merchants/answer/7052112): the attribute names are
the same in both formats, an underscore or a space between their words. What describes delivery, tax, advertising and
loyalty is left out; identifiers, condition, size type and system, labels and details are kept beside the item's fields.
"""

import csv
import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from app.catalog.feeds.html import plain_text
from app.catalog.feeds.rows import FeedRow
from app.db.base import now

KEPT = (
    "gtin", "mpn", "condition", "size_type", "size_system", "product_highlight",
    *(f"custom_label_{number}" for number in range(5)),
)  # fmt: skip
"""Attributes kept under their own names."""

DETAIL = "product_detail"
OWN_FIELDS = frozenset(("season", "usage", "title_zh", "rating"))
"""Fields of ours that the specification has no attribute for: a product detail of that name is one."""

ORDERED_AHEAD = frozenset(("preorder", "backorder"))
"""Can be bought, so not sold out; the word is kept."""

ADDRESSES = re.compile(r",\s*(?=https?://)", re.IGNORECASE)

Detail = tuple[str, str]
"""(attribute name, its value)."""


def google_row(
    line: int, given: Mapping[str, Sequence[str]], details: Iterable[Detail] = (), moment: dt.datetime | None = None
) -> FeedRow:
    """A product's attributes, each with every value it has, as a row; a sale counts at its own time alone."""
    found = {name: [v.strip() for v in values if v.strip()] for name, values in given.items()}
    found = {name: values for name, values in found.items() if values}
    values: dict[str, Any] = {name: v[0] if len(v) == 1 else v for name, v in found.items()}
    own, attributes = _details(details)
    warnings = _priced(values, found, moment or now())
    for name, field in (("size", "sizes"), ("quantity", "stock")):
        if name in found:
            values[field] = found[name]
    values |= {
        "pictures": _pictures(found),
        "kind": [*found.get("product_type", ()), *found.get("google_product_category", ())],
        "availability": _available(found),
        "attributes": attributes | {n: values[n] for n in KEPT if n in values} | _ordered_ahead(found),
    }
    for name in ("title", "description"):
        if name in found:
            values[name] = plain_text(found[name][0])
    return FeedRow(line, own | values, warnings=warnings)


@lru_cache(maxsize=4096)
def google_name(header: str) -> str:
    """An attribute's name out of a column's: `Image link [image_link]`, `image link` and `image_link` are one."""
    inner = re.search(r"\[([\w ()]+)\]\s*$", header)
    return (inner[1] if inner else header).strip().removeprefix("g:").casefold().replace(" ", "_").replace("-", "_")


def details_of(cells: Iterable[str], names: str = "section_name:attribute_name:attribute_value") -> list[Detail]:
    """Details in a text feed's cell: `section:name:value`, any number after commas, quoted where they hold either."""
    order = [name.strip() for name in names.split(":")]
    found = []
    for cell in cells:
        for part in next(csv.reader([re.sub(r"[\r\n]+", " ", cell)], skipinitialspace=True), []):
            pieces = dict(zip(order, part.split(":", len(order) - 1), strict=False))
            if pieces.get("attribute_name") and pieces.get("attribute_value"):
                found.append((pieces["attribute_name"], pieces["attribute_value"]))
    return found


def _details(details: Iterable[Detail]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What of the details are fields of ours, and what stands beside them."""
    own: dict[str, Any] = {}
    beside: dict[str, Any] = {}
    for name, value in details:
        key = google_name(name)
        (own if key in OWN_FIELDS else beside).setdefault(key, value.strip())
    return own, beside


def _pictures(found: Mapping[str, Sequence[str]]) -> list[str]:
    """The main picture first; further ones are repeated, or in one cell after commas."""
    further = (one for cell in found.get("additional_image_link", ()) for one in ADDRESSES.split(cell))
    return list(dict.fromkeys((*found.get("image_link", ()), *(address.strip(", ") for address in further))))


def _available(found: Mapping[str, Sequence[str]]) -> str:
    return found.get("availability", ("",))[0].casefold().replace(" ", "_")


def _ordered_ahead(found: Mapping[str, Sequence[str]]) -> dict[str, str]:
    word = _available(found)
    return {"availability": word} if word in ORDERED_AHEAD else {}


def _priced(
    values: dict[str, Any], found: Mapping[str, Sequence[str]], moment: dt.datetime
) -> tuple[tuple[str, str], ...]:
    """Takes the sale price away outside its time, and says so."""
    times = found.get("sale_price_effective_date", ("",))[0]
    if not times or "sale_price" not in values:
        return ()
    try:
        start, end = (_time(part) for part in times.split("/"))
    except ValueError:
        del values["sale_price"]
        return (("sale_price", f"is left out: '{times}' is no time from/to in ISO 8601"),)
    if start <= moment <= end:
        return ()
    del values["sale_price"]
    return (("sale_price", f"is left out: it counts only during {times}"),)


def _time(text: str) -> dt.datetime:
    """ISO 8601 as feeds write it (`2026-02-24T13:00-0800`, `2026-02-24`); UTC where no zone is named."""
    moment = dt.datetime.fromisoformat(text.strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
