"""Prices in a shopper's words: where they stand, what they limit, in which currency. English and Chinese. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice

from models.preprocess import price_cues as cues
from models.preprocess.numbers import span_of, value_of
from models.preprocess.words import HAS_CJK

MOST_AMOUNTS = 24
"""A text with more numbers is no wish: the rest stay words, and reading stays cheap."""

WINDOW = 60
"""Characters before an amount in which its cue may stand."""

_NEAR = 24


@dataclass(frozen=True, slots=True)
class Price:
    """A price that was said.

    Attributes:
        text: as it was written, its cue included.
        low, high: inclusive bounds, None for none.
        currencies: ISO 4217 codes it may be in; empty when none was named.
        whole: it is about a whole look and not about one garment.
    """

    text: str
    low: Decimal | None
    high: Decimal | None
    currencies: frozenset[str] = frozenset()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class FoundPrice:
    """A price at `start` to `end` of the text."""

    start: int
    end: int
    price: Price


@dataclass(frozen=True, slots=True)
class _Amount:
    """A number with its currency, or two that a dash or a word joins."""

    start: int
    end: int
    low: Decimal
    high: Decimal
    currencies: frozenset[str]
    paired: bool = False
    plus: bool = False

    @property
    def bare(self) -> bool:
        return not self.currencies


def prices_in(text: str) -> list[FoundPrice]:
    """Prices of a cleaned text, in order, none overlapping."""
    amounts = list(islice(_amounts(text), MOST_AMOUNTS))
    found: list[FoundPrice] = []
    done = place = 0
    while place < len(amounts):
        pair = _pair(text, amounts[place : place + 2])
        amount = pair or amounts[place]
        place += 2 if pair else 1
        read = _read(text, done, amount)
        if read:
            found.append(read)
            done = read.end
    return [_about_whole(text, one, alone=len(found) == 1) for one in found]


def _amounts(text: str) -> Iterator[_Amount]:
    for match in cues.AMOUNT.finditer(text):
        number = match["number"] or match["number_zh"]
        value = value_of(number)
        low, high = span_of(number) or (value, value)
        if low is None or high is None or high > cues.MOST:
            continue
        before, after = match["before"] or match["before_zh"] or "", match["after"] or match["after_zh"] or ""
        if cues.DISCOUNT.match(text, match.end()) or _counts(number, after, text, match.end()):
            continue
        sign = before or after.lstrip("+多来")
        yield _Amount(match.start(), match.end(), low, high, _currencies(sign), plus=after.startswith("+"))


def _counts(number: str, after: str, text: str, end: int) -> bool:
    """Whether 块 counts watches or scarves: 一块手表."""
    return after.strip() == "块" and number in "一两二三" and cues.CLASSIFIED.match(text, end) is not None


def _currencies(sign: str) -> frozenset[str]:
    name = sign.strip().lower()
    for names, codes in cues.CURRENCIES:
        if name and re.fullmatch(names, name):
            return frozenset(codes.split())
    return frozenset()


def _pair(text: str, two: Sequence[_Amount]) -> _Amount | None:
    """Both as one when a word or a dash joins them."""
    first, second = two[0], two[-1]
    if first is second or not cues.JOINED.fullmatch(text, first.end, second.start):
        return None
    low = first.low
    if low < cues.ONE_DIGIT <= second.high and second.high % 100 == 0:
        low *= Decimal(10) ** (len(str(int(second.high))) - 1)  # 两到三百: 200 to 300
    if low > second.high or (first.currencies and second.currencies and first.currencies != second.currencies):
        return None
    return _Amount(first.start, second.end, low, second.high, first.currencies or second.currencies, paired=True)


def _read(text: str, done: int, amount: _Amount) -> FoundPrice | None:
    """What the words around an amount make of it, or None when it is no price."""
    if amount.bare and _measure(text, amount):
        return None
    for sort, before, after in _SORTS:
        start = _start(text, done, amount.start, before)
        end = _end(text, amount.end, after)
        if sort == "min" and amount.plus:
            end = end or amount.end
        if start is None and end is None:
            continue
        begin = amount.start if start is None else start
        if not amount.bare or _plausible(text, begin, amount, sort):
            return _found(text, done, (begin, end or amount.end), amount, sort)
    ranged = amount.paired and (
        (amount.low >= cues.BARE_FLOOR and HAS_CJK.search(text, amount.start, amount.end + 1) is not None)
        or _start(text, done, amount.start, cues.PRICE_OF) is not None
    )
    return _found(text, done, (amount.start, amount.end), amount, "about") if ranged or not amount.bare else None


_SORTS = (
    ("between", re.compile(cues.at_end(cues.RANGE_BEFORE), re.I), re.compile(r" ?之间的?")),
    ("max", re.compile(cues.at_end(cues.MAX_BEFORE), re.I), re.compile(cues.at_start(cues.MAX_AFTER), re.I)),
    ("min", re.compile(cues.at_end(cues.MIN_BEFORE), re.I), re.compile(cues.at_start(cues.MIN_AFTER), re.I)),
    ("about", re.compile(cues.at_end(cues.ABOUT_BEFORE), re.I), re.compile(cues.at_start(cues.ABOUT_AFTER), re.I)),
)


def _start(text: str, done: int, place: int, cue: re.Pattern[str]) -> int | None:
    """Where a cue begins that ends at `place`, or None."""
    window = max(done, place - WINDOW)
    match = cue.search(text[window:place])
    return window + match.start() if match else None


def _end(text: str, place: int, cue: re.Pattern[str]) -> int | None:
    match = cue.match(text, place)
    return match.end() if match else None


def _measure(text: str, amount: _Amount) -> bool:
    """Whether a bare number has a measure, an age, a size or a year, or is too small for a price."""
    if cues.NO_PRICE.match(text, amount.end) and not cues.PRICE_AFTER_ALL.match(text, amount.end):
        return True
    years = amount.paired and int(amount.low) in cues.YEARS and int(amount.high) in cues.YEARS
    before = text[max(0, amount.start - _NEAR) : amount.start]
    return years or amount.high < cues.LEAST or cues.BODY.search(before) is not None


def _plausible(text: str, begin: int, amount: _Amount, sort: str) -> bool:
    """Whether a number without a currency is a price after such a cue."""
    before = text[max(0, begin - _NEAR) : begin]
    match sort:
        case "between":
            return amount.paired
        case "max":
            return not (amount.high <= cues.ADULT and cues.YOUNG.search(before))
        case "min":
            return amount.low >= cues.NO_AGE and int(amount.low) not in cues.YEARS and not cues.PEOPLE.search(before)
        case _:
            chinese = HAS_CJK.search(text, begin, amount.end + 2)
            return chinese is not None and amount.low >= cues.BARE_FLOOR and int(amount.low) not in cues.YEARS


def _found(text: str, done: int, span: tuple[int, int], amount: _Amount, sort: str) -> FoundPrice:
    start, end = span
    refused = _start(text, done, start, cues.NOT_FROM) if sort == "min" else None
    low, high = _bounds(amount, "max" if refused is not None else sort)
    start = start if refused is None else refused
    priced = _start(text, done, start, cues.PRICED)
    start = start if priced is None else priced
    end += text[end : end + 1] == "的"
    return FoundPrice(start, end, Price(text[start:end].strip(), low, high, amount.currencies))


def _bounds(amount: _Amount, sort: str) -> tuple[Decimal | None, Decimal | None]:
    if sort == "max":
        return None, amount.high
    if sort == "min" and not amount.paired:
        return amount.low, None
    if amount.low != amount.high:
        return amount.low, amount.high
    return amount.low * (1 - cues.ABOUT), amount.high * (1 + cues.ABOUT)


def _about_whole(text: str, one: FoundPrice, *, alone: bool) -> FoundPrice:
    """`one` with whether it is about a whole look: by its clause, or by the text when it is the only one."""
    about = text if alone else _clause(text, one)
    return replace(one, price=replace(one.price, whole=cues.WHOLE.search(about) is not None))


def _clause(text: str, one: FoundPrice) -> str:
    start = max((m.end() for m in cues.CLAUSE.finditer(text, 0, one.start)), default=0)
    end = cues.CLAUSE.search(text, one.end)
    return text[start : end.start() if end else len(text)]
