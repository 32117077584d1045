"""A feed's category, however it is written, as one kind: by number, by path, by name or by the words in it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from models.taxonomy.lookup import Kind, Taxonomy, taxonomy

SEPARATORS = re.compile(r"\s*(?:>|›|»|\||(?<=\w)\s*/\s*(?=\w))\s*")
LATIN = re.compile(r"[a-z0-9]+(?:['&-][a-z0-9]+)*")
ASIDE = re.compile(r"\b(?:for|with|w/|without|to|in|by)\b.*", re.IGNORECASE)
"""What follows says what a thing goes with, not what it is: "shoes for dresses"."""

CHILDREN = re.compile(
    r"\b(?:bab(?:y(?!\s*dolls?)|ies)|toddlers?|infants?|kids?|child(?:ren)?(?:'?s)?|boys?|girls?)\b|[婴童]", re.I
)
LONGEST = 4
"""Words of the longest name looked up in a text."""

WORN_ROOTS = frozenset({"apparel & accessories", "luggage & bags", "health & beauty", "sporting goods"})
OTHER_ROOTS = frozenset(
    {
        *("animals & pet supplies", "arts & entertainment", "baby & toddler", "business & industrial"),
        *("cameras & optics", "electronics", "food, beverages & tobacco", "furniture", "hardware", "home & garden"),
        *("mature", "media", "office supplies", "religious & ceremonial", "software", "toys & games"),
        "vehicles & parts",
    }
)
"""Google's departments where nothing is worn: a dog's coat is no coat."""


@dataclass(frozen=True, slots=True)
class Category:
    """One of Google's product categories. `kind` is empty where the category alone does not tell."""

    number: str
    path: str
    kind: str


def kind_of_category(text: str) -> Kind | None:
    """The kind that a feed's category stands for, or None.

    Understood are a number or path of Google's product taxonomy, or a path below one; any shop's own path, its last
    part first; a name; and free text, in which the longest name counts, of equals the last ("shirt dress": a dress).
    """
    tax = taxonomy()
    return tax.kind_of(text) or _by_number(text, tax) or _by_path(text, tax)


def for_children(text: str) -> bool:
    """Whether a category says that what it holds is made for children."""
    return CHILDREN.search(text) is not None


def kind_in(text: str) -> Kind | None:
    """The kind that free text names, English or Chinese, or None."""
    tax = taxonomy()
    hits = [*_english(ASIDE.sub("", text) or text), *_chinese(text)]
    return tax.kinds[max(hits, key=lambda hit: hit[:2])[2]] if hits else None


def google_categories() -> Mapping[str, Category]:
    """Google's categories that a fashion shop uses, by number."""
    return _google()[0]


def _by_number(text: str, tax: Taxonomy) -> Kind | None:
    found = _google()[0].get(text.strip())
    return tax.kinds[found.kind] if found and found.kind else None


def _by_path(text: str, tax: Taxonomy) -> Kind | None:
    parts = [part for part in SEPARATORS.split(text) if part.strip()]
    if not parts:
        return None
    if parts[0].casefold().strip() in OTHER_ROOTS and len(parts) > 1:
        return _not_worn(kind_in(parts[-1]))
    paths = _google()[1]
    below_root = 1 if parts[0].casefold().strip() in WORN_ROOTS else 0
    for end in range(len(parts), below_root, -1):
        listed = paths.get(_joined(parts[:end]))
        if listed is not None:
            return tax.kinds[listed.kind] if listed.kind else None
        found = tax.kind_of(parts[end - 1]) or kind_in(parts[end - 1])
        if found is not None:
            return found
    return None


def _not_worn(kind: Kind | None) -> Kind | None:
    return kind if kind is not None and not kind.worn else None


def _joined(parts: list[str]) -> str:
    return " > ".join(" ".join(part.casefold().split()) for part in parts)


@cache
def _google() -> tuple[Mapping[str, Category], Mapping[str, Category]]:
    """By number and by path."""
    text = resources.files(__package__).joinpath("google.yaml").read_text("utf-8")
    rows = [Category(str(number), v["path"], v["kind"]) for number, v in yaml.safe_load(text).items()]
    return {row.number: row for row in rows}, {row.path.casefold(): row for row in rows}


def _english(text: str) -> Iterator[tuple[int, int, str]]:
    """(words, place, kind id) of every name found, none inside another."""
    words = LATIN.findall(text.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    known, start = taxonomy().kinds_by_phrase, 0
    while start < len(words):
        sizes = range(min(LONGEST, len(words) - start), 0, -1)
        size = next((n for n in sizes if " ".join(words[start : start + n]) in known), 0)
        if size:
            yield size, start, known[" ".join(words[start : start + size])]
        start += size or 1


def _chinese(text: str) -> Iterator[tuple[int, int, str]]:
    for kind in taxonomy().kinds.values():
        for word in kind.zh:
            if len(word) > 1 and word in text:
                yield len(word), text.rfind(word), kind.id
