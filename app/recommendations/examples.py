"""A query that is made of catalogue items: one to find its like, or several liked and disliked ones (F6). Pure."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.catalog.facts import ItemFacts
from app.catalog.live.catalog import LiveView
from app.catalog.live.columns import Columns
from app.errors import FieldError, InvalidRequest
from app.recommendations.wanted import Seen, Target, Wanted
from models.contracts import Fused, Signal, Vector, Weights
from models.engine import EncodedQuery, QueryPart
from models.fusion.vectors import unit
from models.fusion.weighted import WeightedFusion

SHOWN = 5
"""Items that an error names."""

ITEMS = "items"
"""What a query's fusion is called that has items in place of a photo."""


@dataclass(frozen=True, slots=True)
class Example:
    """An indexed item: what is known of it, its image vector, shape (d,), and from -1 (not so) to 1 (just so)."""

    item: ItemFacts
    vector: Vector
    weight: float


def example_of(view: LiveView, item_id: str, weight: float) -> Example | None:
    """A catalogue item as an example; None where it cannot be suggested: not in the index, gone, or not worn."""
    row = view.snapshot.row_of.get(item_id)
    if row is None or not view.columns.suggestable[row]:
        return None
    return Example(view.columns.facts(row), np.array(view.snapshot.image[row]), weight)


def examples_in(view: LiveView, given: Sequence[tuple[str, float]]) -> list[Example]:
    """Items with their weights as examples. Raises InvalidRequest naming every one that cannot be used."""
    found = {item_id: example_of(view, item_id, weight) for item_id, weight in given}
    missing = [item_id for item_id, example in found.items() if example is None]
    if missing:
        named = ", ".join(f"'{item_id}'" for item_id in missing[:SHOWN])
        reason = f"name {len(missing)} unknown, unworn or unindexed items ({named}); leave them out"
        raise InvalidRequest(f"examples {reason}.", fields=[FieldError("examples", reason)])
    return [example for example in found.values() if example is not None]


def shown_before(examples: Sequence[Example], columns: Columns) -> frozenset[str]:
    """Ids of the examples and of their products' other variants: whoever names them knows them."""
    if not examples:
        return frozenset()
    groups = {e.item.group_id for e in examples} - {""}
    same = (i.id for i in columns.items if i is not None and i.group_id in groups) if groups else ()
    return frozenset((*(e.item.id for e in examples), *same))


def query_of(example: Example) -> EncodedQuery:
    """The item itself as a request."""
    part = QueryPart(fused=Fused(example.vector, ITEMS, 1.0, 0.0), image=example.vector, region=None)
    return EncodedQuery(parts=(part,), text=None, photo_kind="none", timings_ms={"preprocess": 0.0, "encode": 0.0})


def with_examples(query: EncodedQuery | None, examples: Sequence[Example], weights: Weights) -> EncodedQuery | None:
    """`query`, or none at all, moved by examples: towards those liked, away from the others (Rocchio 1971).

    Photos and examples are summed; words and examples are fused as words and a photo are, the items in its place.
    None where nothing is left to look for: no query, and nothing liked.
    """
    pull = np.sum([e.weight * e.vector for e in examples], axis=0) / sum(abs(e.weight) for e in examples)
    liked = any(e.weight > 0 for e in examples)
    if query is None:
        towards = unit(pull) if liked else None
        return None if towards is None else query_of(replace(examples[0], vector=towards))
    return replace(query, parts=tuple(_moved(part, query.text, pull, weights, liked=liked) for part in query.parts))


def seen_in(examples: Sequence[Example]) -> tuple[Seen, ...]:
    """What the liked items have in common, as sure as it is common among them."""
    liked = [e for e in examples if e.weight > 0]
    total = sum(e.weight for e in liked)
    found = []
    for name in ("kind", "colour"):
        shares: defaultdict[str, float] = defaultdict(float)
        for example in liked:
            shares[getattr(example.item, name)] += example.weight / total
        value, share = max(shares.items(), key=lambda one: (one[1], one[0]), default=("", 0.0))
        if value:
            found.append(Seen(name, value, min(1.0, share), {v: s for v, s in shares.items() if v}))
    return tuple(found)


def as_items(wanted: Wanted) -> Wanted:
    """`wanted`, where what counted as shown by a photo was shown by items."""
    return replace(wanted, kind=_of_items(wanted.kind), colour=_of_items(wanted.colour))


def _of_items(target: Target) -> Target:
    return replace(target, source="item") if target.source == "photo" else target


def _moved(part: QueryPart, text: Vector | None, pull: Vector, weights: Weights, *, liked: bool) -> QueryPart:
    towards = unit(pull) if liked else None
    if part.image is None and text is not None and towards is not None:
        fused = WeightedFusion().fuse(Signal(towards), Signal(text), weights)
        return replace(part, fused=replace(fused, kind=ITEMS), image=towards)
    moved = unit(part.fused.vector + pull)
    return part if moved is None else replace(part, fused=replace(part.fused, vector=moved))
