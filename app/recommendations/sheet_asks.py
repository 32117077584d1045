"""What a contact sheet asks: photos that people took of their own clothes, each with a wish in words. Reads files."""

import csv
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from app.errors import InvalidRequest

LOCALES = ("en", "zh")
ANY = "any"


@dataclass(frozen=True, slots=True)
class SheetAsk:
    """One photo (encoded bytes) and the wish that goes with it; `budget` for the whole look, in the shop's currency."""

    photo_id: str
    photo: bytes
    text: str
    locale: str
    budget: Decimal | None = None


@dataclass(frozen=True, slots=True)
class _Shot:
    id: str
    label: str


def read_asks(data: Path, split: str, count: int, skip: int = 0) -> list[SheetAsk]:
    """`count` asks over the photos of `data` (`photos/labels.csv`, `photos/images.zip`), the labels in turn, the
    languages in turn; `skip` photos of each label are passed over, so that another sheet shows others.

    Raises: InvalidRequest where the folder has no such photos.
    """
    labels, archive = data / "photos" / "labels.csv", data / "photos" / "images.zip"
    if not labels.is_file() or not archive.is_file():
        raise InvalidRequest(f"There are no photos in {data}: it must hold photos/labels.csv and photos/images.zip.")
    with labels.open(encoding="utf-8", newline="") as file:
        shots = [_Shot(row["id"], row["label"]) for row in csv.DictReader(file) if row["split"] == split]
    if not shots:
        raise InvalidRequest(f"{labels} has no photo of the split '{split}'.")
    picked = _in_turn(shots, count, skip)
    with zipfile.ZipFile(archive) as pictures:
        return [_ask(shot, turn, place, pictures) for shot, turn, place in picked]


def _in_turn(shots: Sequence[_Shot], count: int, skip: int) -> list[tuple[_Shot, int, int]]:
    """`count` shots, one of each label before any label's second, with the turn and the label's place in it."""
    by_label: dict[str, list[_Shot]] = {}
    for shot in sorted(shots, key=lambda s: (s.label, s.id)):
        by_label.setdefault(shot.label, []).append(shot)
    rounds = range(skip, skip + count)
    labels = list(enumerate(by_label.values()))
    turns = [(found[n], n - skip, place) for n in rounds for place, found in labels if n < len(found)]
    return turns[:count]


def _ask(shot: _Shot, turn: int, place: int, pictures: zipfile.ZipFile) -> SheetAsk:
    """Every second label starts in Chinese, and each changes its language from turn to turn."""
    locale = LOCALES[(turn + place) % 2]
    wishes = _wishes().get(shot.label) or _wishes()[ANY]
    wish = wishes[locale][turn // len(LOCALES) % len(wishes[locale])]
    budget = Decimal(str(wish["budget"])) if "budget" in wish else None
    return SheetAsk(shot.id, pictures.read(f"{shot.id}.webp"), wish["text"], locale, budget)


@cache
def _wishes() -> Mapping[str, Any]:
    text = resources.files(__package__).joinpath("sheet_wishes.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found
