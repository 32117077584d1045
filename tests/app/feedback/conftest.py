"""A small shop with shoppers behind the real routes, on SQLite and on PostgreSQL."""

import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.auth.keys import KeyRepository
from tests.app.recommendations.conftest import Service, Shop


@dataclass
class Visitor:
    """Somebody at the shop, as a page or a server speaks for them: `key` is the caller's, `who` names the shopper."""

    service: Service
    key: dict[str, str]
    who: dict[str, str] = field(default_factory=dict)
    id: str = ""
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def headers(self) -> dict[str, str]:
        return self.key | self.who

    async def did(self, event: str, *items: str, **more: Any) -> list[dict[str, Any]]:
        """Send one new event for each item; the results."""
        events = [{"event_id": f"e{next(self.numbers)}", "event": event, "item_id": item} | more for item in items]
        return await self.sent(events)

    async def sent(self, events: list[Any], **headers: str) -> list[dict[str, Any]]:
        answer = await self.post(events, **headers)
        assert answer.status_code == 202, answer.text
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    async def post(self, events: Any, **headers: str) -> httpx.Response:
        return await self.service.client.post("/v1/events", json={"events": events}, headers=self.headers | headers)

    async def asked(self, **fields: str) -> dict[str, Any]:
        """An answer, a short one unless more is asked for."""
        answer = await self.service.post((), self.headers, **({"outfits": "0"} | fields))
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def history(self, **query: str) -> httpx.Response:
        return await self.service.client.get("/v1/recommendations", params=query, headers=self.headers)

    async def erase(self, shopper_id: str | None = None) -> httpx.Response:
        return await self.service.client.delete(f"/v1/shoppers/{shopper_id or self.id}", headers=self.headers)


@dataclass
class Counter:
    """The shop's doors."""

    service: Service
    keys: dict[str, str]

    def key(self, scope: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[scope]}"}

    async def newcomer(self) -> Visitor:
        """Somebody new with a token, through a browser's key."""
        answer = await self.service.client.post("/v1/shoppers", headers=self.key("shop"))
        assert answer.status_code == 201, answer.text
        made = answer.json()
        return Visitor(self.service, self.key("shop"), {"X-Shopper-Token": made["shopper_token"]}, made["id"])

    def stranger(self) -> Visitor:
        return Visitor(self.service, self.key("shop"))

    def own(self, shopper_id: str) -> Visitor:
        """Somebody whom the shop's server names by an id of its own."""
        return Visitor(self.service, self.key("server"), {"X-Shopper-Id": shopper_id}, shopper_id)


async def opened(service: Service) -> Counter:
    async with service.database.unit_of_work() as session:
        keys = {s: (await KeyRepository(session).create(s))[1] for s in ("shop", "server", "admin")}
    return Counter(service, keys)


@pytest.fixture
async def counter(database_url: str, tmp_path: Path) -> AsyncIterator[Counter]:
    """A filled shop of this test's own, on either database."""
    async with Shop(tmp_path, database_url).serve() as service:
        await service.fill()
        yield await opened(service)


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Counter]:
    """One filled shop on SQLite for the tests of a module."""
    async with Shop(tmp_path_factory.mktemp("shared")).serve() as service:
        await service.fill()
        yield await opened(service)
