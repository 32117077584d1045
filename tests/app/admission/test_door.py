"""Who is let in, how often, and when it is too much: told before a body is read, with when to come back."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from limits.aio.storage import MemoryStorage
from limits.errors import StorageError

from app.admission.groups import Group, group_of, is_costly, scope_for
from app.admission.rates import Rates, shared_storage
from app.admission.settings import AdmissionSettings, RateSettings, ServerSettings
from app.auth.keys import KeyRepository
from app.auth.principals import GRANTS, Principal
from app.auth.settings import AuthSettings
from app.auth.tables import ApiKeyRow
from app.errors import ConfigurationFault, TooManyRequests
from tests.app.conftest import ORIGIN, Whole, serving

BROWSER = Principal("k1", GRANTS["shop"], "tryon_shop_abcdefgh")
BACKEND = Principal("k2", GRANTS["server"], "tryon_server_abcdefgh")
NOBODY = Principal("anonymous", GRANTS["shop"])


@pytest.mark.parametrize(
    ("method", "path", "group", "costly", "scope"),
    [
        ("POST", "/v1/recommendations", Group.recommendations, True, "shop"),
        ("GET", "/v1/recommendations", Group.others, False, "shop"),
        ("POST", "/v1/tags", Group.tags, True, "shop"),
        ("POST", "/v1/events", Group.events, False, "shop"),
        ("POST", "/v1/shoppers", Group.shoppers, False, "shop"),
        ("DELETE", "/v1/shoppers/x", Group.others, False, "shop"),
        ("GET", "/v1/items/a/b/similar", Group.others, True, "shop"),
        ("GET", "/v1/items/a/outfits", Group.others, True, "shop"),
        ("GET", "/v1/items/a", Group.others, False, "shop"),
        ("POST", "/v1/admin/reindex", Group.others, False, "admin"),
        ("GET", "/", Group.others, False, None),
        ("GET", "/readyz", None, False, None),
    ],
)
def test_what_a_request_is_for(method: str, path: str, group: Group | None, costly: bool, scope: str | None) -> None:
    assert (group_of(method, path), is_costly(method, path), scope_for(path)) == (group, costly, scope)


async def test_rates_count_browsers_by_address_and_backends_by_key() -> None:
    rates = Rates(AdmissionSettings(address=RateSettings(tags="2/minute"), key=RateSettings(tags="5/hour")))
    for _ in range(2):
        await rates.spend(Group.tags, BROWSER, "a")
    with pytest.raises(TooManyRequests, match="this address at most 2 tags in a minute") as refused:
        await rates.spend(Group.tags, BROWSER, "a")
    assert refused.value.retry_after_s and 0 < refused.value.retry_after_s <= 121
    await rates.spend(Group.tags, BROWSER, "b")
    await rates.spend(Group.recommendations, BROWSER, "a")
    for _ in range(5):
        await rates.spend(Group.tags, BACKEND, "a")
    with pytest.raises(TooManyRequests, match="this key at most 5 tags in an hour"):
        await rates.spend(Group.tags, BACKEND, "c")
    await rates.spend(Group.tags, NOBODY, "c")


class Away(MemoryStorage):
    """A shared storage whose server is gone."""

    asked = 0

    async def acquire_sliding_window_entry(self, *args: object, **options: object) -> bool:
        self.asked += 1
        raise StorageError(ConnectionError("gone"))


async def test_a_shared_storage_that_is_away_is_stood_in_for() -> None:
    shared, clock = Away(), [0.0]
    rates = Rates(AdmissionSettings(address=RateSettings(tags="2/minute")), shared, lambda: clock[0])
    for _ in range(2):
        await rates.spend(Group.tags, BROWSER, "a")
    with pytest.raises(TooManyRequests):
        await rates.spend(Group.tags, BROWSER, "a")
    assert shared.asked == 1, "what is away is left alone for a while"
    clock[0] += 11
    with pytest.raises(TooManyRequests):
        await rates.spend(Group.tags, BROWSER, "a")
    assert shared.asked == 2


async def test_processes_that_share_a_storage_count_together() -> None:
    shared, settings = MemoryStorage(), AdmissionSettings(address=RateSettings(tags="2/minute"))
    one, other = Rates(settings, shared), Rates(settings, shared)
    await one.spend(Group.tags, BROWSER, "a")
    await other.spend(Group.tags, BROWSER, "a")
    with pytest.raises(TooManyRequests):
        await one.spend(Group.tags, BROWSER, "a")


def test_storage_by_setting() -> None:
    assert shared_storage("memory://") is None
    try:
        import redis  # noqa: F401
    except ImportError:
        with pytest.raises(ConfigurationFault, match="redis"):
            shared_storage("redis://user:secret@127.0.0.1:1/0")


async def test_too_often_is_429_with_when_to_return(tmp_path: Path) -> None:
    rates = RateSettings(recommendations="2/hour", others="6/hour")
    async with serving(tmp_path, admission=AdmissionSettings(address=rates)) as whole:
        made = [await whole.post(description="red dress", outfits="0") for _ in range(3)]
        assert [answer.status_code for answer in made] == [201, 201, 429]
        assert int(made[2].headers["retry-after"]) > 0
        assert made[2].headers["content-type"] == "application/problem+json"
        assert made[2].headers["x-request-id"] and made[2].headers["cache-control"] == "no-store"
        seen = [(await whole.client.get("/v1/items?limit=1", headers=whole.key("shop"))).status_code for _ in range(7)]
        assert seen == [200] * 6 + [429]
        assert (await whole.client.get("/v1/items", headers=whole.key("server"))).status_code == 200
        for _ in range(10):
            assert (await whole.client.get("/healthz")).status_code == 200


async def test_guesses_at_keys_come_to_an_end_and_good_keys_go_on(tmp_path: Path) -> None:
    async with serving(tmp_path, admission=AdmissionSettings(bad_keys="5/hour")) as whole:
        await whole.client.get("/v1/items", headers=whole.key("shop"))
        guesses = [
            (await whole.client.get("/v1/items", headers={"Authorization": f"Bearer guess{n}"})).status_code
            for n in range(8)
        ]
        assert guesses == [401] * 5 + [429] * 3
        assert (await whole.client.get("/v1/items", headers=whole.key("shop"))).status_code == 200


@pytest.fixture
async def crowded(tmp_path: Path) -> AsyncIterator[Whole]:
    limits = AdmissionSettings(most=1, least=1, receiving=8)
    async with serving(tmp_path, admission=limits, auth=AuthSettings(cors_origins=[ORIGIN])) as whole:
        gate = whole.container.admission.gate
        gate.received(gate.enter(None))  # somebody's request that takes long
        yield whole


async def test_too_much_is_503_before_the_body_is_read(crowded: Whole) -> None:
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(1_000):
            read += 1
            yield b"x" * 1_000

    for route in ("/v1/recommendations", "/v1/tags"):
        headers = crowded.key("server") | {"Content-Type": "multipart/form-data; boundary=b", "Origin": ORIGIN}
        answer = await crowded.client.post(route, content=body(), headers=headers)
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (503, "overloaded")
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert (await crowded.client.get("/v1/items/dress%2Fred/similar", headers=crowded.key("shop"))).status_code == 503
    assert (await crowded.client.get("/v1/items", headers=crowded.key("shop"))).status_code == 200
    assert (await crowded.client.get("/healthz")).status_code == 200
    assert read == 0


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nope"}])
async def test_a_body_from_nobody_is_not_read(whole: Whole, headers: dict[str, str]) -> None:
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        read += 1
        yield b"{}"

    for route in ("/v1/events", "/v1/recommendations", "/v1/admin/imports", "/v1/admin/reindex"):
        assert (await whole.client.post(route, content=body(), headers=headers)).status_code == 401
    assert read == 0


async def test_room_is_given_back_whatever_becomes_of_a_request(whole: Whole) -> None:
    gate = whole.container.admission.gate
    await asyncio.gather(
        whole.post(description="red dress"),
        whole.post(),
        whole.post([b"no picture"]),
        whole.client.get("/v1/items/nope/similar", headers=whole.key("shop")),
        whole.client.post("/v1/tags", content=b"x", headers=whole.key("shop")),
    )
    assert (gate.receiving, gate.working, dict(gate.by_address), whole.container.admission.inside) == (0, 0, {}, 0)


async def test_a_request_whose_key_is_still_looked_up_takes_room_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking, go = asyncio.Event(), asyncio.Event()
    find = KeyRepository.by_secret

    async def slowly(self: KeyRepository, secret: str) -> ApiKeyRow | None:
        looking.set()
        await go.wait()
        return await find(self, secret)

    async with serving(tmp_path, admission=AdmissionSettings(requests=1)) as whole:
        with monkeypatch.context() as patch:
            patch.setattr(KeyRepository, "by_secret", slowly)
            first = asyncio.create_task(whole.client.get("/v1/items", headers=whole.key("shop")))
            await looking.wait()
            second = await whole.client.get("/v1/items")
            assert (second.status_code, second.json()["type"].rpartition("/")[2]) == (503, "overloaded")
            assert (await whole.client.get("/healthz")).status_code == 200
            go.set()
            assert (await first).status_code == 200
        assert (await whole.client.get("/v1/items", headers=whole.key("shop"))).status_code == 200


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "limited"),
    [
        (["10.0.0.1"], "203.0.113.9", ("1.1.1.1", "2.2.2.2"), True),  # a stranger's header says nothing
        (["10.0.0.1"], "10.0.0.1", ("1.1.1.1", "2.2.2.2"), False),  # a proxy's says who it was
        (["10.0.0.0/24"], "10.0.0.1", ("9.9.9.1, 1.1.1.1", "9.9.9.2, 1.1.1.1"), True),  # what the caller put before
        ([], "127.0.0.1", ("1.1.1.1", "2.2.2.2"), True),
    ],
)
async def test_an_address_is_believed_from_trusted_proxies_alone(
    tmp_path: Path, trusted: list[str], peer: str, forwarded: tuple[str, str], limited: bool
) -> None:
    rates = AdmissionSettings(address=RateSettings(others="1/hour"))
    async with serving(tmp_path, admission=rates, server=ServerSettings(trusted_proxies=trusted)) as whole:
        transport = httpx.ASGITransport(whole.app, client=(peer, 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            statuses = [
                (await client.get("/v1/items", headers=whole.key("shop") | {"X-Forwarded-For": who})).status_code
                for who in forwarded
            ]
    assert statuses == [200, 429 if limited else 200]
