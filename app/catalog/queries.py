"""Statements over items that need more than a line; built here, run by the repository."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, case, exists, func, literal, or_, select

from app.catalog.facts import SIZES, STATED
from app.catalog.narrowing.attributes import MOST_VALUES, PREFIX
from app.catalog.narrowing.filters import Condition, Criteria
from app.catalog.tables import InferredRow, ItemAttributeRow, ItemRow, VariantRow
from models.taxonomy.lookup import NOT_WORN

FACET_COLUMNS = {
    "kind": ItemRow.kind,
    "slot": ItemRow.slot,
    "colour": ItemRow.colour,
    "gender": ItemRow.gender,
    "age_group": ItemRow.age_group,
    "season": ItemRow.season,
    "usage": ItemRow.usage,
    "pattern": ItemRow.pattern,
    "brand": ItemRow.brand,
}


def effective(name: str) -> SQLColumnExpression[str]:
    """An item's own value; where its feed left it out, what is inferred surely enough; else as it is."""
    own = FACET_COLUMNS[name]
    if name not in STATED:
        return own
    inferred = (
        select(InferredRow.value)
        .where(InferredRow.item_id == ItemRow.id, InferredRow.name == name, InferredRow.used)
        .correlate(ItemRow)
        .scalar_subquery()
    )
    return case((~unsaid(name), own), else_=func.coalesce(inferred, own))


def unsaid(name: str) -> ColumnElement[bool]:
    """That the feed said nothing: an item without a kind has no slot of its own either."""
    return (ItemRow.kind if name == "slot" else FACET_COLUMNS[name]) == ""


MAY_BE_WORN = or_(ItemRow.slot.not_in(("", NOT_WORN)), ItemRow.kind == "")
"""As far as the feed says: what is inferred of an item neither embeds it nor keeps it from being embedded."""

IN_STOCK = or_(VariantRow.stock.is_(None), VariantRow.stock > 0)


def facts_query(ids: Sequence[str] | None = None) -> Select[*tuple[Any, ...]]:
    """Items as `RawFacts`, all or those of `ids`; each size in stock is joined with an `x` before it, so that none is
    empty.
    """
    counted = select(
        VariantRow.item_id,
        func.count().label("variants"),
        func.aggregate_strings(case((IN_STOCK, literal("x") + VariantRow.size)), SIZES).label("sizes"),
    ).group_by(VariantRow.item_id)
    if ids is not None:
        counted = counted.where(VariantRow.item_id.in_(ids))
    sizes, item = counted.subquery(), ItemRow
    query = select(
        item.id,
        item.title,
        item.title_zh,
        item.brand,
        item.kind,
        item.slot,
        item.colour,
        item.gender,
        item.age_group,
        item.season,
        item.usage,
        item.pattern,
        item.price,
        item.sale_price,
        item.rating,
        func.coalesce(sizes.c.variants, 0),
        func.coalesce(sizes.c.sizes, ""),
        item.group_id,
        item.created_at,
        item.attributes,
    ).outerjoin(sizes, sizes.c.item_id == item.id)
    return query if ids is None else query.where(item.id.in_(ids))


def sizes_counted(clauses: Sequence[ColumnElement[bool]]) -> Select[str, int]:
    """Each size and how many of the items that meet `clauses` have it in stock, most frequent first."""
    number = func.count()
    query = select(VariantRow.size, number).join(ItemRow, ItemRow.id == VariantRow.item_id)
    query = query.where(IN_STOCK, VariantRow.size != "", *clauses)
    return query.group_by(VariantRow.size).order_by(number.desc(), VariantRow.size)


def availability_counted(clauses: Sequence[ColumnElement[bool]]) -> Select[str, int]:
    """`in_stock` and `out_of_stock`, and how many of the items that meet `clauses` are."""
    found = case((AVAILABLE, "in_stock"), else_="out_of_stock").label("value")
    values = select(found).select_from(ItemRow).where(*clauses).subquery()
    number = func.count()
    return select(values.c.value, number).group_by(values.c.value).order_by(number.desc(), values.c.value)


def attributes_counted(clauses: Sequence[ColumnElement[bool]], private: frozenset[str]) -> Select[*tuple[Any, ...]]:
    """Of the shop's own attributes: name, value, how it is written, items with it that meet `clauses`; then how many
    values the name has and how often any is carried. The most frequent values of each name, most frequent first.
    """
    own = ItemAttributeRow
    carried = (
        select(own.name, own.value, func.min(own.label).label("label"), func.count().label("number"))
        .join(ItemRow, ItemRow.id == own.item_id)
        .where(own.name.not_in(private), *clauses)
        .group_by(own.name, own.value)
        .subquery()
    )
    name, number = carried.c.name, carried.c.number
    columns: list[ColumnElement[Any]] = [
        *carried.c,
        func.row_number().over(partition_by=name, order_by=(number.desc(), carried.c.value)).label("place"),
        func.count().over(partition_by=name).label("distinct_values"),
        func.sum(number).over(partition_by=name).label("total"),
    ]
    placed = select(*columns).subquery().c
    shown = [placed[column] for column in ("name", "value", "label", "number", "distinct_values", "total")]
    return select(*shown).where(placed.place <= MOST_VALUES).order_by(placed.total.desc(), placed.name, placed.place)


def criteria_clauses(criteria: Criteria, brands: frozenset[str]) -> list[ColumnElement[bool]]:
    """`criteria` as SQL. `brands`: the brand names as stored that its brand condition means."""
    clauses = [_condition(c, brands) for c in criteria.conditions]
    if criteria.sizes:
        clauses.append(_has_variant(IN_STOCK, func.lower(VariantRow.size).in_(criteria.sizes)))
    asking = func.coalesce(ItemRow.sale_price, ItemRow.price)
    if criteria.priced:
        clauses.append(asking.is_not(None))
    if criteria.price_min is not None:
        clauses.append(asking >= criteria.price_min)
    if criteria.price_max is not None:
        clauses.append(asking <= criteria.price_max)
    if criteria.in_stock is not None:
        clauses.append(AVAILABLE if criteria.in_stock else ~AVAILABLE)
    return clauses


def _condition(condition: Condition, brands: frozenset[str]) -> ColumnElement[bool]:
    name = condition.field
    if name == "brand":
        return ItemRow.brand.in_(brands)
    if name.startswith(PREFIX):
        own = ItemAttributeRow
        named = own.name == name.removeprefix(PREFIX)
        return exists().where(own.item_id == ItemRow.id, named, own.value.in_(condition.values)).correlate(ItemRow)
    # Two branches, so that an index over stated values is of use.
    said = ~unsaid(name) & FACET_COLUMNS[name].in_(condition.values)
    return or_(said, unsaid(name) & effective(name).in_(condition.values))


def _has_variant(*that: ColumnElement[bool]) -> ColumnElement[bool]:
    # Of the item alone: facets of sizes join the same table.
    return exists().where(VariantRow.item_id == ItemRow.id, *that).correlate(ItemRow)


AVAILABLE = or_(_has_variant(IN_STOCK), ~_has_variant())
"""A size can be bought, or the shop counts none."""
