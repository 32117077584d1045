"""How many of those who wait go through the model together."""

from collections.abc import Mapping

import numpy as np

from models.engine.threads import TRIES, Timed, doubled

SLACK = 1.05
"""Of the time that all who wait need at best: so much more is no reason to go in larger company."""

LEARNING_S = 2.5
"""Forward passes at start, all together: a size that plainly takes longer than what is left of it is not tried."""

TRYING_S = 1.0
"""A size is timed again, `TRIES` times in all, within this: what else the machine does, and a first time, only add."""


class Sizes:
    """Batch sizes by what they cost on this machine, as it was timed.

    The larger batch is not always the better one. A processor that is busy with four inputs takes eight times as long
    for 32, and whoever could have been answered first waits for the last. And libraries that multiply matrices cut
    some sizes badly: two batches of 8 can be done before one of 16.
    """

    def __init__(self, seconds: Mapping[int, float], most: int) -> None:
        """Args: seconds: of one forward pass, by its size; at least one. most: who ever go together."""
        known = sorted(seconds)
        costs = np.interp(range(most + 1), known, [seconds[size] / size for size in known]).tolist()
        soonest = [0.0]
        for waiting in range(1, most + 1):
            soonest.append(min(costs[size] * size + soonest[waiting - size] for size in range(1, waiting + 1)))
        self._next = [0] + [_fewest(waiting, costs, soonest) for waiting in range(1, most + 1)]

    def of(self, waiting: int) -> int:
        """How many of them go next: the fewest with whom all (or the first `most`) are done nearly at the soonest."""
        return self._next[min(waiting, len(self._next) - 1)]


def _fewest(waiting: int, costs: list[float], soonest: list[float]) -> int:
    """By what an input costs in a batch of each size, and how soon so many who wait can all be done."""
    limit = soonest[waiting] * SLACK
    return next(
        size
        for size in range(1, waiting + 1)
        if costs[size] * waiting <= limit and costs[size] * size + soonest[waiting - size] <= limit
    )


async def learned(timed: Timed, most: int, known: Mapping[int, float]) -> Sizes:
    """From forward passes of 1, 2, 4 … up to `most` inputs, as far as there is time. `known`: those timed already."""
    seconds, spent, last = dict(known), 0.0, max(known.values(), default=0.0)
    for size in doubled(most):
        if size in seconds:
            continue
        if spent + 2 * last > LEARNING_S:
            break
        took = [await timed(size)]
        while len(took) < TRIES and sum(took) + took[-1] <= TRYING_S:
            took.append(await timed(size))
        seconds[size] = last = min(took)
        spent += sum(took)
    return Sizes(seconds, most)
