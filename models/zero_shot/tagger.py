"""Names what a photo shows in the taxonomy's words: kind, colour, for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.contracts import RGB, Matrix, Vector
from models.fusion import mean_unit
from models.registry import ModelSpec
from models.taxonomy import taxonomy
from models.zero_shot.classify import classify
from models.zero_shot.pixels import families, pixel_colours

WORDS_PER_VALUE = 3
"""Synonyms of one value that are embedded; later ones in the taxonomy are rare or fit loosely."""

COLOUR_SHARPNESS = 0.27
PIXEL_POWER, PIXEL_FLOOR = 1.5, 0.02
"""How little the embedding and how much the pixels count for colour, and what is added so that pixels forbid nothing.

On shoppers' photos the embedding of tryon-mini often names the bed and not the dress, so pixels lead. Right with these:
0.93 of drawn garments (0.66 without pixels) and 0.55 of 700 studio pictures of `val`, whose own colour names are loose
(0.58 without). Labels for photos' colours do not exist; sixteen looked at by eye were right but for two.
"""

PRIOR_POWER = 0.5
"""How much a shop's own mix counts: the square root keeps rare kinds possible."""


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
    """`sharpness` multiplies the model's temperature: colours lie closer together than kinds do."""

    values: tuple[str, ...]
    labels: Matrix
    sharpness: float = 1.0


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
        family_words = {name: tax.colours[name].en for name in families()}
        genders = {g.id: g.en for g in tax.attributes["gender"].values()}
        return cls(
            {
                "kind": await _facet(engine, kinds, _KIND),
                "colour": await _facet(engine, family_words, _COLOUR, COLOUR_SHARPNESS),
                "gender": await _facet(engine, genders, _GENDER),
            },
            engine.spec.temperature,
        )

    def tag(
        self, image: Vector, top: int = 1, stocked: Mapping[str, int] | None = None, crops: Sequence[RGB] = ()
    ) -> tuple[Tag, ...]:
        """The best value of each facet; with `top` above 1 that many kinds, best first, before the other facets.

        Args:
            image: unit vector, shape (d,), of one garment.
            stocked: how many items of each kind the shop has; what it sells much of is likelier to be asked for.
            crops: the pictures behind `image`, whose pixels have a say in its colour.
        """
        tags: list[Tag] = []
        for name, facet in self._facets.items():
            chances = classify(image, facet.labels, self._temperature * facet.sharpness)
            if name == "kind" and stocked:
                chances = _with_prior(chances, [stocked.get(value, 0) for value in facet.values])
            elif name == "colour" and crops:
                chances = _with_pixels(chances, crops)
            wanted = np.argsort(-chances, kind="stable")[: max(1, top) if name == "kind" else 1]
            tags += [Tag(name, facet.values[i], float(chances[i])) for i in wanted]
        return tuple(tags)


def _with_prior(chances: NDArray[np.float32], counts: Sequence[int]) -> NDArray[np.float32]:
    """Bayes' rule with a prior of (count + 1) ** PRIOR_POWER, shape (n,)."""
    weighted = chances * (np.asarray(counts, dtype=np.float64) + 1.0) ** PRIOR_POWER
    return np.asarray(weighted / weighted.sum(), dtype=np.float32)


def _with_pixels(chances: NDArray[np.float32], crops: Sequence[RGB]) -> NDArray[np.float32]:
    """A product of experts: the embedding's chances of each colour family and the pixels' shares, shape (n,)."""
    shares = np.mean([pixel_colours(crop) for crop in crops], axis=0)
    weighted = chances * (shares + PIXEL_FLOOR) ** PIXEL_POWER
    return np.asarray(weighted / weighted.sum(), dtype=np.float32)


async def _facet(
    engine: TextEncoder, words: Mapping[str, Sequence[str]], templates: Sequence[str], sharpness: float = 1.0
) -> _Facet:
    prompts = {
        value: [template.format(name) for name in names[:WORDS_PER_VALUE] for template in templates]
        for value, names in words.items()
    }
    vectors = iter(await engine.encode_texts([prompt for group in prompts.values() for prompt in group]))
    labels = [mean_unit([next(vectors) for _ in group]) for group in prompts.values()]
    return _Facet(values=tuple(prompts), labels=np.stack(labels), sharpness=sharpness)
