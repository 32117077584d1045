"""What is worth another try, and when."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic
from typing import TypedDict

import httpx

from tryon_client.errors import Problem

TURNED_AWAY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
"""Said before anything was done."""

IN_BETWEEN = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})
"""Said by what stands between us and the service: nobody knows whether it was done."""

STILL_RUNNING = "idempotency-in-progress"


class RetryArguments(TypedDict):
    """As stamina takes them."""

    on: Callable[[Exception], bool | float]
    attempts: int
    timeout: float
    wait_initial: float
    wait_max: float


@dataclass(frozen=True, slots=True)
class Retries:
    """At most so many `attempts`, for at most `timeout_s` seconds with the waits between them.

    A `Retry-After` that leads beyond that is not waited for.
    """

    attempts: int = 5
    timeout_s: float = 60.0
    wait_initial_s: float = 0.2
    wait_max_s: float = 10.0

    def arguments(self, *, repeatable: bool) -> RetryArguments:
        """For one `stamina.retry_context`, which looks at its timeout only when a wait is over."""
        end = monotonic() + self.timeout_s
        return {
            "on": lambda error: again(error, repeatable=repeatable, left_s=end - monotonic()),
            "attempts": self.attempts,
            "timeout": self.timeout_s,
            "wait_initial": self.wait_initial_s,
            "wait_max": self.wait_max_s,
        }


def again(error: Exception, *, repeatable: bool, left_s: float) -> bool | float:
    """Whether to try again: False, True (after a back-off), or the seconds that were asked for, of those left."""
    match error:
        case Problem():
            if error.status in TURNED_AWAY or error.slug == STILL_RUNNING:
                wait_s = error.retry_after_s
                return True if wait_s is None else wait_s <= left_s and wait_s
            return repeatable and error.status in IN_BETWEEN
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.PoolTimeout():
            return True
        case httpx.TransportError():
            return repeatable
        case _:
            return False
