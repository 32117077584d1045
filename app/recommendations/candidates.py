"""What is worth ranking: searches over the live snapshot, with every filter inside the search."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import chain
from typing import TypeAlias

import numpy as np

from app.catalog.live.catalog import LiveView
from app.catalog.live.columns import Columns
from app.catalog.narrowing.filters import Condition
from app.catalog.schemas import Filters, PriceRange
from app.recommendations.affinity import YEAR, opposite
from app.recommendations.outfit import Piece
from app.recommendations.outfit_rules import Brief
from app.recommendations.ranking import Pool
from app.recommendations.wanted import SURE, Wanted
from models.contracts import Hit, Mask, Vector
from models.index import Signal
from models.taxonomy import taxonomy

PER_SHELF = 40
"""Pieces that outfits choose from, of each slot, neutral ones and others."""

LEAST_SPREAD = 1e-6

Search: TypeAlias = tuple[Vector, int, Mask, Signal]
"""Arguments of one `Snapshot.search`: vector, how many, allowed rows, signal."""


def lift(filters: Filters, wanted: Wanted) -> Filters:
    """`filters` with what the words leave no doubt about: for whom. Given filters win."""
    lifted: dict[str, str] = {}
    gender, age = wanted.one("gender"), wanted.one("age_group")
    if filters.gender is None and gender in ("women", "men"):
        lifted["gender"] = gender
    if filters.age_group is None and age == "kids":
        lifted["age_group"] = age
    return filters.model_copy(update=lifted)


def allowed(columns: Columns, filters: Filters, wanted: Wanted, least: int) -> Mask:
    """Rows that may be found, shape (n,). Children's things stay out unless asked for, unwanted ones as long as `least`
    others remain; what `filters` exclude never comes back.
    """
    mask = columns.mask(filters)
    if not (wanted.for_kids or filters.age_group):
        mask = _unless_empty(mask & ~columns.meets(Condition("age_group", frozenset({"kids"}))), mask, 1)
    return _unless_empty(mask & ~wanted.avoided.rows(columns), mask, least)


def gather(
    view: LiveView,
    fused: Vector,
    text: Vector | None,
    mask: Mask,
    wanted: Wanted,
    *,
    over_fetch: int,
    drawn: Vector | None = None,
) -> Pool:
    """Candidates from image vectors, from text vectors, from what the wishes name, what full text search found, and
    what lies where the shopper's taste has `drawn` the query.
    """
    searches: list[Search] = [(fused, over_fetch, mask, "image")]
    if text is not None:
        searches.append((text, over_fetch, mask, "text"))
    wishes = [mask & wish for wish in _wishes(view.columns, wanted)]
    searches += [(fused, over_fetch // 2 + 1, wish, "image") for wish in wishes]
    if drawn is not None:
        searches += [(drawn, over_fetch // 2 + 1, within, "image") for within in (mask, *wishes)]
    rows = [hit.row for hit in chain.from_iterable(_side_by_side(view, searches))]
    return _pool(view, chain(rows, _named(view, wanted, mask)), fused, text)


def nearest_only(view: LiveView, fused: Vector, mask: Mask, limit: int) -> Pool:
    """Semantic mode: one search over image vectors."""
    return _pool(view, (hit.row for hit in view.snapshot.search(fused, limit, mask, "image")), fused, None)


def shelves(
    view: LiveView, vector: Vector, mask: Mask, slots: Iterable[str], *, by_sight: bool = False
) -> dict[str, list[Piece]]:
    """For each slot what comes nearest to `vector`, among neutral colours and among the others.

    The two are searched apart: what is nearest to "red dress" is red, and a look all in red is a uniform. Relevance is
    scaled to 0 to 1 within each search. Pieces bring their image vectors where looks are composed `by_sight`.
    """
    neutral = view.columns.meets(Condition("colour", frozenset(c.id for c in taxonomy().colours.values() if c.neutral)))
    searches: list[Search] = []
    shelf_of: list[str] = []
    for slot in slots:
        within = mask & view.columns.meets(Condition("slot", frozenset({slot})))
        searches += [(vector, PER_SHELF, within & neutral, "image"), (vector, PER_SHELF, within & ~neutral, "image")]
        shelf_of += [slot, slot]
    found: dict[str, list[Piece]] = {}
    for slot, hits in zip(shelf_of, _side_by_side(view, searches), strict=True):
        if hits:
            found.setdefault(slot, []).extend(_pieces(view, hits, by_sight=by_sight))
    return found


def _pieces(view: LiveView, hits: Sequence[Hit], *, by_sight: bool) -> list[Piece]:
    low, spread = hits[-1].score, max(hits[0].score - hits[-1].score, LEAST_SPREAD)
    seen = view.snapshot.image if by_sight else None
    return [
        Piece(view.columns.facts(h.row), (h.score - low) / spread, None if seen is None else seen[h.row]) for h in hits
    ]


def _side_by_side(view: LiveView, searches: Sequence[Search]) -> Iterator[list[Hit]]:
    """Each search's hits, in order. FAISS lets go of the interpreter, so they run on as many cores as there are."""
    return _searchers().map(lambda search: view.snapshot.search(*search), searches)


