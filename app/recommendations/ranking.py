"""From candidates to ranked suggestions: parts, one score, diversity, cut-off. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.catalog.facts import ItemFacts
from app.recommendations.affinity import MISSING, occasion_fit, season_affinity
from app.recommendations.diversity import fold, mmr, without_twins
from app.recommendations.lexical import lexical_scores
from app.recommendations.palette import UNKNOWN, closeness
from app.recommendations.wanted import Target, Wanted
from app.settings import RankingSettings
from models.contracts import Matrix
from models.taxonomy import taxonomy

Scores = NDArray[np.float64]
Match = Callable[[str, str], float]

BOOSTS = ("boost_in_stock", "boost_on_sale", "boost_new", "boost_brand", "boost_rating", "boost_margin")
"""The merchant's rules, see `merchandising`."""

TOKENS = "tokens"
"""The part that shows where a candidate stands after a closer look."""

PARTS = (
    "image", "text", "lexical", "kind", "colour", "attributes", "gender", TOKENS, "size", "taste", "popularity", *BOOSTS
)  # fmt: skip
SAME_SLOT = 0.5
"""What another kind of the same slot is worth, less a tenth for each step of formality between them."""

LAST_RESORT = 0.25
"""What is left of the score of an item that has something the shopper does not want."""

EDGE = 1e-6
"""Scores are kept this far from 0 and 1 while they are log-odds."""

NOTHING: Mapping[str, "Nudge"] = {}

SHORTLIST = 4
"""Candidates looked at for diversity, times what is asked for."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates, in any order.

    Attributes:
        rows: their rows in the snapshot.
        image: cosine of the query with each item's image vector, shape (n,).
        text: cosine of the words with each item's text vector, shape (n,), or None without words.
        vectors: the items' image vectors, shape (n, d).
    """

    items: Sequence[ItemFacts]
    rows: Sequence[int]
    image: NDArray[np.float32]
    text: NDArray[np.float32] | None
    vectors: Matrix


@dataclass(frozen=True, slots=True)
class Calibration:
    """The model's logistic curve from cosine to score."""

    scale: float
    shift: float

    def __call__(self, cosines: NDArray[np.float32]) -> Scores:
        return np.asarray(1.0 / (1.0 + np.exp(-self.scale * (cosines.astype(np.float64) - self.shift))))


@dataclass(frozen=True, slots=True)
class Nudge:
    """What moves scores though it is no part of the request, such as a shopper's taste.

    Attributes:
        by: from -1 (away) to 1 (towards), shape (n,); 0 leaves an item's score exactly as it is.
        weight: what 1 adds to the log-odds of a score, so that order is kept at both ends and no score leaves 0 to 1.
        against: what -1 takes off it, where that is not the same.
    """

    by: Scores
    weight: float
    against: float | None = None

    @property
    def moves(self) -> Scores:
        """What it adds to the log-odds, shape (n,)."""
        down = self.weight if self.against is None else self.against
        return self.by * np.where(self.by < 0.0, down, self.weight)


class Closer(Protocol):
    """Looks again at the best candidates. `weight` is a nudge's."""

    @property
    def weight(self) -> float: ...

    def __call__(self, rows: Sequence[int], scores: Scores) -> Scores:
        """From the candidates' rows and scores so far, -1 to 1 for each, shape (n,); NaN for those not looked at."""
        ...


@dataclass(frozen=True, slots=True)
class Ranked:
    """One suggestion: the item, its row, the score and its parts.

    The score is the mean of those parts that `weights` names, moved by the others (`Nudge`).
    """

    item: ItemFacts
    row: int
    score: float
    parts: Mapping[str, float]
    avoided: bool = False
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ranking:
    """What is shown, best first, and the candidates it is the best of: each look once, nothing unwanted."""

    shown: list[Ranked]
    among: list[ItemFacts]


