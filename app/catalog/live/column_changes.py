"""Columns with some rows changed, or put into another order: as if built anew, at the cost of what changed. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from app.catalog.facts import ItemFacts
from app.catalog.live.columns import (
    CATEGORIES,
    Category,
    Columns,
    Rows,
    is_stocked,
    is_worn,
    own_of,
    price_of,
    sizes_of,
)

Value = TypeVar("Value", np.bool_, np.int32, np.int64)
Change = tuple[int, ItemFacts | None, ItemFacts | None]
"""A row, what it held and what it holds now."""

NONE = np.zeros(0, np.int32)

MOST_DIFFERING = 5
"""Once more than one row in so many differs from the last build, that build is of no more use: see `Columns.before`."""


def patched(
    columns: Columns, changed: Mapping[int, ItemFacts | None], added: Sequence[ItemFacts | None] = ()
) -> Columns:
    """`columns` with other facts in the rows `changed` (None: the item is gone) and rows `added` behind the last.

    Equal to columns built in full. Whoever holds the old ones sees no change.
    """
    size = len(columns)
    changes: list[Change] = [(row, columns.items[row], facts) for row, facts in changed.items()]
    changes = [one for one in changes if one[1] is not one[2]]
    changes += [(size + n, None, facts) for n, facts in enumerate(added)]
    if not changes:
        return columns
    items = list(columns.items) + [None] * len(added)
    for row, _, now in changes:
        items[row] = now
    rows = np.array([row for row, _, _ in changes], np.intp)
    facts = [now for _, _, now in changes]
    more = len(added)
    before, differing = columns.before, columns.differing.union(rows.tolist())
    if MOST_DIFFERING * len(differing) > len(items):
        before, differing = tuple(items), frozenset()
    return replace(
        columns,
        items=tuple(items),
        suggestable=_written(columns.suggestable, more, rows, map(is_worn, facts)),
        in_stock=_written(columns.in_stock, more, rows, map(is_stocked, facts)),
        prices=_written(columns.prices, more, rows, map(price_of, facts)),
        categories={
            name: _recoded(columns.categories[name], more, rows, [get(f) if f else "" for f in facts])
            for name, get in CATEGORIES.items()
        },
        sizes=_moved(columns.sizes, size, ((row, sizes_of(was), sizes_of(now)) for row, was, now in changes)),
        own=_own(columns, changes),
        words=columns.words.changed(*_worded(changes)),
        before=before,
        differing=differing,
    )


def aligned(columns: Columns, order: NDArray[np.intp]) -> Columns:
    """`columns` with their row `order[i]` as row i; -1 stands for an item that they do not know.

    Args: order: shape (n,), each row at most once.
    """
    known = order >= 0
    items = tuple(columns.items[row] if row >= 0 else None for row in order.tolist())
    place = np.full(len(columns), -1, np.int32)
    place[order[known]] = np.flatnonzero(known)
    left = [item for row, item in enumerate(columns.items) if place[row] < 0 and item is not None]
    return replace(
        columns,
        items=items,
        suggestable=np.where(known, columns.suggestable[order], False),
        in_stock=np.where(known, columns.in_stock[order], False),
        prices=np.where(known, columns.prices[order], price_of(None)),
        categories={name: _reordered(column, order, known) for name, column in columns.categories.items()},
        sizes=_placed(columns.sizes, place),
        own={name: rows for name, values in columns.own.items() if (rows := _placed(values, place))},
        words=columns.words.changed(left, ()) if left else columns.words,
        before=items,
        differing=frozenset(),
    )


def _written(column: NDArray[Value], more: int, rows: NDArray[np.intp], values: Iterable[bool | int]) -> NDArray[Value]:
    """A copy with `more` rows behind it and `values` in `rows`."""
    longer = np.concatenate([column, np.zeros(more, column.dtype)])
    longer[rows] = np.fromiter(values, column.dtype, len(rows))
    return longer


def _recoded(column: Category, more: int, rows: NDArray[np.intp], values: Sequence[str]) -> Category:
    code_of = dict(column.code_of)
    codes = [code_of.setdefault(value, len(code_of)) for value in values]
    return Category(_written(column.codes, more, rows, codes), code_of)


def _reordered(column: Category, order: NDArray[np.intp], known: NDArray[np.bool_]) -> Category:
    code_of = dict(column.code_of)
    nothing = code_of.setdefault("", len(code_of))
    return Category(np.where(known, column.codes[order], nothing).astype(np.int32), code_of)


def _own(columns: Columns, changes: Sequence[Change]) -> dict[str, Mapping[str, Rows]]:
    by_name: dict[str, list[tuple[int, tuple[str, ...], tuple[str, ...]]]] = {}
    for row, was, now in changes:
        if was is not None and now is not None and was.attributes == now.attributes:
            continue
        before, after = _by_name(own_of(was, columns.private)), _by_name(own_of(now, columns.private))
        for name in before.keys() | after.keys():
            by_name.setdefault(name, []).append((row, tuple(before.get(name, ())), tuple(after.get(name, ()))))
    own = dict(columns.own)
    for name, moves in by_name.items():
        own[name] = _moved(own.get(name, {}), len(columns), moves)
        if not own[name]:
            del own[name]
    return own


def _by_name(records: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in records:
        found.setdefault(name, []).append(value)
    return found


def _moved(
    rows: Mapping[str, Rows], size: int, moves: Iterable[tuple[int, tuple[str, ...], tuple[str, ...]]]
) -> Mapping[str, Rows]:
    """Rows by value after `moves`: a row, the values it had and those it has. `size`: rows there were."""
    leaving: dict[str, list[int]] = {}
    coming: dict[str, list[int]] = {}
    for row, had, has in moves:
        for value in had:
            if value not in has:
                leaving.setdefault(value, []).append(row)
        for value in has:
            if value not in had:
                coming.setdefault(value, []).append(row)
    if not leaving and not coming:
        return rows
    found = dict(rows)
    gone = np.zeros(size, np.bool_)
    for value in {**leaving, **coming}:
        kept = found.get(value, NONE)
        if value in leaving:
            gone[leaving[value]] = True
            kept = kept[~gone[kept]] if len(kept) else kept
            gone[leaving[value]] = False
        now = np.sort(np.concatenate([kept, np.array(coming.get(value, ()), np.int32)]))
        if len(now):
            found[value] = now
        else:
            found.pop(value, None)
    return found


def _placed(rows: Mapping[str, Rows], place: Rows) -> dict[str, Rows]:
    """Rows by value, each where `place` puts it; values that have none left are dropped."""
    if not rows:
        return {}
    lengths = np.fromiter(map(len, rows.values()), np.intp, len(rows))
    group = np.repeat(np.arange(len(rows)), lengths)
    moved = place[np.concatenate(list(rows.values()))]
    group, moved = group[moved >= 0], moved[moved >= 0]
    moved = moved[np.lexsort((moved, group))]
    ends = np.cumsum(np.bincount(group, minlength=len(rows))).tolist()
    return {value: moved[start:end] for value, start, end in zip(rows, [0, *ends], ends, strict=False) if end > start}


def _worded(changes: Sequence[Change]) -> tuple[list[ItemFacts | None], list[ItemFacts | None]]:
    """What is gone and what has come, of the items whose words changed."""
    reworded = [(was, now) for _, was, now in changes if _words_of(was) != _words_of(now)]
    return [was for was, _ in reworded], [now for _, now in reworded]


def _words_of(facts: ItemFacts | None) -> tuple[object, ...] | None:
    """All that `ShopWords` reads of an item."""
    return None if facts is None else (facts.title, facts.title_zh, facts.brand, facts.group_id, facts.attributes)


def row_order(ids: Sequence[str], row_of: Mapping[str, int]) -> NDArray[np.intp]:
    """The row of each of `ids`, -1 for those that have none, shape (n,)."""
    return np.fromiter((row_of.get(id_, -1) for id_ in ids), np.intp, len(ids))
