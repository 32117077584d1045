"""Connections that go only where the policy lets them: a name is resolved, checked and connected to in one step.

The socket is opened to the very address that was checked, so a name that answers differently a moment later (DNS
rebinding) gains nothing; TLS still verifies the name.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import Executor
from functools import partial
from time import monotonic

import httpcore

from app.media.fetching.addresses import Address
from app.media.fetching.policy import Policy
from app.media.fetching.problems import FetchProblem

Resolver = Callable[[str, int], Awaitable[Sequence[Address]]]
"""Every address of a host, the best first. Raises OSError when there is none."""

MOST_TRIED = 4
"""Addresses of one name that are tried before giving up."""


class SystemResolver:
    """What the system says: names, and every way to write an IPv4 address that `inet_aton` takes.

    In threads of its own: those of the event loop serve shoppers too, and a feed may name any number of hosts whose
    name servers never answer.
    """

    def __init__(self, threads: Executor) -> None:
        self._threads = threads

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        ask = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        return list(dict.fromkeys(ipaddress.ip_address(entry[4][0]) for entry in found))


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """httpcore's seam to the network. Raises FetchProblem for what is refused or has no address."""

    def __init__(
        self,
        policy: Policy,
        resolve: Resolver,
        below: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._policy = policy
        self._resolve = resolve
        self._below = below or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first address of `host` that takes one, all of them within `timeout` seconds."""
        ends = None if timeout is None else monotonic() + timeout
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._allowed(host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout("the name was not resolved in time") from error
        for left in range(len(addresses), 0, -1):
            share = None if ends is None else max(0.0, ends - monotonic()) / left
            try:
                address = str(addresses[-left])
                return await self._below.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if left == 1:
                    raise
        raise FetchProblem("has no address")

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise FetchProblem("is no web address")

    async def sleep(self, seconds: float) -> None:
        await self._below.sleep(seconds)

    async def _allowed(self, host: str, port: int) -> Sequence[Address]:
        """The addresses of `host`. One that is refused refuses them all: a name for both a public and a private
        address is a trick or a mistake.
        """
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            later = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
            raise FetchProblem(f"has a host that is not known ({host})", passing=later) from error
        for address in addresses:
            if (refusal := self._policy.refusal(host, port, address)) is not None:
                raise FetchProblem(refusal)
        return addresses[:MOST_TRIED]
