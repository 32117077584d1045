"""What is worth another try, and when."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
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
    """At most so many `attempts`, for at most `timeout_s` seconds with the waits between them."""

    attempts: int = 5
    timeout_s: float = 60.0
    wait_initial_s: float = 0.2
    wait_max_s: float = 10.0

    def arguments(self, *, repeatable: bool) -> RetryArguments:
        """For `stamina.retry_context`."""
        return {
            "on": lambda error: again(error, repeatable=repeatable),
            "attempts": self.attempts,
            "timeout": self.timeout_s,
            "wait_initial": self.wait_initial_s,
            "wait_max": self.wait_max_s,
        }


def again(error: Exception, *, repeatable: bool) -> bool | float:
    """Whether to try again: False, True (after a back-off), or the seconds that the service asked for."""
    match error:
        case Problem():
            if error.status in TURNED_AWAY or error.slug == STILL_RUNNING:
                return True if error.retry_after_s is None else error.retry_after_s
            return repeatable and error.status in IN_BETWEEN
        case httpx.ConnectError() | httpx.ConnectTimeout() | httpx.PoolTimeout():
            return True
        case httpx.TransportError():
            return repeatable
        case _:
            return False
