"""Sizes as things to compare: `M`, `medium` and `中号` are one, `EU 42` is a plain `42`, `UK 8` is neither. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from models.preprocess.sizes import ONE_SIZE, spellings

LETTERS = ("XXXS", "XXS", "XS", "S", "M", "L", "XL", "XXL", "XXXL", "XXXXL", "XXXXXL")
_LETTER_OF = {spelling: letter for letter in LETTERS for spelling in spellings(letter)}
_ANY = frozenset({*spellings(ONE_SIZE), "one size fits all", "onesize"})
_NUMBER = re.compile(r"(?:(?P<system>eur?|uk|us|fr|it|de)[\s.:-]*)?(?P<value>\d{1,3}(?:[.,]5)?)(?:\s*(?:码|号))?")
_JEANS = re.compile(r"w?(?P<waist>\d\d)\s*(?:[/x]\s*l?|l)\s*(?P<length>\d\d)|w(?P<alone>\d\d)")
_RANGE = re.compile(r"(?P<low>\d\d)\s*[/-]\s*(?P<high>\d\d)")
_LETTER, _FREE, _JEAN, _WAIST = "letter", "free", "jeans", "waist"
_LEAST_RANGE, _WIDEST_RANGE = 36, 6
"""`38/40` and `39-42` are sizes from one to the other; `32/34` is a waist and a length."""

UPPER = ("top", "outerwear", "one_piece", "nightwear")
"""Slots that share one size as long as nothing is known of each."""


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """`system` says what a size may be compared with: `letter`, `eu`, `uk`, `jeans` …; empty: with its like alone."""

    system: str
    value: str


@lru_cache(maxsize=4_096)
def read_sizes(text: str) -> frozenset[Size]:
    """What sizes a shop's or a shopper's words stand for: several for `S/M`."""
    said = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    if said in _ANY:
        return frozenset({Size(_FREE, "")})
    if said in _LETTER_OF:
        return frozenset({Size(_LETTER, _LETTER_OF[said])})
    parts = [part.strip() for part in re.split(r"[/-]", said)]
    if len(parts) > 1 and all(part in _LETTER_OF for part in parts):
        return frozenset(Size(_LETTER, _LETTER_OF[part]) for part in parts)
    numbers = _numbers(said)
    return frozenset(numbers) if numbers or not said else frozenset({Size("", said)})


def _numbers(said: str) -> list[Size]:
    if (pair := _RANGE.fullmatch(said)) and int(pair["low"]) >= _LEAST_RANGE:
        low, high = int(pair["low"]), int(pair["high"])
        return [Size("eu", str(number)) for number in range(low, min(high, low + _WIDEST_RANGE) + 1)]
    if jeans := _JEANS.fullmatch(said):
        waist, length = jeans["waist"] or jeans["alone"], jeans["length"]
        return [Size(_WAIST, waist), *([Size(_JEAN, f"{waist}/{length}")] if length else [])]
    if number := _NUMBER.fullmatch(said):
        system = (number["system"] or "eu").replace("eur", "eu")
        return [Size(system, number["value"].replace(",", "."))]
    return []


def ways_to_write(text: str) -> frozenset[str]:
    """Lower-case spellings under which shops keep the size that `text` names."""
    said = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    match sorted(read_sizes(text)):
        case [Size(system="letter", value=letter)]:
            return frozenset({said, *spellings(letter)})
        case [Size(system="free")]:
            return _ANY | {said}
        case [Size(system="eu", value=number)]:
            return frozenset({said, number, f"eu {number}", f"eu{number}", f"eur {number}"})
        case _:
            return frozenset({said})


def worn_sizes(texts: Iterable[str]) -> frozenset[Size]:
    """What somebody wears who names these: with a length named, jeans of another length do not do."""
    read = [read_sizes(text) for text in texts]
    exact = [{s for s in sizes if s.system != _WAIST} or sizes for sizes in read]
    return frozenset[Size]().union(*exact) - {Size(_FREE, "")}


def one_for_all(text: str) -> bool:
    """Whether a size is said to fit anybody."""
    return Size(_FREE, "") in read_sizes(text)


def verdict(usual: frozenset[Size], sizes: Iterable[str]) -> int:
    """Of an item's `sizes` in stock. 1: one of them is usual. -1: they are sizes like the usual ones, and none of
    these. 0: nobody can say.
    """
    found = frozenset[Size]().union(*map(read_sizes, sizes))
    if usual & found:
        return 1
    systems = {size.system for size in found}
    comparable = systems & {size.system for size in usual} - {""}
    return -1 if comparable and _FREE not in systems else 0


@dataclass(frozen=True, slots=True)
class Usual:
    """The sizes somebody usually takes, by slot."""

    by_slot: Mapping[str, frozenset[Size]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.by_slot.values())

    def of(self, slot: str) -> frozenset[Size]:
        """For a slot; what is known of other garments for the upper body, where nothing is known of this one."""
        known = self.by_slot.get(slot, frozenset())
        if known or slot not in UPPER:
            return known
        return frozenset[Size]().union(*(self.by_slot.get(other, frozenset()) for other in UPPER))

    def fitting(self, slot: str, sizes: Iterable[str]) -> str:
        """Which of an item's `sizes` in stock is a usual one, as the shop writes it; empty where none is."""
        usual = self.of(slot)
        return next((size for size in sizes if usual & read_sizes(size)), "")

    def verdict(self, slot: str, sizes: Iterable[str]) -> int:
        """As `verdict`, for an item of a slot."""
        usual = self.of(slot)
        return verdict(usual, sizes) if usual else 0


NO_USUAL = Usual()


def neighbour(size: str, among: Iterable[str], step: int) -> str:
    """Of the sizes `among`, as written, the next one up (`step` 1) or down (-1) from `size`; empty where none is."""
    here = _place(size)
    if here is None:
        return ""
    beyond = [(step * (there[1] - here[1]), one) for one in among if (there := _place(one)) and there[0] == here[0]]
    return min(((away, one) for away, one in beyond if away > 0), default=(0.0, ""))[1]


def _place(size: str) -> tuple[str, float] | None:
    """Where on the scale of its system a size stands; None for what has no order."""
    found = read_sizes(size)
    if len(found) != 1:
        return None
    (one,) = found
    if one.system == _LETTER:
        return one.system, float(LETTERS.index(one.value))
    return (one.system, float(one.value)) if one.system and re.fullmatch(r"\d+(\.\d)?", one.value) else None
