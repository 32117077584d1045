"""What a shopper's words say, in English and Chinese: what is wanted, and what is not (F3). Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from models.preprocess.cleaning import clean_text
from models.preprocess.negation import all_negated, negations_of
from models.preprocess.prices import Price, prices_in
from models.preprocess.sizes import sizes_in
from models.preprocess.spelling import Correction, IsKnown, Nearest, corrected
from models.preprocess.vocabulary import pieces_of, terms_of
from models.preprocess.wishes import FACETS, Exclusion, Wishes, negated_by, wishes_of
from models.preprocess.words import CJK, HAS_CJK, word_list

__all__ = ["FACETS", "Correction", "Exclusion", "ParsedText", "Price", "Size", "Wishes", "clean_text", "parse"]

Language: TypeAlias = Literal["en", "zh"]
Span: TypeAlias = tuple[int, int]

_SPACE = re.compile(r"\s+")
_WORD = re.compile(rf"\d+/\d+|(?<![A-Za-z0-9])[A-Za-z]?[{CJK}]+|[^\W_{CJK}]+(?:['-][^\W_{CJK}]+)*")
_LOOSE_START = re.compile(r"^(?:[\s,.;:!?，。；：！？、的\-–—/&]|(?:and|but|or|so|，|但|但是|但)\b\s*)+", re.IGNORECASE)
_LOOSE_END = re.compile(
    r"(?:[\s,;:，；：、\-–—/&]|\s(?:and|but|or|in|with|for|at|please|i|that|which|that is|which is"
    r"|definitely|absolutely|ideally|preferably)(?![\w'])|但是|但|而且)+$",
    re.IGNORECASE,
)
_DOUBLED = re.compile(r"\s*([,;:.，；、。])(?:\s*(?:and|but)?\s*[,;:.，；、。])+")
_BRACKETS = re.compile(r"[(\[{（【]\s*[)\]}）】]")
_CJK_GAP = re.compile(rf"(?<=[{CJK}，、]) (?=[{CJK}，、])")


@dataclass(frozen=True, slots=True)
class Size:
    """Sizes that were said, any of which will do (`M`, `42`, `EU 38`, `ONE SIZE`), and how they were written."""

    text: str
    sizes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ParsedText:
    """A description, understood.

    Attributes:
        clean: what `clean_text` makes of it.
        language: `zh` as soon as there is a Chinese character.
        positive: `clean` without prices, sizes and negated phrases and with slips in garment words mended: what is
            embedded.
        terms: content words of `positive`, lower case, without stop words.
        wishes: what `positive` names of the taxonomy.
        excluded: what is turned down, in the text or by the field `avoid`.
        negations: the negated words as the shopper wrote them.
        prices, sizes: what was said of them, in order, whichever currency it is in.
        corrections: slips that were mended.
    """

    clean: str
    language: Language
    positive: str
    terms: tuple[str, ...]
    wishes: Wishes
    excluded: tuple[Exclusion, ...]
    negations: tuple[str, ...]
    prices: tuple[Price, ...] = ()
    sizes: tuple[Size, ...] = ()
    corrections: tuple[Correction, ...] = ()

    @property
    def negated(self) -> Wishes:
        """What is turned down altogether, whatever else it is."""
        return negated_by(self.excluded)


def parse(
    text: str, avoid: str | None = None, is_known: IsKnown | None = None, nearest: Nearest | None = None
) -> ParsedText:
    """Understand a description, and `avoid`, all of which is turned down. Never raises; linear in the text's length.

    Args:
        is_known: says of a lower-case word whether it means something in the shop, such as a brand; then it is no slip.
        nearest: the shop's own word that a lower-case word is a slip for, or None.
    """
    clean = clean_text(text)
    unwanted = clean_text(avoid or "")
    sizes, prices, spans = _lifted(clean)
    mended, corrections = corrected(_without(clean, spans), is_known, nearest)
    lower = _lower(mended)
    pieces = pieces_of(lower)
    found = terms_of(lower, pieces)
    negations = negations_of(lower, pieces, found)
    positive = _without(mended, [(n.start, n.end) for n in negations])
    excluded = [e for n in negations for e in n.excluded]
    said = [word for n in negations for word in n.words]
    if unwanted:
        more, words = _all_negated(unwanted, is_known)
        excluded += more
        said += words
    exclusions = tuple(dict.fromkeys(excluded))
    wanted = [t for t in found if not any(n.start <= t.start < n.end for n in negations)]
    return ParsedText(
        clean=clean,
        language="zh" if HAS_CJK.search(clean or unwanted) else "en",
        positive=positive if _content(positive) else "",  # what is left of "please, not black" asks for nothing
        terms=_content(positive),
        wishes=wishes_of(wanted, besides=negated_by(exclusions)),
        excluded=exclusions,
        negations=tuple(dict.fromkeys(said)),
        prices=prices,
        sizes=sizes,
        corrections=corrections,
    )


def _lifted(clean: str) -> tuple[tuple[Size, ...], tuple[Price, ...], list[Span]]:
    """Sizes and prices of a text and where they stand. Sizes first: `size 38 to 40` is no price."""
    sizes = sizes_in(clean)
    rest = _blanked(clean, [(s.start, s.end) for s in sizes])
    prices = prices_in(rest)
    spans = sorted([*((s.start, s.end) for s in sizes), *((p.start, p.end) for p in prices)])
    return tuple(Size(s.text, s.sizes) for s in sizes), tuple(p.price for p in prices), spans


def _blanked(text: str, spans: Iterable[Span]) -> str:
    for start, end in spans:
        text = text[:start] + ";" * (end - start) + text[end:]
    return text


def _all_negated(text: str, is_known: IsKnown | None) -> tuple[list[Exclusion], list[str]]:
    lower = _lower(corrected(text, is_known)[0])
    pieces = pieces_of(lower)
    found = terms_of(lower, pieces)
    named = negations_of(lower, pieces, found)
    if not named:
        whole = all_negated(lower, pieces, found)
        return list(whole.excluded), list(whole.words)
    # `avoid: "no stripes, black"` means the same as `avoid: "stripes, black"`
    excluded, words = [e for n in named for e in n.excluded], [w for n in named for w in n.words]
    bare = ", ".join(lower[a:b] for a, b in _gaps(lower, [(n.start, n.end) for n in named]))
    if _WORD.search(bare):
        pieces = pieces_of(bare)
        rest = all_negated(bare, pieces, terms_of(bare, pieces))
        return [*excluded, *rest.excluded], [*words, *rest.words]
    return excluded, words


def _lower(text: str) -> str:
    """Lower case, character by character, so that places in the result are places in `text`."""
    return "".join(low if len(low := c.lower()) == 1 else c for c in text)


def _gaps(text: str, spans: Sequence[Span]) -> Iterable[Span]:
    edges = [(0, 0), *spans, (len(text), len(text))]
    return [(before[1], after[0]) for before, after in pairwise(edges)]


def _without(text: str, spans: Sequence[Span]) -> str:
    """`text` without `spans` and without the commas and little words that only led up to them."""
    if not spans:
        return text
    joined = " ".join(part for a, b in _gaps(text, spans) if (part := text[a:b].strip()))
    joined = _CJK_GAP.sub("", _BRACKETS.sub("", joined))
    joined = _DOUBLED.sub(r"\1", _SPACE.sub(" ", joined)).replace(" ,", ",")
    return _LOOSE_END.sub("", _LOOSE_START.sub("", joined)).strip()


def _content(text: str) -> tuple[str, ...]:
    stop = word_list().stop
    found: list[str] = []
    for match in _WORD.finditer(text.lower()):
        word = match.group()
        found += [p.text for p in pieces_of(word)] if HAS_CJK.search(word) else [word.removesuffix("'s")]
    return tuple(dict.fromkeys(w for w in found if w not in stop and (len(w) > 1 or HAS_CJK.search(w) or w.isdigit())))
