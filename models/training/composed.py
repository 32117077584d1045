"""Composed queries made from a catalogue: a reference garment, a change in words, and which garments then are right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.taxonomy import taxonomy

ANY = -1
Codes = NDArray[np.int64]
Rng = np.random.Generator

COLOUR_WORDS = (
    "in {colour}", "in {colour}", "in {colour}", "{colour}", "same but in {colour}", "the same in {colour}",
    "same style but {colour}", "same style, but {colour}", "i want it in {colour}", "like this but {colour}",
    "{colour} instead", "{colour} please", "but {colour}", "do you have it in {colour}", "in {colour} colour",
    "{colour} version of this", "same style, but {colour}, for a summer wedding", "something like this in {colour}",
    "{colour}的", "换成{colour}", "{colour}", "同款{colour}", "想要同款{colour}", "要{colour}的", "有{colour}的吗",
    "改成{colour}", "这款有{colour}吗", "想要同款{colour}，适合夏天的婚礼",
)  # fmt: skip
OF_KIND_WORDS = (
    "{colour} {kind}", "{kind} in {colour}", "this {kind} in {colour}", "a {colour} {kind} like this",
    "the same {kind} but {colour}", "{colour}{kind}", "{colour}的{kind}", "同款{colour}{kind}",
)  # fmt: skip
OTHER_KIND_WORDS = ("{kind}", "a {kind} like it", "a {kind} that goes with this", "matching {kind}", "{kind} instead",
                    "show me {kind}", "{kind}", "搭配的{kind}", "配一件{kind}", "换成{kind}")  # fmt: skip
PATTERN_WORDS = ("{pattern}", "same but {pattern}", "the same, {pattern}", "with {pattern} pattern", "{pattern}的",
                 "同款{pattern}", "换成{pattern}")  # fmt: skip
GENDER_WORDS = ("for {gender}", "the same for {gender}", "{gender}", "like this, for {gender}", "{gender}的",
                "{gender}款", "同款{gender}")  # fmt: skip
NOTHING_WORDS = (
    "hello", "hi there", "please", "thanks", "thank you", "for my trip", "for my holiday", "something nice",
    "i love it", "show me more", "show me similar", "similar", "similar ones", "same style", "the same", "like this",
    "more like this",
    "what do you think", "can you help me", "i need this", "find this", "what is this", "where can i buy this", "ok",
    "for my sister's birthday", "on sale", "cheap", "in my size", "good quality", "do you have it", "asap", "a gift",
    "recommend something", "i saw this yesterday", "looking for this one", "how much is it", "any ideas", "test", "...",
    "你好", "谢谢", "请帮我", "同款", "类似的", "相似款", "有没有这个", "想要这个", "帮我找", "推荐一下", "多少钱",
    "好看的", "送人", "便宜点", "旅行用", "我喜欢", "还有别的吗", "想买这个", "在吗",
)  # fmt: skip
"""Words that change nothing: the photo stays in charge."""

CHATTY = 0.15
"""How often words that change nothing go along with those that do."""

SHARES = {
    "colour": 0.5,
    "of_kind": 0.08,
    "agree": 0.08,
    "other": 0.06,
    "pattern": 0.05,
    "gender": 0.05,
    "nothing": 0.18,
}
"""How often each sort of change is asked for."""

GENDERS = {"women": ("women", "女士"), "men": ("men", "男士")}


@dataclass(frozen=True)
class Labels:
    """What is known of things, a code a row; `ANY` where unknown.

    Attributes:
        articles: a row of `Words.fits`: one article type, or all that fit a photo's label.
        colours, patterns, genders: places in `Words`.
    """

    articles: Codes
    colours: Codes
    patterns: Codes
    genders: Codes

    def __len__(self) -> int:
        return len(self.articles)


@dataclass(frozen=True)
class Words:
    """What codes stand for.

    Attributes:
        articles: article types of the catalogue. fits: which of them each article code means, bool (codes, articles);
            the first `len(articles)` codes mean one each.
        colours, patterns, genders: values as the catalogue has them.
        alike: colours that a shop may call by the same word, bool (colours, colours).
    """

    articles: tuple[str, ...]
    fits: NDArray[np.bool_]
    colours: tuple[str, ...]
    patterns: tuple[str, ...]
    genders: tuple[str, ...]
    alike: NDArray[np.bool_]


@dataclass(frozen=True)
class Wishes:
    """Composed queries, one a row.

    Attributes:
        references: rows of the things they start from. texts: places in `said`.
        articles, colours, patterns, genders: what the right answers are; `ANY` where it does not matter.
        still: the words change nothing, so the answer is the reference itself.
    """

    references: Codes
    texts: Codes
    articles: Codes
    colours: Codes
    patterns: Codes
    genders: Codes
    still: NDArray[np.bool_]
    said: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Change:
    """One change in words, and what answers it."""

    text: str
    article: int = ANY
    colour: int = ANY
    pattern: int = ANY
    gender: int = ANY
    still: bool = False


def wishes(
    references: Labels, gallery: Labels, words: Words, count: int, rng: Rng, favoured: int | None = None
) -> Wishes:
    """`count` random queries over `references` whose answers `gallery` has.

    Args: favoured: half of the queries start from the first so many references; None favours none.
    """
    writer = Writer(gallery, words, rng)
    picked = rng.integers(len(references), size=count)
    if favoured:
        picked[: count // 2] = rng.integers(favoured, size=count // 2)
    sorts = rng.choice(list(SHARES), size=count, p=list(SHARES.values()))
    made = [writer.change(str(sort), references, int(row)) for sort, row in zip(sorts, picked, strict=True)]
    places: dict[str, int] = {}
    texts = np.array([places.setdefault(change.text, len(places)) for change in made])
    columns = {
        name: np.array([getattr(change, name) for change in made])
        for name in ("article", "colour", "pattern", "gender")
    }
    return Wishes(
        references=picked, texts=texts, articles=columns["article"], colours=columns["colour"],
        patterns=columns["pattern"], genders=columns["gender"], still=np.array([change.still for change in made]),
        said=tuple(places),
    )  # fmt: skip


class Writer:
    """Finds changes that the gallery can answer, and words for them."""

    def __init__(self, gallery: Labels, words: Words, rng: Rng) -> None:
        self.words, self.rng = words, rng
        stock = np.zeros((len(words.articles), len(words.colours)), dtype=np.int64)
        known = gallery.colours != ANY
        np.add.at(stock, (gallery.articles[known], gallery.colours[known]), 1)
        self.stock = stock
        self.patterned = _pairs(gallery.articles, gallery.patterns, len(words.articles), len(words.patterns))
        self.gendered = _pairs(gallery.articles, gallery.genders, len(words.articles), len(words.genders))

    def change(self, sort: str, things: Labels, row: int) -> Change:
        """A change of `sort` for thing `row`; words that change nothing where that sort has no answer."""
        article, colour = int(things.articles[row]), int(things.colours[row])
        match sort:
            case "colour" | "of_kind":
                found = self._colour(article, colour, named=sort == "of_kind")
            case "agree":
                found = self._agree(article, colour)
            case "other":
                found = self._other(colour)
            case "pattern":
                found = self._facet(article, self.patterned, self.words.patterns, int(things.patterns[row]), sort)
            case "gender":
                found = self._facet(article, self.gendered, self.words.genders, int(things.genders[row]), sort)
            case _:
                found = None
        if found is None:
            return Change(self._nothing(), still=True)
        return replace(found, text=self._chatty(found.text)) if self.rng.random() < CHATTY else found

    def _colour(self, article: int, own: int, named: bool) -> Change | None:
        there = self.stock[self.words.fits[article]].sum(0) > 0
        if own != ANY:
            there &= ~self.words.alike[own]
        if not there.any():
            return None
        colour = int(self.rng.choice(np.flatnonzero(there)))
        return Change(self._say(OF_KIND_WORDS if named else COLOUR_WORDS, colour, article), article, colour)

    def _agree(self, article: int, colour: int) -> Change | None:
        """Words that say what the photo shows."""
        if article >= len(self.words.articles):
            return Change(self._say(("{kind}",), ANY, article), article)
        return None if colour == ANY else Change(self._say(OF_KIND_WORDS[:2], colour, article), article, colour)

    def _other(self, colour: int) -> Change | None:
        """Another kind of thing, in the reference's colour where there is one."""
        there = self.stock[:, colour] > 0 if colour != ANY else self.stock.sum(1) > 0
        if not there.any():
            return None
        article = int(self.rng.choice(np.flatnonzero(there)))
        return Change(self._say(OTHER_KIND_WORDS, ANY, article), article, colour)

    def _facet(
        self, article: int, stock: NDArray[np.bool_], values: Sequence[str], own: int, facet: str
    ) -> Change | None:
        there = stock[self.words.fits[article]].any(0)
        if own != ANY:
            there[own] = False
        there &= np.array([bool(facet_words(facet, value)) for value in values], dtype=bool)
        if not there.any():
            return None
        value = int(self.rng.choice(np.flatnonzero(there)))
        template = self._one(PATTERN_WORDS if facet == "pattern" else GENDER_WORDS)
        text = template.format(**{facet: self._word(template, facet_words(facet, values[value]))})
        return Change(
            text, article, pattern=value if facet == "pattern" else ANY, gender=value if facet == "gender" else ANY
        )

    def _nothing(self) -> str:
        """Often two such phrases, so that none is learnt by heart."""
        first, second = self._one(NOTHING_WORDS), self._one(NOTHING_WORDS)
        return f"{first}, {second}" if self.rng.random() < 0.4 else first  # noqa: PLR2004 -- most are short

    def _chatty(self, text: str) -> str:
        extra = self._one(NOTHING_WORDS)
        return f"{extra}, {text}" if self.rng.random() < 0.5 else f"{text}, {extra}"  # noqa: PLR2004 -- either side

    def _say(self, templates: Sequence[str], colour: int, article: int) -> str:
        template = self._one(templates)
        fits = np.flatnonzero(self.words.fits[article])
        names = {"kind": self._word(template, kind_words(self.words.articles[self.rng.choice(fits)]))}
        if colour != ANY:
            names["colour"] = self._word(template, colour_words(self.words.colours[colour]))
        return template.format(**names)

    def _word(self, template: str, choices: Sequence[Sequence[str]]) -> str:
        """A name in the template's language; the English one where there is no Chinese. Shown names come oftener."""
        english, chinese = choices
        here = chinese if not template.isascii() and chinese else english
        return here[0] if self.rng.random() < 0.5 else self._one(here)  # noqa: PLR2004 -- as often as all others

    def _one(self, choices: Sequence[str]) -> str:
        return choices[int(self.rng.integers(len(choices)))]


