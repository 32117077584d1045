"""The classical crop: tight when the subject is plain, the whole photo when it is not, never without the garment."""

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from models.contracts import RGB, Preprocessor
from models.preprocess.image import GarmentPreprocessor
from models.preprocess.segmenters import Classical

WHOLE = (0.0, 0.0, 1.0, 1.0)
SHARED = Path(os.environ.get("TRYON_SHARED", Path(__file__).resolve().parents[4] / "shared"))
PHOTOS = SHARED / "data" / "photos" / "images.zip"
preprocessor = GarmentPreprocessor(Classical())

Box = tuple[float, float, float, float]


def scene(size: tuple[int, int], box: Box, garment: tuple[int, int, int], floor: tuple[int, int, int]) -> RGB:
    """A garment on a floor with a sensor's noise."""
    photo = Image.new("RGB", size, floor)
    left, top, right, bottom = box
    width, height = size
    corners = (left * width, top * height, right * width - 1, bottom * height - 1)
    ImageDraw.Draw(photo).rounded_rectangle(corners, radius=4, fill=garment)
    noise = np.random.default_rng(0).normal(0, 4, (height, width, 3))
    return Image.fromarray(np.clip(np.asarray(photo) + noise, 0, 255).astype(np.uint8))


def covers(found: Box, wanted: Box, slack: float = 0.01) -> bool:
    return (
        found[0] <= wanted[0] + slack
        and found[1] <= wanted[1] + slack
        and found[2] >= wanted[2] - slack
        and found[3] >= wanted[3] - slack
    )


def area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def test_it_keeps_the_protocol() -> None:
    assert isinstance(preprocessor, Preprocessor)
    assert preprocessor.version


@pytest.mark.parametrize("size", [(60, 80), (320, 240), (1200, 1600), (3000, 500)])
def test_a_garment_on_a_floor_is_found_at_any_size(size: tuple[int, int]) -> None:
    box = (0.3, 0.25, 0.7, 0.75)
    prepared = preprocessor.prepare(scene(size, box, (180, 30, 40), (200, 190, 170)), "garment")
    region, whole = prepared.regions
    assert region.part == whole.part == "garment"
    assert whole.box == WHOLE
    assert covers(region.box, box)
    assert area(region.box) < 0.5
    assert [crop.mode for crop in prepared.crops] == ["RGB", "RGB"]


@settings(max_examples=60, deadline=None)
@given(
    left=st.floats(0, 0.6),
    top=st.floats(0, 0.6),
    width=st.floats(0.2, 0.9),
    height=st.floats(0.2, 0.9),
    garment=st.tuples(*[st.integers(0, 255)] * 3),
    floor=st.tuples(*[st.integers(0, 255)] * 3),
    kind=st.sampled_from(["auto", "garment"]),
)
def test_the_garment_is_never_lost(
    *,
    left: float,
    top: float,
    width: float,
    height: float,
    garment: tuple[int, int, int],
    floor: tuple[int, int, int],
    kind: str,
) -> None:
    box = (left, top, min(1, left + width), min(1, top + height))
    region, *_ = preprocessor.prepare(scene((160, 200), box, garment, floor), kind).regions
    assert covers(region.box, box, slack=0.02)


@pytest.mark.parametrize(
    "photo",
    [
        Image.new("RGB", (300, 400), "white"),
        Image.fromarray(np.random.default_rng(1).integers(0, 255, (300, 200, 3), dtype=np.uint8)),
        scene((300, 400), (0.0, 0.0, 1.0, 1.0), (10, 80, 10), (255, 255, 255)),
        scene((300, 400), (0.49, 0.49, 0.51, 0.51), (255, 0, 0), (90, 90, 90)),
        Image.new("RGB", (1, 1)),
        Image.new("RGB", (900, 3)),
    ],
    ids=["blank", "noise", "fills the frame", "speck", "one pixel", "strip"],
)
def test_a_photo_without_a_plain_subject_stays_whole(photo: RGB) -> None:
    prepared = preprocessor.prepare(photo, "auto")
    assert [r.box for r in prepared.regions] == [WHOLE]
    assert prepared.crops[0].size == photo.size or max(photo.size) > 512


def test_a_large_photo_gives_a_crop_that_still_has_detail_and_no_more() -> None:
    photo = scene((3000, 4000), (0.2, 0.1, 0.8, 0.9), (20, 60, 160), (230, 230, 230))
    crop, _ = preprocessor.prepare(photo, "garment").crops
    assert 512 <= max(crop.size) < 1024


def test_the_crop_shows_the_region() -> None:
    photo = scene((400, 400), (0.25, 0.25, 0.75, 0.75), (200, 20, 20), (240, 240, 240))
    prepared = preprocessor.prepare(photo, "garment")
    (left, top, right, bottom) = prepared.regions[0].box
    expected = ((right - left) * 400, (bottom - top) * 400)
    assert np.allclose(prepared.crops[0].size, expected, atol=2)
    middle = prepared.crops[0].getpixel((prepared.crops[0].width // 2, prepared.crops[0].height // 2))
    assert isinstance(middle, tuple)
    assert middle[0] > 150 > middle[1]


@pytest.mark.parametrize(("box", "name"), [((0.35, 0.05, 0.65, 0.95), "full length"), ((0.1, 0.2, 0.9, 1), "half")])
def test_a_person_gives_an_upper_and_a_lower_garment_largest_first(box: Box, name: str) -> None:
    photo = scene((400, 600), box, (120, 60, 30), (235, 235, 240))
    prepared = preprocessor.prepare(photo, "person")
    assert {r.part for r in prepared.regions} == {"upper", "lower"}
    assert area(prepared.regions[0].box) >= area(prepared.regions[1].box)
    by_part = {r.part: r.box for r in prepared.regions}
    assert by_part["upper"][1] < by_part["lower"][1]
    assert by_part["upper"][3] < by_part["lower"][3]
    assert len(prepared.crops) == 2
    for left, top, right, bottom in by_part.values():
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1


def test_a_person_on_a_busy_background_still_gives_two() -> None:
    noise = Image.fromarray(np.random.default_rng(2).integers(0, 255, (300, 200, 3), dtype=np.uint8))
    assert len(preprocessor.prepare(noise, "person").crops) == 2


def test_an_unknown_photo_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="selfie"):
        preprocessor.prepare(Image.new("RGB", (9, 9)), "selfie")


@pytest.mark.skipif(not PHOTOS.exists(), reason="the shared photos are not on this machine")
def test_on_real_photos_most_are_cropped_and_none_to_a_scrap() -> None:
    with zipfile.ZipFile(PHOTOS) as archive:
        names = sorted(n for n in archive.namelist() if n.endswith(".webp"))[::30]
        photos = [Image.open(io.BytesIO(archive.read(n))).convert("RGB") for n in names]
    boxes = [preprocessor.prepare(photo, "auto").regions[0].box for photo in photos]
    cropped = [box for box in boxes if box != WHOLE]
    assert len(cropped) > 0.5 * len(boxes)
    assert min(map(area, cropped)) > 0.06
