"""Where a query's inputs are encoded: nowhere if it can be helped, together with others' if not, at most once."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future

from models.contracts import RGB
from models.engine.batcher import Batcher
from models.engine.cache import EmbeddingCache
from models.engine.encoded import Encoded, Job
from models.engine.flights import Flight, Flights, landed
from models.engine.shared import SharedCache
from models.engine.watching import EngineWatcher, Looked


class Remembered:
    """This process's cache, then what is on its way for others, then the cache all processes share, then the model."""

    def __init__(
        self,
        batcher: Batcher[Job, Encoded],
        cache: EmbeddingCache,
        shared: SharedCache | None,
        watcher: EngineWatcher,
    ) -> None:
        self._batcher, self._cache, self._shared, self._watcher = batcher, cache, shared, watcher
        self._flights = Flights()

    async def encoded(self, inputs: Mapping[bytes, RGB | str], expires: float) -> dict[bytes, Encoded]:
        """With their tokens, by the keys of `key_of`. `expires` by the engine's clock.

        Raises EngineOverloaded, EngineLate, EngineClosed, or what the model raises.
        """
        found = {key: kept for key in inputs if (kept := self._cache.get(key)) is not None}
        flights = self._joined([key for key in inputs if key not in found], expires)
        try:
            shared = await self._from_shared([key for key in inputs if key not in found and key not in flights])
            missing = [key for key in inputs if not (key in found or key in flights or key in shared)]
            flights |= self._joined(missing, expires)  # others may have begun while the shared cache was asked
            begun = [key for key in missing if key not in flights]
            self._watcher.looked_up(Looked(len(found), len(shared), len(flights), len(begun)))
            flights |= self._begun({key: inputs[key] for key in begun if isinstance(inputs[key], str)}, expires)
            flights |= self._begun({key: inputs[key] for key in begun if key not in flights}, expires, raw=True)
            fresh = await landed(flights)
        finally:
            for flight in flights.values():
                flight.leave()
        if self._shared is not None:
            for key in begun:
                self._shared.put(key, fresh[key])
        return found | shared | fresh

    def _joined(self, keys: Sequence[bytes], expires: float) -> dict[bytes, Flight]:
        return {key: flight for key in keys if (flight := self._flights.joined(key, expires)) is not None}

    async def _from_shared(self, keys: Sequence[bytes]) -> dict[bytes, Encoded]:
        if self._shared is None or not keys:
            return {}
        found = dict(await self._shared.get(keys))
        for key, encoded in found.items():
            self._cache.put(key, encoded)
        return found

    def _begun(self, inputs: Mapping[bytes, RGB | str], expires: float, *, raw: bool = False) -> dict[bytes, Flight]:
        """In one forward, once all that are `raw` are prepared."""
        jobs = {key: Job(item, tokens=True, expires=expires) for key, item in inputs.items()}
        futures = self._batcher.submit_together(list(jobs.values()), raw=raw)
        return {key: self._flight(key, jobs[key], future) for key, future in zip(jobs, futures, strict=True)}

    def _flight(self, key: bytes, job: Job, future: Future[Encoded]) -> Flight:
        # Before the flight's own: who finds it over finds its result in the cache.
        future.add_done_callback(lambda done: self._keep(key, done))
        return self._flights.begun(key, job, future)

    def _keep(self, key: bytes, done: Future[Encoded]) -> None:
        if not done.cancelled() and done.exception() is None:
            self._cache.put(key, done.result())
