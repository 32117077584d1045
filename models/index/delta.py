"""A snapshot with what changed since it was built: rows added behind its own, so that live changes need no rebuild."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.contracts import Hit, Mask, Matrix, Vector
from models.index.exact import best
from models.index.manifest import Manifest
from models.index.snapshot import Signal, Snapshot
from models.interaction import ItemTokens

Number = TypeVar("Number", np.float32, np.int8)

FEW = 4
"""Below one in so many rows, the allowed ones are picked out before they are compared."""

SMALLEST_TAIL = 64


class _Memory(Generic[Number]):
    """Room for rows, filled from the front; what is filled never changes."""

    def __init__(self, room: NDArray[Number]) -> None:
        self.room: NDArray[Number] = room
        self.used = 0


class Tail(Generic[Number]):
    """Rows that were appended, shape (m, ...). Immutable: `append` gives a longer tail.

    The longer one goes on in the same memory where there is room behind this one's end, so that a change copies what
    is new and not all that came before. Appending is for one thread at a time; reading is for any.
    """

    def __init__(self, shape: tuple[int, ...], dtype: type[Number]) -> None:
        """Args: shape: of one row."""
        self._memory: _Memory[Number] = _Memory(np.empty((0, *shape), dtype))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def rows(self) -> NDArray[Number]:
        """All of them, not to be written to."""
        filled: NDArray[Number] = self._memory.room[: self._count]
        return filled

    def append(self, rows: NDArray[Number]) -> "Tail[Number]":
        """This tail with `rows`, shape (n, ...), behind it."""
        if not len(rows):
            return self
        longer = Tail.__new__(Tail)
        longer._count = self._count + len(rows)
        longer._memory = self._memory
        taken = self._memory.used != self._count
        if taken or longer._count > len(self._memory.room):
            longer._memory = _Memory(self._roomier(2 * longer._count))
        longer._memory.room[self._count : longer._count] = rows
        longer._memory.used = longer._count
        return longer

    def _roomier(self, room: int) -> NDArray[Number]:
        wider = np.empty((max(room, SMALLEST_TAIL), *self._memory.room.shape[1:]), self._memory.room.dtype)
        wider[: self._count] = self.rows
        return wider


@dataclass(frozen=True, slots=True)
class Stitched(Generic[Number]):
    """A snapshot's rows and a tail's behind them, read like one array by row or by rows; nothing is copied but those.

    Attributes:
        base: anything that is read by rows, such as a memory-mapped array, shape (n, ...).
    """

    base: Any
    tail: Tail[Number]

    def __len__(self) -> int:
        return len(self.base) + len(self.tail)

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self), *self.base.shape[1:])

    def __getitem__(self, rows: int | slice | Sequence[int] | NDArray[Any]) -> NDArray[Number]:
        """One row, or a copy of several, by number (from 0) or by mask."""
        if isinstance(rows, int | np.integer):
            return self._one(int(rows))
        wanted = np.arange(len(self))[rows] if isinstance(rows, slice) else np.asarray(rows)
        wanted = np.flatnonzero(wanted) if wanted.dtype == np.bool_ else wanted.astype(np.intp, copy=False)
        size = len(self.base)
        late = wanted >= size
        if not late.any():
            return np.asarray(self.base[wanted])
        found = np.empty((len(wanted), *self.base.shape[1:]), self.tail.rows.dtype)
        found[~late] = self.base[wanted[~late]]
        found[late] = self.tail.rows[wanted[late] - size]
        return found

    def _one(self, row: int) -> NDArray[Number]:
        size = len(self.base)
        if not 0 <= row < len(self):
            raise IndexError(f"there is no row {row} of {len(self)}")
        return np.asarray(self.base[row] if row < size else self.tail.rows[row - size])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Everything, copied: for offline use."""
        whole = np.concatenate([np.asarray(self.base), self.tail.rows])
        return whole if dtype is None else whole.astype(dtype)


@dataclass(frozen=True, slots=True)
class Rows(Mapping[str, int]):
    """Item id → its newest row."""

    base: Mapping[str, int]
    late: dict[str, int] = field(default_factory=dict)

    def __getitem__(self, item_id: str) -> int:
        found = self.late.get(item_id)
        return self.base[item_id] if found is None else found

    def __iter__(self) -> Iterator[str]:
        return chain(self.base, (id_ for id_ in self.late if id_ not in self.base))

    def __len__(self) -> int:
        return len(self.base) + sum(id_ not in self.base for id_ in self.late)


@dataclass(frozen=True, slots=True)
class Addition:
    """Rows to put behind the others; see `Snapshot` for shapes. Tokens are needed where the snapshot has some."""

    ids: Sequence[str]
    image: Matrix
    text: Matrix
    tokens: ItemTokens | None = None


