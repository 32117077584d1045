"""Chinese words and their English, from the taxonomy and from `lexicon_zh.tsv`."""

from collections.abc import Iterable
from functools import cache
from importlib import resources
from itertools import chain

from models.taxonomy import Attribute, Colour, Kind, taxonomy


@cache
def lexicon() -> dict[str, str]:
    """Chinese word → English gloss. The file's gloss wins over the taxonomy's, being nearer to the one word."""
    known = taxonomy()
    entries: Iterable[Kind | Colour | Attribute] = chain(
        known.kinds.values(), known.colours.values(), *(values.values() for values in known.attributes.values())
    )
    table = {word: entry.name("en") for entry in entries for word in entry.zh}
    return table | dict(_lines())


def characters() -> dict[str, str]:
    """Each Chinese character of the lexicon with the shortest word that holds it, glossed; its fallback meaning."""
    table: dict[str, str] = {}
    for word, gloss in sorted(lexicon().items(), key=lambda pair: (len(pair[0]), pair[0])):
        for character in word:
            if is_han(character):
                table.setdefault(character, gloss)
    return table


def is_han(character: str) -> bool:
    """Whether a character is a Han ideograph (Unicode block CJK Unified Ideographs)."""
    return "\u4e00" <= character <= "\u9fff"


def _lines() -> Iterable[tuple[str, str]]:
    text = resources.files(__package__).joinpath("lexicon_zh.tsv").read_text("utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            word, _, gloss = line.partition("\t")
            yield word, gloss
