"""One file over HTTP: redirects followed by hand, passing troubles tried again, every foreign error given a reason."""

import asyncio
import datetime as dt
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TypeVar

import httpcore
import httpx
import stamina

from app.media.fetching.addressed import Target, redirected, target_of
from app.media.fetching.bodies import body
from app.media.fetching.manners import Manners
from app.media.fetching.network import CheckedNetwork, Resolver, SystemResolver
from app.media.fetching.policy import Policy
from app.media.fetching.problems import FetchProblem
from app.media.fetching.settings import FetchSettings

T = TypeVar("T")
OK, NOT_MODIFIED = 200, 304
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PASSING = frozenset({429, 500, 502, 503, 504})
MOST_DIGITS = 9
"""Of a Retry-After: thirty years."""

NAMES_AT_ONCE = 8
"""Names that are resolved at the same time. The system's resolver blocks, for long where a name server is silent."""

IDLE_S = 5.0
"""How long a connection is kept for the next file of its host."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said at the end of all redirects: 200, or 304 to a conditional request.

    Header names are in lower case.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    response: httpcore.Response

    def body(self, limit: int) -> AsyncIterator[bytes]:
        """The content in pieces. Raises FetchProblem, see `bodies.body`."""
        return body(self.headers, self.response.aiter_stream(), limit)


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked for: a file that is one of `accept`, within `seconds`.

    `validators` are conditional headers, and `validated` the address that gave them: no other is asked by them.
    """

    url: str
    accept: str
    seconds: float
    validators: Mapping[str, str] = field(default_factory=dict)
    validated: str = ""


