"""Names what a photo shows in the taxonomy's words: kind, colour, for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.contracts import RGB, Matrix, Vector
from models.registry import ModelSpec
from models.taxonomy import taxonomy
from models.zero_shot.classify import classify
from models.zero_shot.pixels import families, pixel_shares, with_pixels
from models.zero_shot.prompts import COLOUR, KIND, PEOPLE, ensembles, prompts

COLOUR_SHARPNESS = 0.27
"""How little the embedding counts for colour beside the pixels; measured with them, see `pixels.PIXEL_POWER`."""

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
                "kind": await _facet(engine, kinds, KIND),
                "colour": await _facet(engine, family_words, COLOUR, COLOUR_SHARPNESS),
                "gender": await _facet(engine, genders, PEOPLE),
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
                chances = with_pixels(chances, pixel_shares(crops))
            wanted = np.argsort(-chances, kind="stable")[: max(1, top) if name == "kind" else 1]
            tags += [Tag(name, facet.values[i], float(chances[i])) for i in wanted]
        return tuple(tags)


def _with_prior(chances: NDArray[np.float32], counts: Sequence[int]) -> NDArray[np.float32]:
    """Bayes' rule with a prior of (count + 1) ** PRIOR_POWER, shape (n,)."""
    weighted = chances * (np.asarray(counts, dtype=np.float64) + 1.0) ** PRIOR_POWER
    return np.asarray(weighted / weighted.sum(), dtype=np.float32)


async def _facet(
    engine: TextEncoder, words: Mapping[str, Sequence[str]], templates: Sequence[str], sharpness: float = 1.0
) -> _Facet:
    groups = [prompts(names, templates) for names in words.values()]
    rows = await engine.encode_texts([prompt for group in groups for prompt in group])
    return _Facet(values=tuple(words), labels=np.stack(ensembles(groups, rows)), sharpness=sharpness)
