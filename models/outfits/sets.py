"""Real outfits as categories (`outfits/sets.csv`: set, split, categories joined by `|`), and as our own kinds."""

import csv
from collections.abc import Sequence
from pathlib import Path

from models.taxonomy import kind_of_category
from models.training.errors import CannotTrain

Sets = list[tuple[str, ...]]


def read_sets(path: Path) -> dict[str, Sets]:
    """By split, each set's categories in file order. Raises CannotTrain, one line, for a file that is no such table."""
    found: dict[str, Sets] = {"fit": [], "val": []}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for line, row in enumerate(csv.DictReader(file), start=2):
                if row.get("split") not in found or not row.get("categories"):
                    raise CannotTrain(f"{path.name}, line {line}: needs a split (fit or val) and categories")
                found[row["split"]].append(tuple(c.strip() for c in row["categories"].split("|") if c.strip()))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CannotTrain(f"{path} cannot be read: {error}") from error
    if not found["fit"]:
        raise CannotTrain(f"{path.name} has no set in the split 'fit'")
    return found


def as_kinds(sets: Sequence[tuple[str, ...]]) -> Sets:
    """Each set as the kinds its categories stand for, each kind once; what nobody wears is left out."""
    return [tuple(dict.fromkeys(k.id for c in one if (k := kind_of_category(c)) and k.worn)) for one in sets]
