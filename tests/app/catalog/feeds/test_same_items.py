"""One shop in every format: the same items."""

import csv
import os
import tempfile
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalog.feeds.folding import folded
from app.catalog.feeds.source import FeedSource
from app.catalog.importing.importer import ImportRequest, run_import
from app.catalog.importing.reading import Reading, read_into
from app.catalog.importing.spool import Spool
from app.catalog.repository import ItemRepository
from app.db.migrate import upgrade
from app.db.session import Database
from app.media.storage import LocalBlobs
from app.settings import Settings
from tests.app.catalog.feeds.exporters import WRITERS, Sold

SHARED = Path(os.environ.get("TRYON_SHARED", Path(__file__).resolve().parents[5] / "shared")) / "data" / "catalog"
SAMPLE = int(os.environ.get("TRYON_FEED_SAMPLE", "300"))

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp", "Cn")), min_size=1)
text = st.lists(words, max_size=4).map(lambda parts: " ".join(parts)[:80])
ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9/ .:_-]{0,10}[A-Za-z0-9]", fullmatch=True)
money = st.integers(1, 10**6).map(lambda cents: f"{cents // 100}.{cents % 100:02d}")
stocks = st.none() | st.integers(0, 500)
counted = st.lists(
    st.sampled_from(["XS", "S", "M", "38,5", "40 EU", "32/34"]), min_size=1, max_size=4, unique=True
).flatmap(lambda names: st.tuples(*(st.tuples(st.just(name), stocks) for name in names)))


@st.composite
def solds(draw: st.DrawFn) -> Sold:
    price = draw(st.just("") | money)
    return Sold(
        id=draw(ids),
        title=draw(words.map(lambda word: word[:20])),
        kind=draw(
            st.sampled_from(["Dresses", "Tshirts", "Jeans", "Apparel & Accessories > Shoes > Boots", "Spaceships"])
        ),
        colour=draw(st.sampled_from(["Navy Blue", "red", "Black/White", "Octarine"])),
        gender=draw(st.sampled_from(["", "Men", "female", "Unisex"])),
        season=draw(st.sampled_from(["", "Summer", "Fall"])),
        usage=draw(st.sampled_from(["", "Casual"])),
        pattern=draw(st.sampled_from(["", "striped"])),
        brand=draw(text.filter(lambda t: not t.isdigit())),
        price=price,
        sale_price="0.50" if price and draw(st.booleans()) and price != "0.50" and float(price) > 1 else "",
        sizes=draw(st.tuples(st.tuples(st.just(""), stocks)) | counted),
    )


def drafts(feed: str, folder: Path, format_: str = "auto") -> dict[str, str]:
    """Item id → its draft as JSON; a failed row → why."""
    (folder / "feed").write_text(feed, encoding="utf-8")
    with Spool.filling(folder / "rows.db") as spool:
        read_into(spool, Reading(FeedSource(folder / "feed"), format_, "EUR"))
    found = {}
    with Spool.reading(folder / "rows.db") as spool:
        for whole in spool.batch(0, 10_000):
            rows = whole.as_rows()
            found[whole.head.id] = folded(rows).draft.model_dump_json() if rows else str(whole.head.issues)
    (folder / "rows.db").unlink()
    return found


@settings(max_examples=60)
@given(st.lists(solds(), min_size=1, max_size=4, unique_by=lambda item: item.id.casefold()))
def test_every_format_tells_the_same_of_a_shop(items: list[Sold]) -> None:
    with tempfile.TemporaryDirectory() as name:
        told = {format_: drafts(write(items), Path(name)) for format_, write in WRITERS.items()}
    assert set(told["jsonl"]) == {item.id for item in items}
    for format_, found in told.items():
        assert found == told["jsonl"], format_


def shared_shop(count: int) -> list[Sold]:
    with (SHARED / "offers.csv").open(encoding="utf-8") as file:
        offers = {row["id"]: row for row in csv.DictReader(file)}
    with (SHARED / "items.csv").open(encoding="utf-8") as file:
        return [_sold(row | offers.get(row["id"], {})) for row in islice(csv.DictReader(file), count)]


def _sold(row: dict[str, str]) -> Sold:
    names = row.get("sizes", "").split("|") if row.get("sizes") else [""]
    counts = row.get("stock", "").split("|") if row.get("stock") else [""] * len(names)
    return Sold(
        id=row["id"],
        title=row["name"],
        kind=row["article_type"],
        colour=row["base_colour"],
        gender=row["gender"],
        season=row["season"],
        usage=row["usage"],
        pattern=row.get("pattern", ""),
        price=row.get("price", ""),
        sale_price=row.get("sale_price", ""),
        sizes=tuple((name, int(count) if count else None) for name, count in zip(names, counts, strict=True)),
    )


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no shared catalogue at {SHARED}")
async def test_the_shared_catalogue_imports_to_the_same_items_from_every_format(tmp_path: Path) -> None:
    shop, catalogues = shared_shop(SAMPLE), {}
    for format_, write in WRITERS.items():
        feed = tmp_path / f"{format_}.feed"
        feed.write_text(write(shop), encoding="utf-8")
        database = Database(f"sqlite+aiosqlite:///{tmp_path / format_}.db")
        await upgrade(database)
        report = await run_import(database, LocalBlobs(tmp_path / "blobs"), Settings(), ImportRequest(feed))
        assert (report.created, report.failed) == (len(shop), 0), report.errors[:3]
        async with database.unit_of_work() as session:
            items, hashes = ItemRepository(session), {}
            after: str | None = None
            while page := await items.ids(after, 1_000):
                hashes |= {id_: known.content_hash for id_, known in (await items.known(page)).items()}
                after = page[-1]
        await database.close()
        catalogues[format_] = hashes
    assert set(catalogues["jsonl"]) == {item.id for item in shop}
    for format_, hashes in catalogues.items():
        assert hashes == catalogues["jsonl"], format_
