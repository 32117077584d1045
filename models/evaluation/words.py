"""Plain words against products: sub-categories, colours, colour and kind; in English, and again in Chinese."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import yaml

from models.contracts import Matrix
from models.evaluation import demo, interval
from models.evaluation.bench import Bench
from models.evaluation.folder import Article
from models.evaluation.report import Figure, Measured
from models.evaluation.retrieval import Hits, hits, random_precision, shares, top
from models.evaluation.targets import Group
from models.taxonomy import taxonomy

GROUP = Group("plain words")
CHINESE = Group("the same words in Chinese")

FEWEST = 10
"""A word is asked for when at least this many products answer it: with fewer, ten right ones cannot be found."""


WEAKEST = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """One sort of query: how products answer it, and its words. `zh` is empty where no Chinese word is known."""

    name: str
    answer: Callable[[Article], str]
    en: Callable[[str], str]
    zh: Callable[[str], str]
    ks: tuple[int, ...]


def words(bench: Bench) -> Measured:
    """Every sort against the split's own products, which nothing was fitted on, and against all products."""
    gallery = bench.folder.gallery
    own = [gallery[row] for row in bench.folder.targets]
    held = f" (among the {len(own):,} of {bench.split})"
    figures = [
        figure
        for asked in SORTS
        for place, rows, articles in (
            (held, bench.own, own),
            (f" (among all {len(gallery):,})", bench.gallery, gallery),
        )
        for figure in _figures(bench, asked, place, rows, articles)
    ]
    order = {GROUP.name: 0, CHINESE.name: 1}
    return Measured((*sorted(figures, key=lambda f: order[f.group]), *_wishes(bench)), notes=_weakest(bench))


def _weakest(bench: Bench) -> dict[str, str]:
    """The words that fewest of the ten products found among all answer, worst first, with that share."""
    told = {}
    for asked in SORTS[:2]:
        labels = [asked.answer(article) for article in bench.folder.gallery]
        values = _enough(labels)
        if not values:
            continue
        texts = [asked.en(value) for value in values]
        each = shares(_right(bench, f"{asked.name}, en", texts, bench.gallery, labels, values), 10)
        worst = sorted(zip(each, texts, strict=True))[:WEAKEST]
        told[f"weakest {asked.name} words, P@10"] = ", ".join(f"{text} {share:.1f}" for share, text in worst)
    return told


def _enough(labels: Sequence[str]) -> list[str]:
    """Values that enough products have, sorted."""
    return [value for value, count in sorted(Counter(labels).items()) if value and count >= FEWEST]


def _figures(bench: Bench, asked: Asked, place: str, rows: Matrix, articles: Sequence[Article]) -> list[Figure]:
    labels = [asked.answer(article) for article in articles]
    values = _enough(labels)
    if not values:
        return []
    control = random_precision(labels, [frozenset({value}) for value in values])
    texts = [asked.en(value) for value in values]
    right = _right(bench, f"{asked.name}, en", texts, rows, labels, values)
    made = [
        GROUP.figure(
            f"{asked.name} → product P@{k}{place}", float(right[:, :k].mean()), control, len(values),
            interval=interval.of_mean(shares(right, k)), about=f"{asked.name} → product P@{k}",
        )
        for k in asked.ks
    ]  # fmt: skip
    both = [n for n, value in enumerate(values) if asked.zh(value)]
    if both:
        known = [values[n] for n in both]
        chinese = _right(bench, f"{asked.name}, zh", [asked.zh(value) for value in known], rows, labels, known)
        made += [_ratio(f"{asked.name} P@{k}, zh / en", place, chinese[:, :k], right[both][:, :k]) for k in asked.ks]
    return made


def _right(
    bench: Bench, name: str, texts: Sequence[str], rows: Matrix, labels: Sequence[str], values: Sequence[str]
) -> Hits:
    return hits(top(bench.texts(name, texts), rows, 10), labels, [frozenset({value}) for value in values])


def _ratio(name: str, place: str, chinese: Hits, english: Hits) -> Figure:
    above, below = shares(chinese), shares(english)
    beside = {"zh": float(above.mean()), "en": float(below.mean())}
    value = beside["zh"] / beside["en"] if beside["en"] else 0.0
    spread = interval.of_ratio(above, below)
    return CHINESE.figure(name + place, value, None, len(above), about=name, interval=spread, baselines=beside)


def _wishes(bench: Bench) -> list[Figure]:
    """A colour and a kind against the drawn garments of the demo shop."""
    asked = demo.wishes()
    right = demo.wish_hits(bench.drawn, asked, bench.texts("demo wishes", [wish.text for wish in asked]))
    control, group = demo.random_wish_rate(asked), Group("demo shop")
    made = [
        group.figure("demo wish, first", float(np.mean(right)), control, len(asked), interval=interval.of_mean(right))
    ]
    for locale in ("en", "zh"):
        mine = [hit for hit, wish in zip(right, asked, strict=True) if wish.locale == locale]
        made.append(group.figure(f"demo wish, first ({locale})", float(np.mean(mine)), control, len(mine)))
    return made


def chinese(column: str, name: str) -> str:
    """The Chinese word for a catalogue's own name; empty when none is known.

    The taxonomy answers only where the name is one of its own words: a feed's 'Steel' is silver there, but who asks
    for silver in Chinese did not ask for steel.
    """
    listed = _listed()[column].get(name)
    if listed:
        return listed
    known = taxonomy()
    entry = known.colour_of(name) if column == "base_colour" else known.kind_of(name)
    if entry is None or (column == "base_colour" and name.lower() not in entry.en):
        return ""
    return entry.name("zh")


@cache
def _listed() -> dict[str, dict[str, str]]:
    text = resources.files("models.evaluation").joinpath("words_zh.yaml").read_text("utf-8")
    tables: dict[str, dict[str, str]] = yaml.safe_load(text)
    return tables


JOINT = "\x1f"
"""Between the colour and the kind of one label."""


def _both(article: Article) -> str:
    known = article.base_colour and article.item.kind
    return JOINT.join((article.base_colour, article.item.kind)) if known else ""


def _both_en(label: str) -> str:
    colour, kind = label.split(JOINT)
    return f"{colour.lower()} {taxonomy().kinds[kind].name('en')}"


def _both_zh(label: str) -> str:
    colour, kind = label.split(JOINT)
    word = chinese("base_colour", colour)
    return word + taxonomy().kinds[kind].name("zh") if word else ""


def _family(article: Article) -> str:
    colour = taxonomy().colours.get(article.item.colour)
    return colour.family if colour else ""


SORTS = (
    Asked("sub-category", lambda a: a.sub_category, str.lower, lambda n: chinese("sub_category", n), (1, 10)),
    Asked("colour", lambda a: a.base_colour, str.lower, lambda n: chinese("base_colour", n), (10,)),
    Asked(
        "colour family", _family, lambda n: taxonomy().colours[n].name("en"),
        lambda n: taxonomy().colours[n].name("zh"), (10,),
    ),
    Asked("colour + kind", _both, _both_en, _both_zh, (1, 10)),
)  # fmt: skip
"""The colour is asked for by its word alone ("red") and right where the product's own colour is just that; of a family
("blue" means navy too) every shade counts."""
