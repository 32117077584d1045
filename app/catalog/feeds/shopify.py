"""Shopify product CSV: a product's rows → a row for each of its variants, those of one colour marked as one item.

A product's first row has its facts; the rows below carry further variants, further pictures, or both. An option that is
a colour, whatever its place and language, makes colourways; all other options together name a variant's size.

A colourway's id is the SKU of its first variant: that is what the shop's orders, stock and picture files go by, and
what other feeds fold its sizes under. Where there is none, or where two colourways share it, it is the product's
handle, or `handle/colour` where the product has several. Nothing else is made up.

Several prices, sizes and counts are the variants' own. A compare-at price above the price is the price, and the price
then the sale price. Products that are drafts, archived, unlisted or not published are left out, and say so.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.catalog.feeds.csv import read_csv
from app.catalog.feeds.html import plain_text
from app.catalog.feeds.money import parse_money
from app.catalog.feeds.rows import FeedRow
from app.catalog.feeds.shopify_columns import Option, columns_of, metafields_of, option_kind
from app.catalog.feeds.source import FeedSource
from app.errors import ImportFailed

MOST_ROWS = 10_000
"""Rows of one product: Shopify allows 2,048 variants and 250 pictures."""

HIDDEN = frozenset(("draft", "archived", "unlisted"))
NO = frozenset(("false", "no", "0"))
ON = frozenset(("continue", "true", "yes", "1"))
OPTIONS = (1, 2, 3)
OUR_FIELDS = frozenset(("colour", "gender", "age_group", "season", "usage", "pattern", "title_zh"))


@dataclass(frozen=True, slots=True)
class Line:
    """One row: the line it starts on, its cells by what they hold, and as the file names them."""

    number: int
    cells: Mapping[str, str]
    raw: Mapping[str, Any]

    def get(self, what: str) -> str:
        return self.cells.get(what, "")


@dataclass(frozen=True, slots=True)
class Variant:
    """One variant: its row, its colour as written, and what its other options say."""

    line: Line
    colour: str
    size: str


def read_shopify(source: FeedSource) -> Iterator[FeedRow]:
    """Every row in order. Raises ImportFailed when the file as a whole is no product CSV."""
    block: list[Line] = []
    handle = None
    for row in read_csv(source):
        if row.problem:
            yield row
            continue
        line = _line(row)
        same = handle is not None and line.get("handle") in ("", handle)
        if not same or (not line.get("handle") and line.get("title")):
            yield from _product(block)
            block, handle = [], line.get("handle")
        block.append(line)
        if len(block) > MOST_ROWS:
            raise ImportFailed(f"{source.name}: product '{handle}' has more than {MOST_ROWS:,} rows.")
    yield from _product(block)


def _line(row: FeedRow) -> Line:
    columns = columns_of(tuple(row.values))
    if "handle" not in columns:
        raise ImportFailed("A Shopify product file needs the column 'URL handle' or 'Handle'.")
    return Line(row.line, {what: str(row.values[name]).strip() for what, name in columns.items()}, row.values)


def _product(block: Sequence[Line]) -> Iterator[FeedRow]:
    """One product's rows, in the order of the file."""
    if not block:
        return
    first = block[0]
    problem, hidden = _unusable(first), _hidden(first)
    if problem or hidden:
        yield from (FeedRow(line.number, {"id": _row_id(line)}, problem=problem, skip=hidden) for line in block)
        return
    variants = _variants(block)
    ids, pictures, facts = _ids(first, variants), _pictures(block, variants), _facts(first)
    by_line = {variant.line.number: variant for variant in variants}
    for line in block:
        variant = by_line.get(line.number)
        colour = _key((variant or variants[0]).colour)
        group, item_id = f"{first.get('handle') or first.number}\x1f{colour}", ids[colour]
        if variant is None:
            yield FeedRow(line.number, {"id": item_id}, group=group, extra=True)
            continue
        values = {**line.raw, **facts, **_variant_values(variant, facts), "id": item_id, "pictures": pictures[colour]}
        yield FeedRow(line.number, values, group=group)


def _unusable(first: Line) -> str:
    if first.get("title"):
        return ""
    if first.get("handle"):
        return f"continues '{first.get('handle')}' away from its first row, or lacks a title: keep its rows together"
    return "has neither a handle nor a title"


def _hidden(first: Line) -> str:
    status = first.get("status").casefold()
    if status in HIDDEN:
        return f"is {status} in the shop"
    return "is not published" if first.get("published").casefold() in NO else ""


def _row_id(line: Line) -> str:
    return line.get("sku") or line.get("handle")


