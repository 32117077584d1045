"""The sizes a shopper usually takes: what they said, else what they bought and kept. Computed when needed. Pure."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.catalog.narrowing.sizing import Size, Usual, worn_sizes
from app.feedback.events import EventKind

SAYS: Mapping[EventKind, float] = {EventKind.cart: 0.3, EventKind.purchase: 1.0, EventKind.return_: -0.5}
"""What each says of the size it was done with; the last of them on one item in one size counts."""

HALF_LIFE = dt.timedelta(days=365)
"""People keep their size longer than their taste."""

LEAST, BESIDE = 0.4, 0.5
"""What a size must amount to, and which part of the best one, to be a usual size: two carts, or one purchase kept."""


@dataclass(frozen=True, slots=True)
class Worn:
    """That a shopper did something with an item in a size, as the shop writes it; empty where nobody said which."""

    item_id: str
    slot: str
    size: str
    event: EventKind
    at: dt.datetime


def learned(deeds: Iterable[Worn], now: dt.datetime) -> dict[str, tuple[str, ...]]:
    """By slot, the sizes that were bought and kept, the surest first, as they were last written."""
    last: dict[tuple[str, frozenset[Size]], Worn] = {}
    for deed in sorted(deeds, key=lambda d: d.at):
        if deed.size and (read := worn_sizes([deed.size])):
            last[deed.item_id, read] = deed
        elif deed.event is EventKind.return_ and not deed.size:  # sent back, whichever size it was
            last |= {key: _returned(before, deed.at) for key, before in last.items() if key[0] == deed.item_id}
    by_slot: dict[str, dict[frozenset[Size], float]] = {}
    written: dict[tuple[str, frozenset[Size]], str] = {}
    for (_, read), deed in sorted(last.items(), key=lambda one: one[1].at):
        sums = by_slot.setdefault(deed.slot, {})
        sums[read] = sums.get(read, 0.0) + SAYS[deed.event] * 0.5 ** (max(now - deed.at, dt.timedelta(0)) / HALF_LIFE)
        written[deed.slot, read] = deed.size
    found = {slot: _surest(sums) for slot, sums in by_slot.items()}
    return {slot: tuple(written[slot, read] for read in sizes) for slot, sizes in found.items() if slot and sizes}


def usual(stated: Mapping[str, Sequence[str]], found: Mapping[str, Sequence[str]]) -> Usual:
    """What was said of a slot counts before what was learned of it."""
    return Usual({slot: worn_sizes(sizes) for slot, sizes in {**found, **stated}.items()})


def _surest(sums: Mapping[frozenset[Size], float]) -> list[frozenset[Size]]:
    best = max(sums.values(), default=0.0)
    kept = [read for read, sum_ in sums.items() if sum_ >= max(LEAST, BESIDE * best)]
    return sorted(kept, key=lambda read: (-sums[read], sorted(read)))


def _returned(before: Worn, at: dt.datetime) -> Worn:
    return Worn(before.item_id, before.slot, before.size, EventKind.return_, at)
