"""What an export is held against its original on: a data folder's `val` split, or drawn garments without one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random

from models.contracts import RGB
from models.flats import Flat, draw, random_flats
from models.taxonomy import taxonomy
from models.training.data import Corpus, indices, lazily, read_corpus

Pictures = Sequence[Callable[[], RGB]]
SIZE = 1500
"""Pictures of the gallery unless said otherwise."""
DRAWN_SIZE = (168, 224)
SEED = 7


@dataclass(frozen=True)
class Sample:
    """Pictures and texts with what a retrieval over them should find.

    Attributes:
        gallery: pictures that are searched, with `labels` of their kind.
        names: texts whose own picture is row `name_rows` of the gallery.
        photos: pictures that are queries; of each, `wanted` says which labels fit.
        wishes: further texts, in both languages.
        tuning: pictures of another split, for whatever is fitted.
        said: texts of another split, for whatever is fitted.
        source: where it comes from, in words.
    """

    gallery: Pictures
    labels: tuple[str, ...]
    names: tuple[str, ...]
    name_rows: tuple[int, ...]
    photos: Pictures
    wanted: tuple[frozenset[str], ...]
    wishes: tuple[str, ...]
    tuning: Pictures
    said: tuple[str, ...]
    source: str


def sample(data: Path | None, size: int, tuning: int) -> Sample:
    """From `data` where it is given. Raises FileNotFoundError naming what the folder lacks."""
    return drawn(size, tuning) if data is None else from_data(read_corpus(data), size, tuning)


def from_data(corpus: Corpus, size: int, tuning: int) -> Sample:
    """`size` items of `val` searched by their names and by the photos of `val`; tuned on `train`, photos among it."""
    dice = Random(SEED)  # noqa: S311 -- a fixed sample, nothing secret
    items = [corpus.items[row] for row in _some(dice, indices(corpus.items, "val"), size)]
    photos = [corpus.photos[row] for row in _some(dice, indices(corpus.photos, "val"), size)]
    fitting = [corpus.items[row] for row in _some(dice, indices(corpus.items, "train"), tuning - tuning // 4)]
    shots = [corpus.photos[row] for row in _some(dice, indices(corpus.photos, "train"), tuning // 4)]

    def shot(id_: str) -> RGB:
        return corpus.shots.picture(id_)

    return Sample(
        gallery=lazily(items, corpus.best_picture),
        labels=tuple(item.article_type for item in items),
        names=tuple(item.name for item in items),
        name_rows=tuple(range(len(items))),
        photos=[partial(shot, photo.id) for photo in photos],
        wanted=tuple(corpus.fits[photo.label] for photo in photos),
        wishes=wishes(),
        tuning=[*lazily(fitting, corpus.best_picture), *(partial(shot, photo.id) for photo in shots)],
        said=(*(item.name for item in fitting), *_titles(random_flats(tuning, SEED))),
        source=f"val of {corpus.folder.name}",
    )


def drawn(size: int, tuning: int) -> Sample:
    """Drawn garments searched by their titles and by other drawings of their kinds."""
    flats, queries, fitting = (random_flats(count, SEED + n) for n, count in enumerate((size, size // 4, tuning)))
    return Sample(
        gallery=_pictures(flats),
        labels=tuple(flat.kind for flat in flats),
        names=tuple(flat.title_en for flat in flats),
        name_rows=tuple(range(len(flats))),
        photos=_pictures(queries),
        wanted=tuple(frozenset({flat.kind}) for flat in queries),
        wishes=wishes(),
        tuning=_pictures(fitting),
        said=_titles(fitting),
        source="drawn garments",
    )


def wishes() -> tuple[str, ...]:
    """A colour and a kind, of every kind that is worn, in English and in Chinese."""
    known = taxonomy()
    colours = list(known.colours.values())
    worn = (kind for kind in known.kinds.values() if kind.worn)
    pairs = [(colours[n % len(colours)], kind) for n, kind in enumerate(islice(worn, 100))]
    said = [f"{colour.name('en')} {kind.name('en')}" for colour, kind in pairs]
    return (*said, *(f"{colour.name('zh')}{kind.name('zh')}" for colour, kind in pairs))


def _titles(flats: Sequence[Flat]) -> tuple[str, ...]:
    return tuple(title for flat in flats for title in (flat.title_en, flat.title_zh))


def _pictures(flats: Sequence[Flat]) -> Pictures:
    return [partial(draw, flat, *DRAWN_SIZE) for flat in flats]


def _some(dice: Random, rows: list[int], count: int) -> list[int]:
    return sorted(dice.sample(rows, min(count, len(rows))))
