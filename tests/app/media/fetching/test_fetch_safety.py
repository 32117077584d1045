"""Where a stranger's feed may not lead us: by address, by redirect, by a name that changes its mind."""

import ipaddress
import socket
from collections.abc import Sequence
from typing import Any

import httpcore
import pytest

from app.media.fetching.addressed import redirected, target_of
from app.media.fetching.network import CheckedNetwork
from app.media.fetching.policy import Allowance, Policy
from app.media.fetching.problems import FetchProblem
from app.media.fetching.results import Fetched, FetchFailed
from app.media.fetching.settings import FetchSettings
from tests.app.media.fetching.conftest import MakeFetcher
from tests.app.media.fetching.misbehaving import Misbehaving, answers, drips, picture

PICTURE = picture()
PUBLIC = "93.184.216.34"
USUAL = Policy(frozenset({80, 443}))


async def reason(make: MakeFetcher, url: str, **fetch: object) -> str:
    """Why one URL gives nothing."""
    outcome = (await make(**fetch).fetch_many([url]))[url]
    assert isinstance(outcome, FetchFailed), outcome
    return outcome.reason


def resolver(*answers_in_turn: Sequence[str]) -> Any:
    """A name server that gives these answers one after the other, the last from then on."""
    queue = list(answers_in_turn)

    async def resolve(host: str, port: int) -> Sequence[Any]:
        given = queue.pop(0) if len(queue) > 1 else queue[0]
        return [ipaddress.ip_address(text) for text in given]

    return resolve


class Nowhere(httpcore.AsyncMockBackend):
    """A network that writes down where it was to connect to, and reaches nothing."""

    def __init__(self) -> None:
        super().__init__([])
        self.tried: list[tuple[str, int]] = []

    async def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        self.tried.append((host, port))
        raise httpcore.ConnectError("unreachable")


async def test_loopback_only_where_it_is_allowed(server: Misbehaving, fetching: MakeFetcher) -> None:
    url = server.on("/a.jpg", answers(200, PICTURE))
    assert (
        await reason(fetching, url, allow_private=[], ports=[80, server.port]) == "is on a private network (127.0.0.1)"
    )
    assert (
        await reason(fetching, url, allow_private=[]) == f"asks for port {server.port}; only 80, 443 are fetched from"
    )
    assert await reason(fetching, url, allow_private=["127.0.0.1"]) == (
        f"asks for port {server.port}; only 80, 443 are fetched from"
    )
    assert server.seen == []
    assert isinstance((await fetching().fetch_many([url]))[url], Fetched)


LOOPBACK_BY_OTHER_NAMES = [
    "localhost", "LOCALHOST", "localhost.", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "017700000001",
    "0177.0.0.1", "127.0.0.1.", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::1]",
    "127。0。0。1", "127．0．0．1", "１２７.０.０.１", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "0", "0.0.0.0", "[::]", "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "[64:ff9b:1::127.0.0.1]", "10.0.0.1", "192.168.1.1", "172.16.0.1",
    "100.64.0.1", "[fd00::1]", "[fe80::1]", "[fe80::1%25lo]", "169.254.169.254", "[fd00:ec2::254]",
    "[::ffff:a9fe:a9fe]", "168.63.129.16", "224.0.0.1", "255.255.255.255", "240.0.0.1", "198.18.0.1",
]  # fmt: skip


@pytest.mark.parametrize("host", LOOPBACK_BY_OTHER_NAMES)
async def test_no_spelling_leads_to_our_own_network(server: Misbehaving, fetching: MakeFetcher, host: str) -> None:
    server.on("/a.jpg", answers(200, PICTURE))
    fetcher = fetching(allow_private=[], ports=[80, 443, server.port], attempts=1)
    urls = [f"http://{host}:{server.port}/a.jpg", f"http://{host}/a.jpg", f"https://{host}/a.jpg"]
    outcomes = await fetcher.fetch_many(urls)
    assert all(isinstance(outcome, FetchFailed) for outcome in outcomes.values())
    assert not any("connected" in str(outcome) for outcome in outcomes.values()), outcomes
    assert server.seen == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", "is no http or https address"),
        ("pictures/a.jpg", "is no http or https address"),
        ("//shop.example/a.jpg", "is no http or https address"),
        ("file:///etc/passwd", "is no http or https address"),
        ("ftp://shop.example/a.jpg", "is no http or https address"),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "is no http or https address"),
        ("data:image/png;base64,AAAA", "is no http or https address"),
        ("javascript:alert(1)", "is no http or https address"),
        ("http://user@shop.example/", "has a user name or password in it"),
        ("http://user:secret@shop.example/", "has a user name or password in it"),
        ("http://shop.example@127.0.0.1/", "has a user name or password in it"),
        ("http://shop.example\\@127.0.0.1/", "has a user name or password in it"),
        ("http:///a.jpg", "has no valid host name"),
        ("http:a.jpg", "has no valid host name"),
        ("http://shop.example..", "has no valid host name"),
        ("http://.shop.example/", "has no valid host name"),
        ("http://sh%6fp.example/", "has no valid host name"),
        ("http://shop example/", "has no valid host name"),
        ("http://[fe80::1%25eth0]/", "has no valid host name"),
        ("http://shop.example:0/", "asks for port 0; only 80, 443 are fetched from"),
        ("http://shop.example:22/", "asks for port 22; only 80, 443 are fetched from"),
        ("http://shop.example:6379/", "asks for port 6379; only 80, 443 are fetched from"),
        ("http://shop.example:99999/", "asks for port 99999; only 80, 443 are fetched from"),
        ("http://shop.example:-80/", "asks for port -80; only 80, 443 are fetched from"),
        ("http://shop.example:port/", "is no valid web address"),
        ("http://shop.example/a\r\nHost: 127.0.0.1", "is no valid web address"),
        ("http://shop.example/a\tb", "is no valid web address"),
        ("http://shop.example\x00.evil.example/", "is no valid web address"),
        ("http://256.256.256.256/", "is no valid web address"),
        ("http://[::ffff:999.0.0.1]/", "is no valid web address"),
        ("http://xn--\u00fc.example/", "is no valid web address"),
        ("http://" + "a" * 64 + ".example/", "has no valid host name"),
        ("http://shop.example/" + "a" * 5_000, "is longer than 4,096 characters"),
    ],
)
def test_odd_addresses_are_refused_before_anything_is_asked(url: str, expected: str) -> None:
    with pytest.raises(FetchProblem) as caught:
        target_of(url, USUAL)
    assert caught.value.reason.startswith(expected)


