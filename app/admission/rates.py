"""How often callers may ask, counted by `limits` in memory or, for all processes together, in Redis."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

import structlog
from limits import RateLimitItem, RateLimitItemPerHour, parse_many
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import ConfigurationError, StorageError
from limits.storage import storage_from_string

from app.admission.groups import Group
from app.admission.settings import AdmissionSettings
from app.auth.principals import Principal
from app.errors import ConfigurationFault, TooManyRequests

log = structlog.get_logger(__name__)
T = TypeVar("T")

NAMED = {"keys": "wrong keys", Group.others: "such requests", Group.shoppers: "new shoppers"}
"""What a refusal calls what was counted, where that is not its own name."""

STORAGE_S = 0.5
"""How long a shared storage may take to answer."""

AWAY_S = 10.0
"""How long one that did not is left alone: meanwhile each process counts for itself."""


def shared_storage(uri: str) -> Storage | None:
    """The storage that all processes count in; None where each counts for itself. Raises ConfigurationFault."""
    if uri == "memory://":
        return None
    options: dict[str, float | str | bool] = {"socket_timeout": STORAGE_S, "socket_connect_timeout": STORAGE_S}
    if uri.startswith("redis"):
        options["implementation"] = "redispy"
    try:
        return cast(Storage, storage_from_string(f"async+{uri}", wrap_exceptions=True, **options))
    except (ConfigurationError, ValueError) as error:
        raise ConfigurationFault(
            "TRYON_ADMISSION__STORAGE cannot be used: its client is not installed (pip install 'tryon[redis]') or the "
            "address is wrong."
        ) from error


class Rates:
    """Counts requests by who sends them. A shared storage that is away is replaced by this process's own count."""

    def __init__(
        self,
        settings: AdmissionSettings,
        shared: Storage | None = None,
        clock: Callable[[], float] = time.monotonic,
        *,
        shoppers_per_hour: int = 0,
    ) -> None:
        """Args: shoppers_per_hour: how many one address may create with a browser's key; 0: any."""
        self._address = {Group(group): _items(rates) for group, rates in settings.address.by_group().items()}
        self._key = {Group(group): _items(rates) for group, rates in settings.key.by_group().items()}
        if shoppers_per_hour:
            self._address[Group.shoppers] += (RateLimitItemPerHour(shoppers_per_hour),)
        self._bad_keys = _items(settings.bad_keys)
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._shared = SlidingWindowCounterRateLimiter(shared) if shared is not None else None
        self._clock = clock
        self._away_until = -math.inf

    async def spend(self, group: Group, who: Principal, address: str) -> None:
        """Count one request. Raises TooManyRequests for one too many."""
        counted = [("key", who.key_id, item) for item in self._key[group]] if who.prefix else []
        if "server" not in who.grants:  # a backend's requests all come from one place
            counted += [("address", address, item) for item in self._address[group]]
        for kind, caller, item in counted:
            if not await self._hit(item, kind, group, caller):
                raise await self._refusal(item, kind, group, caller)

    async def may_guess(self, address: str) -> None:
        """Raises TooManyRequests for an address that sent too many keys that are none."""
        for item in self._bad_keys:
            if not await self._has_room(item, "bad", "keys", address):
                raise await self._refusal(item, "bad", "keys", address)

    async def guessed(self, address: str) -> None:
        """Count a key that is none."""
        for item in self._bad_keys:
            await self._hit(item, "bad", "keys", address)

    async def _hit(self, item: RateLimitItem, *caller: str) -> bool:
        return await self._asked(lambda by: by.hit(item, *caller))

    async def _has_room(self, item: RateLimitItem, *caller: str) -> bool:
        return await self._asked(lambda by: by.test(item, *caller))

    async def _refusal(self, item: RateLimitItem, kind: str, what: str, caller: str) -> TooManyRequests:
        stats = await self._asked(lambda by: by.get_window_stats(item, kind, what, caller))
        wait = max(1, math.ceil(stats.reset_time - time.time()))
        whose = "this key" if kind == "key" else "this address"
        advice = "; the shop's own server may go on with a key of scope 'server'" if kind == "address" else ""
        return TooManyRequests(
            f"From {whose} at most {item.amount} {NAMED.get(what, what)} in {_span(item)} are taken. "
            f"Try again in {wait} seconds{advice}.",
            retry_after_s=wait,
        )

    async def _asked(self, ask: Callable[[SlidingWindowCounterRateLimiter], Awaitable[T]]) -> T:
        if self._shared is not None and self._clock() >= self._away_until:
            try:
                async with asyncio.timeout(STORAGE_S):
                    return await ask(self._shared)
            except (StorageError, TimeoutError) as error:
                self._away_until = self._clock() + AWAY_S
                log.warning("rate_storage_away", reason=type(error).__name__, asked_again_in_s=AWAY_S)
        return await ask(self._own)


def _items(rates: str) -> tuple[RateLimitItem, ...]:
    return tuple(parse_many(rates)) if rates else ()


def _span(item: RateLimitItem) -> str:
    name = item.GRANULARITY.name
    article = "an" if name == "hour" else "a"
    return f"{article} {name}" if item.multiples == 1 else f"{item.multiples} {name}s"
