"""Names what a picture shows in the taxonomy's words: kind, colour, for whom, pattern, season, occasion."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.contracts import RGB, Matrix, Vector
from models.registry import FacetHead, ModelSpec
from models.taxonomy import taxonomy
from models.zero_shot.calibration import softmax
from models.zero_shot.labels import Sense
from models.zero_shot.pixels import families, pixel_shares, with_pixels
from models.zero_shot.prompts import COLOUR, KIND, PEOPLE, ensembles, prompts
from models.zero_shot.senses import TextEncoder
from models.zero_shot.source import PHOTO, SOURCE, STUDIO, from_studio

COLOUR_SHARPNESS = 0.27
"""How little the embedding counts for colour beside the pixels; measured with them, see `pixels.PIXEL_POWER`."""

PRIOR_POWER = 0.5
"""How much a shop's own mix counts: the square root keeps rare kinds possible."""

LEAST_LIFT = 1.5
"""A facet whose best value is not this many times likelier than a guess is left out."""

LEARNED = ("gender", "pattern", "season", "usage", "age_group")
"""Facets that a model's heads tell, in the order shown. Words alone tell gender, and of the others too little: on
catalogue pictures of `val` prompts were right in 0.50 (pattern), 0.38 (season) and 0.40 (usage), heads in 0.83, 0.70
and 0.89."""

SURE = 0.5
"""A learned facet below this is left out: its runners-up together are likelier."""

UNLIKELY = 0.01
"""Values below this are not worth telling beside the best one."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One attribute of a picture. `confidence` is its probability among the values of the same name, 0 to 1; `chances`
    that of every value that is not unlikely.
    """

    name: str
    value: str
    confidence: float
    chances: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prompted:
    """A facet told by prompts: `labels` (values, d), each the direction of a sense, times a logit scale."""

    values: tuple[str, ...]
    senses: tuple[Sense, ...]
    labels: Matrix
    scale: float

    def chances(self, images: Matrix) -> NDArray[np.float64]:
        """Of unit rows (n, d): shape (n, values), rows sum to 1."""
        return softmax(self.scale * (images @ self.labels.T).astype(np.float64))

    def only(self, wanted: Sequence[int]) -> "Prompted":
        """The same with some of the values."""
        pick = list(wanted)
        return Prompted(
            tuple(self.values[i] for i in pick), tuple(self.senses[i] for i in pick), self.labels[pick], self.scale
        )


