"""The database is gone in the midst of work, and comes back (for TRYON_OUTAGE_S seconds; 10 in the long run)."""

import asyncio
import os
import threading
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from models.contracts import RGB, Matrix
from models.encoders.fake import FakeEncoder
from tests.crash.conftest import PATIENCE_S, Shop, opened
from tests.crash.proxy import Proxy

AWAY_S = float(os.environ.get("TRYON_OUTAGE_S", "1"))
ROWS = 40


class Gate(FakeEncoder):
    """Encodes pictures only while it is open."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting, self.open = threading.Event(), threading.Event()
        self.open.set()

    def encode_images(self, pictures: Sequence[RGB]) -> Matrix:
        if not self.open.is_set():
            self.waiting.set()
            assert self.open.wait(PATIENCE_S)
        return super().encode_images(pictures)


async def refused(shop: Shop) -> list[httpx.Response]:
    """What everybody hears meanwhile."""
    return [
        await shop.client.get("/v1/items"),
        await shop.ask(),
        await shop.put("item-0", "changed while nobody could write it down"),
        await shop.client.delete("/v1/admin/items/item-1"),
        await shop.client.post("/v1/admin/reindex", json={}),
        await shop.send(1, "never taken"),
    ]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_who_asks_is_told_to_come_back_and_jobs_go_on(database_url: str, tmp_path: Path) -> None:
    gate = Gate()
    async with Proxy.to(database_url) as proxy, opened(tmp_path, proxy.through(database_url), gate) as shop:
        for number in range(3):
            await shop.put(f"item-{number}", "a dress")
        before = (await shop.until(await shop.reindex()))["result"]["version"]
        gate.open.clear()
        reindex = await shop.reindex()
        assert await asyncio.to_thread(gate.waiting.wait, PATIENCE_S)
        feed = (await shop.send(ROWS, "of a feed")).json()["id"]
        await proxy.cut()
        gate.open.set()
        clock, rounds = asyncio.get_running_loop().time, 0
        back_at = clock() + AWAY_S
        while clock() < back_at or not rounds:
            rounds += 1
            for answer in await refused(shop):
                said = (answer.status_code, answer.headers["content-type"], answer.json()["type"].rpartition("/")[2])
                assert said == (503, "application/problem+json", "not-ready"), answer.text
                assert int(answer.headers["retry-after"]) > 0
            ready = await shop.client.get("/readyz")
            assert (ready.status_code, ready.json()["database"]) == (503, "unreachable")
            assert (await shop.client.get("/healthz")).status_code == 200, "restarting it would not help"
        await proxy.back()
        assert (await shop.client.get("/readyz")).status_code == 200
        after = (await shop.until(reindex))["result"]["version"]
        told = await shop.until(feed)
        assert (told["result"]["rows"], told["result"]["failed"]) == (ROWS, 0)
        rows = (await shop.client.get(f"/v1/admin/jobs/{feed}/rows", params={"limit": 100})).json()["items"]
        assert sorted(row["line"] for row in rows) == list(range(1, ROWS + 1))
        assert (await shop.client.get("/readyz")).json()["index_version"] == after != before
        await shop.holds_what_it_said()
        assert (await shop.ask()).status_code == 201
        listed = (await shop.client.get("/v1/admin/jobs")).json()["items"]
        assert len(listed) == 3, "what was refused was not queued"
