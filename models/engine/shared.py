"""Encodings that all processes of a deployment share, in Redis (extra `redis`).

What is kept: vectors and tokens by the hash of what they were made of, for a while; neither photos nor words.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from time import monotonic
from typing import Any, Protocol, TypeVar

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from models.contracts import ModelUnavailable
from models.engine.encoded import Encoded

T = TypeVar("T")

ANSWER_S = 0.1
"""How long it may take to answer: a forward pass takes no longer."""

AWAY_S = 10.0
"""How long one that did not answer is left alone."""

CONNECTIONS = 16
WRITING = 64
"""So many writes may be under way; what is beyond is not shared."""

UNIT = 1e-2
"""How far a vector's length may be from 1, in half precision and bfloat16 too."""


class SharedCache(Protocol):
    """Beside the cache of this process. Nothing it does may fail a request: what goes wrong is a miss."""

    async def get(self, keys: Sequence[bytes]) -> Mapping[bytes, Encoded]:
        """Those of the keys that it has."""
        ...

    def put(self, key: bytes, encoded: Encoded) -> None:
        """Keep it, some time soon. In the event loop's thread."""
        ...

    async def close(self) -> None:
        """End the writes that are under way, and the connections."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where the shared cache is.

    Attributes:
        url: `redis://…`, `rediss://…` or `unix://…`.
        keep_s: how long an encoding is kept.
        maker: tells those who compute alike from others: a revision's vectors in eight bits are not those in 32.
    """

    url: str
    keep_s: int
    maker: str


class RedisCache:
    """The `SharedCache` in Redis. One that is away is left alone for a while."""

    def __init__(
        self,
        place: Place,
        dims: int,
        *,
        away: Callable[[], None] = lambda: None,
        answer_s: float = ANSWER_S,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Args: dims: of the vectors; others are not believed. away: told when it does not answer in `answer_s`.

        Raises ModelUnavailable where the client is not installed or the address is none.
        """
        self._place, self._dims, self._away, self._clock = place, dims, away, clock
        self._answer_s = answer_s
        self._client, self._errors = _client(place.url, answer_s)
        self._away_until = -math.inf
        self._writing: set[asyncio.Task[None]] = set()

    async def get(self, keys: Sequence[bytes]) -> Mapping[bytes, Encoded]:
        found = await self._asked(lambda: self._client.mget([self._name(key) for key in keys])) if keys else None
        read = {key: _read(value, self._dims) for key, value in zip(keys, found or (), strict=False) if value}
        return {key: encoded for key, encoded in read.items() if encoded is not None}

    def put(self, key: bytes, encoded: Encoded) -> None:
        if len(self._writing) < WRITING and self._clock() >= self._away_until:
            task = asyncio.create_task(self._put(key, encoded), name="shared-cache")
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)

    async def close(self) -> None:
        if self._writing:
            await asyncio.wait(self._writing)
        await self._client.aclose()

    async def _put(self, key: bytes, encoded: Encoded) -> None:
        await self._asked(lambda: self._client.set(self._name(key), _written(encoded), ex=self._place.keep_s))

    def _name(self, key: bytes) -> str:
        return f"tryon:encoded:{self._place.maker}:{key.hex()}"

    async def _asked(self, ask: Callable[[], Awaitable[T]]) -> T | None:
        if self._clock() < self._away_until:
            return None
        try:
            async with asyncio.timeout(self._answer_s):
                return await ask()
        except self._errors:
            self._away_until = self._clock() + AWAY_S
            self._away()
            return None


def _client(url: str, answer_s: float) -> tuple[Any, tuple[type[BaseException], ...]]:
    try:
        asynchronous, exceptions = import_module("redis.asyncio"), import_module("redis.exceptions")
    except ModuleNotFoundError as error:
        raise ModelUnavailable("a shared cache needs the package redis: pip install 'tryon[redis]'") from error
    try:
        pool = asynchronous.BlockingConnectionPool.from_url(
            url, max_connections=CONNECTIONS, timeout=answer_s, socket_timeout=answer_s, socket_connect_timeout=answer_s
        )
    except ValueError as error:
        raise ModelUnavailable("the address of the shared cache is none: use redis://host:6379/0") from error
    return asynchronous.Redis.from_pool(pool), (exceptions.RedisError, TimeoutError, OSError)


def _written(encoded: Encoded) -> bytes:
    arrays = {"vector": encoded.vector, "frame": np.asarray(encoded.frame, np.float64)}
    if encoded.tokens is not None:
        arrays["tokens"] = encoded.tokens
    return save({name: np.ascontiguousarray(values) for name, values in arrays.items()})


def _read(value: bytes, dims: int) -> Encoded | None:
    """None for what no process of ours can have written: others may write there too."""
    try:
        arrays = load(value)
        vector, frame, tokens = arrays["vector"], arrays["frame"], arrays.get("tokens")
    except (SafetensorError, KeyError):
        return None
    unit = vector.shape == (dims,) and vector.dtype == np.float32 and abs(float(np.linalg.norm(vector)) - 1) < UNIT
    tokened = tokens is None or (
        tokens.dtype == np.float16 and tokens.ndim in (2, 3) and tokens.shape[-1] == dims and np.isfinite(tokens).all()
    )
    if not unit or not tokened or frame.shape != (4,) or not np.isfinite(frame).all():
        return None
    left, top, right, bottom = (float(side) for side in frame)
    return Encoded(vector, tokens, (left, top, right, bottom))
