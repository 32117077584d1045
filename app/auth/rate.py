"""How often one caller may do what costs us something to keep. Counted in memory, by each process for itself."""

import ipaddress
import math
import time

from limits import RateLimitItemPerHour
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from app.errors import TooManyRequests

IPV6_HOUSEHOLD = 64
"""Bits of an IPv6 address that one connection has: the others are its own to change."""


class HourlyLimit:
    """At most so many of `what` in any hour, by caller; 0 is no limit."""

    def __init__(self, what: str, most: int) -> None:
        self._what = what
        self._most = most
        self._item = RateLimitItemPerHour(max(most, 1))
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def spend(self, *caller: str) -> None:
        """Count one more. Raises TooManyRequests, with when to come back, for one too many: that one is not counted."""
        if not self._most or await self._limiter.hit(self._item, *caller):
            return
        reset = (await self._limiter.get_window_stats(self._item, *caller)).reset_time
        wait = max(1, math.ceil(reset - time.time()))
        raise TooManyRequests(
            f"From here at most {self._most} {self._what} an hour are taken. Try again in {wait} seconds; the shop's "
            "own server may go on with a key of scope 'server'.",
            retry_after_s=wait,
        )


def household(address: str | None) -> str:
    """Whom an address stands for: itself, of IPv6 the network that one connection has; `unknown` for none."""
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return address or "unknown"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, IPV6_HOUSEHOLD), strict=False))
    return str(getattr(found, "ipv4_mapped", None) or found)
