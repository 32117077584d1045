"""What people wear together, as a log-linear model over pairs of categories; inference is NumPy alone.

A set's weight is exp(sum of `bias` of its pieces + sum of `pair` of its pairs): a Boltzmann machine without hidden
units (Ackley, Hinton & Sejnowski 1985), so that one matrix answers "which piece completes this" and "how well do these
two go".
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.contracts import ModelError

Floats = NDArray[np.float64]
FORMAT = "tryon-pairs/1"


class OutfitsUnavailable(ModelError):
    """A fitted file cannot be used; the message is one line that says why."""


@dataclass(frozen=True)
class PairModel:
    """Log-odds of categories.

    Attributes:
        names: the categories, n of them.
        bias: how much each is worn at all, shape (n,).
        pair: how much two are worn together, symmetric, zero diagonal, shape (n, n).
        about: what it was fitted on and how.
    """

    names: tuple[str, ...]
    bias: Floats
    pair: Floats
    about: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def index(self) -> Mapping[str, int]:
        return {name: i for i, name in enumerate(self.names)}

    def counts(self, sets: Sequence[Sequence[int]]) -> Floats:
        """How often each category stands in each set, shape (sets, n)."""
        found = np.zeros((len(sets), len(self.names)))
        for row, pieces in enumerate(sets):
            np.add.at(found[row], list(pieces), 1.0)
        return found

    def completing(self, rests: Sequence[Sequence[int]]) -> Floats:
        """Log-probability of each category as the one piece that is missing from each set, shape (sets, n)."""
        logits = self.bias + self.counts(rests) @ self.pair
        peak: Floats = logits.max(axis=1, keepdims=True)
        return np.asarray(logits - peak - np.log(np.exp(logits - peak).sum(axis=1, keepdims=True)))

    def score(self, sets: Sequence[Sequence[int]]) -> Floats:
        """How well each set goes together, shape (sets,): the mean log-probability of a piece given the others."""
        rests = [pieces[:i] + pieces[i + 1 :] for pieces in map(tuple, sets) for i in range(len(pieces))]
        missing = [piece for pieces in sets for piece in pieces]
        given_rest = self.completing(rests)[np.arange(len(missing)), missing]
        ends = np.cumsum([len(pieces) for pieces in sets])
        sums = np.add.reduceat(given_rest, np.concatenate([[0], ends[:-1]]))
        return np.asarray(sums / np.diff(ends, prepend=0))

    def weight(self, sets: Sequence[Sequence[int]]) -> Floats:
        """Log-weight of each set, shape (sets,): compares the ways to fill one gap, not sets that differ in more."""
        counts = self.counts(sets)
        return np.asarray(counts @ self.bias + ((counts @ self.pair) * counts).sum(axis=1) / 2)

    def lift(self, slots: Sequence[str]) -> Floats:
        """How much likelier a category is among those of its slot beside another than at all, shape (n, n), log.

        Entry (i, j): beside i, category j against what is usual in `slots[j]`; the mean of both directions, so
        symmetric. Popularity is taken out: a shop's own stock decides that.
        """
        found = np.zeros_like(self.pair)
        usual = np.exp(self.bias - self.bias.max())
        for slot in set(slots):
            of_slot = np.array([s == slot for s in slots])
            share = usual[of_slot] / usual[of_slot].sum()
            beside = self.pair[:, of_slot] - np.log(np.exp(self.pair[:, of_slot]) @ share)[:, None]
            found[:, of_slot] = beside
        return np.asarray((found + found.T) / 2)

    def save(self, path: Path) -> None:
        """One JSON file, four decimals; the upper triangle of `pair` row by row."""
        upper = self.pair[np.triu_indices(len(self.names), 1)]
        data = {
            "format": FORMAT,
            "about": dict(self.about),
            "names": list(self.names),
            "bias": [round(float(v), 4) for v in self.bias],
            "pair": [round(float(v), 4) for v in upper],
        }
        path.write_text(json.dumps(data, ensure_ascii=False) + "\n", "utf-8")

    @classmethod
    def load(cls, path: Path) -> "PairModel":
        """Raises OutfitsUnavailable for a file that is missing or of another format."""
        try:
            data = json.loads(path.read_text("utf-8"))
            if data["format"] != FORMAT:
                raise OutfitsUnavailable(f"{path} is {data['format']!r}, not {FORMAT!r}")
            names = tuple(map(str, data["names"]))
            bias = np.array(data["bias"], np.float64)
            pair = np.zeros((len(names), len(names)))
            pair[np.triu_indices(len(names), 1)] = data["pair"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise OutfitsUnavailable(f"{path} holds no fitted pairs: {' '.join(str(error).split())}") from error
        if bias.shape != (len(names),):
            raise OutfitsUnavailable(f"{path} holds no fitted pairs: {len(names)} names, {len(bias)} biases")
        return cls(names, bias, pair + pair.T, data.get("about", {}))
