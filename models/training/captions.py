"""Composes what a shopper might type for a garment, in English and the same thing in Chinese."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

import numpy as np
import yaml

from models.taxonomy import Colour, Kind, taxonomy
from models.training.lexicon import lexicon

Rng = np.random.Generator

PAIRS: tuple[tuple[str, str], ...] = (
    ("{colour} {kind}", "{colour}{kind}"),
    ("{colour} {kind}", "{colour}的{kind}"),
    ("{kind} in {colour}", "{colour}{kind}"),
    ("{colour} {kind} for {gender}", "{gender}{colour}{kind}"),
    ("{gender} {colour} {kind}", "{colour}{gender}{kind}"),
    ("i want a {colour} {kind}", "想要一件{colour}{kind}"),
    ("a photo of a {colour} {kind}", "{colour}的{kind}"),
    ("{kind} for {gender}", "{gender}{kind}"),
    ("{colour} {pattern} {kind}", "{colour}{pattern}{kind}"),
    ("{pattern} {kind} for {gender}, {colour}", "{gender}{pattern}{kind}，{colour}"),
    ("{colour} {usage} {kind}", "{usage}{colour}{kind}"),
    ("{colour} {kind} suitable for {usage}", "适合{usage}的{colour}{kind}"),
    ("{usage} {kind} for {gender}", "{gender}{usage}{kind}"),
    ("{colour} {kind} for {season}", "{season}{colour}{kind}"),
    ("{season} {kind} for {gender}", "{gender}{season}{kind}"),
    ("{kind}", "{kind}"),
)
"""The same wish in both languages."""

SHELVES: tuple[tuple[str, str], ...] = (
    ("{colour}", "{colour}"),
    ("{colour}", "{colour}的"),
    ("something {colour}", "{colour}的衣服"),
    ("{slot}", "{slot}"),
    ("{slot}", "{slot}"),
    ("{colour} {slot}", "{colour}{slot}"),
    ("{slot} for {gender}", "{gender}{slot}"),
    ("{shelf}", "{shelf}"),
    ("{shelf}", "{shelf}"),
    ("{shade}", "{shade}"),
    ("{shade}", "{shade}的"),
    ("{shade} {shelf}", "{shade}{shelf}"),
    ("{shade} {kind}", "{shade}{kind}"),
    ("{shelf} for {gender}", "{gender}{shelf}"),
)
"""Wishes that leave the kind open, or say it in a shop's own words."""

WISHES: tuple[tuple[str, str], ...] = (
    ("same style but {colour}", "同款{colour}"),
    ("i want the same but in {colour}", "想要同款，但是{colour}"),
    ("{kind} without {pattern}", "{kind}，不要{pattern}"),
    ("not {colour}", "不要{colour}"),
    ("{word} {kind}", "{word}的{kind}"),
    ("{word} {colour} {kind}", "{word}{colour}{kind}"),
    ("{kind} suitable for {word}", "适合{word}的{kind}"),
    ("looking for {word} {colour} {kind}", "想找{word}{colour}{kind}"),
    ("{word} {word2}", "{word}{word2}"),
    ("{gender} {word} {kind}", "{gender}{word}{kind}"),
)
"""What only teaches the Chinese words their meaning; `word` is any word of the lexicon."""

SHOWN = 0.5
"""How often a thing is called by the name that is shown."""

Words = tuple[str, str]
"""An English and a Chinese word for one thing."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of one garment, as ids of the taxonomy; empty where unknown."""

    kind: str
    colour: str = ""
    pattern: str = ""
    gender: str = ""
    age_group: str = "adult"
    season: str = ""
    usage: str = ""
    shelf: str = ""
    shade: str = ""

    @property
    def slot(self) -> str:
        """Where on the body it is worn."""
        return taxonomy().slot_of(self.kind)


@dataclass(frozen=True, slots=True)
class Caption:
    """One wish in both languages, and which facets of the look it speaks of."""

    en: str
    zh: str
    facets: frozenset[str]


