"""How well something knows what goes together: fill-in-the-blank and AUC, each beside its controls. Pure, seeded.

Fill in the blank: one piece of a real set is taken out; which of four completes it (Han et al. 2017, "Learning Fashion
Compatibility with Bidirectional LSTMs")? AUC: a real set against the same set with one piece replaced.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

Sets = Sequence[tuple[int, ...]]
Score = Callable[[Sets], NDArray[np.float64]]
"""How well each set goes together, higher is better, shape (sets,). Pieces are numbers of the caller's own."""

Draw = Callable[[Random, int], Sequence[int]]
"""Pieces a wrong answer may be taken from, given the right one."""

WRONG = 3
LEAST = 2


@dataclass(frozen=True, slots=True)
class Question:
    """A set with a gap. The right piece is the first of `options`."""

    rest: tuple[int, ...]
    options: tuple[int, ...]

    @property
    def filled(self) -> list[tuple[int, ...]]:
        return [(*self.rest, option) for option in self.options]


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one method over the same questions. `hits` holds 1 or 0 for each."""

    hits: NDArray[np.float64]
    auc: float

    @property
    def accuracy(self) -> float:
        return float(self.hits.mean())


def ask(sets: Sets, others: Mapping[int, Sequence[int]], seed: int) -> list[Question]:
    """One question a set, the gap and three wrong pieces drawn by `seed`.

    `others` has, by piece, those that may stand for it as a wrong answer; a set is passed over when fewer than three
    of them are left that it does not hold already.
    """
    draw, asked = Random(seed), list[Question]()  # noqa: S311 - a fixed draw, not a secret
    for pieces in sets:
        if len(pieces) < LEAST:
            continue
        gap = draw.randrange(len(pieces))
        wrong = [piece for piece in others.get(pieces[gap], ()) if piece not in pieces]
        if len(wrong) >= WRONG:
            asked.append(Question(pieces[:gap] + pieces[gap + 1 :], (pieces[gap], *draw.sample(wrong, WRONG))))
    return asked


def measure(questions: Sequence[Question], score: Score, fill: Score | None = None) -> Figures:
    """Accuracy and AUC of a score; `fill`, where given, ranks the fillings of one gap in its place.

    Equal scores share the hit among them. Raises ValueError without questions.
    """
    if not questions:
        raise ValueError("there is nothing to ask: no set of two pieces with three others to choose from")
    scores = score([filled for q in questions for filled in q.filled]).reshape(len(questions), WRONG + 1)
    ranked = scores if fill is None else fill([f for q in questions for f in q.filled]).reshape(scores.shape)
    best = ranked == ranked.max(axis=1, keepdims=True)
    hits = best[:, 0] / best.sum(axis=1)
    real, replaced = scores[:, 0], scores[:, 1]
    truth = np.repeat([1, 0], len(questions))
    return Figures(hits, float(roc_auc_score(truth, np.concatenate([real, replaced]))))


def popularity(sets: Sets, pieces: int) -> Score:
    """The control that only knows how often each piece stands in `sets`; of a set, the mean logarithm."""
    worn = np.bincount([piece for s in sets for piece in s], minlength=pieces)
    logs = np.log(worn + 1.0)
    return lambda asked: np.array([logs[list(s)].mean() for s in asked])


def at_random(seed: int) -> Score:
    """The control that knows nothing."""
    draw = np.random.default_rng(seed)
    return lambda asked: draw.random(len(asked))
