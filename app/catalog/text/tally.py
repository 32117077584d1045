"""Counts that change a little at a time, over all of a catalogue, without being copied. Pure."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar, cast

K = TypeVar("K", bound=Hashable)

ROOM, LEAST_ROOM = 4, 1_000
"""Changed counts are merged into the others when they are more than one in so many, and more than so many."""


@dataclass(frozen=True, slots=True, eq=False)
class Tally(Mapping[K, int], Generic[K]):
    """How often each thing occurs; what occurs no more is not in it. Immutable; a changed one shares most with this.

    Attributes:
        base: counts as they once were.
        over: those that changed since, 0 for what is gone.
    """

    base: Mapping[K, int]
    over: Mapping[K, int] = field(default_factory=dict)

    def __getitem__(self, thing: K) -> int:
        count = self.over.get(thing)
        if count is None:
            return self.base[thing]
        if not count:
            raise KeyError(thing)
        return count

    def __contains__(self, thing: object) -> bool:
        count = self.over.get(cast(K, thing))
        return thing in self.base if count is None else count > 0

    def __iter__(self) -> Iterator[K]:
        yield from (thing for thing in self.base if self.over.get(thing, 1))
        yield from (thing for thing, count in self.over.items() if count and thing not in self.base)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return next(iter(self), None) is not None

    def moved(self, by: Mapping[K, int]) -> "Tally[K]":
        """These counts with what is added (and, below zero, taken away) of each thing."""
        changed = {thing: self.get(thing, 0) + step for thing, step in by.items() if step}
        if not changed:
            return self
        over = {**self.over, **changed}
        if len(over) > max(LEAST_ROOM, len(self.base) // ROOM):
            return Tally({thing: count for thing, count in {**self.base, **over}.items() if count})
        return Tally(self.base, over)
