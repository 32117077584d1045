"""The disk of the data folder is full in the midst of an import and of a reindex, and has room again."""

import errno
import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.crash.conftest import Shop, Told, opened

ROWS = 20
FILLER = "filler"


@pytest.fixture
def disk(small_disk: Callable[[str], Path]) -> Path:
    return small_disk("8m")


def noise(number: int) -> bytes:
    """A picture of some 30 KB that no format makes smaller."""
    out = io.BytesIO()
    Image.fromarray(np.random.default_rng(number).integers(0, 256, (100, 100, 3), np.uint8)).save(out, "PNG")
    return out.getvalue()


def fill(disk: Path, leave: int) -> None:
    """Use the disk up but for so many bytes; a job that writes meanwhile may leave fewer, and none is full too."""
    (disk / FILLER).unlink(missing_ok=True)
    seen = os.statvfs(disk)
    try:
        with (disk / FILLER).open("wb", buffering=0) as filler:  # so that what fits is written
            filler.write(bytes(seen.f_bavail * seen.f_frsize - leave))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


def free(disk: Path) -> None:
    (disk / FILLER).unlink()


def half_done(data: Path) -> list[str]:
    """Files that somebody began and did not finish."""
    marks = (".part", ".building-", ".deleting-", ".lock-", ".current-", ".previous-")
    return [str(path) for path in data.rglob("*") if any(mark in path.name for mark in marks)]


async def stocked(shop: Shop) -> str:
    for number in range(3):
        await shop.put(f"item-{number}", "a dress")
    return str((await shop.until(await shop.reindex()))["result"]["version"])


async def still_serves(shop: Shop, version: str) -> None:
    ready = await shop.client.get("/readyz")
    assert (ready.status_code, ready.json()["index_version"]) == (200, version)
    assert (await shop.ask()).status_code == 201
    await shop.holds_what_it_said()


def ended(told: Told) -> bool:
    return str(told["state"]) == "failed"


async def test_an_import_fails_clearly_and_goes_on_when_there_is_room(disk: Path, tmp_path: Path) -> None:
    async with opened(disk, f"sqlite+aiosqlite:///{tmp_path / 'elsewhere.db'}") as shop:
        live = await stocked(shop)
        kept = dict(shop.acknowledged)
        fill(disk, 900_000)
        feed = await shop.send(ROWS, "of a feed", pictures=noise)
        assert feed.status_code == 202, feed.text
        fed, shop.acknowledged = shop.acknowledged, kept
        told = await shop.until(feed.json()["id"], ended)
        assert "No space left on device" in told["errors"][-1]["reason"]
        assert told["attempts"] == 3
        await still_serves(shop, live)
        refused = await shop.send(ROWS * 3, "too large to be taken", pictures=noise)
        assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (507, "storage-full"), refused.text
        assert half_done(disk) == []
        free(disk)
        assert (await shop.client.post(f"/v1/admin/jobs/{feed.json()['id']}/retry")).status_code == 202
        told = await shop.until(feed.json()["id"])
        assert (told["result"]["created"], told["result"]["failed"]) == (ROWS, 0)
        shop.acknowledged = fed
        await shop.holds_what_it_said()


async def test_a_reindex_fails_clearly_and_the_old_index_serves(disk: Path, tmp_path: Path) -> None:
    async with opened(disk, f"sqlite+aiosqlite:///{tmp_path / 'elsewhere.db'}") as shop:
        live = await stocked(shop)
        fill(disk, 4096)
        told = await shop.until(await shop.reindex(), ended)
        assert "The index was not written: No space left on device" in told["errors"][-1]["reason"]
        await still_serves(shop, live)
        assert half_done(disk) == []
        free(disk)
        newer = (await shop.until(await shop.reindex()))["result"]["version"]
        await still_serves(shop, newer)


async def test_with_the_database_on_the_same_disk_jobs_wait_for_room(disk: Path) -> None:
    async with opened(disk) as shop:
        live = await stocked(shop)
        fill(disk, 900_000)
        feed = await shop.send(ROWS, "of a feed", pictures=noise)
        assert feed.status_code == 202, feed.text
        fill(disk, 0)
        answer = await shop.put("item-9", "no room for it")
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (507, "storage-full"), answer.text
        answer = await shop.client.patch("/v1/admin/items/item-0", json={"title": "x" * 400})
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json"), answer.text
        ready = await shop.client.get("/readyz")
        assert (ready.status_code, ready.json()["index_version"]) == (200, live)
        assert (await shop.client.get("/v1/items/item-0/similar")).status_code == 200
        free(disk)
        told = await shop.until(feed.json()["id"], lambda told: told["state"] in ("succeeded", "failed"))
        if ended(told):  # SQLite may find room in its log for the end of a job that finds none for its pictures
            assert "No space left on device" in told["errors"][-1]["reason"]
            assert (await shop.client.post(f"/v1/admin/jobs/{feed.json()['id']}/retry")).status_code == 202
            told = await shop.until(feed.json()["id"])
        assert told["result"]["created"] == ROWS
        await shop.holds_what_it_said()
        await still_serves(shop, live)
        assert half_done(disk) == []
