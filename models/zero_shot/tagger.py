"""Names what a photo shows in the taxonomy's words: kind, colour, for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from models.contracts import Matrix, Vector
from models.fusion import mean_unit
from models.registry import ModelSpec
from models.taxonomy import taxonomy
from models.zero_shot.classify import classify

WORDS_PER_VALUE = 3
"""Synonyms of one value that are embedded; later ones in the taxonomy are rare or fit loosely."""


class TextEncoder(Protocol):
    """The part of the engine that the tagger is built with."""

    @property
    def spec(self) -> ModelSpec: ...

    async def encode_texts(self, texts: Sequence[str]) -> Matrix: ...


@dataclass(frozen=True, slots=True)
class Tag:
    """One attribute of a photo. `confidence` is its probability among the values of the same name, 0 to 1."""

    name: str
    value: str
    confidence: float


@dataclass(frozen=True, slots=True)
class _Facet:
    values: tuple[str, ...]
    labels: Matrix


# Ensembles of prompts, averaged per value (CLIP, section 3.1.4).
_KIND = ("{}", "a photo of a {}", "a {}, a fashion product")
_COLOUR = ("{}", "a {} garment", "{} clothes")
_GENDER = ("{}", "clothes for {}", "{} fashion")


class AttributeTagger:
    """Zero-shot tags from prompts embedded once. Immutable; build it anew for another model."""

    def __init__(self, facets: Mapping[str, _Facet], temperature: float) -> None:
        self._facets = dict(facets)
        self._temperature = temperature

    @classmethod
    async def build(cls, engine: TextEncoder) -> "AttributeTagger":
        """Embed the prompts of every worn kind, colour family and gender."""
        tax = taxonomy()
        kinds = {k.id: k.en for k in tax.kinds.values() if k.worn}
        families = {c.id: c.en for c in tax.colours.values() if c.family == c.id}
        genders = {g.id: g.en for g in tax.attributes["gender"].values()}
        return cls(
            {
                "kind": await _facet(engine, kinds, _KIND),
                "colour": await _facet(engine, families, _COLOUR),
                "gender": await _facet(engine, genders, _GENDER),
            },
            engine.spec.temperature,
        )

    def tag(self, image: Vector, top: int = 1) -> tuple[Tag, ...]:
        """The best value of each facet; with `top` above 1 that many kinds, best first, before the other facets.

        Args: image: unit vector, shape (d,), of one garment.
        """
        tags: list[Tag] = []
        for name, facet in self._facets.items():
            chances = classify(image, facet.labels, self._temperature)
            wanted = np.argsort(-chances, kind="stable")[: max(1, top) if name == "kind" else 1]
            tags += [Tag(name, facet.values[i], float(chances[i])) for i in wanted]
        return tuple(tags)


async def _facet(engine: TextEncoder, words: Mapping[str, Sequence[str]], templates: Sequence[str]) -> _Facet:
    prompts = {
        value: [template.format(name) for name in names[:WORDS_PER_VALUE] for template in templates]
        for value, names in words.items()
    }
    vectors = iter(await engine.encode_texts([prompt for group in prompts.values() for prompt in group]))
    labels = [mean_unit([next(vectors) for _ in group]) for group in prompts.values()]
    return _Facet(values=tuple(prompts), labels=np.stack(labels))
