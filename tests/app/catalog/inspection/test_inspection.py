"""The merchandiser's view of the catalogue: words, problems, counts, all of one item; over HTTP, on both databases."""

import io
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from PIL import Image

from app.admission.admission import Admission
from app.auth.keys import KeyRepository
from app.catalog.embeddings import EmbeddingRepository
from app.catalog.endpoints import router as catalog
from app.catalog.inspection.endpoints import router as inspection
from app.catalog.records import EmbeddingKey, ItemRecord, PictureRecord, StoredEmbedding, VariantRecord
from app.catalog.repository import ItemRepository
from app.catalog.tables import InferredRow
from app.db.session import Database
from app.media.storage import LocalBlobs
from app.middleware import install_error_handlers
from app.settings import Settings
from models.encoders.fake import FakeEncoder
from models.registry import ModelSpec

SPEC = FakeEncoder().spec
ODD_ID = "a/picture"


def _png(colour: str, size: tuple[int, int] = (60, 80)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def _item(id_: str, *pictures: str, **facts: Any) -> ItemRecord:
    given: dict[str, Any] = {
        "title": "a dress",
        "kind": "dress",
        "slot": "one_piece",
        "price": Decimal(20),
        "currency": "EUR",
    } | facts
    return ItemRecord(id_, "", pictures=tuple(PictureRecord(f"p/{p}", p, 60, 80) for p in pictures), **given)


RECORDS = (
    _item(ODD_ID, "red", "blue", brand="100%_wool", variants=(VariantRecord("M", 2), VariantRecord("L", 3))),
    _item("blind", title="Red dress"),
    _item("free", "red", title="red Dress", price=None, variants=(VariantRecord("", 0),)),
    _item("mug", "red", title="Mug", kind="mug", slot="none"),
    _item("new", "red", title="Blue top", title_zh="蓝色上衣", kind="tshirt", slot="top"),
    _item("riddle", "red", title="Nobody knows", kind="", slot="none"),
    _item("told", "red", title="Robe", kind="", slot="none"),
)


async def _fill(database: Database, blobs: LocalBlobs) -> str:
    for colour in ("red", "blue"):
        blobs.put(f"p/{colour}", _png(colour))
    async with database.unit_of_work() as session:
        await ItemRepository(session).upsert(RECORDS)
        for item_id in (ODD_ID, "free", "riddle", "told"):
            for key in (EmbeddingKey.of("image", SPEC), EmbeddingKey.of("text", SPEC)):
                await _embed(EmbeddingRepository(session), key, item_id)
        # A vector of another model, and only one of two signals: neither brings an item into the index.
        await _embed(EmbeddingRepository(session), EmbeddingKey("image", "old", "1"), "new")
        await _embed(EmbeddingRepository(session), EmbeddingKey.of("image", SPEC), "new")
        session.add_all(InferredRow(item_id="told", confidence=0.91, source="title", used=True, **said) for said in (
            {"name": "kind", "value": "dress"}, {"name": "slot", "value": "one_piece"},
        ))  # fmt: skip
        # The feed says the kind itself: what was told from the picture is not shown.
        session.add(
            InferredRow(item_id="new", name="kind", value="dress", confidence=0.5, source="picture", used=False)
        )
        return (await KeyRepository(session).create("admin"))[1]


async def _embed(embeddings: EmbeddingRepository, key: EmbeddingKey, item_id: str) -> None:
    await embeddings.put(key, [StoredEmbedding(item_id, "h", np.zeros(4, np.float16))])


@pytest.fixture
async def client(database: Database, tmp_path: Path) -> AsyncIterator[AsyncClient]:
    blobs = LocalBlobs(tmp_path / "blobs")
    app = FastAPI()
    install_error_handlers(app)
    app.include_router(catalog)
    app.include_router(inspection)
    spec: ModelSpec = SPEC
    settings = Settings(data_dir=tmp_path)
    app.state.container = SimpleNamespace(
        settings=settings,
        admission=Admission.of(settings, database),
        database=database,
        blobs=blobs,
        engine=SimpleNamespace(spec=spec),
    )
    headers = {"Authorization": f"Bearer {await _fill(database, blobs)}"}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://shop", headers=headers) as http:
        yield http


async def _ids(client: AsyncClient, **params: str) -> list[str]:
    answer = await client.get("/v1/admin/items", params=params)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def test_each_problem_finds_its_items_and_the_counts_agree(client: AsyncClient) -> None:
    expected = {
        "no_picture": ["blind"],
        "no_kind": ["riddle"],
        "not_worn": ["mug"],
        "not_indexed": ["new"],
        "no_price": ["free"],
        "inferred": ["told"],
    }
    assert {problem: await _ids(client, problem=problem) for problem in expected} == expected
    first = (await client.get("/v1/admin/items")).json()
    assert first["problems"] == {problem: len(ids) for problem, ids in expected.items()}
    assert {i["id"]: i["problems"] for i in first["items"] if i["problems"]} == {
        ids[0]: [problem] for problem, ids in expected.items()
    }
    assert first["total"] == len(RECORDS)
    # Counts are of everything that words and filters leave, so that one sees where else to look.
    narrowed = (await client.get("/v1/admin/items", params={"problem": "not_worn", "q": "dress"})).json()
    assert (narrowed["items"], narrowed["total"]) == ([], 0)
    assert narrowed["problems"]["no_picture"] == 1


async def test_words_are_looked_for_in_ids_titles_and_brands(client: AsyncClient) -> None:
    assert await _ids(client, q="dress RED") == ["blind", "free"]
    assert await _ids(client, q="上衣") == ["new"]
    assert await _ids(client, q="A/PIC") == [ODD_ID]
    assert await _ids(client, q="0%_w") == [ODD_ID]
    assert await _ids(client, q="%") == [ODD_ID]
    assert await _ids(client, q="dress", filters='{"in_stock": false}') == ["free"]


async def test_pages_go_on_where_they_ended(client: AsyncClient) -> None:
    first = (await client.get("/v1/admin/items", params={"q": "e", "limit": 2})).json()
    second = (await client.get("/v1/admin/items", params={"q": "e", "limit": 2, "cursor": first["next"]})).json()
    ids = [item["id"] for page in (first, second) for item in page["items"]]
    assert ids == (await _ids(client, q="e"))[:4]
    assert (second["total"], second["facets"], second["problems"]) == (None, None, None)


async def test_rows_say_what_is_in_stock(client: AsyncClient) -> None:
    items = {item["id"]: item for item in (await client.get("/v1/admin/items")).json()["items"]}
    assert (items[ODD_ID]["stock"], items[ODD_ID]["pictures"]) == (5, 2)
    assert items["free"]["stock"] == 0
    assert items["mug"]["stock"] is None


async def test_one_item_in_full(client: AsyncClient) -> None:
    told = (await client.get("/v1/admin/items/told")).json()
    assert (told["stated"]["kind"], told["item"]["kind"]) == ("", "dress")
    assert told["item"]["inferred"][0] == {
        "name": "kind", "value": "dress", "confidence": 0.91, "source": "title", "used": True,
    }  # fmt: skip
    new = (await client.get("/v1/admin/items/new")).json()
    assert new["item"]["inferred"] == []
    assert {(e["signal"], e["model_revision"], e["usable"]) for e in new["embeddings"]} == {
        ("image", "old", False),
        ("image", SPEC.revision, True),
    }


async def test_an_odd_id_and_its_second_picture(client: AsyncClient) -> None:
    found = (await client.get("/v1/admin/items/a%2Fpicture")).json()
    assert found["variants"] == [{"size": "M", "stock": 2}, {"size": "L", "stock": 3}]
    answer = await client.get(found["pictures"][1]["url"] + "&width=30")
    assert answer.headers["content-type"] == "image/webp"
    picture = Image.open(io.BytesIO(answer.content)).convert("RGB")
    assert picture.size == (30, 40)
    assert picture.getpixel((15, 20)) == pytest.approx((0, 0, 255), abs=12)


@pytest.mark.parametrize(
    ("path", "status", "slug"),
    [
        ("items/nope", 404, "item-not-found"),
        ("items/nope/picture", 404, "item-not-found"),
        ("items/mug/picture?position=7", 404, "picture-not-found"),
        ("items?problem=odd", 422, "invalid-request"),
        ("items?cursor=odd", 422, "invalid-request"),
        ("items?filters={}x", 422, "invalid-request"),
    ],
)
async def test_bad_questions_are_answered_in_words(client: AsyncClient, path: str, status: int, slug: str) -> None:
    answer = await client.get(f"/v1/admin/{path}")
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (status, slug)
    assert answer.json()["detail"]
