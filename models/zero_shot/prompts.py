"""How values are put to a text encoder: a few sentences each, averaged into one vector (CLIP, section 3.1.4)."""

from collections.abc import Sequence

import numpy as np

from models.contracts import Matrix, Vector
from models.fusion import mean_unit

KIND = ("{}", "a photo of a {}", "a {}, a fashion product")
COLOUR = ("{}", "a {} garment", "{} clothes")
PEOPLE = ("{}", "clothes for {}", "{} fashion")

WORDS_PER_VALUE = 3
"""Synonyms of one value that are embedded; later ones in the taxonomy are rare or fit loosely."""


def prompts(words: Sequence[str], templates: Sequence[str]) -> tuple[str, ...]:
    """Every one of the first words in every template."""
    return tuple(template.format(word) for word in words[:WORDS_PER_VALUE] for template in templates)


def ensembles(groups: Sequence[Sequence[str]], vectors: Matrix) -> list[Vector]:
    """One unit vector, shape (d,), a group: the direction of the mean of its prompts' rows, which stand in order."""
    ends = np.cumsum([len(group) for group in groups])
    return [mean_unit(list(rows)) for rows in np.split(vectors, ends[:-1])] if len(groups) else []
