"""An open loop: shoppers come when they come, however long others wait.

Latency counts from the moment at which a request was to be sent, so that a service that stalls is not flattered by a
client that stalls with it (coordinated omission).
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from time import perf_counter
from typing import Any

import httpx

from bench.latency import WISHES

TIMEOUT_S = 60
KEPT_S = 2.0
"""Idle connections are dropped before the service drops them: nobody writes into one that is just being closed."""

Form = list[tuple[str, Any]]
Ask = Callable[[Form], Awaitable[int]]
"""Sends one form. Gives the answer's status; 0: none came."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One request: when it was due, seconds after the first; seconds from then to its answer; its status."""

    due_s: float
    took_s: float
    status: int

    @property
    def good(self) -> bool:
        return 200 <= self.status < 300


def arrivals(per_s: float, seconds: float, seed: int) -> list[float]:
    """Moments of a Poisson process, ascending, from 0 until `seconds`."""
    draw, due, moments = random.Random(seed), 0.0, list[float]()
    while (due := due + draw.expovariate(per_s)) < seconds:
        moments.append(due)
    return moments


def forms(photos: Sequence[bytes]) -> Iterator[Form]:
    """Requests without end: a photo each, another one than before, and words with every second."""
    for number in count():
        form: Form = [("photo", ("photo.webp", photos[number % len(photos)], "image/webp"))]
        if number % 2:
            form.append(("description", (None, WISHES[number // 2 % len(WISHES)])))
        yield form


def asker(url: httpx.URL, headers: dict[str, str]) -> tuple[httpx.AsyncClient, Ask]:
    """A client with as many connections as it takes; close it."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=32, keepalive_expiry=KEPT_S)
    client = httpx.AsyncClient(base_url=url, headers=headers, timeout=TIMEOUT_S, limits=limits)

    async def ask(form: Form) -> int:
        try:
            return (await client.post("/v1/recommendations", files=form)).status_code
        except httpx.HTTPError:
            return 0

    return client, ask


@dataclass(frozen=True, slots=True)
class OpenLoop:
    """Sends forms at their moments."""

    ask: Ask
    forms: Iterator[Form]

    async def at(self, moments: Sequence[float]) -> list[Answered]:
        """One request at each moment; comes back when all are answered."""
        started, under_way = perf_counter(), list[asyncio.Task[Answered]]()
        for due in moments:
            await asyncio.sleep(max(0.0, started + due - perf_counter()))
            under_way.append(asyncio.create_task(self._one(started, due, next(self.forms))))
        return list(await asyncio.gather(*under_way))

    async def alone(self, number: int) -> list[Answered]:
        """One request after the other: nobody waits for anybody."""
        started, found = perf_counter(), list[Answered]()
        for _ in range(number):
            found.append(await self._one(started, perf_counter() - started, next(self.forms)))
        return found

    async def _one(self, started: float, due: float, form: Form) -> Answered:
        status = await self.ask(form)
        return Answered(due, perf_counter() - started - due, status)
