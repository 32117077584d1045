"""How many shoppers one address may create with a browser's key."""

from pathlib import Path

import pytest
from limits.aio.storage import MemoryStorage

from app.admission.address import household
from app.admission.groups import Group
from app.admission.rates import Rates
from app.admission.settings import AdmissionSettings, RateSettings
from app.auth.principals import GRANTS, Principal
from app.errors import TooManyRequests
from app.settings import LimitSettings
from tests.app.conftest import serving

BROWSER = Principal("k1", GRANTS["shop"], "tryon_shop_abcdefgh")
BACKEND = Principal("k2", GRANTS["server"], "tryon_server_abcdefgh")


async def test_one_address_is_stopped_and_another_or_the_shops_own_server_is_not() -> None:
    rates = Rates(AdmissionSettings(), shoppers_per_hour=2)
    for _ in range(2):
        await rates.spend(Group.shoppers, BROWSER, "here")
    with pytest.raises(TooManyRequests, match="at most 2 new shoppers in an hour") as refused:
        await rates.spend(Group.shoppers, BROWSER, "here")
    assert refused.value.retry_after_s is not None and 0 < refused.value.retry_after_s <= 3601
    await rates.spend(Group.shoppers, BROWSER, "there")
    for _ in range(3):
        await rates.spend(Group.shoppers, BACKEND, "here")


async def test_processes_that_share_a_storage_count_new_shoppers_together() -> None:
    shared = MemoryStorage()
    one, other = (Rates(AdmissionSettings(), shared, shoppers_per_hour=2) for _ in range(2))
    await one.spend(Group.shoppers, BROWSER, "here")
    await other.spend(Group.shoppers, BROWSER, "here")
    for process in (one, other):
        with pytest.raises(TooManyRequests):
            await process.spend(Group.shoppers, BROWSER, "here")


async def test_without_a_limit_of_their_own_they_are_requests_like_others() -> None:
    rates = Rates(AdmissionSettings(address=RateSettings(others="100/hour")), shoppers_per_hour=0)
    for _ in range(100):
        await rates.spend(Group.shoppers, BROWSER, "here")
    with pytest.raises(TooManyRequests, match="at most 100 new shoppers"):
        await rates.spend(Group.shoppers, BROWSER, "here")


@pytest.mark.parametrize(
    ("address", "same"),
    [("2001:db8::1", "2001:db8::2:3"), ("::ffff:10.0.0.1", "10.0.0.1"), (None, ""), ("testclient", "testclient")],
)
def test_whom_an_address_stands_for(address: str | None, same: str) -> None:
    assert household(address) == household(same)


@pytest.mark.parametrize(("one", "other"), [("10.0.0.1", "10.0.0.2"), ("2001:db8::1", "2001:db8:0:1::1")])
def test_strangers(one: str, other: str) -> None:
    assert household(one) != household(other)


async def test_a_browsers_key_makes_so_many_shoppers_and_a_servers_goes_on(tmp_path: Path) -> None:
    async with serving(tmp_path, limits=LimitSettings(shoppers_per_hour=2)) as whole:
        made = [await whole.client.post("/v1/shoppers", headers=whole.key("shop")) for _ in range(3)]
        assert [answer.status_code for answer in made] == [201, 201, 429]
        refused = made[2]
        assert refused.headers["content-type"] == "application/problem+json"
        assert int(refused.headers["retry-after"]) > 0
        assert refused.json()["type"].endswith("/too-many-requests") and "server" in refused.json()["detail"]
        assert (await whole.stored())["shoppers"] == 2
        for _ in range(3):
            assert (await whole.client.post("/v1/shoppers", headers=whole.key("server"))).status_code == 201
        token = made[0].json()["shopper_token"]  # who is known already is not kept from anything
        events = {"events": [{"event_id": "1", "event": "view", "item_id": "dress-red"}]}
        sent = await whole.client.post(
            "/v1/events", json=events, headers=whole.key("shop") | {"X-Shopper-Token": token}
        )
        assert sent.status_code == 202