@cache
def _searchers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="tryon-search")


def for_outfits(
    columns: Columns,
    filters: Filters,
    wanted: Wanted,
    brief: Brief,
    makes: Mapping[str, frozenset[str]] | None = None,
) -> Mask:
    """Rows that may complete a look of a `brief`, shape (n,): in stock, for whom it is, of no opposite season, nothing
    unwanted, of the kinds that `makes` names for each usage (of any, without it), and passing those filters that are
    about every piece of a look and not about the one garment asked for; a least price is about that one too.
    """
    about_all = Filters(
        gender=filters.gender,
        age_group=filters.age_group,
        price=PriceRange(max=filters.price.max) if filters.price else None,
        season=filters.season,
        usage=filters.usage,
        in_stock=True,
    )
    fitting = np.full(len(columns), makes is None)
    for usage, kinds in (makes or {}).items():
        made_so = columns.meets(Condition("kind", kinds)) & columns.meets(Condition("usage", frozenset({usage})))
        fitting |= made_so
    if brief.gender:
        fitting &= columns.meets(Condition("gender", frozenset({brief.gender, "unisex", ""})))
    children = columns.meets(Condition("age_group", frozenset({"kids"})))
    fitting &= children if brief.age_group == "kids" else ~children
    if brief.season:
        fitting &= ~columns.meets(Condition("season", frozenset(s for s in YEAR if opposite(s, brief.season))))
    mask: Mask = columns.mask(about_all) & fitting & ~wanted.avoided.rows(columns)
    return mask


def relaxing(columns: Columns, filters: Filters) -> tuple[str, ...]:
    """Names of the filters that hold most back, the one whose absence would let most through first."""
    given = filters.model_dump(exclude_defaults=True)
    passing = int(np.count_nonzero(columns.mask(filters)))
    without = {
        name: int(np.count_nonzero(columns.mask(Filters.model_validate({k: v for k, v in given.items() if k != name}))))
        for name in given
    }
    gains: Mapping[str, int] = {name: count - passing for name, count in without.items() if count > passing}
    return tuple(sorted(gains, key=lambda name: (-gains[name], name)) or sorted(given))


def _unless_empty(narrow: Mask, wide: Mask, least: int) -> Mask:
    return narrow if np.count_nonzero(narrow) >= least else wide


def _wishes(columns: Columns, wanted: Wanted) -> list[Mask]:
    """From the fullest wish to the barest: kind in colour and pattern, kind in colour, kind."""
    if not wanted.kind or wanted.kind.confidence < SURE:
        return []
    kind = columns.meets(Condition("kind", wanted.kind.values))
    masks = [kind]
    if wanted.colour.confidence >= SURE:
        masks.append(kind & columns.meets(Condition("colour", family(wanted.colour.values))))
    if patterns := wanted.facets.get("pattern"):
        masks.append(masks[-1] & columns.meets(Condition("pattern", patterns)))
    return masks


def family(colours: frozenset[str]) -> frozenset[str]:
    """`colours` and what plain words among them cover: who says blue means navy too."""
    return colours | {c.id for c in taxonomy().colours.values() if c.family in colours}


def _named(view: LiveView, wanted: Wanted, mask: Mask) -> Iterator[int]:
    """Rows of what full text search found, as far as this view holds them and `mask` lets them through."""
    rows = (view.snapshot.row_of.get(item_id) for item_id in wanted.named.found)
    return (row for row in rows if row is not None and mask[row])


def _pool(view: LiveView, found: Iterable[int], fused: Vector, text: Vector | None) -> Pool:
    rows = list(dict.fromkeys(found))
    index = np.array(rows, dtype=np.intp)
    return Pool(
        items=[view.columns.facts(row) for row in rows],
        rows=rows,
        image=view.snapshot.scores(fused, index, "image"),
        text=None if text is None else view.snapshot.scores(text, index, "text"),
        vectors=np.asarray(view.snapshot.image[index]),
    )
