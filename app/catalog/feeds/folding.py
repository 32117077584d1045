"""Rows that are sizes of one item become that item: only on a mark they share."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.catalog.feeds.draft import ItemDraft, few_enough
from app.catalog.feeds.rows import Issues


@dataclass(frozen=True, slots=True)
class Folded:
    """One item: the line of its first row, its draft, and the ids of all rows that were folded into it."""

    line: int
    draft: ItemDraft
    row_ids: tuple[str, ...]
    warnings: Issues = ()


def folded(rows: Sequence[Folded]) -> Folded:
    """`rows` as one item under the id of the first, whose facts stand; the others add their sizes and pictures."""
    first = rows[0]
    if len(rows) == 1:
        return first
    variants = {v.size: v for v in first.draft.variants}
    warnings = list(first.warnings)
    for row in rows[1:]:
        twice = sorted(v.size for v in row.draft.variants if v.size in variants)
        if any(twice):
            warnings.append(("sizes", f"line {row.line} repeats size {', '.join(twice)}: the first is kept"))
        for variant in row.draft.variants:
            variants.setdefault(variant.size, variant)
    named = list(dict.fromkeys(name for row in rows for name in row.draft.pictures))
    pictures = few_enough(named, warnings)
    draft = first.draft.model_copy(update={"variants": tuple(variants.values()), "pictures": tuple(pictures)})
    return Folded(first.line, draft, tuple(dict.fromkeys(id_ for row in rows for id_ in row.row_ids)), tuple(warnings))
