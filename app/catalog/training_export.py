"""The shop's catalogue as a training folder, laid out as `models.training.data` reads one."""

import asyncio
import csv
import hashlib
import zipfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.catalog.narrowing.filters import Criteria
from app.catalog.repository import ItemRepository
from app.catalog.tables import ItemRow
from app.db.session import Database
from app.errors import AppError
from app.feedback.memory import kept_since, weights_of
from app.feedback.pairs import pairs_of
from app.feedback.repository import EventRepository
from app.feedback.settings import FeedbackSettings
from app.media.photo import decode
from app.media.pictures import as_webp
from app.media.storage import BlobStore
from app.settings import LimitSettings

PAGE = 200
LONGEST_SIDE = 384
"""Training reads no picture larger than this."""

QUALITY = 90
VAL_SHARE = 10
"""One item in so many is kept for measuring."""

ITEMS = ("id", "split", "gender", "age_group", "master_category", "sub_category", "article_type", "base_colour",
         "season", "year", "usage", "name", "name_zh")  # fmt: skip
OFFERS = ("id", "pattern")
GENDERS = {("men", "kids"): "Boys", ("women", "kids"): "Girls", ("men", ""): "Men", ("women", ""): "Women"}

Progress = Callable[[int, int], Awaitable[None]]
"""(items done, items in all)."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written to `folder`: how many items, and the ids left out for want of a picture that can be read."""

    folder: Path
    items: int
    without_picture: tuple[str, ...]


async def export_for_training(
    database: Database,
    blobs: BlobStore,
    limits: LimitSettings,
    folder: Path,
    progress: Progress,
    feedback: FeedbackSettings | None = None,
) -> Exported:
    """Write `catalog/items.csv`, `offers.csv` (patterns alone) and `images.zip` (each item's first picture).

    One item in ten, by a hash of its id, is in the split `val`: the same one in every export. What else lies in
    `folder` stays, but for `catalog/pairs.csv`: where shoppers' events follow answers to words alone, it is what they
    said and took (content words, id, weight as `feedback` has it); where none do, a shop's own file stays too.
    Pictures are streamed, so memory does not grow with the catalogue.

    Raises OSError where the folder cannot be written.
    """
    catalog = folder / "catalog"
    await asyncio.to_thread(catalog.mkdir, parents=True, exist_ok=True)
    async with database.unit_of_work() as session:
        total = await ItemRepository(session).count()
    done, last, missing = 0, None, list[str]()
    with _Tables(catalog) as tables:
        while page := await _page(database, last):
            missing += await asyncio.to_thread(tables.add, page, blobs, limits)
            done, last = done + len(page), page[-1].id
            await progress(done, total)
    await _write_pairs(database, feedback or FeedbackSettings(), catalog / "pairs.csv")
    return Exported(folder, done - len(missing), tuple(missing))


async def _write_pairs(database: Database, settings: FeedbackSettings, path: Path) -> None:
    async with database.unit_of_work() as session:
        taken = await EventRepository(session).taken(kept_since(settings))
    pairs = pairs_of(taken, weights_of(settings))
    if not pairs:
        return
    new = path.with_name(f"{path.name}.new")
    with new.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("query", "id", "weight"))
        writer.writerows((words, id_, f"{weight:.4g}") for (words, id_), weight in sorted(pairs.items()))
    new.replace(path)


async def _page(database: Database, after: str | None) -> list[ItemRow]:
    async with database.unit_of_work() as session:
        return await ItemRepository(session).page(Criteria(), after, PAGE)


class _Tables:
    """The three files, written beside the old ones and put in their place when all is well."""

    def __init__(self, catalog: Path) -> None:
        self._paths = [catalog / name for name in ("items.csv", "offers.csv", "images.zip")]

    def __enter__(self) -> "_Tables":
        items, offers, images = (path.with_name(f"{path.name}.new") for path in self._paths)
        self._files = [path.open("w", encoding="utf-8", newline="") for path in (items, offers)]
        self._items, self._offers = (
            csv.DictWriter(file, names, extrasaction="ignore", restval="")
            for file, names in zip(self._files, (ITEMS, OFFERS), strict=True)
        )
        self._items.writeheader()
        self._offers.writeheader()
        self._zip = zipfile.ZipFile(images, "w", zipfile.ZIP_STORED)
        return self

    def add(self, page: Sequence[ItemRow], blobs: BlobStore, limits: LimitSettings) -> list[str]:
        """Write a page. Returns the ids of items without a picture that can be read."""
        missing = []
        for row in page:
            picture = _picture(row, blobs, limits)
            if picture is None:
                missing.append(row.id)
                continue
            self._zip.writestr(f"{row.id}.webp", picture)
            values = training_row(row)
            self._items.writerow(values)
            self._offers.writerow(values)
        return missing

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        for file in self._files:
            file.close()
        self._zip.close()
        for path in self._paths:
            new = path.with_name(f"{path.name}.new")
            new.unlink() if failed else new.replace(path)


def training_row(row: ItemRow) -> dict[str, str]:
    """An item's own words and facts as the columns of a training folder; ids of the taxonomy stand for themselves."""
    age = row.age_group if row.age_group != "adult" else ""
    gender = "Unisex" if row.gender == "unisex" else GENDERS.get((row.gender, age), "")
    return {
        "id": row.id, "split": split_of(row.id), "gender": gender, "age_group": row.age_group,
        "article_type": row.kind, "base_colour": row.colour, "season": row.season, "usage": row.usage,
        "name": row.title or row.title_zh, "name_zh": row.title_zh, "pattern": row.pattern,
    }  # fmt: skip


def split_of(item_id: str) -> str:
    """`val` for one id in ten, the same one always; else `train`."""
    return "val" if int(hashlib.sha256(item_id.encode()).hexdigest(), 16) % VAL_SHARE == 0 else "train"


def _picture(row: ItemRow, blobs: BlobStore, limits: LimitSettings) -> bytes | None:
    """The first picture as WebP, no larger than training reads; None without one that can be read."""
    if not row.pictures:
        return None
    try:
        picture = decode(blobs.get(row.pictures[0].blob_key), limits)
    except (KeyError, AppError):
        return None
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return as_webp(picture, QUALITY)
