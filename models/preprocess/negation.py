"""Finds what a shopper does not want: where in a text each negation begins and how far it reaches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from models.preprocess.exclusion import AND, OR, Element, exclusions_of
from models.preprocess.negation_cues import BACKWARD, CUE, FORWARD, PSEUDO, TAIL, Reach
from models.preprocess.vocabulary import Piece, Term
from models.preprocess.wishes import Exclusion
from models.preprocess.words import word_list

_MARKS = frozenset({"'", '"', "“", "”", "‘", "’", "(", "*", "、", "/", "&", "+"})
_ALWAYS = frozenset({"but", "但", "但是", "而是", "instead"})
_ASKING = frozenset(",，?？-–—")
_FARTHEST = 6
"""Words that a negation reaches past its cue or its last garment word, when nothing ends it."""

_FARTHEST_BACK = 3
_WINDOW = 12


@dataclass(frozen=True, slots=True)
class Negation:
    """A negated phrase: `start` to `end` is cut from the text, `words` are how it was said."""

    start: int
    end: int
    excluded: tuple[Exclusion, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Cue:
    start: int
    end: int
    reach: Reach


def negations_of(text: str, pieces: Sequence[Piece], terms: Sequence[Term]) -> list[Negation]:
    """Negations of a lower-cased text, in order, none overlapping."""
    elements = elements_of(pieces, terms)
    masked = {place for m in PSEUDO.finditer(text) for place in range(*m.span())}
    found = list(_forward(text, pieces, terms, elements, masked))
    return sorted([*found, *_backward(text, terms, elements, masked, found)], key=lambda n: n.start)


def all_negated(text: str, pieces: Sequence[Piece], terms: Sequence[Term]) -> Negation:
    """The whole text as one negated phrase: what stands in the field `avoid`."""
    return Negation(0, len(text), *exclusions_of(text, elements_of(pieces, terms)))


def elements_of(pieces: Sequence[Piece], terms: Sequence[Term]) -> list[Element]:
    """Terms, and the pieces that lie in none, in order."""
    elements: list[Element] = []
    remaining = iter(terms)
    term = next(remaining, None)
    for piece in pieces:
        while term and term.end <= piece.start:
            elements.append(term)
            term = next(remaining, None)
        before_term = term is None or piece.end <= term.start
        if before_term and (not elements or piece.start >= elements[-1].end):
            elements.append(piece)
    return [*elements, *([term] if term else []), *remaining]


def _forward(
    text: str, pieces: Sequence[Piece], terms: Sequence[Term], elements: Sequence[Element], masked: set[int]
) -> Iterator[Negation]:
    place = 0
    for cue, following in pairwise([*_cues(text, pieces, terms, masked), None]):
        if cue is None:
            continue
        while place < len(elements) and elements[place].start < cue.end:
            place += 1
        scope = _scope(cue, _until(elements, place, following.start if following else len(text)))
        if scope:
            tail = TAIL.match(text, scope[-1].end)
            end = tail.end() if tail else scope[-1].end
            yield Negation(cue.start, end, *exclusions_of(text, scope))


def _cues(text: str, pieces: Sequence[Piece], terms: Sequence[Term], masked: set[int]) -> Iterator[_Cue]:
    inside = {place for p in pieces for place in range(p.start + 1, p.end)}
    starts = {term.start for term in terms}
    in_term = {place for t in terms for place in range(t.start, t.end)}
    for match in CUE.finditer(text):
        start, end = match.span()
        reach = FORWARD[int(str(match.lastgroup)[1:])][0]
        # 别要 within 特别/要 and 非 within 非常 are no cues; 不 and 无 alone are only before a garment's word
        if start in inside or start in masked or start in in_term:
            continue
        if reach == "next" and match.group() != "non" and end not in starts:
            continue
        yield _Cue(start, end, reach)


def _until(elements: Sequence[Element], place: int, end: int) -> Sequence[Element]:
    last = place
    while last < len(elements) and elements[last].start < end:
        last += 1
    return elements[place:last]


def _scope(cue: _Cue, following: Sequence[Element]) -> list[Element]:
    """The elements that `cue` negates; empty when it negates nothing."""
    stop = word_list().stop
    taken: list[Element] = []
    content = 0
    quiet = 0
    for i, element in enumerate(following):
        if isinstance(element, Term):
            if cue.reach == "modifier" and element.facet == "kinds" and content:
                break
            taken.append(element)
            content += 1
            quiet = 0
            if cue.reach == "next":
                break
            continue
        if _ends(element, following, i, content > 0):
            break
        taken.append(element)
        quiet += 1
        content += element.kind != "mark" and element.text not in stop and element.text not in OR | AND
        if quiet == _FARTHEST:
            break
    while taken and isinstance(taken[-1], Piece) and (taken[-1].kind == "mark" or taken[-1].text in stop | AND):
        taken.pop()
    return taken if content else []


def _ends(piece: Piece, elements: Sequence[Element], i: int, content: bool) -> bool:
    if piece.text in _ALWAYS:
        return True
    if piece.text in OR or (piece.kind == "mark" and piece.text in _MARKS):
        return False
    if piece.text in AND:
        return not _same_facet_follows(elements, i, content)
    if piece.kind == "mark":
        return not (piece.text in ",，" and _list_goes_on(elements, i))
    return content and piece.text in word_list().boundary


def _same_facet_follows(elements: Sequence[Element], i: int, content: bool) -> bool:
    """Whether `and` goes on with the same sort of thing: `no stripes and dots`, but not `no stripes and a red belt`."""
    before = {e.facet for e in elements[:i] if isinstance(e, Term)}
    if not before:
        return not content or i + 1 < len(elements)
    after = next((e for e in elements[i + 1 :] if isinstance(e, Term) or e.text not in word_list().stop), None)
    return isinstance(after, Term) and after.facet in before


def _list_goes_on(elements: Sequence[Element], i: int) -> bool:
    """Whether a comma belongs to a list that ends in `or`: `not black, navy or grey`."""
    facets = {e.facet for e in elements[:i] if isinstance(e, Term)}
    for element in elements[i + 1 :]:
        if isinstance(element, Term):
            if element.facet not in facets:
                return False
        elif element.text in OR:
            return True
        elif element.text not in ",，":
            return False
    return False


def _backward(
    text: str, terms: Sequence[Term], elements: Sequence[Element], masked: set[int], forward: Sequence[Negation]
) -> Iterator[Negation]:
    in_term = {place for t in terms for place in range(t.start, t.end)}
    taken = {place for n in forward for place in range(n.start, n.end)}
    floor = place = 0
    for match in BACKWARD.finditer(text):
        start, end = match.span()
        glued = start > 0 and text[start - 1 : start + 1].isascii() and text[start - 1 : start + 1].isalnum()
        if glued or any(p in masked or p in taken or p in in_term for p in range(start, end)):
            continue
        floor = max([floor, *(n.end for n in forward if n.end <= start)])
        while place < len(elements) and elements[place].end <= start:
            place += 1
        before = [e for e in elements[max(0, place - _WINDOW) : place] if e.start >= floor]
        scope = _scope_back(before, match["one"] is not None)
        if scope:
            yield Negation(scope[0].start, end, *exclusions_of(text, scope))
            floor = end


def _scope_back(before: Sequence[Element], only_one: bool) -> list[Element]:
    """The elements right before a cue that it turns down, in their order."""
    words = word_list()
    taken: list[Element] = []
    plain = 0
    for element in reversed(before):
        if isinstance(element, Term):
            if element.facet == "kinds" and taken:
                break
            taken.append(element)
        elif element.kind == "mark" and element.text not in OR:
            if taken or element.text not in _ASKING:
                break
        elif element.text in words.boundary or element.text in AND | _ALWAYS or plain == _FARTHEST_BACK:
            break
        elif element.text in OR or element.text in words.stop:
            taken += [element] if taken else []
        else:
            taken.append(element)
            plain += 1
        if taken and only_one:
            break
    while taken and isinstance(taken[-1], Piece) and taken[-1].text in words.stop | OR:
        taken.pop()
    return taken[::-1]
