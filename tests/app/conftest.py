"""The whole service as it is deployed: `create_app` with its lifespan, keys, a tiny catalogue and a stand-in model."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from asgi_lifespan import LifespanManager
from fastapi import FastAPI
from sqlalchemy import func, select

from app.auth.keys import KeyRepository
from app.auth.settings import AuthSettings
from app.auth.tables import AuditRow
from app.catalog.records import ItemRecord, PictureRecord, VariantRecord
from app.catalog.reindexing.reindex import reindex
from app.catalog.repository import ItemRepository
from app.container import Container
from app.db.tables import metadata
from app.main import create_app
from app.settings import DatabaseSettings, Settings
from models.contracts import Encoder
from models.encoders.fake import FakeEncoder
from models.taxonomy import taxonomy
from tests.app.plain_pictures import plain

ORIGIN = "https://shop.example"
STAND_IN = FakeEncoder()
GARMENTS = (("dress", "red"), ("tshirt", "blue"), ("jeans", "black"), ("heels", "white"), ("handbag", "green"))

# structlog's own default draws tracebacks with every local variable: seconds for one that holds a model.
structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])


@dataclass(frozen=True)
class Whole:
    """A running service: a client without a key, the keys by scope, and the parts behind it."""

    app: FastAPI
    client: httpx.AsyncClient
    keys: dict[str, str]
    container: Container

    def key(self, scope: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[scope]}"}

    async def post(
        self, photos: Sequence[bytes] = (), *, headers: dict[str, str] | None = None, **fields: str
    ) -> httpx.Response:
        """POST /v1/recommendations as multipart, with the shop's key."""
        files: list[tuple[str, Any]] = [(name, (None, value)) for name, value in fields.items()]
        files += [("photo", (f"{n}.jpg", data, "image/jpeg")) for n, data in enumerate(photos)]
        sent = self.key("shop") | (headers or {})
        return await self.client.post("/v1/recommendations", files=files, headers=sent)

    async def stored(self) -> dict[str, int]:
        """Rows of every table, and files in the blob store. What admins tried is on record whatever came of it."""
        async with self.container.database.unit_of_work() as session:
            rows = {
                table.name: await session.scalar(select(func.count()).select_from(table)) or 0
                for table in metadata.sorted_tables
                if table.name != AuditRow.__tablename__
            }
        return rows | {"blobs": sum(path.is_file() for path in self.container.settings.blob_dir.rglob("*"))}


@asynccontextmanager
async def serving(
    folder: Path, database_url: str = "", *, encoder: Encoder | None = STAND_IN, **settings: Any
) -> AsyncIterator[Whole]:
    """The service over `folder`, filled when it is empty. Without an `encoder`, the model that its settings name."""
    given = {"auth": AuthSettings(cors_origins=[ORIGIN]), "database": DatabaseSettings(url=database_url)} | settings
    app = create_app(Settings(data_dir=folder, **given), encoder=encoder)
    async with LifespanManager(app, startup_timeout=60, shutdown_timeout=60):
        container: Container = app.state.container
        keys = await _fill(container)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            yield Whole(app, client, keys, container)


async def _fill(container: Container) -> dict[str, str]:
    records = [_record(container, kind, colour) for kind, colour in GARMENTS]
    async with container.database.unit_of_work() as session:
        items = ItemRepository(session)
        if not await items.count():
            await items.upsert(records)
        keys = {s: (await KeyRepository(session).create(s))[1] for s in ("shop", "server", "admin")}

    async def silent(done: int, total: int) -> None: ...

    parts = (container.database, container.blobs, container.engine, container.snapshots, container.settings)
    await reindex(*parts, progress=silent)
    await container.live.refresh()
    return keys


def _record(container: Container, kind: str, colour: str) -> ItemRecord:
    container.blobs.put(f"items/{colour}", plain(colour))
    return ItemRecord(
        id=f"{kind}/{colour}",
        content_hash="",
        title=f"{colour} {kind}",
        kind=kind,
        slot=taxonomy().slot_of(kind),
        colour=colour,
        gender="women",
        variants=(VariantRecord("M", 1),),
        pictures=(PictureRecord(f"items/{colour}", colour, 30, 40),),
    )


@pytest.fixture(scope="module")
async def whole(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    """One service for the tests of a module: they leave nothing behind in it."""
    async with serving(tmp_path_factory.mktemp("whole")) as running:
        yield running
