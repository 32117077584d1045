"""Fits what people wear together to `outfits/sets.csv`: one model over its own categories, one over our kinds.

The recipe of the shipped files: `tryon train --task outfits --out models/outfits/fitted`, which needs nothing but the
sets of the split `fit`; the table it prints is over the split `val`, which nothing was fitted on.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from models.outfits.fit import RIDGE, fit_pairs
from models.outfits.measure import ask, popularity
from models.outfits.pairs import PairModel
from models.outfits.report import SEED, Row, compared, scores_of
from models.outfits.sets import Sets, as_kinds, read_sets
from models.taxonomy import kind_of_category

StageProgress = Callable[[str, int, int], None]

SETS = Path("outfits") / "sets.csv"
FILES = {"categories": "categories.json", "kinds": "kinds.json"}


def train_pairs(folder: Path, out: Path, progress: StageProgress) -> list[Row]:
    """Fit both models to `folder`/outfits/sets.csv, write them and `report.json` to `out`, and measure them.

    Raises CannotTrain, one line, for a file that is missing or no such table.
    """
    sets = read_sets(folder / SETS)
    out.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    for level, name in FILES.items():
        seen = {split: as_kinds(found) if level == "kinds" else found for split, found in sets.items()}
        about = {"of": level, "sets": len(seen["fit"]), "ridge": RIDGE, "source": SETS.as_posix()}
        model = fit_pairs(seen["fit"], about=about, progress=_told(progress, level))
        model.save(out / name)
        rows += evaluate_pairs(PairModel.load(out / name), seen["fit"], seen["val"], level)
    (out / "report.json").write_text(json.dumps([r.as_json for r in rows], indent=1) + "\n", "utf-8")
    return rows


def evaluate_pairs(model: PairModel, fit: Sets, val: Sets, level: str) -> list[Row]:
    """Fill-in-the-blank and AUC over `val`, beside popularity (counted in `fit`) and chance.

    Wrong answers come from all of the model's categories, and, harder, from the slot of the right one alone.
    """
    known = {split: _numbered(found, model) for split, found in (("fit", fit), ("val", val))}
    slots = [kind.slot if (kind := kind_of_category(name)) else "" for name in model.names]
    everything = range(len(slots))
    of_slot = {slot: [i for i in everything if slots[i] == slot] for slot in set(slots)}
    draws: dict[str, dict[int, Sequence[int]]] = {
        f"any of {len(slots)} {level}": dict.fromkeys(everything, everything),
        f"{level} of the same slot": {i: of_slot[slots[i]] for i in everything},
    }
    worn = popularity(known["fit"], len(slots))
    methods = {"fitted pairs": scores_of(model), "popularity": (worn, None)}
    return [row for draw, others in draws.items() for row in compared(draw, ask(known["val"], others, SEED), methods)]


def _numbered(sets: Sets, model: PairModel) -> Sequence[tuple[int, ...]]:
    return [tuple(model.index[name] for name in one if name in model.index) for one in sets]


def _told(progress: StageProgress, stage: str) -> Callable[[int, int], None]:
    return lambda done, total: progress(f"fit {stage}", done, total)
