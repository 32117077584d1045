"""A small shop behind the real routes: real SQLite, real engine and index, a toy encoder."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, func, select

from app.admission.admission import Admission
from app.auth.settings import AuthSettings
from app.catalog.changelog import ChangeLog
from app.catalog.endpoints import router as catalog
from app.catalog.live.catalog import LiveCatalog
from app.catalog.narrowing.attributes import private_names
from app.catalog.tables import ItemRow, VariantRow
from app.db.base import Base
from app.db.migrate import upgrade
from app.db.session import Database
from app.feedback.endpoints import router as shoppers
from app.feedback.memory import PopularityOfAll
from app.media.storage import LocalBlobs
from app.middleware import install_error_handlers
from app.observability.instruments import Instruments
from app.photos.shelf import PhotoShelf
from app.recommendations.advisor import Advisor
from app.recommendations.by_item_endpoints import router as by_item
from app.recommendations.endpoints import router
from app.settings import DatabaseSettings, Settings
from models.contracts import Encoder
from models.engine import Engine
from models.fusion import fusions
from models.index.store import SnapshotStore
from models.preprocess.image import GarmentPreprocessor
from models.taxonomy import taxonomy
from models.writing import Writer
from models.zero_shot import AttributeTagger
from tests.app.recommendations.toys import ToyEncoder

KINDS = ("dress", "tshirt", "shirt", "jeans", "trousers", "casual_shoes", "heels", "handbag", "jacket", "watch", "bra")
COLOURS = ("red", "black", "blue", "white", "green")
NOT_WORN = "perfume-none"


@dataclass
class Shop:
    """One running service over one folder; `restart` builds everything anew over the same data."""

    folder: Path
    database_url: str = ""
    encoder: Callable[[], Encoder] = ToyEncoder
    writer: Writer | None = None
    settings: Settings = field(init=False)

    def __post_init__(self) -> None:
        auth = AuthSettings(anonymous_shop=True)
        database = DatabaseSettings(url=self.database_url)
        self.settings = Settings(data_dir=self.folder, database=database, auth=auth)

    @asynccontextmanager
    async def serve(self) -> AsyncIterator["Service"]:
        database = Database.of(self.settings)
        engine = Engine(self.encoder(), GarmentPreprocessor(), fusions())
        snapshots = SnapshotStore(self.settings.index_dir)
        live = LiveCatalog(database, snapshots, engine.spec, private_names(self.settings))
        tagger = await AttributeTagger.build(engine)
        container = SimpleNamespace(
            settings=self.settings,
            database=database,
            engine=engine,
            tagger=tagger,
            live=live,
            snapshots=snapshots,
            popularity=PopularityOfAll(database, self.settings.feedback),
            advisor=Advisor(self.writer, self.settings.advice),
            admission=Admission.of(self.settings, database),
            instruments=Instruments(),
            photos=PhotoShelf(database, LocalBlobs(self.settings.blob_dir), self.settings.photos, self.settings.limits),
        )
        app = FastAPI()
        app.state.container = container
        for routes in (router, by_item, catalog):
            app.include_router(routes)
        app.include_router(shoppers)
        install_error_handlers(app)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        try:
            async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
                yield Service(client, database, engine, snapshots)
        finally:
            await live.close()
            await engine.close()
            await database.close()


@dataclass
class Service:
    client: httpx.AsyncClient
    database: Database
    engine: Engine
    snapshots: SnapshotStore

    async def post(
        self, photos: Sequence[bytes] = (), headers: dict[str, str] | None = None, **fields: str
    ) -> httpx.Response:
        """A multipart request, with or without photos."""
        files: list[tuple[str, Any]] = [(name, (None, value)) for name, value in fields.items()]
        files += [("photo", (f"{n}.png", data, "image/png")) for n, data in enumerate(photos)]
        return await self.client.post("/v1/recommendations", files=files, headers=headers)

    async def fill(self) -> None:
        """Create the tables, add every kind in every colour, index it."""
        await upgrade(self.database)
        rows = [_row(kind, colour) for kind in KINDS for colour in COLOURS]
        rows += [
            _row("dress", "red", suffix="-kids", age_group="kids"),
            _row("tshirt", "black", suffix="-men", gender="men"),
        ]
        async with self.database.unit_of_work() as session:
            session.add_all([*rows, _row("perfume", "", suffix="none")])
            await ChangeLog(session).record_anything()
        texts = [f"{r.colour} {r.title}" for r in rows]
        vectors = await self.engine.encode_texts(texts)
        manifest = self.snapshots.build([r.id for r in rows], vectors, vectors, self.engine.spec)
        self.snapshots.activate(manifest.version)

    async def remove(self, item_id: str) -> None:
        async with self.database.unit_of_work() as session:
            await session.execute(delete(ItemRow).where(ItemRow.id == item_id))
            await ChangeLog(session).record_anything()

    async def count(self, table: type[Base]) -> int:
        async with self.database.unit_of_work() as session:
            return await session.scalar(select(func.count()).select_from(table)) or 0


def _row(kind: str, colour: str, suffix: str = "", **more: Any) -> ItemRow:
    tax = taxonomy()
    id_ = f"{kind}-{colour}{suffix}"
    title = f"{tax.colours[colour].en[0] if colour else ''} {tax.kinds[kind].en[0]} {kind}"
    row = ItemRow(
        id=id_,
        title=title.strip(),
        title_zh=f"{tax.colours[colour].zh[0] if colour else ''}{tax.kinds[kind].zh[0]}",
        kind=kind,
        slot=tax.slot_of(kind),
        colour=colour,
        gender=more.get("gender", "women"),
        age_group=more.get("age_group", "adult"),
        usage="casual",
        season="summer",
        currency="EUR",
        price=Decimal(40) if colour != "green" else Decimal(15),
        sale_price=Decimal(30) if colour == "white" else None,
    )
    row.variants = [VariantRow(size="M", position=0, stock=3), VariantRow(size="L", position=1, stock=0)]
    return row


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield tmp_path_factory.mktemp("shop")


@pytest.fixture(scope="module")
async def service(folder: Path) -> AsyncIterator[Service]:
    """A filled shop shared by the tests of one module: they may add answers, but leave the catalogue alone."""
    async with Shop(folder).serve() as running:
        await running.fill()
        yield running
