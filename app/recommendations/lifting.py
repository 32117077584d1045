"""Prices and sizes that a shopper said, as filters and budget. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from app.catalog.live.columns import Columns
from app.catalog.narrowing.filters import Condition
from app.catalog.schemas import Filters, PriceRange
from app.catalog.text.words import plain
from app.recommendations.titles import Titles
from models.preprocess.sizes import spellings
from models.preprocess.text import ParsedText, Price

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Lifted:
    """The request's filters and budget with what the words add; `ignored` is what was said and could not be used."""

    filters: Filters
    budget: Decimal | None
    ignored: tuple[str, ...]


def lift_said(
    parsed: ParsedText, filters: Filters, budget: Decimal | None, columns: Columns, currency: str, *, semantic: bool
) -> Lifted:
    """Add to `filters` and `budget` what the words say of prices and sizes; what the request gave wins.

    Args:
        currency: the shop's; a price in another one is not converted.
        semantic: that mode takes no filters from words.

    Raises:
        InvalidRequest: `filters` has an unknown value.
    """
    said = [(p.text, p) for p in parsed.prices]
    if semantic:
        return Lifted(filters, budget, (*(text for text, _ in said), *(s.text for s in parsed.sizes)))
    ours = [p for p in parsed.prices if not p.currencies or currency in p.currencies]
    used: set[str] = set()
    whole = [p for p in ours if p.whole and p.high is not None]
    if budget is None and whole:
        budget = whole[-1].high
        used |= {p.text for p in whole}
    each = [p for p in ours if not p.whole]
    narrowed = _priced(filters, each, columns)
    if narrowed is not filters:
        used |= {p.text for p in each}
    narrowed, sized = _sized(narrowed, parsed, columns)
    used |= sized
    texts = (*(text for text, _ in said), *(s.text for s in parsed.sizes))
    return Lifted(narrowed, budget, tuple(text for text in dict.fromkeys(texts) if text not in used))


def known_in(columns: Columns) -> Callable[[str], bool]:
    """Whether a lower-case word is the catalogue's own: a brand's, or one of several titles."""

    def known(word: str) -> bool:
        return columns.words.is_own(plain(word)) or Titles.of(columns).is_own(word)

    return known


def _priced(filters: Filters, prices: Sequence[Price], columns: Columns) -> Filters:
    """`filters` within all `prices`; within the last where they leave nothing between them."""
    if not prices or filters.price is not None:
        return filters
    low = max((p.low for p in prices if p.low is not None), default=None)
    high = min((p.high for p in prices if p.high is not None), default=None)
    if low is not None and high is not None and low > high:
        low, high = prices[-1].low, prices[-1].high
    within = PriceRange(min=_cents(low), max=_cents(high))
    narrowed = filters.model_copy(update={"price": within})
    return narrowed if columns.mask(narrowed).any() else filters


def _cents(amount: Decimal | None) -> Decimal | None:
    """Whole amounts without places, as they were said."""
    if amount is None:
        return None
    rounded = amount.quantize(CENT)
    return Decimal(int(rounded)) if rounded == int(rounded) else rounded


def _sized(filters: Filters, parsed: ParsedText, columns: Columns) -> tuple[Filters, set[str]]:
    """`filters` in those sizes that the kinds asked for come in, and the phrases that named them."""
    if filters.size or not parsed.sizes:
        return filters, set()
    made = {said.text: [s for size in said.sizes if (s := _stocked(size, parsed, columns))] for said in parsed.sizes}
    sizes = list(dict.fromkeys(size for found in made.values() for size in found))
    narrowed = filters.model_copy(update={"size": sizes})
    if not sizes or not columns.mask(narrowed).any():
        return filters, set()
    return narrowed, {text for text, found in made.items() if found}


def _stocked(size: str, parsed: ParsedText, columns: Columns) -> str | None:
    """How the shop writes `size`, or None when nothing of the kinds asked for comes in it."""
    wanted = columns.suggestable
    if parsed.wishes.kinds:
        wanted = wanted & columns.meets(Condition("kind", frozenset(parsed.wishes.kinds)))
    for spelling in spellings(size):
        rows = columns.sizes.get(spelling)
        if rows is not None and np.count_nonzero(wanted[rows]):
            return size if size.lower() == spelling else spelling
    return None
