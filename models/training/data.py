"""Reads a training folder: studio pictures (`catalog/`), people's own photos (`photos/`), and which fits which.

Layout: `catalog/items.csv` with `images.zip` and, for some ids, `images_large.zip`; `photos/labels.csv` with
`images.zip`; `photos/kinds.csv` maps a photo's label to the article types that fit it. A shop's own folder may do
without `photos/`, and may add: columns `name_zh` and `age_group` in items.csv, patterns in `catalog/offers.csv`, and
`catalog/pairs.csv` (query, id, weight): what shoppers said and which garment they then took.
"""

import csv
import hashlib
import io
import math
import threading
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TypeVar

from PIL import Image

from models.contracts import RGB
from models.taxonomy import taxonomy
from models.training.errors import CannotTrain

Row = TypeVar("Row")
UNSAID = frozenset({"na", "n/a", "none", "other", "others", "unknown", "-"})
"""What feeds write where there is nothing to say."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row of a catalogue. `kind` and `colour` are ids of the taxonomy, empty when it knows no such thing."""

    id: str
    split: str
    name: str
    article_type: str
    kind: str
    colour: str
    gender: str
    age_group: str
    season: str
    usage: str
    pattern: str = ""
    name_zh: str = ""
    shelf: str = ""
    """The shop's own word for what it stands among ("bottomwear"), lower case."""

    shade: str = ""
    """The shop's own word for its colour ("coffee brown"), lower case."""


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo somebody took of their own garment, with its coarse label."""

    id: str
    split: str
    label: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Words that led to an item. `weight`: how often it is drawn against the others, above 0."""

    query: str
    item_id: str
    weight: float


class Archive:
    """Pictures in a zip, `<id>.webp`; safe to read from several threads."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)
        self._lock = threading.Lock()
        self.ids = frozenset(name.removesuffix(".webp") for name in self._zip.namelist())

    @property
    def stamp(self) -> str:
        """Changes when any picture does; read from the zip's directory alone."""
        return "".join(f"{entry.filename}:{entry.CRC:x}:{entry.file_size}\n" for entry in self._zip.infolist())

    def picture(self, id_: str) -> RGB:
        """Raises KeyError for an id it lacks."""
        with self._lock:
            data = self._zip.read(f"{id_}.webp")
        return Image.open(io.BytesIO(data)).convert("RGB")


@dataclass(frozen=True)
class Corpus:
    """Everything a training folder holds, rows in file order."""

    folder: Path
    items: tuple[Item, ...]
    photos: tuple[Photo, ...]
    fits: Mapping[str, frozenset[str]]
    """Photo label → article types that count as right for it."""
    pairs: tuple[Pair, ...] = ()

    @cached_property
    def small(self) -> Archive:
        return Archive(self.folder / "catalog" / "images.zip")

    @cached_property
    def large(self) -> Archive | None:
        path = self.folder / "catalog" / "images_large.zip"
        return Archive(path) if path.is_file() else None

    @cached_property
    def shots(self) -> Archive:
        return Archive(self.folder / "photos" / "images.zip")

    def best_picture(self, item: Item) -> RGB:
        """The most detailed picture there is of an item."""
        large = self.large
        return (large if large and item.id in large.ids else self.small).picture(item.id)

    @cached_property
    def stamp(self) -> str:
        """Short hash of every picture's checksum: the same ids may get other pictures."""
        archives = [self.small, *([self.large] if self.large else []), *([self.shots] if self.photos else [])]
        return hashlib.sha256("\0".join(archive.stamp for archive in archives).encode()).hexdigest()[:12]

    def has_large(self, item: Item) -> bool:
        return self.large is not None and item.id in self.large.ids


def read_corpus(folder: Path) -> Corpus:
    """Raises FileNotFoundError naming the first file that is missing, CannotTrain for pairs that can't be."""
    patterns, photos = _patterns(folder / "catalog" / "offers.csv"), folder / "photos"
    return Corpus(
        folder=folder,
        items=tuple(_item(row, patterns.get(row["id"], "")) for row in _rows(folder / "catalog" / "items.csv")),
        photos=_photos(photos / "labels.csv") if photos.is_dir() else (),
        fits=_fits(photos / "kinds.csv") if photos.is_dir() else {},
        pairs=tuple(_pairs(folder / "catalog" / "pairs.csv")),
    )


def indices(rows: Iterable[Item | Photo], split: str) -> list[int]:
    """Positions of a split's rows."""
    return [i for i, row in enumerate(rows) if row.split == split]


def lazily(rows: Iterable[Row], read: Callable[[Row], RGB]) -> list[Callable[[], RGB]]:
    """One deferred read a row."""
    return [partial(read, row) for row in rows]


def _photos(path: Path) -> tuple[Photo, ...]:
    return tuple(Photo(row["id"], row["split"], row["label"]) for row in _rows(path))


def _item(row: Mapping[str, str], pattern: str) -> Item:
    known = taxonomy()
    kind, colour = known.kind_of(row["article_type"]), known.colour_of(row["base_colour"])
    gender, age = _who(row["gender"])
    season = known.attribute_of("season", row["season"])
    usage = known.attribute_of("usage", row["usage"])
    return Item(
        id=row["id"], split=row["split"], name=row["name"], article_type=row["article_type"],
        kind=kind.id if kind else "", colour=colour.id if colour else "",
        gender=gender, age_group=row.get("age_group") or age, name_zh=row.get("name_zh") or "",
        season=season.id if season else "", usage=usage.id if usage else "", pattern=pattern,
        shelf=_said(row.get("sub_category")), shade=_said(row["base_colour"]),
    )  # fmt: skip


def _said(word: str | None) -> str:
    """A shop's own word as a shopper would type it; empty where it says nothing."""
    said = " ".join((word or "").lower().split())
    return "" if said in UNSAID else said


def _who(gender: str) -> tuple[str, str]:
    """A catalogue's gender column also tells children from adults."""
    if not gender:
        return "", "adult"
    table = {"Men": ("men", "adult"), "Women": ("women", "adult"), "Boys": ("men", "kids"), "Girls": ("women", "kids")}
    return table.get(gender, ("unisex", "adult"))


def _patterns(path: Path) -> dict[str, str]:
    """Patterns stand beside the offers, where a shop's feed would have them; a folder may do without."""
    return {row["id"]: row["pattern"] for row in _rows(path)} if path.is_file() else {}


def _fits(path: Path) -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for row in _rows(path):
        table.setdefault(row["label"], set()).add(row["article_type"])
    return {label: frozenset(kinds) for label, kinds in table.items()}


def _pairs(path: Path) -> Iterator[Pair]:
    """A folder may do without. Each query of an item once, its weights added up."""
    weights: dict[tuple[str, str], float] = {}
    for line, row in enumerate(_rows(path) if path.is_file() else (), start=2):
        try:
            query, weight = " ".join(row["query"].split()), float(row.get("weight") or 1.0)
            key = (query, row["id"])
        except KeyError as error:
            raise CannotTrain(f"{path.name} lacks the column {error}") from error
        except ValueError as error:
            raise CannotTrain(f"{path.name}, line {line}: weight {row['weight']!r} is no number") from error
        if not 0 < weight < math.inf:
            raise CannotTrain(f"{path.name}, line {line}: weight {weight} must be above 0")
        if query:
            weights[key] = weights.get(key, 0.0) + weight
    return (Pair(query, id_, weight) for (query, id_), weight in weights.items())


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
