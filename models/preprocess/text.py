"""What a shopper's words say, in English and Chinese: what is wanted, and what is not (F3). Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from models.preprocess.negation import Negation, all_negated, negations_of
from models.preprocess.vocabulary import CJK, HAS_CJK, Term, corrected, pieces_of, terms_of, vocabulary

Language: TypeAlias = Literal["en", "zh"]

_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co"})
_SPACE = re.compile(r"\s+")
_APOSTROPHES = str.maketrans("’‘ʼ`´", "'''''")
_WORD = re.compile(rf"(?<![A-Za-z0-9])[A-Za-z]?[{CJK}]+|[^\W_{CJK}]+(?:['-][^\W_{CJK}]+)*")
_LOOSE_START = re.compile(r"^(?:[\s,.;:!?，。；：！？、的\-–—/&]|(?:and|but|or|so|，但|但是|但)\b\s*)+", re.IGNORECASE)
_LOOSE_END = re.compile(
    r"(?:[\s,;:，；：、\-–—/&]|\s(?:and|but|or|in|with|please|i|that is|which is)|但是|但|而且)+$", re.IGNORECASE
)
_DOUBLED = re.compile(r"\s*([,;:.，；、。])(?:\s*(?:and|but)?\s*[,;:.，；、。])+")


@dataclass(frozen=True, slots=True)
class Wishes:
    """Taxonomy ids by facet, each once, in the order they were said. Several in one facet mean any of them."""

    kinds: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    pattern: tuple[str, ...] = ()
    usage: tuple[str, ...] = ()
    season: tuple[str, ...] = ()
    gender: tuple[str, ...] = ()
    age_group: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, facet) for facet in FACETS)


FACETS = ("kinds", "colours", "pattern", "usage", "season", "gender", "age_group")


@dataclass(frozen=True, slots=True)
class ParsedText:
    """A description, understood.

    Attributes:
        clean: NFKC-normalised, without control characters, white space folded.
        language: `zh` as soon as there is a Chinese character.
        positive: `clean` without its negated phrases and with slips in garment words mended: what is embedded.
        terms: content words of `positive`, lower case, without stop words.
        wishes: what `positive` names of the taxonomy.
        negated: what is turned down, in the text or by the field `avoid`.
        negations: the negated words as the shopper wrote them.
    """

    clean: str
    language: Language
    positive: str
    terms: tuple[str, ...]
    wishes: Wishes
    negated: Wishes
    negations: tuple[str, ...]


def parse(text: str, avoid: str | None = None) -> ParsedText:
    """Understand a description, and `avoid`, all of which is turned down. Never raises; linear in the text's length."""
    clean = clean_text(text)
    unwanted = clean_text(avoid or "")
    mended = corrected(clean)
    lower = _lower(mended)
    pieces = pieces_of(lower)
    found = terms_of(lower, pieces)
    negations = negations_of(lower, pieces, found)
    positive = _without(mended, negations)
    wanted = [t for t in found if not any(n.start <= t.start < n.end for n in negations)]
    turned_down = [term for n in negations for term in n.terms]
    said = [word for n in negations for word in n.words]
    if unwanted:
        extra = _all_negated(unwanted)
        turned_down += extra.terms
        said += extra.words
    negated = _wishes(turned_down)
    return ParsedText(
        clean=clean,
        language="zh" if HAS_CJK.search(clean or unwanted) else "en",
        positive=positive,
        terms=_content(positive),
        wishes=_wishes(wanted, besides=negated),
        negated=negated,
        negations=tuple(dict.fromkeys(said)),
    )


def clean_text(text: str) -> str:
    """NFKC, straight apostrophes, no control or format characters, single spaces. Idempotent."""
    visible = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in _DROPPED)
    normal = unicodedata.normalize("NFKC", visible).translate(_APOSTROPHES)
    return _SPACE.sub(" ", normal).strip()


def _all_negated(text: str) -> Negation:
    lower = _lower(corrected(text))
    pieces = pieces_of(lower)
    found = terms_of(lower, pieces)
    named = negations_of(lower, pieces, found)
    if not named:
        return all_negated(lower, pieces, found)
    # `avoid: "no stripes, black"` means the same as `avoid: "stripes, black"`
    bare = "".join(lower[a:b] for a, b in _gaps(lower, named))
    rest = _all_negated(bare) if _WORD.search(bare) else None
    return Negation(
        0,
        len(text),
        tuple(t for n in (*named, *([rest] if rest else [])) for t in n.terms),
        tuple(w for n in (*named, *([rest] if rest else [])) for w in n.words),
    )


def _lower(text: str) -> str:
    """Lower case, character by character, so that places in the result are places in `text`."""
    return "".join(low if len(low := c.lower()) == 1 else c for c in text)


def _gaps(text: str, negations: Sequence[Negation]) -> Iterable[tuple[int, int]]:
    start = 0
    for negation in negations:
        yield start, negation.start
        start = negation.end
    yield start, len(text)


def _without(text: str, negations: Sequence[Negation]) -> str:
    if not negations:
        return text
    parts = [text[a:b].strip() for a, b in _gaps(text, negations)]
    joined = " ".join(part for part in parts if part)
    joined = re.sub(rf"(?<=[{CJK}，、]) (?=[{CJK}，、])", "", joined)
    joined = _DOUBLED.sub(r"\1", _SPACE.sub(" ", joined)).replace(" ,", ",")
    trimmed = _LOOSE_END.sub("", _LOOSE_START.sub("", joined)).strip()
    return trimmed if _content(trimmed) else ""  # what is left of "please, not black" asks for nothing


def _content(text: str) -> tuple[str, ...]:
    stop = vocabulary().stop
    found: list[str] = []
    for match in _WORD.finditer(text.lower()):
        word = match.group()
        found += [p.text for p in pieces_of(word)] if HAS_CJK.search(word) else [word.removesuffix("'s")]
    return tuple(dict.fromkeys(w for w in found if w not in stop and (len(w) > 1 or HAS_CJK.search(w) or w.isdigit())))


def _wishes(terms: Iterable[Term], besides: Wishes | None = None) -> Wishes:
    ids: dict[str, dict[str, None]] = {facet: {} for facet in FACETS}
    for term in terms:
        ids[term.facet].update(dict.fromkeys(term.ids))
    return Wishes(
        **{
            facet: tuple(i for i in found if besides is None or i not in getattr(besides, facet))
            for facet, found in ids.items()
        }
    )
