"""Long sequences a piece at a time."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def batched(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """`things` in slices of `size`, the last one shorter; `itertools.batched` is of Python 3.12."""
    return (things[start : start + size] for start in range(0, len(things), size))
