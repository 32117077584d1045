"""Whose turn it is: how many requests run at once, in all and at one host, and hosts that asked for a pause."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic

from app.media.fetching.problems import FetchProblem


@dataclass(slots=True)
class _Host:
    places: asyncio.Semaphore
    users: int = 0
    resumes: float = 0.0


class Manners:
    """Turns to ask a host. `patience`: seconds of a pause that are waited for; a longer one fails what waits for it."""

    def __init__(self, concurrency: int, per_host: int, patience: float) -> None:
        self._per_host = per_host
        self._patience = patience
        self._all = asyncio.Semaphore(concurrency)
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """One request to `host`. Raises FetchProblem while it wants to be left alone for longer than our patience."""
        state = self._hosts.setdefault(host, _Host(asyncio.Semaphore(self._per_host)))
        state.users += 1
        try:
            # First the host's place, then everybody's: a slow host's queue takes no place from the others.
            async with state.places:
                await self._rested(state)
                async with self._all:
                    yield
        finally:
            state.users -= 1
            if not state.users and state.resumes <= monotonic():
                self._hosts.pop(host, None)

    def pause(self, host: str, seconds: float) -> None:
        """Nobody asks `host` for so long. To be called within a turn."""
        state = self._hosts[host]
        state.resumes = max(state.resumes, monotonic() + seconds)

    async def _rested(self, state: _Host) -> None:
        while (wait := state.resumes - monotonic()) > 0:
            if wait > self._patience:
                raise FetchProblem(f"is at a host that asked to be left alone for {wait:.0f} s more")
            await asyncio.sleep(wait)
