"""Single flight: what is asked for while it is on its way is not asked for again."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from models.engine.encoded import Encoded, Job

K = TypeVar("K")


@dataclass(slots=True, eq=False)
class Flight:
    """One encoding on its way, and how many want it."""

    job: Job
    future: Future[Encoded]
    wanted: int = 1

    def leave(self) -> None:
        """One of them has it, or gave up. When the last one gives up, so does the flight."""
        self.wanted -= 1
        if not self.wanted:
            self.future.cancel()


class Flights:
    """By what identifies an input. For one event loop; whoever joins or begins a flight must leave it."""

    def __init__(self) -> None:
        self._by_key: dict[bytes, Flight] = {}

    def __len__(self) -> int:
        return len(self._by_key)

    def joined(self, key: bytes, expires: float) -> Flight | None:
        """The flight that goes there, which may now take until `expires` at the least."""
        flight = self._by_key.get(key)
        if flight is None or not flight.wanted:
            return None
        flight.job.expires = max(flight.job.expires, expires)
        flight.wanted += 1
        return flight

    def begun(self, key: bytes, job: Job, future: Future[Encoded]) -> Flight:
        """A new one; it can be joined until it has landed."""
        flight = Flight(job, future)
        self._by_key[key] = flight
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda _: _on(loop, lambda: self._over(key, flight)))
        return flight

    def _over(self, key: bytes, flight: Flight) -> None:
        if self._by_key.get(key) is flight:
            del self._by_key[key]


async def landed(flights: Mapping[K, Flight]) -> dict[K, Encoded]:
    """Their results. A flight that others want too goes on when the caller of this is cancelled."""
    # Shielded: a future made for one waiter would else cancel what all wait for.
    found = await asyncio.gather(*(asyncio.shield(asyncio.wrap_future(flight.future)) for flight in flights.values()))
    return dict(zip(flights, found, strict=True))


def _on(loop: asyncio.AbstractEventLoop, work: Callable[[], None]) -> None:
    """In the loop's own thread; a loop that is closed has nobody left who could join."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(work)
