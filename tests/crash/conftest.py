"""The service in this process, over a data folder and a database that outlive it."""

import asyncio
import base64
import io
import json
import zipfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from asgi_lifespan import LifespanManager

from app.auth.keys import KeyRepository
from app.container import Container
from app.db.migrate import upgrade
from app.db.session import Database
from app.jobs.settings import JobSettings
from app.main import create_app
from app.settings import DatabaseSettings, PreprocessSettings, Settings
from bench.crash import picture
from models.contracts import Encoder
from models.encoders.fake import FakeEncoder

JOBS = JobSettings(poll_s=0.05, heartbeat_s=0.2, lease_s=5, backoff_s=0.05, attempts=3)
PATIENCE_S = 60
Told = dict[str, Any]


@dataclass
class Shop:
    """One running service, asked as an admin; it remembers what was acknowledged: titles by item id."""

    client: httpx.AsyncClient
    container: Container
    acknowledged: dict[str, str] = field(default_factory=dict)

    async def put(self, item: str, title: str) -> httpx.Response:
        data = "data:image/png;base64," + base64.b64encode(picture(len(self.acknowledged))).decode()
        facts = {"title": title, "kind": "dress", "gender": "women", "pictures": [data]}
        answer = await self.client.put(f"/v1/admin/items/{item}", json=facts)
        if answer.is_success:
            self.acknowledged[item] = title
        return answer

    async def send(self, rows: int, title: str, pictures: Callable[[int], bytes] = picture) -> httpx.Response:
        """Upload a feed with a picture for each of its rows."""
        items = [f"feed-{n}" for n in range(rows)]
        facts = {"title": title, "kind": "dress", "gender": "women", "price": "10"}
        feed = "\n".join(json.dumps({"id": item, **facts}) for item in items)
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as out:
            for number, item in enumerate(items):
                out.writestr(f"{item}.png", pictures(number))
        files = {"feed": ("feed.jsonl", feed.encode()), "pictures": ("pictures.zip", archive.getvalue())}
        answer = await self.client.post("/v1/admin/imports", files=files)
        if answer.is_success:
            self.acknowledged |= dict.fromkeys(items, title)
        return answer

    async def reindex(self) -> str:
        answer = await self.client.post("/v1/admin/reindex", json={"force": True, "reencode": True})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    async def ask(self) -> httpx.Response:
        return await self.client.post("/v1/recommendations", files={"description": (None, "a red dress")})

    async def until(self, job: str, good: Callable[[Told], bool] = lambda told: told["state"] == "succeeded") -> Told:
        """The job once it is so; fails where it ends otherwise."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                told: Told = (await self.client.get(f"/v1/admin/jobs/{job}")).json()
                if good(told):
                    return told
                assert told["state"] in ("queued", "running"), told
                await asyncio.sleep(0.02)

    async def holds_what_it_said(self) -> None:
        """Everything acknowledged is there once, and nothing else."""
        found = (await self.client.get("/v1/items", params={"limit": 100})).json()
        assert found["next"] is None
        assert sorted((one["id"], one["title"]) for one in found["items"]) == sorted(self.acknowledged.items())


@asynccontextmanager
async def opened(
    folder: Path, url: str = "", encoder: Encoder | None = None, acknowledged: dict[str, str] | None = None
) -> AsyncIterator[Shop]:
    """The service over what is there."""
    settings = Settings(
        data_dir=folder,
        database=DatabaseSettings(url=url),
        jobs=JOBS,
        preprocess=PreprocessSettings(segmenter="none"),
    )
    database = Database.of(settings)
    await upgrade(database)
    async with database.unit_of_work() as session:
        key = (await KeyRepository(session).create("admin"))[1]
    await database.close()
    app = create_app(settings, encoder=encoder or FakeEncoder())
    async with LifespanManager(app, startup_timeout=60, shutdown_timeout=60):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://shop", headers=headers) as client:
            yield Shop(client, app.state.container, acknowledged if acknowledged is not None else {})
