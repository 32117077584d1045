"""The same hostile pictures through the whole service: every route that takes or shows a picture answers 2xx or 4xx."""

import io
import time

import pytest
from PIL import Image

from tests.app.conftest import Whole
from tests.app.media.bombs import BOMBS
from tests.app.media.handmade import encoded, small
from tests.app.media.mutations import mutant

BY_HAND = (
    "png_claims_four_gigapixels", "png_ztxt_many", "png_million_empty_chunks", "png_exif_huge", "tiff_values_overlap",
    "tiff_directory_follows_itself", "jpeg_hundred_thousand_scans", "jpeg_million_exif_blocks", "jpeg_exif_loops",
    "jpeg_and_zip", "gif_huge_canvas_tiny_frame", "gif_million_frames", "webp_million_frames", "bmp_run_lengths",
    "heif_claims_four_gigapixels", "nothing", "a_drawing",
)  # fmt: skip
MUTANTS = range(1_000, 1_068)
ITEM = "/v1/items/dress%2Fred/image"


def hostile() -> dict[str, bytes]:
    return {name: BOMBS[name]() for name in BY_HAND} | {f"mutant {n}": mutant(n)[1] for n in MUTANTS}


async def test_recommendations_and_tags(whole: Whole) -> None:
    before = await whole.stored()
    made, slowest = 0, 0.0
    for name, data in hostile().items():
        started = time.process_time()
        answered = await whole.post([data], description="red", limit="1", outfits="0")
        told = await whole.client.post(
            "/v1/tags", files=[("photo", ("p.jpg", data)), ("labels", (None, "dress"))], headers=whole.key("shop")
        )
        slowest = max(slowest, time.process_time() - started)
        for response in (answered, told):
            assert 200 <= response.status_code < 500, (name, response.text)
            if response.status_code >= 400:
                assert response.headers["content-type"] == "application/problem+json"
                assert response.json()["errors"][0]["field"] == "photo"
        if answered.status_code == 201:
            made += 1
            await whole.client.delete(answered.headers["location"], headers=whole.key("shop"))
    assert 0 < made < len(hostile())
    assert slowest < 4  # both routes, on the processor's own clock
    assert await whole.stored() == before


@pytest.mark.parametrize("name", ["png_claims_four_gigapixels", "jpeg_cut_in_half", "bmp_run_lengths", "a_page"])
async def test_a_stored_picture_that_cannot_be_read_is_no_fault_of_ours(whole: Whole, name: str) -> None:
    blobs, kept = whole.container.blobs, whole.container.blobs.get("items/red")
    blobs.put("items/red", BOMBS[name]())
    try:
        for width in ("", "?width=64"):
            shown = await whole.client.get(ITEM + width, headers=whole.key("shop"))
            assert 400 <= shown.status_code < 500
    finally:
        blobs.put("items/red", kept)
    assert (await whole.client.get(ITEM, headers=whole.key("shop"))).status_code == 200


async def test_no_picture_that_is_shown_carries_metadata(whole: Whole) -> None:
    """A shop's pictures are stored as they came, with photographer and place; what anybody is shown is drawn anew."""
    blobs, kept = whole.container.blobs, whole.container.blobs.get("items/red")
    exif = Image.Exif()
    exif[0x013B] = "quixotry"
    exif.get_ifd(0x8825)[29] = "quixotry"
    blobs.put("items/red", encoded(small(), "JPEG", exif=exif, comment=b"quixotry"))
    try:
        shown = [await whole.client.get(ITEM + width, headers=whole.key("shop")) for width in ("", "?width=16")]
        shown.append(await whole.client.get("/v1/admin/items/dress%2Fred/picture", headers=whole.key("admin")))
    finally:
        blobs.put("items/red", kept)
    for one in shown:
        assert one.status_code == 200, one.text
        assert not Image.open(io.BytesIO(one.content)).getexif()
        assert b"quixotry" not in one.content
