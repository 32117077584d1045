"""What a feed left out, told from an item's title and picture, with a confidence; never the shop's word. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.taxonomy import Attribute, Colour, Kind, taxonomy
from models.taxonomy.lookup import NOT_WORN

VERSION = "2"
"""Part of every stamp: change it when the same title and picture would be read otherwise."""

NAMES = ("kind", "colour", "gender", "age_group", "season", "usage", "pattern")
"""What may be inferred. With a kind comes its slot."""

LEAST = 0.5
"""Below this confidence nothing is kept: the other values together are likelier."""

TITLE_CONFIDENCE: Mapping[str, float] = {
    **{"kind": 0.95, "colour": 0.89, "gender": 0.99, "usage": 0.77, "pattern": 0.99},
    "age_group": 0.99,
}
"""How often a word of the title is right, over 12,000 English titles. Not told so: season ("winter" names a
collection, 0.11). Age groups: 1,781 titles say children, two of them wrongly (read one by one, for feeds often call a
boy's shirt a man's).
"""

CHILDRENS = re.compile(
    r"\b(?:kids?(?:['’]?s)?|kidswear|childrens?|child(?:ren)?(?:['’]?s)?|toddlers?|infants?|juniors?)\b"
    r"|\b(?:boys?|girls?)(?:['’]?s)?\b(?![\s-]+(?:leg|legs|short|shorts|friend|fit|band|gang|power|night|next))"
    r"|童装|男童|女童|儿童|童鞋|童款|婴儿|婴幼儿|宝宝",
    re.IGNORECASE,
)
SURELY = re.compile(r"\b(?:kid|child|toddler|infant|junior)", re.IGNORECASE)
GROWN_UP = re.compile(r"\b(?:wo)?m[ae]n(?:['’]?s)?\b|\blad(?:y|ies)\b", re.IGNORECASE)
"""Who says "women" and "girl" in one title means women; who says "men" and "toddler" means a little one."""

VAGUE = frozenset({"shoe", "shoes", "bag", "bags"})
"""Words that say too little of the kind: the picture knows which shoes."""

LONGEST = 4
"""Words of the longest name looked up in a title."""

Source = Literal["title", "picture"]
Told = Mapping[str, tuple[Sequence[str], NDArray[np.float64]]]
"""By facet its values, and their probabilities for each picture, shape (n, values)."""


@dataclass(frozen=True, slots=True)
class Guess:
    """One inferred attribute. `confidence` is its probability, 0 to 1."""

    name: str
    value: str
    confidence: float
    source: Source


def from_title(title: str, title_zh: str) -> dict[str, Guess]:
    """What titles say outright, by name: the longest name wins, of equals the last (a shirt dress is a dress)."""
    said: dict[str, str] = {}
    for name, value in (*_chinese(title_zh), *_chinese(title), *_english(title)):
        said[name] = value
    if made_for_children(title, title_zh):
        said["age_group"] = "kids"
    return {name: Guess(name, value, TITLE_CONFIDENCE[name], "title") for name, value in said.items()}


def made_for_children(title: str, title_zh: str = "") -> bool:
    """Whether a title says so: "Kids Boy's Polo", 女童连衣裙; not "Women's Girls' Night Top" or "Boyfriend Jeans"."""
    named = CHILDRENS.search(title) or CHILDRENS.search(title_zh)
    return named is not None and (SURELY.search(title) is not None or GROWN_UP.search(title) is None)


def from_picture(told: Told, row: int) -> dict[str, Guess]:
    """The likeliest value of each facet that is likelier than the rest together."""
    found = {}
    for name, (values, chances) in told.items():
        best = int(chances[row].argmax())
        confidence = float(chances[row][best])
        if confidence >= LEAST:
            found[name] = Guess(name, values[best], confidence, "picture")
    return found


def infer(missing: Sequence[str], title: Mapping[str, Guess], picture: Mapping[str, Guess]) -> list[Guess]:
    """Guesses for what is `missing`, the title's before the picture's; a kind brings its slot.

    Of what nobody wears only the kind is told. `age_group` is told of children's things alone: all others are taken
    as made for adults anyway.
    """
    found = {name: guess for name in missing if (guess := title.get(name) or picture.get(name))}
    if "age_group" in found and found["age_group"].value != "kids":
        del found["age_group"]
    kind = found.get("kind")
    if kind is None:
        return list(found.values())
    slot = Guess("slot", taxonomy().slot_of(kind.value), kind.confidence, kind.source)
    return [kind, slot] if slot.value == NOT_WORN else [slot, *found.values()]


def _english(title: str) -> Iterator[tuple[str, str]]:
    words = re.findall(r"[\w&'-]+", title.casefold().replace("’", "'"))
    best: dict[str, tuple[int, str]] = {}
    start = 0
    while start < len(words):
        sizes = range(min(LONGEST, len(words) - start), 0, -1)
        size = next((n for n in sizes if " ".join(words[start : start + n]) in _english_words()), 0)
        for name, value in _english_words().get(" ".join(words[start : start + size]), ()):
            if size >= best.get(name, (0, ""))[0]:
                best[name] = size, value
        start += size or 1
    return ((name, value) for name, (_, value) in best.items())


@cache
def _english_words() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Each English word and feed's name, in singular and plural → what it may say: (name, value)."""
    tax = taxonomy()
    table: dict[str, dict[str, str]] = {}
    for name, entries in _tables():
        for entry in entries:
            for word in (*entry.feeds, entry.id.replace("_", " "), *entry.en):
                key = " ".join(word.casefold().split())
                for form in (key, key + "s", key.removesuffix("s")):
                    table.setdefault(form, {}).setdefault(name, entry.id)
    for word, said in table.items():  # the taxonomy's own word before another's made-up plural
        if "kind" in said and (kind := tax.kind_of(word)):
            said["kind"] = kind.id
    return {word: tuple(said.items()) for word, said in table.items() if word not in VAGUE}


def _chinese(title: str) -> Iterator[tuple[str, str]]:
    for name, words in _chinese_words():
        hits = [(len(word), title.rfind(word), value) for word, value in words if word in title]
        if hits:
            yield name, max(hits)[2]


@cache
def _chinese_words() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """By name, its Chinese words of two characters and more with the id each stands for."""
    return tuple(
        (name, tuple((word, entry.id) for entry in entries for word in entry.zh if len(word) > 1))
        for name, entries in _tables()
    )


def _tables() -> Iterator[tuple[str, Collection[Kind | Colour | Attribute]]]:
    """What titles tell, with all of its values."""
    tax = taxonomy()
    for name in TITLE_CONFIDENCE:
        if name == "age_group":  # its words need their neighbours: see `made_for_children`
            continue
        if name == "kind":
            yield name, list(tax.kinds.values())
        elif name == "colour":
            yield name, list(tax.colours.values())
        else:
            yield name, list(tax.attributes[name].values())
