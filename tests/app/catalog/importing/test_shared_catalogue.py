"""The shared catalogue imports as it is; skipped where it is absent."""

import os
from decimal import Decimal
from itertools import islice
from pathlib import Path

import pytest

from app.catalog.importing.importer import ImportRequest, run_import
from app.catalog.repository import ItemRepository
from app.db.session import Database
from app.media.storage import LocalBlobs
from app.settings import Settings

SHARED = Path(os.environ.get("TRYON_SHARED", Path(__file__).resolve().parents[4] / "shared")) / "data" / "catalog"
SAMPLE = 400

pytestmark = [
    pytest.mark.skipif(not SHARED.is_dir(), reason=f"no shared catalogue at {SHARED}"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


async def test_a_part_of_it_imports_without_a_word_of_mapping(
    database: Database, blobs: LocalBlobs, tmp_path: Path
) -> None:
    feed = tmp_path / "items.csv"
    with (SHARED / "items.csv").open(encoding="utf-8") as whole:
        feed.write_text("".join(islice(whole, SAMPLE + 1)), encoding="utf-8")
    pictures = (SHARED / "images_large.zip", SHARED / "images.zip")
    request = ImportRequest(feed, joins=(SHARED / "offers.csv",), pictures=pictures)
    report = await run_import(database, blobs, Settings(), request)
    assert (report.created, report.failed, report.warnings) == (SAMPLE, 0, [])
    async with database.unit_of_work() as session:
        row = await ItemRepository(session).get("1163")
    assert row is not None
    assert (row.kind, row.slot, row.colour, row.gender, row.season) == ("tshirt", "top", "blue", "men", "summer")
    assert (row.price, row.sale_price, row.currency) == (Decimal("14.90"), Decimal("10.43"), "EUR")
    assert [(v.size, v.stock) for v in row.variants][:2] == [("XS", 23), ("S", 29)]
    assert [(p.width, p.height) for p in row.pictures] == [(60, 80)]