class WebClient:
    """Asks for files. Close it."""

    def __init__(self, settings: FetchSettings, resolve: Resolver | None = None) -> None:
        self._settings = settings
        self._policy = Policy.of(settings.ports, settings.allow_private)
        self._names = ThreadPoolExecutor(NAMES_AT_ONCE, thread_name_prefix="tryon-resolve")
        self._manners = Manners(
            settings.concurrency, settings.per_host, patience=settings.retry_after_s, give_up=settings.give_up_s
        )
        # httpcore itself, as httpx gives its seam to the network to nobody; it knows of no proxy unless told.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=settings.concurrency,
            keepalive_expiry=IDLE_S,
            network_backend=CheckedNetwork(self._policy, resolve or SystemResolver(self._names)),
        )

    def target(self, url: str) -> Target:
        """Raises FetchProblem where `url` is none that is fetched."""
        return target_of(url, self._policy)

    async def get(self, ask: Ask, consume: Callable[[Answer], Awaitable[T]]) -> T:
        """What `consume` makes of the answer; it is called anew for every try.

        Raises:
            FetchProblem: there is no such answer, or `consume` raised it.
        """
        settings = self._settings
        retrying = stamina.retry_context(
            on=_again,
            attempts=settings.attempts,
            timeout=None,
            wait_initial=settings.backoff_s,
            wait_jitter=settings.backoff_s,
            wait_max=settings.retry_after_s,
        )
        async for attempt in retrying:
            with attempt:
                return await self._followed(ask, consume)
        raise AssertionError("stamina ends by returning or raising")

    async def close(self) -> None:
        await self._pool.aclose()
        self._names.shutdown(wait=False, cancel_futures=True)

    async def _followed(self, ask: Ask, consume: Callable[[Answer], Awaitable[T]]) -> T:
        target, budget = self.target(ask.url), Budget(ask.seconds)
        for _ in range(self._settings.max_redirects + 1):
            async with self._manners.turn(target.host), budget.spend(), self._asked(target, ask) as answer:
                if answer.status not in REDIRECTS or "location" not in answer.headers:
                    self._check(target, answer, ask)
                    return await consume(answer)
                location = answer.headers["location"]
            target = redirected(target, location, self._policy)
        raise FetchProblem(f"redirects more than {self._settings.max_redirects} times")

    @asynccontextmanager
    async def _asked(self, target: Target, ask: Ask) -> AsyncIterator[Answer]:
        headers = {
            "Host": target.authority,
            "User-Agent": self._settings.user_agent,
            "Accept": ask.accept,
            "Accept-Encoding": "identity",
        }
        if target.text == ask.validated:
            headers |= ask.validators
        timeouts = {
            "connect": self._settings.connect_s,
            "read": self._settings.read_s,
            "write": self._settings.read_s,
        }
        url = httpcore.URL(
            scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=target.url.raw_path
        )
        with self._reasons():
            async with self._pool.stream(
                "GET", url, headers=list(headers.items()), extensions={"timeout": timeouts}
            ) as response:
                yield Answer(target.text, response.status, _plain(response.headers), response)

    def _check(self, target: Target, answer: Answer, ask: Ask) -> None:
        """Raises FetchProblem for every answer that is no file."""
        conditional = bool(ask.validators) and target.text == ask.validated
        if answer.status == OK or (answer.status == NOT_MODIFIED and conditional):
            return
        reason = f"answered {answer.status}"
        if answer.status not in PASSING:
            raise FetchProblem(reason)
        after = seconds_of(answer.headers.get("retry-after", ""), dt.datetime.now(dt.UTC))
        if after is None:
            raise FetchProblem(reason, passing=True)
        self._manners.pause(target.host, after)
        if after > self._settings.retry_after_s:
            raise FetchProblem(f"{reason} and asked to wait {after:.0f} s")
        raise FetchProblem(reason, passing=True, after=after)

    @contextmanager
    def _reasons(self) -> Iterator[None]:
        """Foreign errors as ours, the most specific first."""
        try:
            yield
        except httpcore.ConnectTimeout as error:
            reason = f"could not be connected to within {self._settings.connect_s:g} s"
            raise FetchProblem(reason, passing=True) from error
        except httpcore.TimeoutException as error:
            raise FetchProblem(f"said nothing for {self._settings.read_s:g} s", passing=True) from error
        except httpcore.ConnectError as error:
            # The pool raises it anew without its cause: what that was stands in its arguments alone.
            for cause in error.args:
                if isinstance(cause, ssl.SSLError):
                    raise FetchProblem(f"has no TLS that can be trusted: {cause.reason}") from error
            raise FetchProblem("could not be connected to", passing=True) from error
        except (httpcore.NetworkError, httpcore.RemoteProtocolError) as error:
            raise FetchProblem("gave no complete HTTP answer", passing=True) from error
        except httpcore.ProtocolError as error:
            raise FetchProblem("cannot be asked for over HTTP") from error


class Budget:
    """Seconds for one file: only what its requests take is spent, not what it waits for its turn."""

    def __init__(self, seconds: float) -> None:
        self._seconds = self._left = seconds

    @asynccontextmanager
    async def spend(self) -> AsyncIterator[None]:
        """Raises FetchProblem when the time is over, however steadily something drips. That is not tried again."""
        began = monotonic()
        try:
            async with asyncio.timeout(self._left):
                yield
        except TimeoutError as error:
            raise FetchProblem(f"took longer than {self._seconds:g} s", host_fails=True) from error
        finally:
            self._left = max(0.0, self._left - (monotonic() - began))


def seconds_of(retry_after: str, moment: dt.datetime) -> float | None:
    """Seconds that a Retry-After header asks for (RFC 9110, section 10.2.3): a number, or a date; None for neither."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:MOST_DIGITS])
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    aware = at if at.tzinfo is not None else at.replace(tzinfo=dt.UTC)
    return max(0.0, (aware - moment).total_seconds())


def _again(error: Exception) -> bool | float:
    """Whether a problem is worth another try, and after how many seconds where the server said."""
    if not isinstance(error, FetchProblem) or not error.passing:
        return False
    return True if error.after is None else error.after


def _plain(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """By name in lower case; of one that is repeated, the first."""
    plain: dict[str, str] = {}
    for name, value in headers:
        plain.setdefault(name.decode("ascii").lower(), _text(value))
    return plain


def _text(value: bytes) -> str:
    """Addresses in a Location are often UTF-8, whatever they should be."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
