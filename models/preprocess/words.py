"""What text preprocessing knows besides the taxonomy: `words.yaml`, read once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

CJK = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々〇"
HAS_CJK = re.compile(f"[{CJK}]")


@dataclass(frozen=True)
class WordList:
    """See `words.yaml`, which says what each part is for."""

    stop: frozenset[str]
    boundary: frozenset[str]
    groups: tuple[Mapping[str, Any], ...]
    plural_only: frozenset[str]
    narrow: Mapping[str, tuple[str, ...]]
    titles: Mapping[str, tuple[str, ...]]
    fashion: frozenset[str]
    slips: Mapping[str, str]
    emoji: Mapping[str, str]


@cache
def word_list() -> WordList:
    """The packaged word list."""
    words = yaml.safe_load(resources.files(__package__).joinpath("words.yaml").read_text("utf-8"))
    return WordList(
        stop=frozenset(words["stop"]["en"].split()) | frozenset(words["stop"]["zh"].split()),
        boundary=frozenset(words["boundary"].split()),
        groups=tuple(words["groups"]),
        plural_only=frozenset(words["plural_only"]),
        narrow={name: tuple(said) for name, said in words["narrow"].items()},
        titles={name: tuple(said) for name, said in words["titles"].items()},
        fashion=frozenset(words["fashion"].split()),
        slips=words["slips"],
        emoji=words["emoji"],
    )
