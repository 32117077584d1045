"""An item as fields of a feed's row, and a patch laid over them (RFC 7396). Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.catalog.feeds.draft import LOOKED_UP
from app.catalog.records import ItemRecord
from app.catalog.repository import OWN_FIELDS
from app.catalog.tables import ItemRow

PLAIN = ("title", "title_zh", "description", "brand", *LOOKED_UP, "rating", "link", "group_id")


def fields_of(row: ItemRow) -> dict[str, Any]:
    """What a feed's row would have to say so that importing it gives `row`; pictures apart."""
    fields: dict[str, Any] = {name: value for name in PLAIN if (value := getattr(row, name)) not in ("", None)}
    fields |= {"attributes": dict(row.attributes)} if row.attributes else {}
    for name in ("price", "sale_price"):
        amount: Decimal | None = getattr(row, name)
        if amount is not None:
            fields[name] = {"amount": format(amount.normalize(), "f"), "currency": row.currency}
    if [variant.size for variant in row.variants] == [""]:
        fields["stock"] = row.variants[0].stock
    elif row.variants:
        fields["sizes"] = [{"size": variant.size, "stock": variant.stock} for variant in row.variants]
    return fields


def merged(fields: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """`fields` with `patch` laid over them: null removes a field, objects are merged, all else is replaced.

    `stock` of an item with sizes may be an object, new counts by size. What a word left among the attributes when it
    was first read goes with the word. `availability` without sizes and stock takes the counts away that say otherwise.

    Raises:
        ValueError: counts for a size that the item does not have.
    """
    said = {name: value for name, value in patch.items() if name != "stock"}
    base = dict(fields)
    if worded := [name for name in LOOKED_UP if name in said]:
        kept = {name: value for name, value in base.get("attributes", {}).items() if name not in worded}
        base["attributes"] = kept
    if "availability" in said and not {"sizes", "stock"} & patch.keys():
        base = _uncounted(base)
    found: dict[str, Any] = _laid_over(base, said)
    if "stock" in patch:
        found = _stocked(found, patch["stock"])
    return found


def is_as(record: ItemRecord, row: ItemRow) -> bool:
    """Whether writing `record` would change nothing of `row`; pictures apart."""
    facts = (name for name in OWN_FIELDS if name != "content_hash")
    variants = tuple((variant.size, variant.stock) for variant in row.variants)
    same_sizes = variants == tuple((variant.size, variant.stock) for variant in record.variants)
    return same_sizes and all(getattr(record, name) == getattr(row, name) for name in facts)


def _laid_over(target: Any, patch: Any) -> Any:
    """RFC 7396, section 2."""
    if not isinstance(patch, Mapping):
        return patch
    found = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = _laid_over(found.get(name), value)
    return found


def _uncounted(fields: Mapping[str, Any]) -> dict[str, Any]:
    without = {name: value for name, value in fields.items() if name != "stock"}
    if "sizes" in without:
        without["sizes"] = [{"size": one["size"]} for one in without["sizes"]]
    return without


def _stocked(fields: Mapping[str, Any], stock: Any) -> dict[str, Any]:
    """New counts: of an item without sizes, or by size."""
    if not isinstance(stock, Mapping):
        if stock is None:
            return {name: value for name, value in fields.items() if name != "stock"}
        if fields.get("sizes") and not isinstance(stock, list | str):
            raise ValueError('this item comes in sizes: give counts by size, such as {"M": 3}')
        return {**fields, "stock": stock}
    listed = fields.get("sizes") or []
    if not isinstance(listed, list):
        raise ValueError("counts by size need 'sizes' as a list")
    sizes = [one if isinstance(one, Mapping) else {"size": one} for one in listed]
    known = dict.fromkeys(str(one.get("size")) for one in sizes)
    if strange := [size for size in stock if size not in known]:
        raise ValueError(
            f"has counts for {', '.join(map(repr, strange[:5]))}; the item comes in {[*known] or 'no sizes'}"
        )
    return {**fields, "sizes": [{**one, "stock": stock.get(str(one.get("size")), one.get("stock"))} for one in sizes]}
