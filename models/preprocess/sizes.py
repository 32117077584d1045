"""Sizes in a shopper's words: `size M`, `EU 38`, `42码`, 均码. English and Chinese. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from models.preprocess.numbers import value_of

ONE_SIZE = "ONE SIZE"
MOST = 8
"""Sizes that one text may ask for."""

_NAMED: Mapping[str, str] = {
    "extra small": "XS", "x small": "XS", "small": "S", "medium": "M", "large": "L", "extra large": "XL",
    "x large": "XL", "加小": "XS", "小": "S", "中": "M", "大": "L", "加大": "XL", "特大": "XXL", "超大": "XXL",
}  # fmt: skip
_SYSTEMS: Mapping[str, str] = {"欧": "EU", "美": "US", "英": "UK", "法": "FR", "EUR": "EU"}
_OTHER_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "XS": ("extra small", "x-small"), "S": ("small", "小号"), "M": ("medium", "中号"), "L": ("large", "大号"),
    "XL": ("extra large", "x-large", "1xl"), "XXL": ("2xl", "xx-large"), "XXXL": ("3xl",), "XXXXL": ("4xl",),
    ONE_SIZE: ("one-size", "onesize", "os", "free size", "free", "均码", "f", "u", "uni", "tu"),
}  # fmt: skip

# Building blocks, all for patterns that ignore case unless said otherwise.
_LETTER = r"(?:[2-6]xl|x{1,5}[sl]|[sml])"
_NUMBER = r"\d{1,3}(?:[.,]5(?!\d))?"
_SPELT = (
    r"(?:(?:thirty|forty|fifty)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?"
    r"|six|seven|eight|nine|ten|eleven|twelve|fourteen|sixteen|eighteen|twenty)"
)
_NAME = r"(?:extra[ -]small|x[ -]small|small|medium|extra[ -]large|x[ -]large|large)"
_SYSTEM = r"(?:eur?|uk|us|fr|it|de)"
_ONE = rf"(?:{_SYSTEM}[ -]?)?(?:{_LETTER}|{_NUMBER}|{_SPELT}|{_NAME})(?![\w%½]|[.,]\d|-(?:inch|piece|pack))"
_JOINT = r" ?(?:[,/~–-]|\bor\b|\band\b|\bto\b|或者?|到|至|和|、) ?"
_LIST = rf"{_ONE}(?:{_JOINT}(?:an? )?(?:sizes? )?{_ONE}){{0,3}}"
_SHOE = r"(?:3[4-9]|4\d|50)(?:\.5)?"
_FOOTWEAR = r"(?:shoes?|sneakers|trainers|boots|heels|sandals|loafers|pumps|flats|kicks)"
_ENDS = r"(?= ?(?:$|[,;.!?，；。！？]|please\b|and\b|but\b|or\b|for\b|no\b|not\b|under\b))"
_NO_MONEY = (
    r"(?! ?(?:€|\$|£|¥|eur\b|euros?\b|usd|dollars?|bucks|pounds|quid|gbp|cm|mm|inch|%|[元块欧岁]|美元|厘米"
    r"|days?|years?))"
)
_OF = "的?"

_EITHER_CASE = (
    r"\b(?P<free>(?:one|free)[ -]size)\b(?: fits all)?",
    r"(?P<free>均码|通码)的?",
    r"\b(?P<list>w ?\d\d(?: ?[/x]? ?l ?\d\d)?)\b",
    r"\b(?:in (?:an? |my )?|my |an? )?(?:shoe )?sizes? ?(?:is |of |between |from |in |: ?)?"
    rf"(?P<list>{_LIST}){_NO_MONEY}",
    r"(?:尺码|码数|鞋码|尺寸)(?:大小)?(?:是|为|要|选|穿|:)? ?"
    rf"(?P<list>{_LETTER}|\d{{2,3}}(?:\.5)?)(?![a-z\d])[码号]?{_OF}",
    rf"(?P<system>[欧美英法])码 ?(?P<list>\d{{1,2}}(?:\.5)?)(?![\d.]) ?码?{_OF}",
    rf"(?<![\d.])(?P<list>\d{{1,2}}(?:\.5)?) ?(?P<system>[欧美英法])码{_OF}",
    rf"(?<![a-z\d.&'-])(?P<list>(?:{_LETTER}|{_NUMBER})(?:(?:{_JOINT})(?:{_LETTER}|{_NUMBER})){{0,2}}"
    rf"|[三四五]十[一二三四五六七八九]?)"
    rf" ?(?:码|size\b){_OF}",
    rf"(?<![a-z\d.&'-])(?P<list>3[3-9]|4\d|5[0-4]|{_LETTER})号{_OF}",
    rf"(?P<list>加小|加大|特大|超大|小|中|大)号{_OF}(?!\w{{0,4}}[包表箱])",
    rf"(?<![\w&'.-])(?:in (?:an? )?|an? )?(?P<list>[2-6]xl|x{{1,5}}[sl])(?![a-z\d&'-]){_OF}",
    rf"\bin (?:an? )?(?P<list>{_NAME}){_ENDS}",
    r"\b(?:in )?(?:an? )?(?P<list>extra[ -](?:large|small))\b(?! \w*(?:bag|purse|tote|clutch)\b)",
    rf"\bin (?P<list>{_SHOE}){_NO_MONEY}{_ENDS}",
    rf"\b(?P<shoe>{_FOOTWEAR}) (?P<list>{_SHOE})(?![\w.,%'-]){_NO_MONEY}",
)
_AS_WRITTEN = (
    rf"(?<![\w.&'-])(?P<list>(?:EU|UK|US|FR|eu|uk)\.?[ -]?{_NUMBER})(?![\w%.]){_NO_MONEY}",
    r"(?<![\w&'.-])(?i:in|in an?|i'm an?|i am an?|i wear(?: an?)?|i take(?: an?)?|need an?|for an?) "
    r"(?P<list>[SML])(?![\w&'.-])",
    r"(?:^|(?<=[,;，；]) ?|(?<=[a-z]) )(?P<list>[SML])(?= ?(?:$|[,;，；]))",
    rf"(?:(?<=[穿要选拿买])|(?<=[恤裙裤衫衣套色]))(?P<list>[SML])(?![A-Za-z&'\d]){_OF}",
)
_PATTERNS = (*(re.compile(p, re.IGNORECASE) for p in _EITHER_CASE), *map(re.compile, _AS_WRITTEN))
_REFUSED = re.compile(
    r"(?:\b(?:not|no|non|without|except|but|n't)|不要|不是|不穿|别|非|除了)[ -]?(?:in |an? |the |sizes? )*$",
    re.IGNORECASE,
)
_VALUE = re.compile(
    rf"(?P<system>{_SYSTEM})?[. -]*(?P<value>{_LETTER}|{_NUMBER}|{_SPELT}|{_NAME})(?![\w])", re.IGNORECASE
)
_RANGE = re.compile(r"(\d{1,2}) ?(?:-|–|~|to|and|到|至) ?(\d{1,2})", re.IGNORECASE)
_JEANS = re.compile(r"w ?(\d\d)(?: ?[/x]? ?l ?(\d\d))?", re.IGNORECASE)
_WIDEST = 6


@dataclass(frozen=True, slots=True)
class FoundSize:
    """Sizes at `start` to `end` of the text, any of which will do: `M`, `42`, `EU 38`, `ONE SIZE`."""

    start: int
    end: int
    text: str
    sizes: tuple[str, ...]


def sizes_in(text: str) -> list[FoundSize]:
    """Sizes of a cleaned text, in order, none overlapping; those turned down (`not size M`) are none."""
    found: list[FoundSize] = []
    for pattern in _PATTERNS:
        for match in islice(pattern.finditer(text), MOST):
            read = _read(text, match)
            if read and not any(read.start < other.end and other.start < read.end for other in found):
                found.append(read)
    return sorted(found, key=lambda one: one.start)


def spellings(size: str) -> tuple[str, ...]:
    """How a shop may write `size`, lower case, likeliest first: `EU 38` is also `eu38` or plain `38`."""
    system, _, number = size.partition(" ")
    if number and size != ONE_SIZE and system.isalpha():
        return (size.lower(), f"{system}{number}".lower(), number.lower())
    if jeans := _JEANS.fullmatch(size):
        waist, length = jeans.groups()
        both = (
            (f"w{waist} l{length}", f"w{waist}/l{length}", f"{waist}/{length}", f"{waist}x{length}") if length else ()
        )
        return (*both, f"w{waist}", waist)
    return (size.lower(), *_OTHER_SPELLINGS.get(size, ()))


def _read(text: str, match: re.Match[str]) -> FoundSize | None:
    groups = match.groupdict()
    start = match.end("shoe") + 1 if groups.get("shoe") else match.start()
    if _REFUSED.search(text[max(0, start - 16) : start].rstrip() + " "):
        return None
    if groups.get("free"):
        sizes: tuple[str, ...] = (ONE_SIZE,)
    else:
        sizes = tuple(dict.fromkeys(_sizes(match["list"], groups.get("system") or "")))
    said = text[start : match.end()]
    return FoundSize(start, match.end(), said.strip(), sizes[:MOST]) if sizes else None


def _sizes(said: str, system: str) -> Iterator[str]:
    if jeans := _JEANS.fullmatch(said):
        waist, length = jeans.groups()
        yield f"W{waist} L{length}" if length else f"W{waist}"
        return
    ends = _RANGE.fullmatch(said)
    if ends and 0 < int(ends[2]) - int(ends[1]) <= _WIDEST:
        yield from (str(number) for number in range(int(ends[1]), int(ends[2]) + 1))
        return
    if said in _NAMED or _chinese(said):
        yield _NAMED.get(said) or _chinese(said)
        return
    for match in _VALUE.finditer(said):
        named = _SYSTEMS.get(system, (match["system"] or "").upper())
        named = _SYSTEMS.get(named, named)
        yield f"{named} {_canonical(match['value'])}".strip()


def _canonical(value: str) -> str:
    name = _NAMED.get(value.lower().replace("-", " "))
    if name:
        return name
    if re.fullmatch(_SPELT, value, re.IGNORECASE):
        return str(value_of(value))
    upper = value.upper().replace(",", ".")
    multiple = re.fullmatch(r"([2-6])XL", upper)
    return "X" * int(multiple[1]) + "L" if multiple else upper


def _chinese(said: str) -> str:
    value = value_of(said) if "十" in said else None
    return "" if value is None else str(value)
