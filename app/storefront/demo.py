"""Seeds the demo shop: drawn garments go through the same import and reindex as any shop's feed."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.auth.keys import KeyRepository
from app.catalog.importing.importer import ImportRequest, run_import
from app.catalog.reindexing.reindex import reindex
from app.db.migrate import prepare
from app.db.session import Database
from app.engines import build_engine
from app.guard import DEMO_KEY
from app.media.storage import LocalBlobs
from app.settings import Settings
from models.flats import Flat, demo_catalogue
from models.flats.files import write_pictures
from models.index import SnapshotStore

SIZE = (450, 600)
CURRENCY = "EUR"

Advance = Callable[[int, int], None]


def feed_row(flat: Flat) -> dict[str, Any]:
    """A drawn garment as a row of a JSONL feed."""
    return {
        "id": flat.id,
        "title": flat.title_en,
        "title_zh": flat.title_zh,
        "brand": flat.brand,
        "kind": flat.kind,
        "colour": flat.colour,
        "gender": flat.gender,
        "age_group": flat.age_group,
        "season": flat.season,
        "usage": flat.usage,
        "pattern": flat.pattern,
        "material": flat.material,
        "price": str(flat.price),
        "sale_price": "" if flat.sale_price is None else str(flat.sale_price),
        "currency": CURRENCY,
        "sizes": "|".join(size for size, _ in flat.sizes),
        "stock": "|".join(str(count) for _, count in flat.sizes),
    }


async def prepare_demo(settings: Settings, advance: Advance) -> str:
    """Draw, import and index the demo catalogue where that is not done yet. Returns a fresh admin key.

    Raises ModelUnavailable when the named model cannot be had.
    """
    database = Database.of(settings)
    try:
        await prepare(database)
        feed = await asyncio.to_thread(_write_feed, settings.data_dir / "feed", advance)
        engine = await build_engine(settings.model, exports=settings.exports_dir)
        blobs, snapshots = LocalBlobs(settings.blob_dir), SnapshotStore(settings.index_dir)

        async def report(done: int, total: int) -> None:
            advance(done, total)

        try:
            await run_import(database, blobs, settings, feed, progress=report)
            await reindex(database, blobs, engine, snapshots, settings, progress=report)
        finally:
            await engine.close()
        return await _fresh_key(database)
    finally:
        await database.close()


def _write_feed(folder: Path, advance: Advance) -> ImportRequest:
    """The demo's feed and pictures as files; a picture that is there already is not drawn again."""
    flats, pictures = demo_catalogue(), folder / "pictures"
    write_pictures(flats, pictures, SIZE, advance)
    feed = folder / "items.jsonl"
    feed.write_text("".join(json.dumps(feed_row(f), ensure_ascii=False) + "\n" for f in flats), "utf-8")
    return ImportRequest(feed=feed, pictures=(pictures,))


async def _fresh_key(database: Database) -> str:
    """Keys are shown once and stored hashed, so every start makes a new one and revokes the last."""
    async with database.unit_of_work() as session:
        keys = KeyRepository(session)
        for row in await keys.all():
            if row.name == DEMO_KEY:
                await keys.revoke(row.id)
        return (await keys.create("admin", DEMO_KEY))[1]
