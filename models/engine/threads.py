"""How many cores one thread's arithmetic spreads over."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import torch
from threadpoolctl import ThreadpoolController, threadpool_limits

WORTH = 0.7
"""Of one core's speed that each of several cores must have left for a forward to spread over them."""

FEW = 4
"""Inputs; a forward over more has all cores: so many wait that there is nobody else to leave one to."""

TRIES = 3
"""The shortest counts: what else the machine does only ever adds."""

Timed = Callable[[int], Awaitable[float]]
"""Seconds that a forward pass over so many inputs takes."""


def alone() -> None:
    """Keep the calling thread's arithmetic on one core: for threads of which several do the same at a time.

    torch would spread each over all cores; they would wait for each other, spinning, and the forward for them all.
    OpenMP counts threads for each of the threads that begin a region (OpenMP 5.2, section 2.1), so nobody else changes.
    """
    torch.get_num_threads()  # torch gives a thread its count when that first asks, and would undo what comes before
    threadpool_limits(1, user_api="openmp")


class Cores:
    """As many cores for a forward pass as it makes good use of: the fewer its inputs, the fewer.

    A small picture through a small network keeps two cores busy for nearly as long as one. Whoever else is served at
    that moment has better use for the second. Nothing is known at first, and all cores are used.
    """

    def __init__(self, most: int | None = None) -> None:
        """`most`: torch's own number for None."""
        self.most = torch.get_num_threads() if most is None else most
        self._by_inputs: dict[int, int] = {}
        self._controller = ThreadpoolController()

    def of(self, inputs: int) -> int:
        """Cores for a forward pass over so many inputs."""
        if inputs > FEW:
            return self.most
        known = max((size for size in self._by_inputs if size <= inputs), default=0)
        return self._by_inputs.get(known, self.most)

    @contextmanager
    def spread(self, inputs: int) -> Iterator[None]:
        """Within, the calling thread's arithmetic uses `of(inputs)` cores."""
        cores = self.of(inputs)
        if cores >= self.most:
            yield
            return
        torch.get_num_threads()  # as above
        with self._controller.limit(limits=cores, user_api="openmp"):
            yield

    async def learn(self, timed: Timed, largest: int) -> dict[int, float]:
        """Time batches of 1, 2, 4 … up to `largest` or `FEW` inputs, until one is worth all. `timed` uses `spread`.

        Gives the seconds of each size that was timed, on as many cores as it is worth.
        """
        seconds = dict[int, float]()
        for inputs in doubled(min(largest, FEW)):
            self._by_inputs[inputs], seconds[inputs] = await self._worth(timed, inputs)
            if self._by_inputs[inputs] == self.most:
                break
        return seconds

    async def _worth(self, timed: Timed, inputs: int) -> tuple[int, float]:
        """The most cores of which each still does its share, and the seconds on them."""
        worth, worth_s, alone_s = 1, 0.0, 0.0
        for cores in doubled(self.most):
            self._by_inputs[inputs] = cores
            took_s = min([await timed(inputs) for _ in range(TRIES)])
            if cores == 1:
                alone_s = took_s
            elif alone_s < WORTH * cores * took_s:
                break
            worth, worth_s = cores, took_s
        return worth, worth_s


def doubled(most: int) -> Iterator[int]:
    """1, 2, 4 … and `most` itself, which is at least 1."""
    number = 1
    while number < most:
        yield number
        number *= 2
    yield most
