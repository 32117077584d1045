"""What the shop itself says of an item's fit: tight, loose, larger or smaller than marked. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from app.catalog.facts import ItemFacts
from app.catalog.narrowing.sizing import neighbour

QUOTED = 90
"""Characters of a shop's own advice that may be repeated."""

STEPS = {"runs-small": 1, "runs-large": -1}
"""Verdicts that ask for the next size up or down."""

HAN = re.compile(r"[\u3400-\u9fff]")
NOT = re.compile(r"\b(?:not|never|no|isn't|don't|nor)\b|[不非无]")


@dataclass(frozen=True, slots=True)
class FitNote:
    """`verdict` as in fit_words.yaml, or empty where the words are the shop's alone, to be quoted from `text`."""

    verdict: str
    text: str


def fit_note(item: ItemFacts) -> FitNote | None:
    """What the item's own attributes say of its fit; None where they say nothing."""
    fields = {name.casefold(): value for name, value in item.attributes.items()}
    for name in _words()["fields"]:
        text = _text(fields.get(name))
        if text:
            return FitNote(_verdict(text), text)
    return None


def better_size(note: FitNote, usual: str, item: ItemFacts) -> str:
    """What to take in place of the `usual` size of an item that runs small or large, as far as it is in stock in it."""
    step = STEPS.get(note.verdict, 0)
    return neighbour(usual, item.sizes, step) if step and usual else ""


def quotable(note: FitNote, locale: str) -> bool:
    """Whether the shop's words may stand in an answer of this language: short, one line, and in it."""
    one_line = len(note.text) <= QUOTED and note.text.isprintable()
    return one_line and " " in note.text + " " * (locale == "zh") and bool(HAN.search(note.text)) == (locale == "zh")


def _verdict(text: str) -> str:
    """Empty for what is denied or unclear: `not tight`, `slim top, loose leg`."""
    said = text.casefold()
    if NOT.search(said):
        return ""
    found = {name for name, words in _words()["words"].items() if any(_stands(word, said) for word in words)}
    sizing = found & {"runs-small", "runs-large", "true"}
    for some in (sizing, found):
        if len(some) == 1:
            (verdict,) = some
            return str(verdict)
    return ""


def _stands(word: str, text: str) -> bool:
    return word in text if HAN.search(word) else re.search(rf"\b{re.escape(word)}\b", text) is not None


def _text(value: Any) -> str:
    """Attributes are texts or lists of texts."""
    parts = value if isinstance(value, list) else [value]
    return ", ".join(" ".join(part.replace("_", " ").split()) for part in parts if isinstance(part, str))


@cache
def _words() -> Mapping[str, Any]:
    found: dict[str, Any] = yaml.safe_load(resources.files(__package__).joinpath("fit_words.yaml").read_text("utf-8"))
    return found
