"""Numbers as shoppers write them: digits, English words, Chinese numerals. Pure."""

import re
from decimal import Decimal

import cn2an
from price_parser import Price
from text_to_num import text2num

_UNITS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    "|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand"
)
DIGITS = r"\d{1,3}(?:[.,']\d{3}){1,2}(?:[.,]\d{1,2})?(?!\d)|\d{1,7}(?:[.,]\d{1,2})?(?!\d)"
ENGLISH = rf"\b(?:an? )?(?:{_UNITS})(?:[ -](?:and )?(?:{_UNITS})){{0,6}}\b"
CHINESE = r"(?:(?<!\d)\d{1,5}(?:\.\d{1,2})?[百千万]\d?|[零〇一二两三四五六七八九十百千万]{1,12})"
NUMBER = rf"(?:{CHINESE}|(?:{DIGITS})(?:k\b)?|{ENGLISH})"
"""A number in any of the three, to be put into a case-insensitive pattern."""

_ABOUT = re.compile(r"([一二两三四五六七八九])([二三四五六七八九])([十百千万])")
_CHINESE = re.compile(CHINESE)
_THOUSAND = Decimal(1000)


def value_of(text: str) -> Decimal | None:
    """What a match of `NUMBER` amounts to, or None when it is no number after all (百, `nine two`)."""
    text = text.strip().lower()
    if _CHINESE.fullmatch(text):
        return _chinese(text)
    if text[:1].isdigit():
        thousands = text.endswith("k")
        amount: Decimal | None = Price.fromstring(text.removesuffix("k")).amount
        return amount * _THOUSAND if amount is not None and thousands else amount
    return _english(text)


def span_of(text: str) -> tuple[Decimal, Decimal] | None:
    """The two ends of 两三百 (200 to 300), or None for anything else."""
    match = _ABOUT.fullmatch(text)
    if not match:
        return None
    low, high = (_chinese(digit + match[3]) for digit in match.groups()[:2])
    return (low, high) if low is not None and high is not None and low < high else None


def _chinese(text: str) -> Decimal | None:
    try:
        return Decimal(str(cn2an.cn2an(text, "smart")))
    except ValueError:  # 百 alone, 三四: words that are no number
        return None


def _english(text: str) -> Decimal | None:
    for article in ("a ", "an "):
        text = text.removeprefix(article)
    try:
        return Decimal(text2num(text.replace("-", " "), "en"))
    except ValueError:  # `nine two`
        return None
