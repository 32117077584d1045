"""A data folder as an evaluation sees it: the columns as they stand, the splits, and what tells pictures apart."""

import csv
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from models.evaluation.errors import CannotEvaluate
from models.training.data import Corpus, Item, Photo, indices, read_corpus

SEED = 11


@dataclass(frozen=True, slots=True)
class Article:
    """One product with the words of its own table. Empty where the table does not say."""

    item: Item
    sub_category: str
    base_colour: str
    gender: str
    season: str
    usage: str


@dataclass(frozen=True, slots=True)
class Folder:
    """What is measured on: a gallery, the split's rows of it, and the split's photos. `sample` is empty for all."""

    corpus: Corpus
    gallery: tuple[Article, ...]
    targets: tuple[int, ...]
    shots: tuple[Photo, ...]
    sample: str = ""


def read_folder(data: Path, split: str, sample: int | None = None) -> Folder:
    """`split` of the folder at `data`, or a random part of it.

    Args: sample: how many products to keep at most, half of them from the split, and as many photos; None keeps all.
    Raises: CannotEvaluate for a folder laid out otherwise, or a split it has not.
    """
    try:
        corpus = read_corpus(data)
    except FileNotFoundError as error:
        raise CannotEvaluate(f"{data} is not laid out as a data folder: there is no {error.filename}") from error
    except KeyError as error:
        raise CannotEvaluate(f"a table in {data} lacks the column {error}") from error
    articles, shots = _articles(corpus), [photo for photo in corpus.photos if photo.split == split]
    targets = indices(corpus.items, split)
    if not targets and not shots:
        known = sorted({item.split for item in corpus.items} | {photo.split for photo in corpus.photos})
        raise CannotEvaluate(f"{data} has no split {split!r}; it has {', '.join(known) or 'no rows at all'}")
    label = ""
    if sample is not None and sample < len(articles):
        kept, shots = _part(len(articles), targets, sample), _fewer(shots, sample)
        label = f"sample of {len(kept):,} of {len(articles):,} products and {len(shots):,} photos"
        articles = [articles[row] for row in kept]
        targets = [n for n, article in enumerate(articles) if article.item.split == split]
    return Folder(corpus, tuple(articles), tuple(targets), tuple(shots), label)


def checksums(archive: Path) -> Mapping[str, str]:
    """What tells each picture of a zip from any other, by its id, without reading the pictures."""
    with zipfile.ZipFile(archive) as file:
        return {
            str(PurePosixPath(entry.filename).with_suffix("")): f"{entry.CRC:08x}-{entry.file_size}"
            for entry in file.infolist()
        }


def _articles(corpus: Corpus) -> list[Article]:
    with (corpus.folder / "catalog" / "items.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [_article(item, row) for item, row in zip(corpus.items, rows, strict=True)]


def _article(item: Item, row: Mapping[str, str | None]) -> Article:
    columns = ("sub_category", "base_colour", "gender", "season", "usage")
    return Article(item, *((row.get(name) or "").strip() for name in columns))


def _part(total: int, targets: Sequence[int], count: int) -> list[int]:
    """`count` rows in order, half of them targets as long as there are so many."""
    dice = np.random.default_rng(SEED)
    wanted = dice.permutation(np.asarray(targets, dtype=np.intp))[: (count + 1) // 2]
    others = np.setdiff1d(np.arange(total), targets)
    return sorted([*wanted.tolist(), *dice.permutation(others)[: count - len(wanted)].tolist()])


def _fewer(shots: Iterable[Photo], count: int) -> list[Photo]:
    kept = list(shots)
    picked = np.random.default_rng(SEED).permutation(len(kept))[:count]
    return [kept[n] for n in sorted(picked.tolist())]
