"""The soak's own judgement: what it counts as missed, and whose answers hold what is gone."""

import asyncio
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from bench.soak import Amounts, verdict
from bench.soak_load import Changes, Clients, Load, Phase
from bench.soak_service import Running

SOME = Amounts(reindexes=1, imports=1, rows=1, changes=2)


def load(**more: Any) -> Load:
    took: dict[Phase, list[float]] = {"before": [10.0] * 200, "reindex": [15.0] * 200}
    good = Load(took=took, reindexed=1, imported=1)
    good.changed.update(PUT=1, DELETE=1)
    for name, value in more.items():
        setattr(good, name, value)
    return good


def test_a_soak_that_meets_every_target_misses_none() -> None:
    assert verdict(load(), SOME)[1] == []


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        ({"failures": ["500"]}, "1 queries failed"),
        ({"ghosts": ["a in rec_1"]}, "1 answers held deleted items"),
        ({"troubles": ["PUT a: 500"]}, "1 of the other requests failed"),
        ({"took": {"before": [10.0], "reindex": [21.0]}}, "2.10 times"),
        ({"took": {"before": [10.0]}}, "inf times"),
        ({"reindexed": 0}, "0 of 1 reindexes"),
        ({"imported": 0}, "0 of 1 imports"),
        ({"changed": {"PUT": 1}}, "of 2 changes"),
    ],
)
def test_each_target_that_is_missed_is_named(seen: dict[str, Any], reason: str) -> None:
    missed = verdict(load(**seen), SOME)[1]
    assert len(missed) == 1 and reason in missed[0]


async def test_only_what_was_gone_before_and_after_a_query_is_a_ghost() -> None:
    noticed = Load(phase="before", gone={"old", "rewritten"})

    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0)  # as a socket would, it lets others go on
        noticed.gone -= {"rewritten"}  # somebody writes it again meanwhile
        noticed.gone |= {"just now"}
        shown = [{"item": {"id": one}} for one in ("old", "rewritten", "just now", "there")]
        return httpx.Response(201, json={"id": "rec_1", "suggestions": shown, "outfits": []})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://shop") as client:
        clients = Clients(Running(client, {"server": "key"}), noticed, [b"photo"], 1)
        task = asyncio.create_task(clients.ask(0))
        await clients.warm(1)
        clients.stop()
        await task
    assert noticed.ghosts[0] == "['old'] in rec_1" and not noticed.failures


async def test_changes_are_counted_when_they_are_acknowledged() -> None:
    noticed, kept = Load(), SimpleNamespace(ids=set[str]())

    def answer(request: httpx.Request) -> httpx.Response:
        item_id = request.url.path.rpartition("/")[2]
        assert request.method == "PUT" or item_id in kept.ids
        (kept.ids.discard if request.method == "DELETE" else kept.ids.add)(item_id)
        return httpx.Response(204 if request.method == "DELETE" else 200)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://shop") as client:
        await Changes(Running(client, {"admin": "key"}), noticed, [b"picture"]).run(200)
    assert sum(noticed.changed.values()) == 200 and set(noticed.changed) == {"PUT", "PATCH", "DELETE"}
    assert noticed.gone and not noticed.gone & kept.ids