def captions(look: Look, rng: Rng, count: int) -> list[Caption]:
    """`count` captions of a look: the plain colour and kind where both are known, one off a shelf, and any others."""
    fields = {"kind": look.kind, "colour": look.colour, "pattern": look.pattern, "season": look.season}
    fields |= {"gender": look.gender if look.gender != "unisex" else "", "usage": look.usage}
    fields |= {"slot": look.slot if look.slot in slot_words() else "", "shelf": look.shelf, "shade": look.shade}
    known = {name for name, value in fields.items() if value}
    fitting = [pair for pair in (*PAIRS, *SHELVES) if fields_of(pair[0]) <= known]
    shelves = [n for n, pair in enumerate(fitting) if pair in SHELVES]
    first = [0, *rng.choice(shelves, size=min(1, len(shelves))).tolist()][:count] if fitting else []
    picks = [*first, *rng.integers(len(fitting), size=count - len(first)).tolist()] if fitting else []
    return [
        Caption(*_filled(fitting[pick], fields, look.age_group, rng), facets=frozenset(fields_of(fitting[pick][0])))
        for pick in picks
    ]


def lessons(rng: Rng, count: int) -> list[Words]:
    """Random sentence pairs over the whole lexicon, every word of it alone first, then those of the shelves."""
    drawn = [(en, zh) for zh, en in lexicon().items()]
    drawn += [pair for pairs in slot_words().values() for pair in pairs]
    known = taxonomy()
    choices: Mapping[str, Sequence[str]] = {
        "kind": [kind.id for kind in known.kinds.values() if kind.worn],
        "colour": list(known.colours),
        "slot": list(slot_words()),
        **{facet: list(known.attributes[facet]) for facet in ("pattern", "gender", "season", "usage")},
    }
    of_a_shop = {"shelf", "shade"}
    pairs = (*PAIRS, *(pair for pair in SHELVES if not fields_of(pair[0]) & of_a_shop), *WISHES, *WISHES)
    for _ in range(count - len(drawn)):
        picked = {name: str(rng.choice(ids)) for name, ids in choices.items()}
        drawn.append(_filled(pairs[rng.integers(len(pairs))], picked, "adult", rng))
    return drawn


@cache
def slot_words() -> Mapping[str, tuple[Words, ...]]:
    """What people call everything that is worn in one place, in English and Chinese."""
    raw: Mapping[str, list[list[str]]] = yaml.safe_load((Path(__file__).parent / "slots.yaml").read_text("utf-8"))
    return {slot: tuple((en, zh) for en, zh in pairs) for slot, pairs in raw.items()}


@cache
def _chinese() -> Mapping[str, str]:
    """English → Chinese, for words that are no more than one thing's name."""
    shown = {en: zh for pairs in slot_words().values() for en, zh in reversed(pairs)}
    return {en: zh for zh, en in reversed(lexicon().items())} | shown


def fields_of(template: str) -> set[str]:
    """The names a template asks for."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def _filled(pair: tuple[str, str], fields: Mapping[str, str], age_group: str, rng: Rng) -> Words:
    words = {name: _word(name, id_, age_group, rng) for name, id_ in fields.items() if id_}
    for name in ("word", "word2"):
        drawn = list(lexicon())[rng.integers(len(lexicon()))]
        words[name] = (lexicon()[drawn], drawn)
    en = {name: both[0] for name, both in words.items()}
    zh = {name: both[1] for name, both in words.items()}
    return pair[0].format(**en), pair[1].format(**zh)


def _word(facet: str, id_: str, age_group: str, rng: Rng) -> Words:
    """The shown name of a thing in half of the cases, else one of its other names."""
    known = taxonomy()
    if facet in ("shelf", "shade"):
        return id_, _chinese().get(id_, id_)
    if facet == "slot":
        return slot_words()[id_][int(rng.integers(len(slot_words()[id_])))]
    if facet == "gender" and age_group == "kids":
        return {"women": ("girls", "女童"), "men": ("boys", "男童")}.get(id_, ("kids", "儿童"))
    tables: dict[str, Mapping[str, Kind] | Mapping[str, Colour]] = {"kind": known.kinds, "colour": known.colours}
    entry = tables[facet][id_] if facet in tables else known.attributes[facet][id_]
    side = 0 if rng.random() < SHOWN else int(rng.integers(len(entry.zh)))
    zh = entry.zh[side]
    return entry.en[0] if side == 0 else lexicon()[zh], zh