@cache
def colour_words(raw: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """English and Chinese words for a catalogue's colour; a shade the taxonomy only files under another has its own."""
    colour = taxonomy().colour_of(raw)
    if colour is None or raw.lower() not in colour.en:
        return (raw.lower(),), ()
    return (raw.lower(), *colour.en), colour.zh


@cache
def kind_words(article: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """English and Chinese words for an article type."""
    kind = taxonomy().kind_of(article)
    return ((article.lower(), *kind.en), kind.zh) if kind else ((article.lower(),), ())


@cache
def facet_words(facet: str, value: str) -> tuple[tuple[str, ...], tuple[str, ...]] | tuple[()]:
    """English and Chinese words for a pattern or a gender; none for what nobody asks for."""
    if facet == "gender":
        return ((GENDERS[value][0],), (GENDERS[value][1],)) if value in GENDERS else ()
    known: Mapping[str, object] = taxonomy().attributes[facet]
    if value not in known:
        return ()
    entry = taxonomy().attributes[facet][value]
    return entry.en, entry.zh


def _pairs(left: Codes, right: Codes, rows: int, cols: int) -> NDArray[np.bool_]:
    table = np.zeros((rows, cols), dtype=bool)
    known = right != ANY
    table[left[known], right[known]] = True
    return table
