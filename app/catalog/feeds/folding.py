"""Rows that are sizes of one item become that item: only on an explicit group id and colour."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from app.catalog.feeds.draft import ItemDraft


@dataclass(frozen=True, slots=True)
class Folded:
    """One item: the line of its first row, its draft, and the ids of all rows that were folded into it."""

    line: int
    draft: ItemDraft
    row_ids: tuple[str, ...]
    warnings: tuple[tuple[str, str], ...] = ()


def fold(rows: Iterable[Folded]) -> Iterator[Folded]:
    """`rows`, those of one group and colour as one item under the id of the first.

    The first row's facts stand; the others add their sizes and picture names. Rows without a group pass at once;
    the others wait for the end of the feed, since a group's rows need not stand together.
    """
    groups: dict[tuple[str, str], Folded] = {}
    for row in rows:
        key = _key(row.draft)
        if key is None:
            yield row
        elif key in groups:
            groups[key] = _merge(groups[key], row)
        else:
            groups[key] = row
    yield from groups.values()


def _key(draft: ItemDraft) -> tuple[str, str] | None:
    colour = draft.colour or str(draft.attributes.get("colour", "")).casefold()
    return (draft.group_id, colour) if draft.group_id and colour else None


def _merge(first: Folded, other: Folded) -> Folded:
    sizes = {v.size for v in first.draft.variants}
    twice = sorted(v.size for v in other.draft.variants if v.size in sizes)
    warnings = [("sizes", f"line {other.line} repeats size {', '.join(twice)}: the first is kept")] if twice else []
    draft = first.draft.model_copy(
        update={
            "variants": (*first.draft.variants, *(v for v in other.draft.variants if v.size not in sizes)),
            "pictures": tuple(dict.fromkeys((*first.draft.pictures, *other.draft.pictures))),
        }
    )
    return replace(
        first,
        draft=draft,
        row_ids=(*first.row_ids, *other.row_ids),
        warnings=(*first.warnings, *other.warnings, *warnings),
    )
