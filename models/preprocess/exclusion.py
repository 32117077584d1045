"""From the words that a negation reaches to what it turns down."""

from collections.abc import Iterator, Sequence

from models.preprocess.vocabulary import PATTERN_NOUNS, Piece, Term
from models.preprocess.wishes import Exclusion, wishes_of
from models.preprocess.words import HAS_CJK, word_list

OR = frozenset({"or", "nor", "或", "或者", "或是", "、", "/", "以及"})
AND = frozenset({"and", "&", "和", "跟", "与", "及", "also", "+"})

Element = Piece | Term
Chunk = list[Element]


def exclusions_of(text: str, scope: Sequence[Element]) -> tuple[tuple[Exclusion, ...], tuple[str, ...]]:
    """What the elements of one negation turn down, and how that was said, as it stands in the lower-cased `text`."""
    chunks = list(_chunks(scope))
    said = [text[s[0].start : s[-1].end] for c in chunks if (s := [e for e in c if _says(e)])]
    exclusions = [e for chunk in _sharing(chunks) for e in _of_chunk(text, chunk) if e]
    return tuple(exclusions), tuple(said)


def _chunks(scope: Sequence[Element]) -> Iterator[Chunk]:
    chunk: Chunk = []
    for element in scope:
        if isinstance(element, Piece) and (element.kind == "mark" or element.text in OR | AND):
            yield chunk
            chunk = []
        else:
            chunk.append(element)
    yield chunk


def _says(element: Element) -> bool:
    return isinstance(element, Term) or (element.kind != "mark" and element.text not in word_list().stop)


def _sharing(chunks: Sequence[Chunk]) -> list[Chunk]:
    """In `black or red heels` the heels belong to both colours."""
    shared: list[Chunk] = []
    for chunk in reversed(chunks):
        following = _terms(shared[-1]) if shared else []
        facets = {t.facet for t in following if t.facet != "kinds"}
        alike = [t.facet in facets for t in _terms(chunk)]
        lone = bool(alike) and all(alike) and not any(isinstance(e, Piece) and _says(e) for e in chunk)
        shared.append([*chunk, *(t for t in following if t.facet == "kinds")] if lone else chunk)
    return shared[::-1]


def _of_chunk(text: str, chunk: Chunk) -> Iterator[Exclusion]:
    """One exclusion where a kind or a further word holds all together, else one for each facet."""
    kinds = [t for t in _terms(chunk) if t.facet == "kinds"]
    features = [t for t in kinds if _feature(text, t, kinds[-1])]
    kinds = [t for t in kinds if t not in features]
    qualities = [t for t in _terms(chunk) if t.facet != "kinds"]
    idle = PATTERN_NOUNS if "pattern" in _facets(qualities) else frozenset[str]()
    words = [_alternatives(e.text) for e in chunk if isinstance(e, Piece) and _says(e) and e.text not in idle]
    words += [_alternatives(text[t.start : t.end]) for t in features]
    plain = [t for t in (*kinds, *qualities) if _narrower(text, t) is None]
    narrow = [(t, said) for t in (*kinds, *qualities) if (said := _narrower(text, t)) is not None]
    if not kinds and not words and not narrow:
        yield from (Exclusion(wishes_of(t for t in qualities if t.facet == f)) for f in _facets(qualities))
        return
    # A narrower word of a kind counts by what titles say of it, and only among that kind.
    whole = [t for t in (*plain, *(t for t, _ in narrow)) if t.facet != "pattern" or t in plain]
    yield Exclusion(wishes_of(whole), (*words, *(said for _, said in narrow)))


def _feature(text: str, kind: Term, last: Term) -> bool:
    """Whether a garment is part of another: the hat of 带帽子的卫衣, and of 不带帽子."""
    carried = text[kind.start - 1 : kind.start] in ("带", "有") and text[kind.start : kind.end] in word_list().titles
    return carried or (kind is not last and text[kind.end : kind.end + 1] == "的")


def _facets(terms: Sequence[Term]) -> list[str]:
    return list(dict.fromkeys(t.facet for t in terms))


def _terms(chunk: Sequence[Element]) -> list[Term]:
    return [e for e in chunk if isinstance(e, Term)]


def _narrower(text: str, term: Term) -> tuple[str, ...] | None:
    """What titles say where `term` names only a part of its kind, such as `polo shirts`."""
    said = text[term.start : term.end].replace("-", " ")
    narrow = word_list().narrow
    return narrow.get(said) or narrow.get(said.removesuffix("s"))


def _alternatives(word: str) -> tuple[str, ...]:
    word = word if HAS_CJK.search(word) else word.removesuffix("'s")
    return tuple(dict.fromkeys((word, *word_list().titles.get(word, ()))))
