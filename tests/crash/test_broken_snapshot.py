"""A live index that is damaged when the service starts: the newest intact one stands in, and a reindex mends it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash.conftest import opened


def flipped(index: Path) -> None:
    rows = index / "image.npy"
    rows.write_bytes(rows.read_bytes()[:-1] + b"!")


def cut_short(index: Path) -> None:
    rows = index / "text.npy"
    rows.write_bytes(rows.read_bytes()[:100])


def without_manifest(index: Path) -> None:
    (index / "manifest.json").unlink()


@pytest.mark.parametrize("harm", [flipped, cut_short, without_manifest])
async def test_the_newest_intact_one_serves_and_a_reindex_mends_it(
    tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    async with opened(tmp_path) as shop:
        for number in range(3):
            await shop.put(f"item-{number}", "a dress")
        older, newer, live = [(await shop.until(await shop.reindex()))["result"]["version"] for _ in range(3)]
        await shop.put("late", "of after the last index")
        folder = shop.container.settings.index_dir
        acknowledged = shop.acknowledged
    harm(folder / live)
    async with opened(tmp_path, acknowledged=acknowledged) as shop:
        ready = await shop.client.get("/readyz")
        told = ready.json()
        assert (ready.status_code, told["index_version"]) == (200, newer), f"not {older}, not {live}"
        assert "index_stands_in" in told["degraded"]
        assert [one["version"] for one in told["skipped"]] == [live]
        assert "tryon reindex --force" in " ".join(told["warnings"])
        assert (await shop.client.get("/v1/items/late/similar")).status_code == 200, "what changed since is known"
        await shop.holds_what_it_said()
        mended = (await shop.until(await shop.reindex()))["result"]["version"]
        told = (await shop.client.get("/readyz")).json()
        assert told["index_version"] == mended
        assert told["degraded"] == []
