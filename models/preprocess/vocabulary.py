"""Every word that names something in the taxonomy, and where those words stand in a text."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import rjieba

from models.preprocess.words import CJK, HAS_CJK, word_list
from models.taxonomy import taxonomy
from models.taxonomy.lookup import FACETS

# A single letter glued to Chinese belongs to it: T恤, V领, A字裙.
_PIECE = re.compile(
    rf"(?P<zh>(?<![A-Za-z0-9])[A-Za-z]?[{CJK}]+)|(?P<word>[^\W_{CJK}]+(?:'[^\W_{CJK}]+)*)|(?P<mark>[^\w\s]|_)"
)
_GARMENT_ENDINGS = frozenset("裙裤鞋衫衣包帽袜色款小大长短新")
_CUES = ("别太", "不要太", "不太", "别那么", "不那么")
_OFTEN = 100_000
_DEGREES = frozenset("太很真超")
PATTERN_NOUNS = frozenset({"print", "prints", "printed", "pattern", "patterned"})


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, a segment of Chinese or a punctuation mark, as it stands at `start` to `end` of the text."""

    text: str
    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the taxonomy found in the text. `ids` has several for a word such as `shoes`."""

    facet: str
    ids: tuple[str, ...]
    start: int
    end: int


Meaning = tuple[str, tuple[str, ...]]


@dataclass(frozen=True)
class Vocabulary:
    """Word → (facet, ids). English words are keyed by lower-case words joined with single spaces."""

    en: Mapping[str, Meaning]
    zh: Mapping[str, Meaning]
    longest_en: int
    longest_zh: int


@cache
def vocabulary() -> Vocabulary:
    """The packaged vocabulary, read once."""
    words = word_list()
    en: dict[str, Meaning] = {}
    zh: dict[str, Meaning] = {}
    for meaning, names in _entries(words.groups):
        for name in names:
            if HAS_CJK.search(name):
                zh.setdefault(name.lower(), meaning)
            else:
                en.setdefault(_key(name), meaning)
    for name, meaning in list(en.items()):
        if " " in name:  # written as one: flipflops
            en.setdefault(name.replace(" ", ""), meaning)
        for variant in _variants(name, words.plural_only):
            en.setdefault(variant, meaning)
    return Vocabulary(
        en=en,
        zh=zh,
        longest_en=max(name.count(" ") + 1 for name in en),
        longest_zh=max(map(len, zh)),
    )


def pieces_of(text: str) -> list[Piece]:
    """Words, Chinese segments and marks of a lower-cased text, in order. A hyphen inside a compound is no piece."""
    found: list[Piece] = []
    for match in _PIECE.finditer(text):
        kind = str(match.lastgroup)
        start, end = match.span()
        if kind == "zh":
            found += _segments(match.group(), start)
        elif kind == "word" or not _joins(text, start, end):
            found.append(Piece(match.group(), start, end, kind))
    return found


def terms_of(text: str, pieces: list[Piece]) -> list[Term]:
    """Taxonomy words in a lower-cased text, longest first at each place, none overlapping, in order."""
    words = vocabulary()
    found: list[Term] = []
    done = 0
    for i, piece in enumerate(pieces):
        if piece.end <= done or piece.kind == "mark":
            continue
        if piece.kind == "word":
            term = _english(pieces, i, words)
            if term:
                done = term.end
                if not _same_pattern(text, found, term):
                    found.append(term)
            continue
        place = max(piece.start, done)
        while place < piece.end:
            term = _chinese(text, place, pieces, i, words)
            if term:
                found.append(term)
            place = done = term.end if term else place + 1
    return found


def _entries(groups: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Meaning, Iterable[str]]]:
    """Meanings with their words, most particular first: what comes first keeps a word that two claim."""
    tax = taxonomy()
    for group in groups:
        ids = group.get("kinds") or group.get("ids") or [k.id for k in tax.kinds.values() if k.slot == group["slot"]]
        yield (group.get("facet", "kinds"), tuple(ids)), (*group["en"], *group["zh"])
    for kind in tax.kinds.values():
        if kind.worn:
            yield ("kinds", (kind.id,)), (*kind.en, *kind.zh)
    for colour in tax.colours.values():
        yield ("colours", (colour.id,)), (*colour.en, *colour.zh, *colour.feeds)
    for facet in FACETS:
        for value in tax.attributes[facet].values():
            yield (facet, (value.id,)), (*value.en, *value.zh)


def _key(name: str) -> str:
    return " ".join(re.findall(r"[^\W_]+(?:'[^\W_]+)*", name.lower()))


def _variants(name: str, plural_only: frozenset[str]) -> Iterator[str]:
    """The other number of a name's last word."""
    *head, last = name.split()
    if last.endswith("s") and not last.endswith(("ss", "'s")) and last not in plural_only and not head:
        yield last[:-1]
    if last.endswith(("ss", "x", "z", "ch", "sh")):
        yield " ".join([*head, last + "es"])
    elif last.endswith("f"):
        yield " ".join([*head, last[:-1] + "ves"])
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        yield " ".join([*head, last[:-1] + "ies"])
    elif not last.endswith("s"):
        yield " ".join([*head, last + "s"])


