"""`tryon train --task outfits` on a shop's own looks: fit, measure on looks held out, write."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.contracts import Matrix
from models.outfits.facts import Facts, Garment
from models.outfits.looks import LookRow, read_looks
from models.outfits.measure import Score, ask, popularity
from models.outfits.pairs import Floats
from models.outfits.report import SEED, Row, compared
from models.outfits.shop import ShopScorer
from models.outfits.shop_fit import Progress, fit_shop
from models.outfits.worn import worn_together
from models.taxonomy import taxonomy
from models.training.data import read_corpus
from models.training.errors import CannotTrain

FEWEST = 20
"""Looks without which nothing is fitted: chance would pass for taste."""

VECTORS = Path("catalog") / "vectors.npz"


@dataclass(frozen=True)
class Wardrobe:
    """The items that looks are made of.

    Attributes:
        vectors: image vectors by item, shape (items, d), zero rows where there is none; None without any.
        space: which model's vectors they are, as `space_of` names it.
    """

    items: Sequence[Facts]
    vectors: Matrix | None = None
    space: str = ""


def read_wardrobe(folder: Path) -> Wardrobe:
    """The catalogue of a training folder, and, where there is one, its `catalog/vectors.npz`.

    That file holds `ids`, `vectors` (shape (n, d)) and `space`, the model's revision and preprocessing version joined
    by `/`. Raises FileNotFoundError without a catalogue, CannotTrain for vectors that cannot be used.
    """
    items = [
        Garment(i.id, i.kind, i.colour, i.pattern, i.usage, i.season, i.gender)
        for i in read_corpus(folder).items
        if i.kind
    ]
    path = folder / VECTORS
    if not path.is_file():
        return Wardrobe(items)
    try:
        with np.load(path) as file:
            rows = dict(zip(file["ids"].astype(str).tolist(), np.asarray(file["vectors"], np.float32), strict=True))
            return Wardrobe(items, aligned(items, rows), str(file["space"]))
    except (OSError, ValueError, KeyError) as error:
        raise CannotTrain(f"{path} must hold ids, vectors and space: {error}") from error


def aligned(items: Sequence[Facts], rows: Mapping[str, Matrix]) -> Matrix | None:
    """Vectors in the items' order, zero rows for those without; None when none has one."""
    dims = next((len(row) for row in rows.values()), 0)
    if not dims:
        return None
    none = np.zeros(dims, np.float32)
    return np.stack([rows.get(item.id, none) for item in items])


def train_shop(
    folder: Path, wardrobe: Wardrobe, out: Path, progress: Progress, bought: Sequence[Sequence[str]] = ()
) -> list[Row]:
    """Fit a scorer on the looks and baskets in `folder`, write it and `report.json` to `out`, and measure it.

    Args: bought: item ids of more baskets.

    Raises CannotTrain, one line, for looks that cannot be read or are too few.
    """
    items = [item for item in wardrobe.items if taxonomy().slot_of(item.kind) != "none"]
    kept = {item.id for item in items}
    chosen = [i for i, item in enumerate(wardrobe.items) if item.id in kept]
    vectors = None if wardrobe.vectors is None else wardrobe.vectors[chosen]
    looks = read_looks(folder, {item.id: row for row, item in enumerate(items)}, bought)
    if len(looks) < FEWEST:
        raise CannotTrain(f"{len(looks)} looks are too few to learn from; {FEWEST} is the least")
    scorer = fit_shop(items, looks, vectors, wardrobe.space, progress)
    rows = evaluate_shop(scorer, items, looks, vectors)
    scorer.save(out)
    (out / "report.json").write_text(json.dumps([r.as_json for r in rows], indent=1) + "\n", "utf-8")
    return rows


def evaluate_shop(
    scorer: ShopScorer, items: Sequence[Facts], looks: Sequence[LookRow], vectors: Matrix | None
) -> list[Row]:
    """Fill-in-the-blank and AUC over the looks held out, beside the rules' kinds, popularity and chance.

    Wrong pieces come from the whole catalogue, and, harder, from the slot of the right one.
    """
    held_out = [look.pieces for look in looks if look.held_out]
    learnt = [look.pieces for look in looks if not look.held_out]
    slots = [taxonomy().slot_of(item.kind) for item in items]
    everything = range(len(items))
    of_slot = {slot: [i for i in everything if slots[i] == slot] for slot in set(slots)}
    gaps = {piece for pieces in held_out for piece in pieces}
    draws: dict[str, dict[int, Sequence[int]]] = {
        "any item": dict.fromkeys(gaps, everything),
        "items of the same slot": {piece: of_slot[slots[piece]] for piece in gaps},
    }
    methods: dict[str, tuple[Score, Score | None]] = {"fitted on the looks": (_mean_pair(scorer, items, vectors), None)}
    if scorer.by_sight:
        methods["… by facts alone"] = (_mean_pair(scorer.blind(), items, None), None)
    methods["worn together (the rules)"] = (_by_kinds(items), None)
    methods["popularity"] = (popularity(learnt, len(items)), None)
    return [row for draw, others in draws.items() for row in compared(draw, ask(held_out, others, SEED), methods)]


def _mean_pair(scorer: ShopScorer, items: Sequence[Facts], vectors: Matrix | None) -> Score:
    def score(sets: Sequence[tuple[int, ...]]) -> Floats:
        return np.array([_mean(scorer.pairs([items[i] for i in s], _rows(vectors, s))) for s in sets])

    return score


def _by_kinds(items: Sequence[Facts]) -> Score:
    known = worn_together()

    def score(sets: Sequence[tuple[int, ...]]) -> Floats:
        return np.array(
            [_mean(np.array([[known.get((items[a].kind, items[b].kind), 0.5) for b in s] for a in s])) for s in sets]
        )

    return score


def _mean(square: NDArray[np.floating]) -> float:
    """Over all pairs."""
    return float(square[np.triu_indices(len(square), 1)].mean())


def _rows(vectors: Matrix | None, pieces: Sequence[int]) -> Matrix | None:
    return None if vectors is None else vectors[list(pieces)]
