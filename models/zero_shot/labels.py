"""Labels given at call time, in English or Chinese, and the probability of each for a picture (F11)."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, TypeAlias

import numpy as np
import yaml
from numpy.typing import NDArray

from models.contracts import RGB, Matrix, Vector
from models.taxonomy import taxonomy
from models.zero_shot.calibration import softmax
from models.zero_shot.pixels import families, pixel_shares, with_pixels
from models.zero_shot.prompts import COLOUR, KIND, PEOPLE, prompts

Sense: TypeAlias = tuple[str, ...]
"""The prompts of one thing that a label may stand for."""

FACETS = {"pattern": COLOUR, "usage": PEOPLE, "season": PEOPLE, "gender": PEOPLE, "age_group": PEOPLE}


@dataclass(frozen=True, slots=True)
class LabelSet:
    """Labels read: what each may stand for, in order.

    Attributes:
        senses: for each label at least one; a label is as near to a picture as its nearest sense.
        colours: the colour family of each label, when every one of them is a colour; else None.
    """

    labels: tuple[str, ...]
    senses: tuple[tuple[Sense, ...], ...]
    colours: tuple[str, ...] | None = None

    @property
    def distinct(self) -> tuple[Sense, ...]:
        """Each sense once, in order of appearance: what has to be embedded."""
        return tuple(dict.fromkeys(sense for senses in self.senses for sense in senses))

    def cosines(self, images: Matrix, vectors: Mapping[Sense, Vector]) -> NDArray[np.float32]:
        """Of each picture with each label, shape (n, labels); `images` is (n, d), `vectors` holds each sense's (d,)."""
        columns = [(images @ np.stack([vectors[s] for s in senses]).T).max(axis=1) for senses in self.senses]
        return np.stack(columns, axis=1)

    def probabilities(
        self, image: Vector, vectors: Mapping[Sense, Vector], temperature: float, crops: Sequence[RGB] = ()
    ) -> NDArray[np.float64]:
        """Shares of the labels, shape (labels,), summing to 1; pixels of `crops` have a say among colours."""
        found = softmax(temperature * self.cosines(image[None], vectors)[0].astype(np.float64))
        if not self.colours or not crops:
            return found
        order = families()
        shares = pixel_shares(crops)
        return with_pixels(found, np.array([shares[order.index(family)] for family in self.colours]))


def read_labels(labels: Sequence[str]) -> LabelSet:
    """What `labels` stand for. A general word (shoes, outerwear) covers its kinds but those another label names.

    A word the taxonomy knows brings its synonyms along; any other is taken as it stands.
    """
    known = taxonomy()
    keys = [_key(label) for label in labels]
    named = {kind.id for key in keys if key not in _groups() and (kind := known.kind_of(key))}
    colours = [known.colour_of(key) for key in keys]
    return LabelSet(
        labels=tuple(labels),
        senses=tuple(_senses(label, key, named) for label, key in zip(labels, keys, strict=True)),
        colours=tuple(c.family for c in colours if c) if all(colours) else None,
    )


def _senses(label: str, key: str, named: set[str]) -> tuple[Sense, ...]:
    if group := _groups().get(key):
        members = tuple(_kind_prompts(kind) for kind in group.kinds if kind not in named)
        described = (prompts(group.words, KIND),) if group.words else ()
        return (*members, *described) or (prompts((label,), KIND),)
    return (_single(label, key),)


def _single(label: str, key: str) -> Sense:
    known = taxonomy()
    if kind := known.kind_of(key):
        return _kind_prompts(kind.id)
    if colour := known.colour_of(key):
        return prompts(colour.en, COLOUR)
    for facet, templates in FACETS.items():
        if value := known.attribute_of(facet, key):
            return prompts(value.en, templates)
    return prompts((label,), KIND)


def _kind_prompts(kind_id: str) -> Sense:
    return prompts(taxonomy().kinds[kind_id].en, KIND)


@dataclass(frozen=True, slots=True)
class _Group:
    kinds: tuple[str, ...]
    words: tuple[str, ...]


@cache
def _groups() -> Mapping[str, _Group]:
    """Word → the group it names."""
    text = resources.files(__package__).joinpath("groups.yaml").read_text("utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return {_key(word): _group(entry) for entry in data.values() for word in (*entry["en"], *entry["zh"])}


def _group(entry: Mapping[str, Any]) -> _Group:
    slots = entry.get("slots", ())
    kinds = [kind.id for kind in taxonomy().kinds.values() if kind.slot in slots]
    return _Group(kinds=(*entry.get("kinds", ()), *kinds), words=tuple(entry.get("words", ())))


def _key(label: str) -> str:
    """Compatible forms folded (full-width letters too), without case; hyphens and underscores are spaces, but in a
    word that the taxonomy writes with one."""
    folded = " ".join(unicodedata.normalize("NFKC", label).casefold().replace("_", " ").split())
    return folded if taxonomy().kind_of(folded) else " ".join(folded.replace("-", " ").split())