def _segments(run: str, start: int) -> Iterator[Piece]:
    for segment in _segmenter().cut(run):
        yield Piece(segment, start, start + len(segment), "zh")
        start += len(segment)


@cache
def _segmenter() -> Any:
    """jieba, taught the taxonomy's words, so that it does not read 非米/白色 for 非/米白色."""
    segmenter = rjieba.Jieba()
    taught = (*vocabulary().zh, *filter(HAS_CJK.search, word_list().titles))
    for word in taught:
        if len(word) > 1 and not segmenter.has_word(word):
            segmenter.add_word(word, None, None)
    for cue in _CUES:  # or 别太花 is one unknown word
        segmenter.add_word(cue, _OFTEN, None)
    return segmenter


def _joins(text: str, start: int, end: int) -> bool:
    """Whether the mark is a hyphen between letters, as in `t-shirt` and `non-black`."""
    return text[start:end] == "-" and text[start - 1 : start].isalnum() and text[end : end + 1].isalnum()


def _english(pieces: list[Piece], i: int, words: Vocabulary) -> Term | None:
    phrase: list[str] = []
    found: Term | None = None
    for piece in pieces[i : i + words.longest_en]:
        if piece.kind != "word":
            break
        phrase.append(piece.text)
        meaning = words.en.get(" ".join(phrase)) or words.en.get(" ".join(phrase).removesuffix("'s"))
        if meaning:
            found = Term(*meaning, pieces[i].start, piece.end)
    return found


def _same_pattern(text: str, found: list[Term], term: Term) -> bool:
    """Whether `print` only ends the name of a pattern, as in `floral print`."""
    if not found or term.facet != "pattern" or found[-1].facet != "pattern":
        return False
    return text[term.start : term.end] in PATTERN_NOUNS and not text[found[-1].end : term.start].strip(" -")


def _chinese(text: str, place: int, pieces: list[Piece], i: int, words: Vocabulary) -> Term | None:
    for length in range(words.longest_zh, 0, -1):
        meaning = words.zh.get(text[place : place + length])
        if meaning and _stands(place, place + length, pieces, i, words):
            return Term(*meaning, place, place + length)
    return None


def _stands(start: int, end: int, pieces: list[Piece], i: int, words: Vocabulary) -> bool:
    """Whether Chinese at `start` to `end` is a word there and not parts of two others (粉色 in 面粉/色).

    A single character counts alone, or where the rest of its segment is a garment (黑 in 黑裙).
    """
    here = pieces[i]
    if end - start == 1:
        rest = here.text[: start - here.start] + here.text[end - here.start :]
        return rest in words.zh or all(c in _GARMENT_ENDINGS or c in _DEGREES or c in words.zh for c in rest)
    if end <= here.end:
        return True
    if start > here.start:
        return False
    # it begins with this segment and must end with some segment too
    for piece in pieces[i + 1 :]:
        if piece.end >= end:
            return piece.end == end
    return False
