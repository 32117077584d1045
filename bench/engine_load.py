"""Asks an engine, one picture a request, as fast as it answers or at a rate of its own. Standard library alone: the
engine that is measured beside ours lives in another environment.
"""

import asyncio
import random
import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Measured:
    """Requests answered in a second, and milliseconds that one took."""

    per_s: float
    p50: float
    p95: float


@dataclass(frozen=True)
class Load(Generic[T]):
    """`ask` is handed one thing a request."""

    ask: Callable[[T], Awaitable[object]]

    async def closed(self, things: Sequence[T], callers: int) -> Measured:
        """So many callers, each of whom asks again as soon as it has its answer."""
        remaining, took = iter(things), list[float]()

        async def call() -> None:
            for thing in remaining:
                took.append(await self._timed(thing))

        started = perf_counter()
        await asyncio.gather(*(call() for _ in range(callers)))
        return _measured(took, perf_counter() - started)

    async def open(self, things: Sequence[T], per_s: float, seed: int = 1) -> Measured:
        """Poisson arrivals, however long answers take."""
        gaps, started = random.Random(seed), perf_counter()
        tasks, due = list[asyncio.Task[float]](), started
        for thing in things:
            due += gaps.expovariate(per_s)
            await asyncio.sleep(max(0.0, due - perf_counter()))
            tasks.append(asyncio.create_task(self._timed(thing)))
        return _measured(await asyncio.gather(*tasks), perf_counter() - started)

    async def _timed(self, thing: T) -> float:
        started = perf_counter()
        await self.ask(thing)
        return perf_counter() - started


def _measured(took: Sequence[float], seconds: float) -> Measured:
    tail = statistics.quantiles(took, n=20, method="inclusive")[-1]
    return Measured(len(took) / seconds, statistics.median(took) * 1000, tail * 1000)