@dataclass(frozen=True, slots=True)
class LiveIndex:
    """Searched as a `Snapshot` is. Rows 0 to n-1 are the snapshot's, those behind it were added since; none is ever
    taken out: whoever searches leaves out, by `allowed`, rows that have been replaced or whose item is gone.

    Immutable; a change gives a new one that shares everything with the old.
    """

    base: Snapshot
    late_ids: tuple[str, ...]
    image: Stitched[np.float32]
    text: Stitched[np.float32]
    tokens: Stitched[np.int8] | None
    row_of: Rows

    @classmethod
    def of(cls, base: Snapshot) -> "LiveIndex":
        """`base` as it was built."""
        dims = base.manifest.dims
        kept = None if base.tokens is None else Stitched(base.tokens, Tail(base.tokens.shape[1:], np.int8))
        return cls(
            base=base,
            late_ids=(),
            image=Stitched(base.image, Tail((dims,), np.float32)),
            text=Stitched(base.text, Tail((dims,), np.float32)),
            tokens=kept,
            row_of=Rows(base.row_of),
        )

    def __len__(self) -> int:
        return len(self.base) + len(self.late_ids)

    @property
    def manifest(self) -> Manifest:
        return self.base.manifest

    @property
    def version(self) -> str:
        return self.base.version

    @property
    def ids(self) -> tuple[str, ...]:
        """By row, copied on each call. An id whose row was replaced stands on both."""
        return self.base.ids + self.late_ids

    def with_rows(self, added: Addition) -> "LiveIndex":
        """This index with rows behind it, which `row_of` prefers. Raises ValueError when the arrays do not fit."""
        if not added.ids:
            return self
        dims = (len(added.ids), self.manifest.dims)
        if added.image.shape != dims or added.text.shape != dims:
            raise ValueError(f"{len(added.ids)} rows, image vectors {added.image.shape}, text {added.text.shape}")
        late = self.row_of.late | {id_: len(self) + n for n, id_ in enumerate(added.ids)}
        tokens = self.tokens
        if tokens is not None:
            blank = np.zeros((len(added.ids), *tokens.shape[1:]), np.int8)
            tokens = replace(tokens, tail=tokens.tail.append(blank if added.tokens is None else added.tokens))
        return replace(
            self,
            late_ids=(*self.late_ids, *added.ids),
            image=replace(self.image, tail=self.image.tail.append(added.image)),
            text=replace(self.text, tail=self.text.tail.append(added.text)),
            tokens=tokens,
            row_of=replace(self.row_of, late=late),
        )

    def holds(self, rows: NDArray[np.intp], image: Matrix, text: Matrix) -> Mask:
        """Which of `rows` hold these vectors, as far as the snapshot's precision tells, shape (len(rows),)."""
        return _alike(self.image, rows, image) & _alike(self.text, rows, text)

    def search(self, vector: Vector, k: int, allowed: Mask | None = None, signal: Signal = "image") -> list[Hit]:
        """The `k` best rows by cosine with one signal, best first, only among `allowed`, shape (len(self),)."""
        size = len(self.base)
        if allowed is not None and allowed.shape != (len(self),):
            raise ValueError(f"the filter covers {allowed.shape} rows, this index has ({len(self)},)")
        hits = self.base.search(vector, k, None if allowed is None else allowed[:size], signal)
        if not self.late_ids:
            return hits
        late = _scan(self.matrix(signal).tail.rows, vector, k, None if allowed is None else allowed[size:])
        if not late:
            return hits
        behind = (Hit(hit.row + size, hit.score) for hit in late)
        return sorted(chain(hits, behind), key=lambda hit: (-hit.score, hit.row))[:k]

    def scores(
        self, vector: Vector, rows: Sequence[int] | NDArray[np.integer], signal: Signal = "image"
    ) -> NDArray[np.float32]:
        """Exact cosines of `vector` with `rows` of one signal, shape (len(rows),)."""
        wanted = np.asarray(rows, np.intp)
        late = wanted >= len(self.base)
        if not late.any():
            return self.base.scores(vector, wanted, signal)
        found = np.empty(len(wanted), np.float32)
        found[~late] = self.base.scores(vector, wanted[~late], signal)
        found[late] = self.matrix(signal).tail.rows[wanted[late] - len(self.base)] @ vector
        return found

    def matrix(self, signal: Signal) -> Stitched[np.float32]:
        return self.image if signal == "image" else self.text


def _alike(kept: Stitched[np.float32], rows: NDArray[np.intp], given: Matrix) -> Mask:
    """A snapshot may keep half of every number; what was added behind it is kept whole."""
    half = getattr(kept.base, "stored", kept.base).dtype == np.float16
    rounded = np.where((rows < len(kept.base))[:, None], given.astype(np.float16), given) if half else given
    alike: Mask = (kept[rows] == rounded.astype(np.float32)).all(axis=1)
    return alike


def _scan(matrix: Matrix, vector: Vector, k: int, allowed: Mask | None) -> list[Hit]:
    """The `k` best of a few rows, one by one."""
    if allowed is None:
        return best(np.arange(len(matrix)), matrix @ vector, k)
    rows = np.flatnonzero(allowed)
    scores = matrix[rows] @ vector if FEW * len(rows) < len(matrix) else (matrix @ vector)[rows]
    return best(rows, scores, k)