@pytest.mark.parametrize(
    ("url", "host", "text"),
    [
        ("HTTP://Shop.Example:80/A%20b.jpg#top", "shop.example", "http://shop.example/A%20b.jpg"),
        (" https://shop.example ", "shop.example", "https://shop.example"),
        ("https://shop.example./a b.jpg", "shop.example", "https://shop.example/a%20b.jpg"),
        ("https://bücher.example/ü.jpg", "xn--bcher-kva.example", "https://xn--bcher-kva.example/%C3%BC.jpg"),
        ("https://shop。example/", "shop.example", "https://shop.example/"),
        ("http://[2606:4700::1111]:443/", "2606:4700::1111", "http://[2606:4700::1111]:443/"),
        ("https://img_1.shop.example/?a=1&b=[2]", "img_1.shop.example", "https://img_1.shop.example/?a=1&b=[2]"),
    ],
)
def test_ordinary_addresses_are_normalised(url: str, host: str, text: str) -> None:
    target = target_of(url, USUAL)
    assert (target.host, target.text) == (host, text)


REDIRECTS = [
    ("http://127.0.0.1/secret", "is on a private network (127.0.0.1)"),
    ("http://localhost:80/secret", "is on a private network ("),
    ("http://169.254.169.254/latest/meta-data/", "is a cloud's metadata address (169.254.169.254)"),
    ("//10.0.0.1/a", "is on a private network (10.0.0.1)"),
    ("file:///etc/passwd", "redirects to what is no http or https address"),
    ("ftp://shop.example/a", "redirects to what is no http or https address"),
    ("http://user:pw@shop.example/", "redirects to what has a user name or password in it"),
    ("http://shop.example:22/", "redirects to what asks for port 22"),
    ("http://[::1", "redirects to no valid web address"),
]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(("location", "expected"), REDIRECTS)
async def test_every_redirect_is_checked_anew(
    server: Misbehaving, fetching: MakeFetcher, status: int, location: str, expected: str
) -> None:
    url = server.on("/a.jpg", answers(status, Location=location))
    assert (await reason(fetching, url)).startswith(expected)
    assert len(server.seen) == 1


async def test_redirects_that_lead_somewhere(server: Misbehaving, fetching: MakeFetcher) -> None:
    server.on("/pictures/b.jpg", answers(200, PICTURE))
    for location in ("/pictures/b.jpg", "b.jpg", "../pictures/./b.jpg", f"//{server.place}/pictures/b.jpg", "b.jpg#x"):
        url = server.on("/pictures/a.jpg", answers(302, Location=location))
        assert isinstance((await fetching().fetch_many([url]))[url], Fetched), location


async def test_redirects_end(server: Misbehaving, fetching: MakeFetcher) -> None:
    circle = server.on("/a.jpg", answers(302, Location="/b.jpg"))
    server.on("/b.jpg", answers(302, Location="/a.jpg"))
    assert await reason(fetching, circle, max_redirects=4) == "redirects more than 4 times"
    assert len(server.seen) == 5
    nowhere = server.on("/c.jpg", answers(302))
    assert await reason(fetching, nowhere) == "answered 302"


async def test_redirects_share_one_time(server: Misbehaving, fetching: MakeFetcher) -> None:
    server.on("/b.jpg", drips(0.01))
    url = server.on("/a.jpg", answers(302, Location="/b.jpg"))
    assert await reason(fetching, url, total_s=0.2) == "took longer than 0.2 s"


