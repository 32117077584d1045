"""Asking the model for a caller: its own errors as those that a caller hears, and callers who hang up meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias, TypeVar

from starlette.requests import Request

from app.errors import NotReady, Overloaded, RequestTooSlow
from models.engine import EngineClosed, EngineLate, EngineOverloaded

T = TypeVar("T")
RETRY_S = 1

Gone: TypeAlias = Callable[[], Awaitable[object]]
"""Comes back when the caller no longer waits for an answer, or never."""


async def never() -> None:
    """The caller stays, or it cannot be told."""
    await asyncio.Event().wait()


async def hung_up(request: Request) -> None:
    """When the connection is closed under a request whose body was read to its end."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def while_wanted(work: Coroutine[Any, Any, T], gone: Gone) -> T:
    """What `work` comes to. It is given up, with whatever waits in the engine for it, when the caller is gone.

    Raises RequestTooSlow to whom nobody listens any more: what was begun is undone as after any other error.
    """
    doing, leaving = asyncio.ensure_future(work), asyncio.ensure_future(gone())
    try:
        await asyncio.wait({doing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not doing.done():
            raise RequestTooSlow("The caller hung up before the answer was made.")
        return doing.result()
    finally:
        doing.cancel()
        leaving.cancel()
        await asyncio.wait({doing, leaving})


@contextmanager
def said_plainly() -> Iterator[None]:
    """Around the engine.

    Raises:
        Overloaded: too much is waiting, or this waited too long.
        NotReady: this process is ending.
    """
    try:
        yield
    except EngineLate as error:
        raise Overloaded("The model was too busy to take this up in time. Try again.", retry_after_s=RETRY_S) from error
    except EngineOverloaded as error:
        raise Overloaded("Too many requests are waiting. Try again shortly.", retry_after_s=RETRY_S) from error
    except EngineClosed as error:
        raise NotReady("This process is shutting down. Try again.", retry_after_s=RETRY_S) from error
