"""Work with pictures in portions, so that few of them are in memory at once."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Thing = TypeVar("Thing")

AT_ONCE = 32
"""Pictures: their bytes while they are fetched, or their pixels while they are embedded."""


def portions(of: Mapping[Key, Sequence[Thing]]) -> Iterator[dict[Key, Sequence[Thing]]]:
    """`of` cut where the next one's things would be more than `AT_ONCE` together; what has none goes along."""
    portion: dict[Key, Sequence[Thing]] = {}
    waiting = 0
    for key, things in of.items():
        if waiting and waiting + len(things) > AT_ONCE:
            yield portion
            portion, waiting = {}, 0
        portion[key] = things
        waiting += len(things)
    if portion:
        yield portion
