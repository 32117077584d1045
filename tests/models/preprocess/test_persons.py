"""A person yields their garments, without head and hands; a garment is never taken for a person."""

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.contracts import RGB
from models.preprocess.image import GarmentPreprocessor, shipped
from models.preprocess.masks import Masks, Plane
from models.preprocess.persons import garments_of, is_person
from models.preprocess.salience import lab_of

pytestmark = pytest.mark.usefixtures("one_thread")


SIDE = 60
SHARED = Path(os.environ.get("TRYON_SHARED", Path(__file__).resolve().parents[4] / "shared")) / "data"
SKIN, SHIRT, JEANS = (215, 165, 140), (200, 30, 40), (40, 60, 120)


def person(lower: tuple[int, int, int] = JEANS) -> tuple[Masks, Plane, RGB]:
    """A full-length figure: a head on shoulders, arms, a shirt and what is below it."""
    subject, skin = np.zeros((SIDE, SIDE), np.float32), np.zeros((SIDE, SIDE), np.float32)
    picture = np.full((SIDE, SIDE, 3), 235, np.uint8)
    parts = [
        ((27, 4, 33, 12), SKIN), ((22, 12, 38, 32), SHIRT), ((19, 14, 22, 34), SKIN), ((38, 14, 41, 34), SKIN),
        ((22, 32, 38, 56), lower),
    ]  # fmt: skip
    for (left, top, right, bottom), colour in parts:
        subject[top:bottom, left:right] = 1
        skin[top:bottom, left:right] = colour == SKIN
        picture[top:bottom, left:right] = colour
    photo = Image.fromarray(picture)
    return Masks(subject, skin), lab_of(photo), photo


class Told:
    """A segmenter that is told the masks."""

    version, precise = "told", True

    def __init__(self, masks: Masks) -> None:
        self._masks = masks

    def masks(self, photo: RGB) -> Masks | None:
        return self._masks


def test_two_garments_meet_at_the_waist() -> None:
    masks, lab, _ = person()
    upper, lower = sorted(garments_of(masks, lab, 1.0), key=lambda r: r.box[1])
    assert (upper.part, lower.part) == ("upper", "lower")
    assert upper.box[1] * SIDE == pytest.approx(12, abs=1)
    assert upper.box[3] * SIDE == pytest.approx(32, abs=2)
    assert lower.box[1] * SIDE == pytest.approx(32, abs=2)
    assert lower.box[3] * SIDE == pytest.approx(56, abs=1)


def test_a_rim_of_hair_is_no_collar() -> None:
    masks, lab, _ = person()
    masks.skin[3:6, 27:33] = 0
    masks.subject[3:6, 27:33] = 1
    upper = min(garments_of(masks, lab, 1.0), key=lambda r: r.box[1])
    assert upper.box[1] * SIDE == pytest.approx(12, abs=1)


def test_one_colour_from_neck_to_hem_is_one_piece() -> None:
    masks, lab, _ = person(lower=SHIRT)
    (region,) = garments_of(masks, lab, 1.0)
    assert region.part == "full"


def test_crops_show_neither_skin_nor_the_other_garment() -> None:
    masks, _, photo = person()
    prepared = GarmentPreprocessor(Told(masks)).prepare(photo.resize((600, 600), Image.Resampling.NEAREST), "person")
    areas = [(r.box[2] - r.box[0]) * (r.box[3] - r.box[1]) for r in prepared.regions]
    assert areas == sorted(areas, reverse=True)
    own = {"upper": SHIRT, "lower": JEANS}
    for crop, region in zip(prepared.crops, prepared.regions, strict=True):
        pixels = np.asarray(crop).astype(int)
        for part, colour in own.items():
            share = (np.abs(pixels - colour).sum(axis=2) < 30).mean()
            assert share > 0.4 if part == region.part else share < 0.08
        assert (np.abs(pixels - SKIN).sum(axis=2) < 20).mean() < 0.02


def test_auto_tells_a_worn_garment_from_a_flat_one() -> None:
    masks, _, photo = person()
    flat = Masks(masks.subject, np.zeros_like(masks.skin))
    parts = [{r.part for r in GarmentPreprocessor(Told(m)).prepare(photo, "auto").regions} for m in (masks, flat)]
    assert parts == [{"upper", "lower"}, {"garment"}]


def test_a_beige_garment_that_all_looks_like_skin_is_no_person() -> None:
    masks, _, _ = person()
    assert is_person(masks)
    assert not is_person(Masks(masks.subject, masks.subject))
    assert not is_person(Masks(np.zeros_like(masks.subject), masks.skin))


def test_a_person_nobody_can_make_out_is_cut_by_proportion() -> None:
    noise = Image.fromarray(np.random.default_rng(2).integers(0, 255, (300, 200, 3), dtype=np.uint8))
    regions = GarmentPreprocessor(Told(Masks(*np.zeros((2, 9, 9), np.float32)))).prepare(noise, "person").regions
    assert {r.part for r in regions} == {"upper", "lower"}


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data are not on this machine")
def test_photos_of_garments_are_hardly_ever_taken_for_persons() -> None:
    with zipfile.ZipFile(SHARED / "photos" / "images.zip") as archive:
        names = sorted(n for n in archive.namelist() if n.endswith(".webp"))[::17]
        photos = [Image.open(io.BytesIO(archive.read(n))).convert("RGB") for n in names]
    taken = [is_person(masks) for photo in photos if (masks := shipped().masks(photo))]
    assert len(photos) > 150
    assert sum(taken) <= 0.01 * len(photos)
