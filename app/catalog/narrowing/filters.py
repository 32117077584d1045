"""What a caller's filters mean: words looked up in the taxonomy, families and inclusions spelled out."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rapidfuzz import process

from app.catalog.narrowing.attributes import FACETS, PREFIX, attribute_name, attribute_value
from app.catalog.narrowing.sizing import ways_to_write
from app.catalog.schemas import Filters
from app.errors import FieldError, InvalidRequest
from models.taxonomy import taxonomy
from models.taxonomy.lookup import NOT_WORN

SHOWN, NAMED = 8, 40
"""How many known values, and how many known names of attributes, an error names."""


@dataclass(frozen=True, slots=True)
class Condition:
    """`field` of an item must be one of `values` (canonical ids; brands casefolded, values of the shop's own
    attributes folded). A field of the shop's own begins with `attributes.`.
    """

    field: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Criteria:
    """Filters resolved. All must hold; `sizes` are every way to write those asked for; prices inclusive."""

    conditions: tuple[Condition, ...] = ()
    sizes: frozenset[str] = frozenset()
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    in_stock: bool | None = None

    @property
    def priced(self) -> bool:
        return self.price_min is not None or self.price_max is not None


def resolve(filters: Filters, own: Collection[str] | None = ()) -> Criteria:
    """The criteria `filters` ask for.

    A colour covers its family (red: maroon too; maroon: only maroon); women and men admit unisex; adult admits items
    whose age group nobody stated. Kinds, colours and facets may be ids or words in English or Chinese. Values of the
    shop's own attributes come and go with its stock, as brands and sizes do: one that no item has finds nothing.

    Args:
        own: names of the shop's own attributes, folded; None where the catalogue is not at hand and nobody can say.

    Raises:
        InvalidRequest: naming every unknown name or value, with the known ones nearest to it.
    """
    errors: list[FieldError] = []
    found = [_condition(field, given, errors) for field, given in _categories(filters)]
    found += _own_conditions(filters, own, errors)
    _check_price(filters, errors)
    if errors:
        detail = "; ".join(f"{e.field} {e.reason}" for e in errors)
        raise InvalidRequest(f"These filters cannot be applied: {detail}.", fields=errors)
    if filters.gender:
        found.append(Condition("gender", frozenset({filters.gender, "unisex"})))
    if filters.age_group:
        found.append(Condition("age_group", frozenset({"adult", ""} if filters.age_group == "adult" else {"kids"})))
    if filters.brand:
        found.append(Condition("brand", frozenset(b.casefold().strip() for b in filters.brand)))
    price = filters.price
    return Criteria(
        conditions=tuple(found),
        sizes=frozenset[str]().union(*map(ways_to_write, filters.size)),
        price_min=price.min if price else None,
        price_max=price.max if price else None,
        in_stock=filters.in_stock,
    )


def check(filters: Filters, own: Collection[str] | None, field: str = "filters") -> None:
    """Raises InvalidRequest as `resolve` does, everything that is wrong under the one name of the caller's `field`."""
    try:
        resolve(filters, own)
    except InvalidRequest as error:
        reason = "; ".join(f"{wrong.field} {wrong.reason}" for wrong in error.fields)
        raise InvalidRequest(f"{field}: {reason}.", fields=[FieldError(field, reason)]) from error


def names_own(filters: Filters) -> bool:
    """Whether `filters` name attributes that the taxonomy does not know."""
    return any(attribute_name(name) not in FACETS for name in filters.attributes)


def _categories(filters: Filters) -> Iterable[tuple[str, Sequence[str]]]:
    """Every (field, values) that the taxonomy knows about."""
    given: list[tuple[str, Sequence[str]]] = [
        ("kind", filters.kind),
        ("slot", filters.slot),
        ("colour", filters.colour),
        ("season", filters.season),
        ("usage", filters.usage),
    ]
    by_name = ((attribute_name(name), values) for name, values in filters.attributes.items())
    given += [(f"{PREFIX}{name}", values) for name, values in by_name if name in FACETS]
    return [(field, values) for field, values in given if values]


def _own_conditions(filters: Filters, own: Collection[str] | None, errors: list[FieldError]) -> list[Condition]:
    found = []
    for written, values in filters.attributes.items():
        name = attribute_name(written)
        if name in FACETS:
            continue
        if own is not None and name not in own:
            errors.append(FieldError(f"{PREFIX}{written}", _unknown_name(name, (*FACETS, *sorted(own)))))
        elif values:
            found.append(Condition(f"{PREFIX}{name}", frozenset(map(attribute_value, values))))
    return found


def _unknown_name(name: str, known: Sequence[str]) -> str:
    near = known if len(known) <= NAMED else [m[0] for m in process.extract(name, known, limit=NAMED)]
    return f"is unknown; {'known' if near is known else 'near it'} are {', '.join(near)}"


def _condition(field: str, given: Sequence[str], errors: list[FieldError]) -> Condition:
    column = field.removeprefix(PREFIX)
    lookup, known = _vocabulary(column)
    ids: set[str] = set()
    for value in given:
        found = lookup(value)
        if found is None:
            errors.append(FieldError(field, _unknown(value, known)))
        else:
            ids.add(found)
    return Condition(column, _with_family(ids) if column == "colour" else frozenset(ids))


def _vocabulary(column: str) -> tuple[Callable[[str], str | None], Sequence[str]]:
    words = taxonomy()
    match column:
        case "kind":
            return lambda v: getattr(words.kind_of(v), "id", None), list(words.kinds)
        case "colour":
            return lambda v: getattr(words.swatch_of(v), "id", None), list(words.colours)
        case "slot":
            slots = (*words.slots, NOT_WORN)
            return lambda v: v if v in slots else None, slots
        case _:
            return lambda v: getattr(words.attribute_of(column, v), "id", None), list(words.attributes[column])


def _with_family(ids: set[str]) -> frozenset[str]:
    colours = taxonomy().colours.values()
    return frozenset(c.id for c in colours if c.id in ids or c.family in ids)


def _unknown(value: str, known: Sequence[str]) -> str:
    near = known if len(known) <= SHOWN else [m[0] for m in process.extract(value, known, limit=SHOWN)]
    return f"has the unknown value '{value}'; {'known' if near is known else 'near it'} are {', '.join(near)}"


def _check_price(filters: Filters, errors: list[FieldError]) -> None:
    price = filters.price
    if price and price.min is not None and price.max is not None and price.min > price.max:
        errors.append(FieldError("price", f"has min {price.min} above max {price.max}"))
