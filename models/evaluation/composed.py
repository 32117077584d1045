"""Photo + "in <colour>" against the catalogue: same kind and that colour, by embeddings alone."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.contracts import Fusion, Signal, Vector, Weights
from models.evaluation import interval
from models.evaluation.bench import Bench
from models.evaluation.photos import wanted_articles
from models.evaluation.report import Figure, Measured
from models.evaluation.retrieval import Hits, shares, top
from models.evaluation.targets import Group
from models.fusion import WeightedFusion, fusions
from models.taxonomy import taxonomy

GROUP = Group("composed: photo + words")
KIND = "composed kind + colour@10"
A_PHOTO = 3
"""Colours asked for of each photo."""

FEWEST = 10
"""A colour is asked for where at least this many products are of a fitting kind and have it."""

WEIGHTS = tuple(n / 10 for n in range(1, 10))
SEED = 5
WEIGHTED = WeightedFusion().kind
WORDS: Mapping[str, Callable[[str], str]] = {
    "en": lambda colour: f"in {taxonomy().colours[colour].name('en')}",
    "zh": lambda colour: f"同款{taxonomy().colours[colour].name('zh')}",
}

Fuse = Callable[[Signal, Signal], Vector]
"""A photo and words to a query vector."""


@dataclass(frozen=True, slots=True)
class Question:
    """Photo number `photo` in `colour`, an id of the taxonomy."""

    photo: int
    colour: str


def questions(
    wanted: Sequence[frozenset[str]], articles: Sequence[str], colours: Sequence[str], seed: int = SEED
) -> list[Question]:
    """`A_PHOTO` random plain colours for each photo, of those that enough fitting products have.

    Args:
        wanted: article types that fit each photo.
        articles, colours: of each product; a colour is an id of the taxonomy.
    """
    stock = Counter(zip(articles, colours, strict=True))
    plain = [c.id for c in taxonomy().colours.values() if c.family == c.id and c.id != "multi"]
    dice = np.random.default_rng(seed)
    asked = []
    for photo, good in enumerate(wanted):
        enough = [colour for colour in plain if sum(stock[article, colour] for article in good) >= FEWEST]
        asked += [Question(photo, str(colour)) for colour in dice.permutation(np.array(enough, dtype=object))[:A_PHOTO]]
    return asked


def answers(
    asked: Iterable[Question], wanted: Sequence[frozenset[str]], articles: Sequence[str], colours: Sequence[str]
) -> NDArray[np.bool_]:
    """Which products answer each question, shape (questions, products)."""
    names, colour_names = np.asarray(articles), np.asarray(colours)
    fitting = {good: np.isin(names, sorted(good)) for good in set(wanted)}
    return np.stack([fitting[wanted[q.photo]] & (colour_names == q.colour) for q in asked])


def composed(bench: Bench) -> Measured:
    """Every fusion there is and every setting of the weighted one, on the same questions."""
    wanted, colours = wanted_articles(bench), [_plain(article.base_colour) for article in bench.folder.gallery]
    asked = questions(wanted, bench.articles, colours)
    if not asked:
        return Measured()
    right = answers(asked, wanted, bench.articles, colours)
    photos = [bench.signals[q.photo] for q in asked]
    known = fusions(bench.encoder.spec)
    figures: list[Figure] = []
    for language in WORDS:
        texts = sorted({WORDS[language](q.colour) for q in asked})
        said = dict(zip(texts, bench.said(texts), strict=True))
        table = Comparison(bench, asked, right, photos, [said[WORDS[language](q.colour)] for q in asked], known)
        figures += table.figures("" if language == "en" else f" ({language})")
    lacking = [name for name, fusion in known.items() if fusion.kind != name]
    notes = {"fusions without weights for this encoder, for which the service takes the weighted one": lacking}
    return Measured(tuple(figures), notes=notes if lacking else {})


@dataclass(frozen=True, slots=True)
class Comparison:
    """One language's questions as vectors, and what answers them."""

    bench: Bench
    asked: Sequence[Question]
    right: NDArray[np.bool_]
    photos: Sequence[Signal]
    words: Sequence[Signal]
    fusions: Mapping[str, Fusion]

    def figures(self, suffix: str) -> list[Figure]:
        weighted = {f"weighted {share:.1f}": self.each(weighted_fuse(share)) for share in WEIGHTS}
        best = max(weighted, key=lambda name: weighted[name].mean())
        alone = {
            "photo alone": self.each(lambda photo, _: photo.vector),
            "words alone": self.each(lambda _, words: words.vector),
        }
        beside = {f"best {best}": weighted[best], **alone}
        trained = {name: self.each(fuse) for name, fuse in fuses(self.fusions).items()}
        made = [self._figure(f"{KIND}, {name}{suffix}", values, beside) for name, values in trained.items()]
        if "attention" in trained:
            name, spread = (
                f"composed, attention − best weighted{suffix}",
                self._gain(trained["attention"], weighted[best]),
            )
            gain = (trained["attention"] - weighted[best]).mean()
            made.append(GROUP.figure(name, gain, 0.0, len(self.asked), interval=spread))
        plain = {**alone, **weighted}
        return made + [self._figure(f"{KIND}, {name}{suffix}", values, {}) for name, values in plain.items()]

    def each(self, fuse: Fuse) -> NDArray[np.float64]:
        """Share of right ones in each question's top 10, shape (questions,)."""
        queries = np.stack([fuse(photo, words) for photo, words in zip(self.photos, self.words, strict=True)])
        found = top(queries, self.bench.gallery, 10)
        right: Hits = np.take_along_axis(self.right, found, axis=1)
        return shares(right)

    def _figure(self, name: str, values: NDArray[np.float64], beside: Mapping[str, NDArray[np.float64]]) -> Figure:
        spread = interval.of_mean(interval.by_group(values, [q.photo for q in self.asked]))
        baselines = {other: float(each.mean()) for other, each in beside.items()}
        control = float(self.right.mean())
        return GROUP.figure(name, values.mean(), control, len(values), interval=spread, baselines=baselines)

    def _gain(self, after: NDArray[np.float64], before: NDArray[np.float64]) -> interval.Interval | None:
        groups = [q.photo for q in self.asked]
        return interval.of_gain(interval.by_group(after, groups), interval.by_group(before, groups))


def fuses(trained: Mapping[str, Fusion]) -> dict[str, Fuse]:
    """Those fusions that are what they are called: without weights for its encoder a name stands for the weighted."""
    return {name: _fuse(fusion, Weights()) for name, fusion in trained.items() if fusion.kind == name != WEIGHTED}


def _fuse(fusion: Fusion, weights: Weights) -> Fuse:
    return lambda photo, words: fusion.fuse(photo, words, weights).vector


def weighted_fuse(image: float) -> Fuse:
    """The weighted baseline with the photo's weight set to `image`."""
    return _fuse(WeightedFusion(), Weights(image=image, text=1 - image))


def _plain(base_colour: str) -> str:
    """The colour that a product's own word names in so many words: 'Red' is red, 'Maroon' only of its family."""
    colour = taxonomy().colour_of(base_colour)
    return colour.id if colour and base_colour.lower() in colour.en else ""
