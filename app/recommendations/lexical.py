"""How many of a shopper's own words stand in an item's title or brand."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from app.catalog.facts import ItemFacts

TYPO = 85.0
"""rapidfuzz ratio from which two words count as the same word misspelt or inflected."""

FUZZY_CHARS = 4
"""Shorter words match only exactly: `red` is not `rod`."""

MOST_TERMS = 32
"""A longer text is a story: its first words say what is wanted, and a request stays cheap."""

WORD = re.compile(r"[0-9a-z]+(?:['’-][0-9a-z]+)*")
HAN = re.compile(r"[\u3400-\u9fff]")


def words_of(text: str) -> list[str]:
    """Latin words and numbers of a text, casefolded; hyphenated ones also in parts."""
    found = WORD.findall(text.casefold())
    return [*found, *(part for word in found if "-" in word for part in word.split("-"))]


def lexical_scores(terms: Sequence[str], items: Sequence[ItemFacts]) -> NDArray[np.float64]:
    """Mean match of `terms` for each item, 0 to 1, shape (n,). NaN where it says nothing: an item without a Chinese
    title cannot be held against Chinese words, and without terms nobody can be held against anything.
    """
    latin = [t.casefold() for t in terms[:MOST_TERMS] if not HAN.search(t)]
    chinese = [t.casefold() for t in terms[:MOST_TERMS] if HAN.search(t)]
    total, counted = np.zeros(len(items)), np.zeros(len(items))
    if latin and items:
        total += _latin(latin, items)
        counted += len(latin)
    if chinese:
        titled = [i for i, item in enumerate(items) if HAN.search(item.title_zh) or HAN.search(item.title)]
        for i in titled:
            title = f"{items[i].title_zh} {items[i].title}".casefold()
            total[i] += sum(term in title for term in chinese)
            counted[i] += len(chinese)
    mean: NDArray[np.float64] = np.divide(total, counted, out=np.full(len(items), np.nan), where=counted > 0)
    return mean


def _latin(terms: Sequence[str], items: Sequence[ItemFacts]) -> NDArray[np.float64]:
    """Sum over terms of the best match among an item's words, every distinct word compared once."""
    index: dict[str, int] = {}
    rows: list[int] = []
    cells: list[int] = []
    for row, item in enumerate(items):
        for word in words_of(f"{item.title} {item.title_zh} {item.brand}"):
            rows.append(row)
            cells.append(index.setdefault(word, len(index)))
    total = np.zeros(len(items))
    if not index:
        return total
    likeness = process.cdist(terms, list(index), scorer=fuzz.ratio, score_cutoff=TYPO) / 100.0
    for position, term in enumerate(terms):
        match = likeness[position].astype(np.float64)
        if len(term) < FUZZY_CHARS:
            match = (match >= 1.0).astype(np.float64)
        best = np.zeros(len(items))
        np.maximum.at(best, rows, match[cells])
        whole = np.fromiter((" " in term and term in item.title.casefold() for item in items), np.bool_, len(items))
        total += np.where(whole, 1.0, best)
    return total


def found_terms(terms: Sequence[str], item: ItemFacts) -> list[str]:
    """The terms that literally stand in the item's title or brand, as the shopper wrote them."""
    words = set(words_of(f"{item.title} {item.title_zh} {item.brand}"))
    text = f"{item.title_zh} {item.title}".casefold()
    return [t for t in terms if t.casefold() in words or (HAN.search(t) and t.casefold() in text)]