def _variants(block: Sequence[Line]) -> list[Variant]:
    """The rows that are variants; a product without any option has one, its first row."""
    names = {n: block[0].get(f"option{n}_name") for n in OPTIONS}
    kinds = {n: option_kind(name) for n, name in names.items() if name and name.casefold() != "title"}
    lines = [line for line in block if line is block[0] or line.get("option1_value") or line.get("sku")]
    return [_variant(line, kinds) for line in lines]


def _variant(line: Line, kinds: Mapping[int, Option]) -> Variant:
    said: dict[Option, list[str]] = {"colour": [], "size": [], "other": []}
    for number, kind in kinds.items():
        value = line.get(f"option{number}_value")
        if value:
            said[kind].append(value)
    return Variant(line, " / ".join(said["colour"]), " / ".join((*said["size"], *said["other"])))


def _key(colour: str) -> str:
    return " ".join(colour.casefold().split())


def _ids(first: Line, variants: Iterable[Variant]) -> dict[str, str]:
    """Colourway → its id."""
    colours: dict[str, str] = {}
    skus: dict[str, str] = {}
    users: Counter[str] = Counter()
    for variant in variants:
        key, sku = _key(variant.colour), variant.line.get("sku")
        colours.setdefault(key, variant.colour)
        if not skus.get(key):
            skus[key] = sku
    for sku in skus.values():
        users[sku] += 1
    handle = first.get("handle") or first.get("title")
    alone = len(colours) == 1
    return {
        key: sku if (sku := skus[key]) and users[sku] == 1 else handle if alone else f"{handle}/{written}"
        for key, written in colours.items()
    }


def _pictures(block: Sequence[Line], variants: Sequence[Variant]) -> dict[str, list[str]]:
    """Colourway → its pictures.

    Those of its variants first. A product of one colour has all of its pictures; of several, a colour without one of
    its own has those that belong to no other, else all of them: better shared than none.
    """
    listed = sorted((line for line in block if line.get("image")), key=_position)
    shared = list(dict.fromkeys(line.get("image") for line in listed))
    own: dict[str, list[str]] = {_key(variant.colour): [] for variant in variants}
    for variant in variants:
        picture = variant.line.get("variant_image")
        if picture and picture not in own[_key(variant.colour)]:
            own[_key(variant.colour)].append(picture)
    if len(own) == 1:
        ((colour, mine),) = own.items()
        return {colour: list(dict.fromkeys((*mine, *shared)))}
    taken = {picture for mine in own.values() for picture in mine}
    free = [picture for picture in shared if picture not in taken] or shared
    return {colour: mine or free for colour, mine in own.items()}


def _position(line: Line) -> float:
    text = line.get("position")
    return float(text) if text.isdecimal() else float("inf")


def _facts(first: Line) -> dict[str, Any]:
    """What all variants of a product share."""
    own: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    for column, name in metafields_of(tuple(first.raw)).items():
        value = str(first.raw[column]).strip()
        if value:
            values = [part.strip() for part in value.split(";") if part.strip()]
            (own if name in OUR_FIELDS else attributes)[name] = "/".join(values) if name in OUR_FIELDS else values
    tags = [tag.strip() for tag in first.get("tags").split(",") if tag.strip()]
    attributes |= {"tags": tags} if tags else {}
    attributes |= {name: first.get(name) for name in ("mpn", "condition") if first.get(name)}
    stated = {name: first.get(name) for name in ("gender", "age_group") if first.get(name)}
    return own | stated | {
        "title": first.get("title"),
        "description": plain_text(first.get("description")),
        "brand": first.get("vendor"),
        "kind": [first.get(what) for what in ("type", "category", "google_category") if first.get(what)],
        "group_id": first.get("handle"),
        "attributes": attributes,
    }  # fmt: skip


def _variant_values(variant: Variant, facts: Mapping[str, Any]) -> dict[str, Any]:
    line = variant.line
    stock = _stock(line)
    price, before = line.get("price"), line.get("compare_at")
    reduced = _above(before, price)
    barcode = {"gtin": line.get("barcode")} if line.get("barcode") else {}
    return {
        "colour": variant.colour or facts.get("colour", ""),
        "sizes": [{"size": variant.size, "stock": stock}] if variant.size else "",
        "stock": [stock] if stock is not None and not variant.size else "",
        "price": before if reduced else price,
        "sale_price": price if reduced else "",
        "attributes": facts["attributes"] | barcode,
    }


def _stock(line: Line) -> str | None:
    """How many there are; None where the shop does not count, or sells on when there are none."""
    counted = bool(line.get("tracker")) or "tracker" not in line.cells
    on = line.get("policy").casefold() in ON
    return line.get("quantity") or None if counted and not on else None


def _above(before: str, price: str) -> bool:
    try:
        return bool(price) and bool(before) and parse_money(before)[0] > parse_money(price)[0]
    except ValueError:
        return False  # the price itself is judged with the other fields
