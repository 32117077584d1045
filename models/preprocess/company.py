"""How what words name stands to what a photo shows: "shoes that go with this", "the same, with heels". Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from models.preprocess.vocabulary import Term, pieces_of, terms_of
from models.preprocess.words import CJK

_THIS = r"(?:this|these|it|them|those|my|mine)"
_GOES = re.compile(
    "|".join(
        (
            r"\b(?:go(?:es|ing)?|wear|worn|pair(?:s|ed)?|style|combine|team|looks?|works?|fits?|suits?)"
            rf"(?:\s+[\w']+){{0,3}}?\s+(?:with|over|under|on top of|beneath|alongside)\s+{_THIS}\b",
            rf"\b(?:suits?|match(?:es)?|complements?|completes?)\s+{_THIS}\b",
            r"\bmatching\b|\bto (?:match|(?:go|wear) with)\b|\bgoes with\b|\bfor\s+(?:this|these|it)\s*$",
            r"\bcomplete (?:the|my|this) (?:look|outfit)\b",
            r"(?:搭配?|配)(?:这|它|此|我|什么|啥|哪)|怎么搭|内搭|与之(?:搭|配)|穿在(?:它|这|里面|外面)|套在",
            r"(?:跟|和|与)(?:这|它|我的).{0,8}?(?:搭|配|一起)",
        )
    )
)
"""That something is to be worn with what the photo shows."""

_LIKE = re.compile(
    rf"\b(?:like\s+(?:{_THIS}|that)|similar|same|alike|another|such|in this style|resembling)\b"
    r"|同款|类似|同样|一样|相似|差不多|像这|这种|这样|这款|同类|同色系"
)
"""That another one of what the photo shows is wanted."""

_BEFORE = re.compile(
    r"\bwith(?:\s+(?:an?|some|the|my|your|pair|of|nice|matching|high|low|new))*(?:\s+[\w'-]+)?\s*$"
    rf"|(?:搭配?|配上?|加上|外加)(?:[一两]?[双条件个顶款只身副])?(?:[{CJK}]{{0,3}}的?)?$"
)
"""What stands before a kind that is only to go with the rest: `with (white) heels`, 配(一双)高跟鞋."""

_POINTED = re.compile(rf"\b(?:this|these|those|my)(?:\s+[\w'-]+){{0,2}}\s*$|(?:这|我的|我这)[{CJK}]{{0,4}}$")
"""What stands before a kind that names what the photo shows: `this (red) skirt`, 这条(红)裙子."""

Kinds = frozenset[str]


@dataclass(frozen=True, slots=True)
class Company:
    """How the kinds that words name stand to the garment of the photo.

    Attributes:
        asked: kinds that are looked for.
        beside: kinds that are only to be worn with what is looked for.
        this: kinds that name what the photo shows.
        goes: something is to be worn with what the photo shows.
        like: another of what the photo shows is wanted.
    """

    asked: Kinds = frozenset()
    beside: Kinds = frozenset()
    this: Kinds = frozenset()
    goes: bool = False
    like: bool = False

    def wanted(self, photo: bool) -> Kinds:
        """Kinds to suggest: those asked for; companions only where nothing else is meant, nor a photo's."""
        return self.asked or (self.beside if self.goes or not photo else frozenset())


ALONE = Company()
"""Of words that name nothing."""


def company_of(text: str) -> Company:
    """Reads a description without its negated parts, English or Chinese."""
    lower = text.lower()
    if len(lower) != len(text):  # a letter that grows in lower case: places would not fit
        lower = text
    named = [term for term in terms_of(lower, pieces_of(lower)) if term.facet == "kinds"]
    ends = [0, *(term.end for term in named)]
    led_up = [(term, lower[end : term.start]) for term, end in zip(named, ends, strict=False)]
    goes, like = _GOES.search(lower) is not None, _LIKE.search(lower) is not None
    pointed = [t for t, before in led_up if goes and _POINTED.search(before)]
    beside = [t for t, before in led_up if t not in pointed and _BEFORE.search(before)]
    asked = _kinds(t for t in named if t not in pointed and t not in beside)
    return Company(asked, _kinds(beside) - asked, _kinds(pointed) - asked, goes, like)


def _kinds(terms: Iterable[Term]) -> Kinds:
    return frozenset(kind for term in terms for kind in term.ids)
