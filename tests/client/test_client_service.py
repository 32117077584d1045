"""The client against the real service on a real socket: blocking in a thread, async beside the server."""

import asyncio
from pathlib import Path

import pytest

from tests.app.plain_pictures import plain
from tests.client.conftest import Live
from tryon_client import AsyncTryon, Event, Example, Filters, Money, Problem, Tryon
from tryon_client.admin import inspect_items
from tryon_client.admin_models import ImportResult, ItemFields, Operation, Price, ReindexResult, Size
from tryon_client.models import Labels, TaggedAttributes
from tryon_client.shop import list_items, list_recommendations


def a_shoppers_visit(tryon: Tryon, photo: Path) -> None:
    """Everything a shop's backend does for one shopper."""
    shopper = tryon.create_shopper(sizes={"top": ["M"]})
    token = shopper.shopper_token
    answer = tryon.recommend(
        photos=[photo, plain("red")],
        description="a red dress",
        filters=Filters(gender="women", in_stock=True),
        budget=Money(amount="500", currency="EUR"),
        examples=[Example(item_id="jeans/black", weight=-0.5)],
        limit=2,
        locale="en",
        shopper_token=token,
    )
    assert 0 < len(answer.suggestions) <= 2
    assert tryon.get_recommendation(answer.id) == answer
    [kept] = list(tryon.every(list_recommendations, shopper_token=token, limit=1))
    assert kept.id == answer.id
    event = Event(event_id="e1", event="like", item_id=answer.suggestions[0].item.id, recommendation_id=answer.id)
    assert [one.outcome for one in tryon.record_events([event], shopper_token=token).results] == ["stored"]
    assert tryon.put_sizes(shopper.id, sizes={"footwear": ["EU 42"]}, shopper_token=token).stated == {
        "footwear": ["EU 42"]
    }
    assert tryon.get_sizes(shopper.id, shopper_token=token).stated == {"footwear": ["EU 42"]}
    tryon.erase_recommendation(answer.id)
    tryon.erase_shopper(shopper.id, shopper_token=token)
    with pytest.raises(Problem) as gone:
        tryon.get_recommendation(answer.id)
    assert (gone.value.status, gone.value.slug) == (404, "recommendation-not-found")
    assert gone.value.request_id


async def test_a_shoppers_visit(live: Live, tmp_path: Path) -> None:
    photo = tmp_path / "me.png"
    photo.write_bytes(plain("blue"))
    with Tryon(live.url, live.keys["server"]) as tryon:
        await asyncio.to_thread(a_shoppers_visit, tryon, photo)


async def test_the_catalogue_page_by_page(live: Live) -> None:
    async with AsyncTryon(live.url, live.keys["shop"]) as tryon:
        found = [item.id async for item in tryon.every(list_items, limit=2)]
        assert len(found) == len(set(found)) >= 5
        item = await tryon.get_item("dress/red", locale="en")  # an id with a slash
        assert item.colour == "red"
        assert (await tryon.get_item_image("dress/red", width=20)).startswith(b"RIFF")
        assert (await tryon.list_similar("dress/red", limit=2)).item_id == "dress/red"
        assert (await tryon.list_outfits("dress/red", limit=1)).item_id == "dress/red"
        dresses = (await tryon.list_items(filters=Filters(kind=["dress"]))).items
        assert {dress.kind for dress in dresses} == {"dress"}


async def test_tags_by_labels_and_by_the_taxonomy(live: Live) -> None:
    async with AsyncTryon(live.url, live.keys["shop"]) as tryon:
        told = await tryon.tag_photo(plain("red"), labels=["dress", "shoes"])
        assert isinstance(told, Labels)
        assert {label.label for label in told.labels} == {"dress", "shoes"}
        assert isinstance(await tryon.tag_photo(plain("red")), TaggedAttributes)


async def test_live_changes(live: Live) -> None:
    async with AsyncTryon(live.url, live.keys["admin"]) as tryon:
        fields = ItemFields(title="Coat", kind="coat", price=Price(amount="90"), sizes=[Size(size="M", stock=2)])
        made = await tryon.put_item("client/1", fields, pictures=[plain("green")])
        assert made.outcome == "created"
        changed = await tryon.patch_item("client/1", ItemFields(stock={"M": 5}), if_match=made.etag)
        assert changed.outcome == "changed"
        emptied = await tryon.patch_item("client/1", ItemFields(price=None))
        assert emptied.outcome == "changed"
        seen = await tryon.inspect_item("client/1")
        assert (seen.item.price, seen.item.stock, len(seen.pictures)) == (None, 5, 1)
        assert await tryon.inspect_picture("client/1")
        assert "client/1" in [item.id async for item in tryon.every(inspect_items, problem="no_price", limit=1)]
        with pytest.raises(Problem) as stale:
            await tryon.patch_item("client/1", ItemFields(title="x"), if_match=made.etag)
        assert stale.value.slug == "precondition-failed"
        done = await tryon.change_items([Operation(op="delete", id="client/1"), Operation(op="delete", id="nope")])
        assert done.counts == {"deleted": 1, "failed": 1}


async def test_a_feed_is_imported_and_watched_to_its_end(live: Live, tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    feed.write_text("id,title,kind,price\nc1,Coat,coat,90\nc2,Bad,coat,free\n", "utf-8")
    async with AsyncTryon(live.url, live.keys["admin"]) as tryon:
        job = await tryon.start_import(feed=feed, dry_run=True)
        events = [event async for event in tryon.watch_job(job.id)]
        ended = events[-1].job
        assert ended is not None
        assert ended.state == "succeeded"
        assert isinstance(ended.result, ImportResult)
        assert (ended.result.created, ended.result.failed) == (1, 1)
        [row] = (await tryon.list_rows(job.id, outcome="failed")).items
        assert (row.item_id, row.issues[0].field) == ("c2", "price")
        assert (await tryon.get_job(job.id)).id in [one.id for one in (await tryon.list_jobs(kind="import")).items]


async def test_a_reindex_an_index_and_the_trail(live: Live) -> None:
    def work() -> None:
        with Tryon(live.url, live.keys["admin"]) as tryon:
            ended = tryon.wait_for_job(tryon.start_reindex(force=True).id)
            assert isinstance(ended.result, ReindexResult)
            [index] = [one for one in tryon.list_indexes().items if one.live]
            assert index.version == ended.result.version
            assert tryon.activate_index(index.version).live
            assert "POST /v1/admin/reindex" in [record.action for record in tryon.list_audit().items]
            assert tryon.healthz().status == "ok"
            assert tryon.readyz().ready

    await asyncio.to_thread(work)


async def test_no_key_and_the_wrong_one(live: Live) -> None:
    async with AsyncTryon(live.url) as nobody, AsyncTryon(live.url, live.keys["shop"]) as shop:
        for client, status in ((nobody, 401), (shop, 403)):
            with pytest.raises(Problem) as refused:
                await client.list_jobs()
            assert refused.value.status == status


async def test_what_is_wrong_is_named_by_field(live: Live) -> None:
    async with AsyncTryon(live.url, live.keys["shop"]) as tryon:
        with pytest.raises(Problem) as wrong:
            await tryon.recommend(description="a dress", limit=99)
        assert [one.field for one in wrong.value.errors] == ["limit"]
