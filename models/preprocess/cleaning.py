"""Text as people type it, made plain: one form of every character, no links, emoji as words. Pure."""

import re
import unicodedata
from functools import cache

from opencc import OpenCC

from models.preprocess.words import HAS_CJK, word_list

_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co"})
_SPACE = re.compile(r"\s+")
_LINK = re.compile(r"(?:https?://|www\.)[!-~]+|(?<!\S)[^\s@]+@[^\s@]+\.\S+", re.IGNORECASE)
_APOSTROPHES = str.maketrans("’‘ʼ`´", "'''''")
# Pictures, arrows and their modifiers; `So` also holds © and ° that a unit may need, hence the ranges.
_PICTURE = re.compile(
    "[\u2190-\u21ff\u2300-\u23ff\u2460-\u27bf\u2900-\u297f\u2b00-\u2bff\ufe0e\ufe0f\U0001f000-\U0001faff]"
)


def clean_text(text: str) -> str:
    """NFKC, straight apostrophes, simplified characters, no control or format characters, no links or addresses,
    garment emoji as words and no others, single spaces. Idempotent.
    """
    visible = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in _DROPPED)
    normal = unicodedata.normalize("NFKC", visible).translate(_APOSTROPHES)
    if HAS_CJK.search(normal):
        # Simplifying yields characters that NFKC may still fold.
        normal = unicodedata.normalize("NFKC", _simplifier().convert(normal))
    unlinked = _LINK.sub(" ", _PICTURE.sub(_in_words, _LINK.sub(" ", normal)))
    return _SPACE.sub(" ", unlinked).strip()


def _in_words(match: re.Match[str]) -> str:
    word = word_list().emoji.get(match.group())
    return f" {word} " if word else " "


@cache
def _simplifier() -> OpenCC:
    return OpenCC("t2s")
