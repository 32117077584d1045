"""The codes of composed queries, from a training folder's tables."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from models.taxonomy import taxonomy
from models.training.composed import ANY, Codes, Labels, Words
from models.training.data import Corpus, Item, Photo


def base_colours(folder: Path) -> dict[str, str]:
    """Each item's colour as the catalogue spells it; empty for 'NA'."""
    with (folder / "catalog" / "items.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: "" if row["base_colour"] == "NA" else row["base_colour"] for row in csv.DictReader(file)}


def words_of(corpus: Corpus, colours: Mapping[str, str]) -> Words:
    """Every value that the folder's tables hold."""
    articles = tuple(sorted({item.article_type for item in corpus.items}))
    labels = [frozenset([article]) for article in articles] + [corpus.fits[label] for label in sorted(corpus.fits)]
    names = tuple(sorted({colour for colour in colours.values() if colour}))
    ids = [_colour_id(name) for name in names]
    return Words(
        articles=articles,
        fits=np.array([[article in good for article in articles] for good in labels]),
        colours=names,
        patterns=tuple(sorted({item.pattern for item in corpus.items if item.pattern})),
        genders=tuple(sorted({item.gender for item in corpus.items if item.age_group == "adult"})),
        alike=np.array([[left == right for right in ids] for left in ids]),
    )


def item_labels(items: Sequence[Item], colours: Mapping[str, str], words: Words) -> Labels:
    """Codes of catalogue items."""
    return Labels(
        articles=_codes((item.article_type for item in items), words.articles),
        colours=_codes((colours[item.id] for item in items), words.colours),
        patterns=_codes((item.pattern for item in items), words.patterns),
        genders=_codes((item.gender if item.age_group == "adult" else "" for item in items), words.genders),
    )


def photo_labels(photos: Sequence[Photo], corpus: Corpus, words: Words) -> Labels:
    """Codes of photos: which article types fit is all that is known."""
    first, names = len(words.articles), sorted(corpus.fits)
    unknown = np.full(len(photos), ANY)
    articles = np.array([first + names.index(photo.label) for photo in photos], dtype=np.int64)
    return Labels(articles, unknown, unknown, unknown)


def joined(parts: Iterable[Labels]) -> Labels:
    """Rows of all parts, in order."""
    every, facets = list(parts), ("articles", "colours", "patterns", "genders")
    return Labels(*(np.concatenate([getattr(part, facet) for part in every]) for facet in facets))


def _codes(values: Iterable[str], known: Sequence[str]) -> Codes:
    places = {value: place for place, value in enumerate(known)}
    return np.array([places.get(value, ANY) for value in values], dtype=np.int64)


def _colour_id(raw: str) -> str:
    colour = taxonomy().colour_of(raw)
    return colour.id if colour else raw
