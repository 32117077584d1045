"""Finds what a shopper does not want: where in a text each negation begins and how far it reaches."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from models.preprocess.vocabulary import Piece, Term, vocabulary

# How far a cue reaches. "object": no black heels. "modifier": a not too formal dress (the dress is wanted).
# "next": non-black, 非黑色: the word that follows and no more.
_CUES = (
    (
        "object",
        r"(?:\b(?:i|we|she|he|they) )?(?:\b(?:really|just|also) )?"
        r"\b(?:do not|don't|dont|does not|doesn't|doesnt|would not|wouldn't|will not|won't)"
        r"(?: (?:really|particularly|ever|even|actually|much))?"
        r" (?:want|like|need|wear|love|fancy|include|show(?: me)?|suggest|recommend|give me|care for|enjoy|do)\b",
    ),
    ("object", r"(?:\b(?:i|we|she|he|they) )?\b(?:cannot|can not|can't|cant) (?:stand|wear|bear)\b"),
    (
        "object",
        r"\b(?:anything|everything|something|any|all|every|any colou?r|every colou?r|all colou?rs|in any colou?r)"
        r" (?:but|except(?: for)?|other than|besides)\b",
    ),
    (
        "object",
        r"\b(?:without|no|avoid(?:ing)?|i hate|hate|dislike|exclud(?:e|ing)|skip|never|neither|nor|minus"
        r"|except(?: for)?|other than|rather than|instead of|apart from|aside from|free of|leave out|stay away from)\b",
    ),
    ("modifier", r"\b(?:not|isn't|aren't|nothing)(?: (?:too|so|very|really|overly|that|all))?\b"),
    ("next", r"\bnon\b"),
    (
        "object",
        r"(?:我)?(?:千万|最好)?(?:不想要|不想穿|不想买|不要(?!太(?!阳|太)|那么)|不喜欢|不爱穿|不爱|不想|不穿|不需要|不考虑|不接受|不能接受|不能穿"
        r"|别要|别给我|别买|别选|别推荐|别穿|拒绝|讨厌|避免|避开|排除|去掉|除了|除开)",
    ),
    (
        "modifier",
        r"(?:不要是|不能是|不能有|别是|别有|不是|不带|不含|没有|不太|不那么|不怎么|不要太(?!阳|太)|不要那么|别太(?!阳|太)|不会太)",
    ),
    ("next", r"(?:非|无|不|没|别|除)(?=\S)"),
)
_CUE = re.compile("|".join(f"(?P<c{i}>{pattern})" for i, (_, pattern) in enumerate(_CUES)))
# Phrases that look like a negation and are none.
_PSEUDO = re.compile(
    r"\b(?:not only|not just|not necessarily|not sure|not bad|not much|not to mention|no matter|no problem|no idea"
    r"|no doubt|no preference|no rush|no need|no more than|no less than|why not|or not|if not|nothing but|never mind"
    r"|do not mind|don't mind|do not care(?! for)|don't care(?! for))\b"
    r"|不要紧|不仅|不但|不只|不限|不错|不管|不论|无论|无所谓|不过|不好意思|不一定|不介意|没关系|没问题|不知道|要不要|是不是|不妨|不得不"
    r"|(?:我|家里|还|已经|现在)没有"
)
_OR = frozenset({"or", "nor", "或", "或者", "或是", "、", "/", "以及"})
_AND = frozenset({"and", "&", "和", "跟", "与", "及", "also", "+"})
_MARKS = frozenset({"'", '"', "“", "”", "‘", "’", "(", "*", "、", "/", "&", "+"})
_ALWAYS = frozenset({"but", "但", "但是", "而是", "instead"})
_TAIL = re.compile(r"(?:的)?(?:颜色|款式)?(?:以外|之外|外)?的?(?:其他|其它)?(?:颜色)?(?:都(?:行|可以|好|喜欢|ok))?")
_FARTHEST = 6
"""Words that a negation reaches past its cue or its last garment word, when nothing ends it."""


@dataclass(frozen=True, slots=True)
class Negation:
    """A negated phrase: `start` to `end` is cut from the text, `terms` are turned down, `words` are how it was said."""

    start: int
    end: int
    terms: tuple[Term, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Cue:
    start: int
    end: int
    reach: str


def negations_of(text: str, pieces: Sequence[Piece], terms: Sequence[Term]) -> list[Negation]:
    """Negations of a lower-cased text, in order, none overlapping."""
    elements = elements_of(pieces, terms)
    cues = list(_cues(text, pieces, terms))
    found: list[Negation] = []
    place = 0
    for cue, following in pairwise([*cues, None]):
        if cue is None:
            continue
        while place < len(elements) and elements[place].start < cue.end:
            place += 1
        end = following.start if following else len(text)
        scope = _scope(cue, _until(elements, place, end))
        if scope:
            found.append(_negation(text, cue, scope))
    return found


def all_negated(text: str, pieces: Sequence[Piece], terms: Sequence[Term]) -> Negation:
    """The whole text as one negated phrase: what stands in the field `avoid`."""
    return _negation(text, _Cue(0, 0, "object"), elements_of(pieces, terms))


Element = Piece | Term


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


def _cues(text: str, pieces: Sequence[Piece], terms: Sequence[Term]) -> Iterator[_Cue]:
    inside = {place for p in pieces for place in range(p.start + 1, p.end)}
    starts = {term.start for term in terms}
    in_term = {place for t in terms for place in range(t.start, t.end)}
    masked = {place for m in _PSEUDO.finditer(text) for place in range(*m.span())}
    for match in _CUE.finditer(text):
        start, end = match.span()
        reach = _CUES[int(str(match.lastgroup)[1:])][0]
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
    stop = vocabulary().stop
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
        content += element.kind != "mark" and element.text not in stop and element.text not in _OR | _AND
        if quiet == _FARTHEST:
            break
    while taken and isinstance(taken[-1], Piece) and (taken[-1].kind == "mark" or taken[-1].text in stop | _AND):
        taken.pop()
    return taken if content else []


def _ends(piece: Piece, elements: Sequence[Element], i: int, content: bool) -> bool:
    if piece.text in _ALWAYS:
        return True
    if piece.text in _OR or (piece.kind == "mark" and piece.text in _MARKS):
        return False
    if piece.text in _AND:
        return not _same_facet_follows(elements, i, content)
    if piece.kind == "mark":
        return not (piece.text in ",，" and _list_goes_on(elements, i))
    return content and piece.text in vocabulary().boundary


def _same_facet_follows(elements: Sequence[Element], i: int, content: bool) -> bool:
    """Whether `and` goes on with the same sort of thing: `no stripes and dots`, but not `no stripes and a red belt`."""
    before = {e.facet for e in elements[:i] if isinstance(e, Term)}
    if not before:
        return not content or i + 1 < len(elements)
    after = next((e for e in elements[i + 1 :] if isinstance(e, Term) or e.text not in vocabulary().stop), None)
    return isinstance(after, Term) and after.facet in before


def _list_goes_on(elements: Sequence[Element], i: int) -> bool:
    """Whether a comma belongs to a list that ends in `or`: `not black, navy or grey`."""
    facets = {e.facet for e in elements[:i] if isinstance(e, Term)}
    for element in elements[i + 1 :]:
        if isinstance(element, Term):
            if element.facet not in facets:
                return False
        elif element.text in _OR:
            return True
        elif element.text not in ",，":
            return False
    return False


def _negation(text: str, cue: _Cue, scope: Sequence[Element]) -> Negation:
    stop = vocabulary().stop
    terms: list[Term] = []
    words: list[str] = []
    for chunk in _chunks(scope):
        found = [e for e in chunk if isinstance(e, Term)]
        qualities = [t for t in found if t.facet != "kinds"]
        # `no red shirts` turns down the red, not every shirt
        terms += qualities or found
        said = [e for e in chunk if isinstance(e, Term) or (e.kind != "mark" and e.text not in stop)]
        if said:
            words.append(text[said[0].start : said[-1].end])
    end = scope[-1].end if scope else cue.end
    tail = _TAIL.match(text, end)
    return Negation(cue.start, tail.end() if tail else end, tuple(terms), tuple(words))


def _chunks(scope: Sequence[Element]) -> Iterator[list[Element]]:
    chunk: list[Element] = []
    for element in scope:
        if isinstance(element, Piece) and (element.kind == "mark" or element.text in _OR | _AND):
            yield chunk
            chunk = []
        else:
            chunk.append(element)
    yield chunk
