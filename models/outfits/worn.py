"""The shipped answer to "do people wear these kinds together?"."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np

from models.outfits.pairs import PairModel
from models.taxonomy import taxonomy

FOLDER = Path(str(resources.files("models.outfits") / "fitted"))
CATEGORIES, KINDS = FOLDER / "categories.json", FOLDER / "kinds.json"

MOST = 1.0
"""Log-lift past which nothing more is believed: some kinds stand in a hundred sets only."""


@cache
def worn_together() -> Mapping[tuple[str, str], float]:
    """For two kinds of different slots, 0 (hardly ever) to 1; 0.5 is what their slots alone let expect.

    Kinds that the outfits it was fitted on do not hold are absent.
    """
    model = PairModel.load(KINDS)
    slots = [taxonomy().slot_of(kind) for kind in model.names]
    chance = 1.0 / (1.0 + np.exp(-np.clip(model.lift(slots), -MOST, MOST)))
    return {
        (a, b): float(chance[i, j])
        for i, a in enumerate(model.names)
        for j, b in enumerate(model.names)
        if slots[i] != slots[j]
    }
