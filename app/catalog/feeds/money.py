"""The many ways feeds write money."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from price_parser import Price

PLAIN = re.compile(r"\d+(\.\d{1,2})?")
"""What machines write, and nothing else could be meant by."""

CODED = re.compile(r"(\d+(?:\.\d{1,2})?) ?([A-Z]{3})")
"""An amount and an ISO 4217 code, as product feeds write both."""

HIGHEST = Decimal(10) ** 12

SIGNS: Mapping[str, frozenset[str]] = {
    "€": frozenset({"EUR"}),
    "£": frozenset({"GBP", "EGP", "LBP"}),
    "¥": frozenset({"JPY", "CNY"}),
    "￥": frozenset({"JPY", "CNY"}),
    "元": frozenset({"CNY"}),
    "円": frozenset({"JPY"}),
    "₹": frozenset({"INR"}),
    "₩": frozenset({"KRW"}),
    "₽": frozenset({"RUB"}),
    "$": frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD", "CLP", "ARS", "COP"}),
}
"""Currencies a sign may stand for: it is taken as the shop's own where it may be."""

Money = tuple[Decimal, str]
"""An amount, and the currency as written or an empty string."""


def parse_money(value: Any) -> Money:
    """`value` (number, text, or {"amount", "currency"}) as an amount and what it says about the currency.

    Raises:
        ValueError: saying what is wrong with it.
    """
    if isinstance(value, Mapping):
        amount, _ = parse_money(value.get("amount"))
        return amount, str(value.get("currency") or "").strip()
    if isinstance(value, bool) or value is None:
        raise ValueError(f"'{value}' is no price")
    if isinstance(value, int | float | Decimal):
        return _checked(Decimal(str(value)), value), ""
    text = str(value).strip()
    if PLAIN.fullmatch(text):
        return _checked(Decimal(text), text), ""
    coded = CODED.fullmatch(text)
    return (_checked(Decimal(coded[1]), text), coded[2]) if coded else _parse_text(text)


def same_currency(written: str, shop: str) -> bool:
    """Whether a currency code or sign may be the shop's own; an empty one is."""
    return not written or written.upper() == shop or shop in SIGNS.get(written, ())


def _parse_text(text: str) -> Money:
    parsed = Price.fromstring(text)
    if parsed.amount is None or not any(c.isdigit() for c in text):
        raise ValueError(f"'{text}' is no price")
    if re.search(r"[-−–]\s*\d", text):
        raise ValueError(f"'{text}' is negative or a range")
    words = re.sub(r"[\d\s.,'’\-–]+", " ", text).split()
    if len(words) > 1:
        raise ValueError(f"'{text}' is no single price")
    return _checked(parsed.amount, text), parsed.currency or (words[0] if words else "")


def _checked(amount: Decimal, value: Any) -> Decimal:
    try:
        fits = amount.is_finite() and 0 <= amount < HIGHEST
    except InvalidOperation:
        fits = False
    if not fits:
        raise ValueError(f"'{value}' is no price: it must be from 0 to below {HIGHEST:,}")
    return amount
