"""Masks: when they are believed, what box they give, and what is left of a photo once it is cut along one."""

import numpy as np
import pytest
from PIL import Image

from models.preprocess.masks import Plane, believable, cleaned, main_islands, mask_box, on_white, widened

SIDE = 40


def plane(*boxes: tuple[int, int, int, int], value: float = 1.0) -> Plane:
    """`value` inside boxes (left, top, right, bottom), 0 outside."""
    mask = np.zeros((SIDE, SIDE), np.float32)
    for left, top, right, bottom in boxes:
        mask[top:bottom, left:right] = value
    return mask


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        (plane((10, 10, 30, 30)), True),
        (plane((0, 5, 40, 35)), True),
        (plane((10, 10, 12, 12)), False),
        (plane((0, 0, 40, 40)), False),
        (plane((10, 10, 30, 30), value=0.6) + 0.3 * (plane((10, 10, 30, 30)) == 0), False),
        (plane((0, 0, 40, 32)), False),
    ],
    ids=["plain", "across", "speck", "everything", "a guess", "most of the border"],
)
def test_a_mask_is_believed_where_it_is_plain(mask: Plane, expected: bool) -> None:
    assert believable(mask.astype(np.float32)) is expected


def test_both_shoes_of_a_pair_belong_and_dust_does_not() -> None:
    flags = plane((4, 10, 16, 30), (22, 12, 34, 30), (38, 1, 40, 2)) > 0.5
    assert np.array_equal(main_islands(flags), plane((4, 10, 16, 30), (22, 12, 34, 30)) > 0.5)


def test_a_winding_island_is_one() -> None:
    flags = plane((2, 2, 38, 5), (35, 5, 38, 38), (2, 35, 35, 38), (2, 20, 5, 35)) > 0.5
    assert np.array_equal(main_islands(flags), flags)


def test_nothing_has_no_box() -> None:
    assert mask_box(cleaned(plane())) is None
    assert main_islands(plane() > 0).sum() == 0


def test_the_margin_is_even_in_pixels_and_ends_with_the_photo() -> None:
    left, top, right, bottom = widened((0.4, 0.4, 0.6, 0.6), aspect=2.0, margin=0.1)
    assert (0.4 - left) * 2 == pytest.approx(0.4 - top) == pytest.approx(0.04)
    assert widened((0.0, 0.0, 1.0, 0.5), 1.0)[:3] == (0.0, 0.0, 1.0)
    assert bottom > 0.6 < right


def test_what_is_outside_turns_white_and_the_garment_stays() -> None:
    photo = Image.new("RGB", (400, 400), (90, 60, 30))
    photo.paste((200, 10, 10), (100, 100, 300, 300))
    box = (0.2, 0.2, 0.8, 0.8)
    cut = on_white(photo.crop((80, 80, 320, 320)), box, plane((10, 10, 30, 30)))
    pixels = np.asarray(cut).astype(int)
    assert (pixels[:8] == 255).all()
    assert (pixels[60:180, 60:180] == (200, 10, 10)).all()


def test_an_island_elsewhere_in_the_photo_is_dropped_with_the_background() -> None:
    photo = Image.new("RGB", (400, 400), (10, 10, 10))
    cut = on_white(photo, (0, 0, 1, 1), cleaned(plane((10, 10, 30, 30), (37, 37, 39, 39))))
    assert np.asarray(cut)[370:390, 370:390].min() == 255
