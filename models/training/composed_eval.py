"""How well a fusion answers 'this, but in another colour', by embeddings alone."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.contracts import RGB, Fusion, Matrix, Signal, TokenEncoder, Vector, Weights
from models.training.composed_labels import base_colours
from models.training.data import Corpus, Item

FEWEST = 10
"""A colour is asked for where the catalogue has at least this many of the kind in it, or ten could not be right."""

SEED = 7
K = 10


@dataclass(frozen=True, slots=True)
class ColourQuestion:
    """Item number `row` of the corpus, but in `colour` as the catalogue spells it."""

    row: int
    colour: str


@dataclass(frozen=True)
class ComposedBench:
    """Questions about a split, encoded once, with the whole catalogue's article types and colours."""

    questions: tuple[ColourQuestion, ...]
    photos: tuple[Signal, ...]
    words: tuple[Signal, ...]
    items: tuple[Item, ...]
    colours: Mapping[str, str]
    gallery: Matrix

    def precision(self, fusion: Fusion, weights: Weights = Weights()) -> float:
        """Share of the ten nearest items that are of the same article type and of the colour asked for."""
        queries = np.stack([fusion.fuse(*both, weights).vector for both in zip(self.photos, self.words, strict=True)])
        articles = np.array([item.article_type for item in self.items])
        colours = np.array([self.colours[item.id] for item in self.items])
        shares = []
        for question, query in zip(self.questions, queries, strict=True):
            found = np.argpartition(-(self.gallery @ query), K)[:K]
            right = (articles[found] == articles[question.row]) & (colours[found] == question.colour)
            shares.append(right.mean())
        return float(np.mean(shares)) if shares else 0.0


def composed_bench(
    encoder: TokenEncoder, corpus: Corpus, gallery: Matrix, split: str = "val", count: int = 600,
    say: Callable[[str], str] = lambda colour: f"in {colour.lower()}",
) -> ComposedBench:  # fmt: skip
    """`count` random items of `split` as photos, each with one other colour that its article type comes in.

    Args:
        gallery: unit image rows of every item of the corpus, in its order.
        say: words for a colour as the catalogue spells it.
    """
    colours = base_colours(corpus.folder)
    asked = questions(corpus.items, colours, split, count)
    texts = sorted({say(one.colour) for one in asked})
    said = encoder.encode_text_tokens(texts)
    words = {text: Signal(*both) for text, *both in zip(texts, said.vectors, said.tokens, strict=True)}
    photos = _signals(encoder, gallery, [one.row for one in asked], lambda row: corpus.best_picture(corpus.items[row]))
    return ComposedBench(
        tuple(asked), tuple(photos), tuple(words[say(one.colour)] for one in asked), corpus.items, colours, gallery
    )


def questions(items: Sequence[Item], colours: Mapping[str, str], split: str, count: int) -> list[ColourQuestion]:
    """Random items of `split` that come in another colour, with a random one of those colours."""
    stock = Counter((item.article_type, colours[item.id]) for item in items)
    comes_in: dict[str, list[str]] = {}
    for (article, colour), number in sorted(stock.items()):
        if colour and number >= FEWEST:
            comes_in.setdefault(article, []).append(colour)
    rng = np.random.default_rng(SEED)
    asked: list[ColourQuestion] = []
    for row in rng.permutation([n for n, item in enumerate(items) if item.split == split]).tolist():
        others = [c for c in comes_in.get(items[row].article_type, []) if c != colours[items[row].id]]
        if others and len(asked) < count:
            asked.append(ColourQuestion(row, others[int(rng.integers(len(others)))]))
    return asked


def _signals(encoder: TokenEncoder, gallery: Matrix, rows: Sequence[int], read: Callable[[int], RGB]) -> list[Signal]:
    made: list[Signal] = []
    for start in range(0, len(rows), 64):
        part = rows[start : start + 64]
        tokens = encoder.encode_image_tokens([read(row) for row in part]).tokens
        vectors: list[Vector] = [gallery[row] for row in part]
        made += [Signal(*both) for both in zip(vectors, tokens, strict=True)]
    return made
