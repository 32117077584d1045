"""What is known of a garment as numbers, and which captions speak truly of it."""

import zlib
from collections.abc import Mapping, Sequence
from functools import cache

import torch
from torch import Tensor

from models.taxonomy import taxonomy
from models.training.captions import Look

CLASSIFIED = ("kind", "colour", "pattern", "gender", "season", "usage")
"""What garments are classified by: a slot follows from the kind, and a shop's own words are no closed list."""

OWN = ("shelf", "shade")
"""What a shop calls things in words of its own."""

FACETS = (*CLASSIFIED, "slot", *OWN)
KIND, COLOUR, _PATTERN, GENDER, _SEASON, _USAGE, SLOT, SHELF, SHADE = range(len(FACETS))
UNKNOWN = -1


@cache
def places() -> Mapping[str, Mapping[str, int]]:
    """For each facet, id of the taxonomy → its number."""
    known = taxonomy()
    ids = {"kind": known.kinds, "colour": known.colours} | {f: known.attributes[f] for f in CLASSIFIED[2:]}
    ids["slot"] = dict.fromkeys(known.slots)
    return {facet: {id_: i for i, id_ in enumerate(values)} for facet, values in ids.items()}


def numbers(look: Look, spoken: frozenset[str] = frozenset(FACETS)) -> list[int]:
    """A look as one number a facet; UNKNOWN where it is not known or not `spoken` of."""
    return [_number(f, getattr(look, f)) if f in spoken else UNKNOWN for f in FACETS]


def _number(facet: str, value: str) -> int:
    """A shop's own word is numbered by its checksum: a handful of words does not meet by chance among 2**32."""
    if facet in OWN:
        return zlib.crc32(value.encode()) if value else UNKNOWN
    return places()[facet].get(value, UNKNOWN)


@cache
def families() -> Tensor:
    """Number of each colour's family, shape (colours + 1,); the last place answers for UNKNOWN."""
    known, place = taxonomy().colours, places()["colour"]
    return torch.tensor([place[colour.family] for colour in known.values()] + [UNKNOWN])


def agreement(looks: Tensor, captions: Tensor, exact: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Which captions are true of which looks, and which are too near to be called wrong.

    A caption is true when all it says holds. Same kind in another shade of the colour's family, or differing only in
    what nobody sees for sure (pattern, season, usage), is left undecided; another gender, colour, kind or slot is
    wrong, and so is a garment that its shop calls by another word than the one that was said; where no shop called it
    anything, that is undecided.

    Args:
        looks: (n, facets) int64. captions: (m, facets) int64.
        exact: bool (n,), looks whose colour is known exactly, for which another shade is wrong too.
    Returns: bool (n, m) positives and bool (n, m) undecided, disjoint.
    """
    left, right = looks[:, None, :], captions[None, :, :]
    silent = right == UNKNOWN
    holds = silent | (left == right)
    family = families().to(looks.device)
    near = silent[..., COLOUR] | (family[left[..., COLOUR]] == family[right[..., COLOUR]])
    if exact is not None:
        near &= ~exact[:, None] | holds[..., COLOUR]
    gender = holds[..., GENDER] | (left[..., GENDER] == UNKNOWN) | _unisex(left[..., GENDER])
    positive = holds.all(-1)
    own = (holds | (left == UNKNOWN))[..., [SHELF, SHADE]].all(-1)
    undecided = holds[..., KIND] & holds[..., SLOT] & own & near & gender & ~positive
    return positive, undecided


def fitting(labels: Sequence[str], fits: Mapping[str, frozenset[str]]) -> Tensor:
    """Which kinds fit which photo label: bool (labels, kinds + 1); the last column answers for UNKNOWN."""
    table = torch.zeros(len(labels), len(places()["kind"]) + 1, dtype=torch.bool)
    for row, label in enumerate(labels):
        for article in fits[label]:
            kind = taxonomy().kind_of(article)
            if kind:
                table[row, places()["kind"][kind.id]] = True
    return table


def _unisex(gender: Tensor) -> Tensor:
    return gender == places()["gender"]["unisex"]
