"""The soak's own judgement: what it counts as missed, and whose answers hold what is gone."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from app.settings import Settings
from bench.soak import Amounts, verdict
from bench.soak_load import Changes, Clients, Load, Phase
from bench.soak_service import UNLIMITED, Running, ready

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


def test_its_service_refuses_nobody_for_asking_often(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in UNLIMITED.items():
        monkeypatch.setenv(name, value)
    admission = Settings(_env_file=None).admission
    assert {*admission.address.by_group().values(), *admission.key.by_group().values()} == {""}


class Starting:
    """A service whose index is another model's until it is built anew."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        if request.method == "POST":
            assert request.headers["Authorization"] == "Bearer key"
            return httpx.Response(202, json={})
        built = self.asked.count("GET /readyz") > 2
        return httpx.Response(200 if built else 503, json={"not_ready": [] if built else ["index"]})


async def test_an_index_of_another_model_is_built_anew_once() -> None:
    service, process = Starting(), SimpleNamespace(returncode=None)
    async with httpx.AsyncClient(transport=httpx.MockTransport(service), base_url="http://shop") as client:
        await ready(Running(client, {"admin": "key"}), process, Path("serve.log"))
    assert service.asked.count("POST /v1/admin/reindex") == 1 and service.asked[-1] == "GET /readyz"


async def test_a_service_that_ended_is_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "serve.log").write_text("no such model")
    async with httpx.AsyncClient(transport=httpx.MockTransport(Starting()), base_url="http://shop") as client:
        with pytest.raises(SystemExit, match="no such model"):
            await ready(Running(client, {}), SimpleNamespace(returncode=1), tmp_path / "serve.log")