def ranking(
    pool: Pool,
    wanted: Wanted,
    calibration: Calibration,
    settings: RankingSettings,
    limit: int,
    nudges: Mapping[str, Nudge] = NOTHING,
    closer: Closer | None = None,
) -> Ranking:
    """The `limit` best of `pool`, best first: diverse, each look once, unwanted things out or, if need be, last.

    `nudges` are by the name of the part that shows them; `closer` moves those that are best by then.
    """
    if not pool.items:
        return Ranking([], [])
    parts, weights = score_parts(pool, wanted, calibration, settings)
    scores = nudged(weighted_mean(parts, weights), nudges.values())
    parts |= {name: nudge.by for name, nudge in nudges.items()}
    unwanted = np.fromiter((wanted.avoided.hit(i) for i in pool.items), np.bool_, len(pool.items))
    scores = np.where(unwanted, scores * LAST_RESORT, scores)
    if closer is not None:
        parts[TOKENS] = closer(pool.rows, scores)
        scores = nudged(scores, [Nudge(np.nan_to_num(parts[TOKENS]), closer.weight)])
    order = np.lexsort((np.array([i.id for i in pool.items]), -scores, unwanted))
    order = order[fold([pool.items[i] for i in order])]
    fitting = order[~unwanted[order]]
    good = fitting[: 2 * SHORTLIST * limit]
    good = good[without_twins([pool.items[i] for i in good], pool.vectors[good])]
    picked = _diverse(good, scores, pool.vectors, limit, settings.diversity)
    if len(picked) < limit:
        floor = min((scores[i] for i in picked), default=1.0)
        last = order[unwanted[order]][: limit - len(picked)]
        scores[last] = np.minimum(scores[last], floor)
        picked += [int(i) for i in last]
    shown = [_ranked(i, pool, parts, weights, scores, bool(unwanted[i])) for i in picked]
    return Ranking(shown, [pool.items[i] for i in fitting])


def nearest(pool: Pool, calibration: Calibration, limit: int) -> list[Ranked]:
    """Semantic mode: by cosine with the query alone."""
    scores = calibration(pool.image)
    order = np.lexsort((np.array([i.id for i in pool.items]), -pool.image))[:limit]
    return [_ranked(int(i), pool, {"image": scores}, {"image": 1.0}, scores, False) for i in order]


def cut_off(ranked: Sequence[Ranked], min_score: float | None, at_least: int) -> tuple[list[Ranked], bool]:
    """What reaches `min_score`; or, when nothing does, the `at_least` nearest. True when something reached it."""
    if min_score is None:
        return list(ranked), True
    kept = [r for r in ranked if r.score >= min_score]
    return (kept, True) if kept else (list(ranked[:at_least]), False)


def interleave(lists: Sequence[Sequence[Ranked]], limit: int) -> list[Ranked]:
    """Alternately from each list (one a garment, largest first), each item once."""
    merged: dict[str, Ranked] = {}
    for position in range(max(map(len, lists), default=0)):
        for ranked in lists:
            if position < len(ranked):
                merged.setdefault(ranked[position].item.id, ranked[position])
    return list(merged.values())[:limit]


def score_parts(
    pool: Pool, wanted: Wanted, calibration: Calibration, settings: RankingSettings
) -> tuple[dict[str, Scores], dict[str, float]]:
    """Each part's scores (0 to 1, NaN where it says nothing), shape (n,), and each part's weight."""
    parts: dict[str, Scores] = {"image": calibration(pool.image)}
    weights = {"image": settings.image}
    if pool.text is not None:
        parts["text"], weights["text"] = calibration(pool.text), settings.text
    if wanted.named:
        parts["lexical"] = wanted.named.scores(pool.items)
        weights["lexical"] = settings.lexical + settings.named * wanted.named.strength
    elif wanted.terms:
        parts["lexical"], weights["lexical"] = lexical_scores(wanted.terms, pool.items), settings.lexical
    if wanted.kind:
        parts["kind"], sure = _of_values(pool.items, "kind", wanted.kind, kind_match)
        weights["kind"] = settings.kind * sure
    if wanted.colour:
        parts["colour"], sure = _of_values(pool.items, "colour", wanted.colour, closeness)
        weights["colour"] = settings.colour * sure
    if wanted.facets:
        parts["attributes"] = attribute_scores(pool.items, wanted.facets)
        weights["attributes"] = settings.attributes
    if wanted.made_for:
        parts["gender"] = attribute_scores(pool.items, {"gender": wanted.made_for.values})
        weights["gender"] = settings.attributes * wanted.made_for.confidence
    return parts, weights


