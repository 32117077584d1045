"""A shop's own looks and baskets: JSON lines, each `{"items": [ids]}`."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from models.training.errors import CannotTrain

LOOKS, BASKETS = "looks.jsonl", "baskets.jsonl"
"""Looks that somebody put together; items that were bought together, which say less."""

BASKET_WEIGHT = 0.5
VAL_SHARE = 5
"""One look in so many is kept for measuring."""

MOST_PIECES = 12
"""Of a longer basket nothing is learnt: it is a household's, not a look's."""


@dataclass(frozen=True, slots=True)
class LookRow:
    """Pieces by their place in the catalogue, each once. `weight`: how much it counts in the fit."""

    pieces: tuple[int, ...]
    weight: float
    held_out: bool


def has_looks(folder: Path) -> bool:
    """Whether a folder holds what a shop's own scorer is fitted on."""
    return any((folder / name).is_file() for name in (LOOKS, BASKETS))


def read_looks(folder: Path, row_of: Mapping[str, int], bought: Sequence[Sequence[str]] = ()) -> list[LookRow]:
    """Looks and baskets with two known items or more. Measured is on looks where there are any, else on baskets.

    Args: bought: baskets besides those of the folder, item ids each.

    Raises CannotTrain, one line, for a file that is no such list, and when nothing of it is in the catalogue.
    """
    looks = _rows(_read(folder / LOOKS), row_of, 1.0, held_out=True)
    baskets = _rows([*_read(folder / BASKETS), *bought], row_of, BASKET_WEIGHT, held_out=not looks)
    if not looks and not baskets:
        raise CannotTrain(f"no look or basket ({folder}) has two items that are in the catalogue")
    return [*looks, *baskets]


def _rows(sets: Sequence[Sequence[str]], row_of: Mapping[str, int], weight: float, *, held_out: bool) -> list[LookRow]:
    known = [(ids, tuple(row_of[i] for i in dict.fromkeys(ids) if i in row_of)) for ids in sets]
    return [
        LookRow(pieces, weight, held_out and _in_val(ids)) for ids, pieces in known if 1 < len(pieces) <= MOST_PIECES
    ]


def _read(path: Path) -> list[Sequence[str]]:
    """Every line's ids; none where there is no such file."""
    if not path.is_file():
        return []
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotTrain(f"{path} cannot be read: {error}") from error
    return [_ids(line, f"{path.name}, line {n}") for n, line in enumerate(lines, start=1) if line.strip()]


def _ids(line: str, place: str) -> Sequence[str]:
    try:
        data = json.loads(line)
    except ValueError as error:
        raise CannotTrain(f"{place}: is no JSON ({error})") from error
    ids = data.get("items") if isinstance(data, dict) else None
    if not isinstance(ids, list) or not all(isinstance(i, str | int) and not isinstance(i, bool) for i in ids):
        raise CannotTrain(f'{place}: must read {{"items": ["id", "id", …]}}')
    return [str(i) for i in ids]


def _in_val(ids: Sequence[str]) -> bool:
    """By the ids alone, whatever their order: the same look is never in both parts."""
    return int(sha256("\0".join(sorted(set(ids))).encode()).hexdigest(), 16) % VAL_SHARE == 0
