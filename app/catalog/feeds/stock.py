"""Sizes and how many of each: `XS|S|M` beside `23|29|`, lists of objects, or one count without sizes."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from app.catalog.records import VariantRecord

SOLD_OUT = frozenset({"out_of_stock", "outofstock", "sold_out", "false", "no", "0"})
MOST = 2**31 - 1
SEPARATORS = re.compile(r"\s*[|;]\s*|,\s+")


def parse_variants(sizes: Any, stock: Any, availability: Any) -> list[VariantRecord]:
    """The variants a row names. An empty count means that nobody counts: available.

    An item without sizes has one unnamed variant when its stock or its being sold out is stated, else none.

    Raises:
        ValueError: counts that are no whole numbers, do not match the sizes, or a size named twice.
    """
    named = _listed(sizes)
    if any(isinstance(size, Mapping) for size in named):
        variants = [_from_object(size) for size in named]
    else:
        variants = _paired([str(size).strip() for size in named], _listed(stock, keep_empty=True))
    if _sold_out(availability) and all(v.stock is None for v in variants):
        variants = [VariantRecord(v.size, 0) for v in variants] or [VariantRecord("", 0)]
    twice = next((name for name, times in Counter(v.size for v in variants).items() if times > 1), None)
    if twice is not None:
        raise ValueError(f"size '{twice}' is named twice")
    return variants


def _paired(names: Sequence[str], counts: Sequence[Any]) -> list[VariantRecord]:
    numbers = [_count(c) for c in counts]
    if not names:
        if len(numbers) > 1:
            raise ValueError(f"{len(numbers)} stock counts without sizes")
        return [VariantRecord("", n) for n in numbers if n is not None]
    if numbers and len(numbers) != len(names):
        raise ValueError(f"{len(numbers)} stock counts for {len(names)} sizes")
    return [VariantRecord(name, n) for name, n in zip(names, numbers or [None] * len(names), strict=True)]


def _from_object(size: Any) -> VariantRecord:
    if not isinstance(size, Mapping) or not str(size.get("size") or "").strip():
        raise ValueError("each size must be an object with 'size' and, where counted, 'stock'")
    return VariantRecord(str(size["size"]).strip(), _count(size.get("stock")))


def _count(value: Any) -> int | None:
    text = "" if value is None else str(value).strip()
    if not text:
        return None
    if not re.fullmatch(r"[+-]?\d+(\.0+)?", text) or abs(float(text)) > MOST:
        raise ValueError(f"stock '{text}' is no whole number")
    return int(float(text))


def _listed(value: Any, *, keep_empty: bool = False) -> list[Any]:
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return value
    parts = SEPARATORS.split(str(value).strip())
    return parts if keep_empty else [part for part in parts if part.strip()]


def _sold_out(availability: Any) -> bool:
    return str("" if availability is None else availability).strip().casefold().replace(" ", "_") in SOLD_OUT