def weighted_mean(parts: Mapping[str, Scores], weights: Mapping[str, float]) -> Scores:
    """Over the parts that say something of an item, shape (n,), 0 to 1; 0 when none does."""
    values = np.stack([parts[name] for name in parts])
    weight = np.array([weights[name] for name in parts])[:, None] * ~np.isnan(values)
    total = weight.sum(axis=0)
    summed = (weight * np.nan_to_num(values)).sum(axis=0)
    mean: Scores = np.divide(summed, total, out=np.zeros_like(total), where=total > 0)
    return mean.clip(0.0, 1.0)


def nudged(scores: Scores, nudges: Iterable[Nudge]) -> Scores:
    """`scores`, shape (n,), moved in log-odds; those that nothing moves are exactly as they were."""
    moved = np.zeros_like(scores)
    for nudge in nudges:
        moved += nudge.moves
    odds = np.clip(scores, EDGE, 1.0 - EDGE)
    odds = odds / (1.0 - odds) * np.exp(moved)
    return np.where(moved == 0.0, scores, odds / (1.0 + odds))


def kind_match(kind: str, wanted: str) -> float:
    """1 for the kind itself, part of it for another of the same slot, 0 for anything else."""
    if kind == wanted:
        return 1.0
    kinds = taxonomy().kinds
    if kind not in kinds or wanted not in kinds or kinds[kind].slot != kinds[wanted].slot:
        return 0.0
    return SAME_SLOT - 0.1 * abs(kinds[kind].formality - kinds[wanted].formality)


def attribute_scores(items: Sequence[ItemFacts], facets: Mapping[str, frozenset[str]]) -> Scores:
    """Mean over the wished facets, shape (n,); a field the feed left out is neutral."""
    per_facet = [[max(_fits(item, facet, w) for w in values) for item in items] for facet, values in facets.items()]
    return np.asarray(np.mean(per_facet, axis=0))


def _fits(item: ItemFacts, facet: str, wish: str) -> float:
    value: str = getattr(item, facet)
    if facet == "usage":
        return occasion_fit(value, item.formality, wish)
    if facet == "season":
        return season_affinity(value, wish)
    if not value:
        return MISSING
    if facet == "gender" and "unisex" in (value, wish):
        return 1.0
    return 1.0 if value == wish else 0.0


def _of_values(items: Sequence[ItemFacts], field: str, target: Target, match: Match) -> tuple[Scores, float]:
    """How well each item's value meets `target`, shape (n,), and how sure that is, 0 to 1.

    Of what was said any will do: the best match. Of what a photo may show one is meant: the match to be expected, by
    that of the best guess, which says how sure any of it is. Trousers lose nothing where they are as likely as jeans.
    """
    values: list[str] = [getattr(item, field) for item in items]
    fits = {v: _fit(v, target, match) for v in {*values, *target.chances} if v}
    best = max((fits[v] for v in target.chances), default=1.0)
    known = {v: min(1.0, fit / best) for v, fit in fits.items()} | {"": UNKNOWN}
    scores = np.fromiter((known[v] for v in values), np.float64, len(values))
    return scores, best if target.chances else target.confidence


def _fit(value: str, target: Target, match: Match) -> float:
    if target.chances:
        return sum(chance * match(value, meant) for meant, chance in target.chances.items())
    return max(match(value, wanted) for wanted in target.values)


def _diverse(order: NDArray[np.intp], scores: Scores, vectors: Matrix, limit: int, diversity: float) -> list[int]:
    """Chosen for difference among the best, then shown by score."""
    short = order[: SHORTLIST * limit]
    chosen = short[mmr(scores[short], vectors[short], limit, diversity)] if len(short) else short
    return [int(i) for i in sorted(chosen, key=lambda i: (-scores[i], int(np.flatnonzero(short == i)[0])))]


def _ranked(
    i: int, pool: Pool, parts: Mapping[str, Scores], weights: Mapping[str, float], scores: Scores, avoided: bool
) -> Ranked:
    shown = {name: round(float(parts[name][i]), 4) for name in PARTS if name in parts and not np.isnan(parts[name][i])}
    return Ranked(pool.items[i], pool.rows[i], round(float(scores[i]), 4), shown, avoided, weights)
