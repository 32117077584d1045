"""Whose turn it is: how many requests run at once, in all and at one host, and which hosts are left alone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic

from app.media.fetching.problems import FetchProblem

MOST_HOSTS = 10_000
"""Idle hosts of which something is remembered. A feed may name any number."""

NEVER = float("-inf")


@dataclass(slots=True)
class _Host:
    places: asyncio.Semaphore
    users: int = 0
    resumes: float = NEVER
    asked: float = NEVER
    failing_since: float | None = None


class Manners:
    """Turns to ask a host.

    Args:
        patience: seconds of a pause that are waited for; a longer one fails what waits for it.
        give_up: a host that did nothing but fail for so many seconds is asked no more until it was left alone for as
            long again: ten thousand pictures of a dead host would otherwise take hours.
        clock: seconds, of any beginning.
    """

    def __init__(
        self,
        concurrency: int,
        per_host: int,
        *,
        patience: float,
        give_up: float,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._per_host = per_host
        self._patience = patience
        self._give_up = give_up
        self._clock = clock
        self._all = asyncio.Semaphore(concurrency)
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """One request to `host`; the FetchProblem that it raises, or not, tells whether the host fails.

        Raises:
            FetchProblem: the host wants to be left alone for longer than our patience, or is given up.
        """
        state = self._hosts.setdefault(host, _Host(asyncio.Semaphore(self._per_host)))
        state.users += 1
        try:
            # First the host's place, then everybody's: a slow host's queue takes no place from the others.
            async with state.places:
                await self._rested(state)
                async with self._all:
                    self._refuse_given_up(state)
                    async with self._watched(state):
                        yield
        finally:
            state.users -= 1
            if not state.users and (self._nothing_to_remember(state) or len(self._hosts) > MOST_HOSTS):
                self._hosts.pop(host, None)

    def pause(self, host: str, seconds: float) -> None:
        """Nobody asks `host` for so long. To be called within a turn."""
        state = self._hosts[host]
        state.resumes = max(state.resumes, self._clock() + seconds)

    async def _rested(self, state: _Host) -> None:
        while (wait := state.resumes - self._clock()) > 0:
            if wait > self._patience:
                raise FetchProblem(f"is at a host that asked to be left alone for {wait:.0f} s more")
            await asyncio.sleep(wait)

    def _refuse_given_up(self, state: _Host) -> None:
        moment = self._clock()
        if moment - max(state.asked, state.resumes) >= self._give_up:
            state.failing_since = None
        if state.failing_since is not None and moment - state.failing_since >= self._give_up:
            raise FetchProblem(f"is at a host that did nothing but fail for {self._give_up:g} s")
        state.asked = moment

    @asynccontextmanager
    async def _watched(self, state: _Host) -> AsyncIterator[None]:
        try:
            yield
        except FetchProblem as problem:
            if not problem.host_fails:
                state.failing_since = None
            elif state.failing_since is None:
                state.failing_since = self._clock()
            raise
        else:
            state.failing_since = None

    def _nothing_to_remember(self, state: _Host) -> bool:
        return state.resumes <= self._clock() and state.failing_since is None
