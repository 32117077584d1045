"""Vectors of label senses, each embedded once a process."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Protocol

from models.contracts import Matrix, Vector
from models.registry import ModelSpec
from models.zero_shot.labels import Sense
from models.zero_shot.prompts import ensembles

KEPT = 4096


class TextEncoder(Protocol):
    """The part of the engine that prompts are embedded with."""

    @property
    def spec(self) -> ModelSpec: ...

    async def encode_texts(self, texts: Sequence[str]) -> Matrix: ...


class SenseVectors:
    """Remembers the least recently asked-for senses no longer than there is room for `kept`."""

    def __init__(self, engine: TextEncoder, known: Mapping[Sense, Vector] | None = None, kept: int = KEPT) -> None:
        """`known`: senses embedded already, which are never forgotten."""
        self._engine = engine
        self._known = dict(known or {})
        self._kept = kept
        self._recent: OrderedDict[Sense, Vector] = OrderedDict()

    async def of(self, senses: Sequence[Sense]) -> dict[Sense, Vector]:
        """A unit vector, shape (d,), for each; those not known yet are embedded in one go."""
        found = {sense: vector for sense in senses if (vector := self._get(sense)) is not None}
        missing = [sense for sense in dict.fromkeys(senses) if sense not in found]
        if missing:
            rows = await self._engine.encode_texts([prompt for sense in missing for prompt in sense])
            fresh = dict(zip(missing, ensembles(missing, rows), strict=True))
            self._recent.update(fresh)
            found |= fresh
        while len(self._recent) > self._kept:
            self._recent.popitem(last=False)
        return found

    def _get(self, sense: Sense) -> Vector | None:
        if sense in self._known:
            return self._known[sense]
        if sense in self._recent:
            self._recent.move_to_end(sense)
        return self._recent.get(sense)