class AttributeTagger:
    """Tags from prompts embedded once, and from the model's own heads. Immutable; build it anew for another model."""

    def __init__(self, kinds: Prompted, colours: Prompted, genders: Prompted, heads: Mapping[str, FacetHead]) -> None:
        """`kinds` holds what nobody wears, too: catalogue pictures may show it, shoppers' photos do not."""
        known = taxonomy().kinds
        self._every_kind = kinds
        self._kinds = kinds.only([i for i, value in enumerate(kinds.values) if known[value].worn])
        self._colours, self._genders, self._heads = colours, genders, dict(heads)

    @classmethod
    async def build(cls, engine: TextEncoder) -> "AttributeTagger":
        """Embed the prompts of every kind, colour family and gender."""
        tax, spec = taxonomy(), engine.spec
        kinds = {k.id: prompts(k.en, KIND) for k in tax.kinds.values()}
        colours = {name: prompts(tax.colours[name].en, COLOUR) for name in families()}
        genders = {g.id: prompts(g.en, PEOPLE) for g in tax.attributes["gender"].values()}
        return cls(
            await _prompted(engine, kinds, spec.temperature),
            await _prompted(engine, colours, spec.temperature * COLOUR_SHARPNESS),
            await _prompted(engine, genders, spec.temperature),
            heads_of(spec),
        )

    @property
    def senses(self) -> dict[Sense, Vector]:
        """Every sense that was embedded, with its vector."""
        return {
            sense: vector
            for facet in (self._every_kind, self._colours, self._genders)
            for sense, vector in zip(facet.senses, facet.labels, strict=True)
        }

    def tag(
        self, image: Vector, top: int = 1, stocked: Mapping[str, int] | None = None, crops: Sequence[RGB] = ()
    ) -> tuple[Tag, ...]:
        """The best value of each facet that can be told; with `top` above 1 that many kinds, best first, to begin with.

        Args:
            image: unit vector, shape (d,), of one garment.
            stocked: how many items of each kind the shop has; what it sells much of is likelier to be asked for.
            crops: the pictures behind `image`, whose pixels have a say in its colour.
        """
        kinds = self._kinds.chances(image[None])[0]
        if stocked:
            kinds = _with_prior(kinds, [stocked.get(value, 0) for value in self._kinds.values])
        best = np.argsort(-kinds, kind="stable")[: max(1, top)]
        colours = self._colours.chances(image[None])[0]
        if crops:
            colours = with_pixels(colours, pixel_shares(crops))
        tags = [_tag("kind", self._kinds.values, kinds, int(i)) for i in best]
        tags += _best("colour", self._colours.values, colours, LEAST_LIFT / len(colours))
        believed = from_studio(self._heads, image[None])[0]
        for name in LEARNED:
            values, chances = self._learned(name, image[None])
            tags += _best(name, values, chances[0] * believed, SURE) if values else ()
        return tuple(tags)

    def catalogue(self, images: Matrix) -> dict[str, tuple[tuple[str, ...], NDArray[np.float64]]]:
        """What catalogue pictures show, unit rows (n, d): by facet its values, and their probabilities, (n, values).

        Without pixels: a head that saw many catalogue pictures knows their colour names; without one, colours are
        told with the care that prompts need. Where a shop's picture looks like a person's own photo, what heads say of
        it counts less: rows sum to less than 1.
        """
        told = {
            "kind": (self._every_kind.values, self._every_kind.chances(images)),
            "colour": (self._colours.values, self._colours.chances(images)),
        }
        told["gender"] = (self._genders.values, self._genders.chances(images))
        return told | told_by_heads(self._heads, images)

    def _learned(self, name: str, images: Matrix) -> tuple[tuple[str, ...], NDArray[np.float64]]:
        """A facet's values and chances; no values where neither head nor prompts tell it."""
        if head := self._heads.get(name):
            return head.values, softmax(head.logits(images))
        if name == "gender":
            return self._genders.values, self._genders.chances(images)
        return (), np.zeros((len(images), 0))


def told_by_heads(
    heads: Mapping[str, FacetHead], images: Matrix
) -> dict[str, tuple[tuple[str, ...], NDArray[np.float64]]]:
    """What heads alone tell of unit rows (n, d): by facet its values, and their probabilities, (n, values)."""
    believed = from_studio(heads, images)[:, None]
    facets = {name: head for name, head in heads.items() if name != SOURCE}
    return {name: (head.values, softmax(head.logits(images)) * believed) for name, head in facets.items()}


def heads_of(spec: ModelSpec) -> dict[str, FacetHead]:
    """The heads of a model whose values the taxonomy still knows, and the one that knows what to believe them of."""
    tax = taxonomy()
    known: dict[str, Collection[str]] = {"colour": tax.colours, SOURCE: (STUDIO, PHOTO), **tax.attributes}
    return {name: head for name, head in spec.facets.items() if set(head.values) <= set(known.get(name, ()))}


def _best(name: str, values: Sequence[str], chances: NDArray[np.floating], least: float) -> list[Tag]:
    place = int(np.argmax(chances))
    return [_tag(name, values, chances, place)] if chances[place] >= least else []


def _tag(name: str, values: Sequence[str], chances: NDArray[np.floating], place: int) -> Tag:
    likely = {value: float(chance) for value, chance in zip(values, chances, strict=True) if chance >= UNLIKELY}
    return Tag(name, values[place], float(chances[place]), likely)


def _with_prior(chances: NDArray[np.float64], counts: Sequence[int]) -> NDArray[np.float64]:
    """Bayes' rule with a prior of (count + 1) ** PRIOR_POWER, shape (n,)."""
    weighted = chances * (np.asarray(counts, dtype=np.float64) + 1.0) ** PRIOR_POWER
    return np.asarray(weighted / weighted.sum())


async def _prompted(engine: TextEncoder, senses: Mapping[str, Sense], scale: float) -> Prompted:
    rows = await engine.encode_texts([prompt for sense in senses.values() for prompt in sense])
    groups = tuple(senses.values())
    return Prompted(tuple(senses), groups, np.stack(ensembles(groups, rows)), scale)