def test_https_is_never_left_for_http() -> None:
    source = target_of("https://shop.example/a.jpg", USUAL)
    with pytest.raises(FetchProblem, match="redirects from https to http"):
        redirected(source, "http://shop.example/a.jpg", USUAL)
    assert redirected(source, "/b.jpg", USUAL).text == "https://shop.example/b.jpg"


async def test_a_name_that_changes_its_mind_gains_nothing() -> None:
    below = Nowhere()
    network = CheckedNetwork(USUAL, resolver([PUBLIC], ["127.0.0.1"]), below)
    with pytest.raises(httpcore.ConnectError):
        await network.connect_tcp("rebind.example", 80)
    with pytest.raises(FetchProblem, match="is on a private network"):
        await network.connect_tcp("rebind.example", 80)
    assert below.tried == [(PUBLIC, 80)]


async def test_a_name_is_asked_once_for_each_connection_and_never_handed_on() -> None:
    below = Nowhere()
    network = CheckedNetwork(USUAL, resolver([PUBLIC, "2606:4700::1111"]), below)
    with pytest.raises(httpcore.ConnectError):
        await network.connect_tcp("shop.example", 443, 1.0)
    assert below.tried == [(PUBLIC, 443), ("2606:4700::1111", 443)]


async def test_one_private_address_refuses_the_name() -> None:
    below = Nowhere()
    network = CheckedNetwork(USUAL, resolver([PUBLIC, "10.0.0.7"]), below)
    with pytest.raises(FetchProblem, match=r"is on a private network \(10\.0\.0\.7\)"):
        await network.connect_tcp("both.example", 80)
    assert below.tried == []


async def test_rebinding_between_a_redirect_and_its_target(server: Misbehaving, fetching: MakeFetcher) -> None:
    """The name is allowed at first; when it is asked for again, it stands for a metadata address."""
    server.on("/a.jpg", answers(302, Location="/b.jpg", Connection="close"))
    server.on("/b.jpg", answers(200, PICTURE))
    url = server.url("/a.jpg", "rebind.example")
    place = f"rebind.example:{server.port}"
    fetch = {"resolve": resolver(["127.0.0.1"], ["169.254.169.254"]), "allow_private": [place]}
    assert await reason(fetching, url, **fetch) == "is a cloud's metadata address (169.254.169.254)"
    assert len(server.asked("/a.jpg")) == 1
    assert server.asked("/b.jpg") == []


async def test_a_host_that_nobody_knows(fetching: MakeFetcher) -> None:
    async def unknown(host: str, port: int) -> Sequence[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert await reason(fetching, "http://nowhere.example/", resolve=unknown) == (
        "has a host that is not known (nowhere.example)"
    )


async def test_no_proxy_of_the_environment_is_used(
    server: Misbehaving, fetching: MakeFetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    url = server.on("/a.jpg", answers(200, PICTURE))
    assert isinstance((await fetching().fetch_many([url]))[url], Fetched)


@pytest.mark.parametrize(
    ("text", "host", "port", "address", "covered"),
    [
        ("pictures.lan", "pictures.lan", 80, "10.0.0.1", True),
        ("Pictures.LAN.", "pictures.lan", 80, "10.0.0.1", True),
        ("pictures.lan", "evil.example", 80, "10.0.0.1", False),
        ("pictures.lan:8080", "pictures.lan", 80, "10.0.0.1", False),
        ("10.0.0.0/8", "any.example", 80, "10.9.9.9", True),
        ("10.0.0.0/8", "any.example", 80, "192.168.0.1", False),
        ("10.0.0.1:8080", "any.example", 8080, "10.0.0.1", True),
        ("[fd00::1]:8080", "any.example", 8080, "fd00::1", True),
        ("[fd00::1]", "any.example", 8080, "fd00::1", True),
        ("fd00::/8", "any.example", 80, "fd12::1", True),
    ],
)
def test_what_an_exception_covers(text: str, host: str, port: int, address: str, covered: bool) -> None:
    assert Allowance.parse(text).covers(host, port, ipaddress.ip_address(address)) is covered


def test_no_exception_opens_a_metadata_address() -> None:
    policy = Policy.of([80], ["169.254.0.0/16", "metadata.example", "0.0.0.0/0"])
    for address in ("169.254.169.254", "169.254.1.1", "0.0.0.0"):
        assert policy.refusal("metadata.example", 80, ipaddress.ip_address(address)) is not None


def test_an_exception_s_port_is_open_for_it_alone() -> None:
    policy = Policy.of([80], ["10.0.0.1:8080"])
    assert policy.closed_port(8080) is None
    assert policy.refusal("a.lan", 8080, ipaddress.ip_address("10.0.0.1")) is None
    assert policy.refusal("shop.example", 8080, ipaddress.ip_address(PUBLIC)) == "asks for port 8080 of another host"


@pytest.mark.parametrize("text", ["", "http://pictures.lan", "a b", "10.0.0.0/99", "pictures.lan:0", "x:99999", "a@b"])
def test_an_exception_that_cannot_be_read_is_said_at_the_start(text: str) -> None:
    with pytest.raises(ValueError, match="allow_private"):
        FetchSettings(allow_private=[text])
