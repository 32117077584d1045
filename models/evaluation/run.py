"""`tryon eval`: one encoder against the validation pictures, names and photos, and against the demo shop."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from models.contracts import RGB, Encoder, Matrix, Preprocessor
from models.evaluation import demo
from models.evaluation.report import Figure, Report
from models.evaluation.retrieval import precision_at, random_precision, random_recall, ranks, recall_at, top
from models.taxonomy import taxonomy
from models.training.data import Corpus, Photo, indices, lazily, read_corpus
from models.training.features import Advance, quiet
from models.training.prepare import digest

CHUNK = 128
TARGETS = {
    "photo → catalogue kind@10": 0.80,
    "name → picture R@10": 0.15,
    "demo wish, first": 0.90,
    "demo photo kind, first": 0.80,
}


def evaluate(
    encoder: Encoder,
    data: Path,
    split: str = "val",
    cache: Path | None = None,
    *,
    preprocessor: Preprocessor | None = None,
    progress: Advance = quiet,
) -> Report:
    """Measure `encoder` on `split` of the data folder.

    Args:
        cache: where embeddings are kept by model revision; None keeps none.
        preprocessor: when given, every photo figure is printed with and without its garment crop.
        progress: called with a label, rows done and rows in all.
    Returns: shares with a random-ranking control beside each.
    Raises: FileNotFoundError for missing data.
    """
    bench = Bench(encoder, read_corpus(data), split, cache, progress)
    figures = [*bench.names(), *bench.demo_wishes(), *bench.photos("", None)]
    if preprocessor is not None:
        figures += bench.photos(f", cropped ({preprocessor.version})", preprocessor)
    return Report(encoder.spec.name, encoder.spec.revision, split, tuple(figures), {"gallery": len(bench.corpus.items)})


@dataclass(frozen=True)
class Bench:
    """One encoder with one data folder, embeddings computed once."""

    encoder: Encoder
    corpus: Corpus
    split: str
    cache: Path | None
    progress: Advance
    _kept: dict[str, Matrix] = field(default_factory=dict)

    def names(self) -> list[Figure]:
        """Catalogue names of the split as queries against the pictures of all items."""
        rows = indices(self.corpus.items, self.split)
        texts = self.encoder.encode_texts([self.corpus.items[i].name for i in rows])
        places, total = ranks(texts, self.catalogue(), rows), len(self.corpus.items)
        return [
            figure(f"name → picture R@{k}", recall_at(places, k), random_recall(total, k), len(rows)) for k in (1, 10)
        ]

    def demo_wishes(self) -> list[Figure]:
        """Plain wishes against the demo shop's drawings, embeddings alone."""
        asked = demo.wishes()
        hits = demo.wish_hits(self.drawn(), asked, self.encoder.encode_texts([wish.text for wish in asked]))
        control = demo.random_wish_rate(asked)
        both = [figure("demo wish, first", float(np.mean(hits)), control, len(asked))]
        for locale in ("en", "zh"):
            mine = [hit for hit, wish in zip(hits, asked, strict=True) if wish.locale == locale]
            both.append(figure(f"demo wish, first ({locale})", float(np.mean(mine)), control, len(mine)))
        return both

    def photos(self, suffix: str, preprocessor: Preprocessor | None) -> list[Figure]:
        """People's photos against the catalogue and against the demo shop: does the kind fit the label?"""
        shots = [photo for photo in self.corpus.photos if photo.split == self.split]
        queries = self.photo_rows(shots, suffix, preprocessor)
        wanted = [self.corpus.fits[photo.label] for photo in shots]
        articles = [item.article_type for item in self.corpus.items]
        found = precision_at(top(queries, self.catalogue(), 10), articles, wanted)
        kinds = [kinds_of(good) for good in wanted]
        shop = [flat.kind for flat in demo.gallery()]
        drawn = precision_at(top(queries, self.drawn(), 1), shop, kinds)
        return [
            figure("photo → catalogue kind@10", found, random_precision(articles, wanted), len(shots), suffix),
            figure("demo photo kind, first", drawn, random_precision(shop, kinds), len(shots), suffix),
        ]

    def photo_rows(self, shots: Sequence[Photo], suffix: str, preprocessor: Preprocessor | None) -> Matrix:
        """Image rows of photos: each as it is, or the mean of its views as the engine makes it."""
        ids = [shot.id for shot in shots]
        if preprocessor is None:
            return self._rows(f"photos-{self.split}", ids, lazily(shots, self._shot))

        def view(place: int, photo: Photo) -> RGB:
            return preprocessor.prepare(self._shot(photo), "garment").crops[place]

        # A garment has its crop first and the whole photo last; where they are one and the same the mean is too.
        views = (
            self._rows(f"photos{suffix}{place}-{self.split}", ids, lazily(shots, partial(view, place)))
            for place in (0, -1)
        )
        mean = np.mean(list(views), axis=0)
        rows: Matrix = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return rows

    def _shot(self, photo: Photo) -> RGB:
        return self.corpus.shots.picture(photo.id)

    def catalogue(self) -> Matrix:
        """Image rows of every item, from its most detailed picture."""
        items = self.corpus.items
        return self._rows("catalogue", [item.id for item in items], lazily(items, self.corpus.best_picture))

    def drawn(self) -> Matrix:
        """Image rows of the demo shop."""
        if "demo" not in self._kept:
            self._kept["demo"] = self.encoder.encode_images(demo.pictures())
        return self._kept["demo"]

    def _rows(self, name: str, ids: Sequence[str], pictures: Sequence[Callable[[], RGB]]) -> Matrix:
        """Image rows of `pictures`, from memory or `cache` where they are there already."""
        if name in self._kept:
            return self._kept[name]
        spec = self.encoder.spec
        path = self.cache / "evaluation" / f"{digest([name, spec.revision, *ids])}.npy" if self.cache else None
        if path is not None and path.is_file():
            rows: Matrix = np.load(path)
        else:
            rows = self._embedded(name, pictures)
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                np.save(path, rows)
        self._kept[name] = rows
        return rows

    def _embedded(self, name: str, pictures: Sequence[Callable[[], RGB]]) -> Matrix:
        parts = [np.zeros((0, self.encoder.spec.dims), np.float32)]
        for start in range(0, len(pictures), CHUNK):
            parts.append(self.encoder.encode_images([read() for read in pictures[start : start + CHUNK]]))
            self.progress(name, min(start + CHUNK, len(pictures)), len(pictures))
        return np.concatenate(parts)


def kinds_of(articles: frozenset[str]) -> frozenset[str]:
    """Kinds of the taxonomy that article types stand for."""
    found = (taxonomy().kind_of(article) for article in articles)
    return frozenset(kind.id for kind in found if kind)


def figure(name: str, value: float, control: float, queries: int, suffix: str = "") -> Figure:
    """A figure with its target, if it has one."""
    return Figure(name + suffix, value, control, queries, TARGETS.get(name))
