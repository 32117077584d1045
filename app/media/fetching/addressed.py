"""A web address as we ask for it: parsed once, by one parser, and refused when anything about it is odd."""

import re
from dataclasses import dataclass

import httpx

from app.media.fetching.policy import Policy
from app.media.fetching.problems import FetchProblem

LONGEST = 4_096
DEFAULT_PORTS = {"http": 80, "https": 443}
NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
UNREADABLE = (httpx.InvalidURL, ValueError)
"""What parsing raises; ValueError for half a surrogate pair, as JSON may hold, and for what `urljoin` dislikes."""

LITERAL_V6 = re.compile(r"[0-9a-f:.]+")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes. `url` is normalised and without fragment; `host` in lower case, IDNA-encoded."""

    url: httpx.URL
    scheme: str
    host: str
    port: int

    @property
    def text(self) -> str:
        return str(self.url)

    @property
    def authority(self) -> str:
        """For the Host header (RFC 9110, section 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def target_of(text: str, policy: Policy) -> Target:
    """What `text` stands for. Raises FetchProblem where it is no plain web address on an open port."""
    if len(text) > LONGEST:
        raise FetchProblem(f"is longer than {LONGEST:,} characters")
    try:
        return _checked(httpx.URL(text.strip(" ")), policy)
    except UNREADABLE as error:
        raise FetchProblem("is no valid web address") from error


def redirected(source: Target, location: str, policy: Policy) -> Target:
    """Where a redirect leads, checked like any other address.

    From https to http it is refused: whoever sits between could then give any picture, and a feed that can do without
    https says so itself.
    """
    try:
        led = _checked(source.url.join(location), policy)
    except UNREADABLE as error:
        raise FetchProblem("redirects to no valid web address") from error
    except FetchProblem as problem:
        raise FetchProblem(f"redirects to what {problem.reason}") from problem
    if source.scheme == "https" and led.scheme == "http":
        raise FetchProblem("redirects from https to http")
    return led


def _checked(url: httpx.URL, policy: Policy) -> Target:
    if url.scheme not in DEFAULT_PORTS:
        raise FetchProblem("is no http or https address")
    if url.userinfo:
        raise FetchProblem("has a user name or password in it")
    host = url.raw_host.decode("ascii").removesuffix(".")
    if not (NAME.fullmatch(host) or (":" in host and LITERAL_V6.fullmatch(host))):
        raise FetchProblem("has no valid host name")
    port = url.port if url.port is not None else DEFAULT_PORTS[url.scheme]
    if (closed := policy.closed_port(port)) is not None:
        raise FetchProblem(closed)
    return Target(url.copy_with(host=host, fragment=None), url.scheme, host, port)
