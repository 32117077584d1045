"""The colour that pixels show: the garment's, not that of the bed it lies on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from models.contracts import RGB
from models.taxonomy import taxonomy
from models.zero_shot.pixels import families, pixel_colours


def garment(colour: tuple[int, int, int], bed: str = "#e8e4da", size: tuple[int, int] = (300, 400)) -> RGB:
    picture = Image.new("RGB", size, bed)
    width, height = size
    ImageDraw.Draw(picture).ellipse((width * 0.2, height * 0.15, width * 0.8, height * 0.85), fill=colour)
    return picture


def seen(picture: RGB) -> str:
    shares = pixel_colours(picture)
    return families()[int(shares.argmax())]


@pytest.mark.parametrize("name", [n for n in families() if n not in ("multi", "silver")])
@pytest.mark.parametrize("bed", ["#e8e4da", "#4a3b30"])
def test_every_family_is_seen_at_its_centre(name: str, bed: str) -> None:
    assert seen(garment(taxonomy().colours[name].rgb, bed)) == name


@pytest.mark.parametrize("size", [(60, 80), (80, 60), (4000, 3000)])
def test_size_does_not_matter(size: tuple[int, int]) -> None:
    assert seen(garment((200, 30, 43), size=size)) == "red"


@given(st.tuples(*[st.integers(0, 255)] * 3), st.tuples(*[st.integers(0, 255)] * 3))
def test_shares_always_add_up(colour: tuple[int, int, int], bed: tuple[int, int, int]) -> None:
    shares = pixel_colours(garment(colour, "#{:02x}{:02x}{:02x}".format(*bed), (30, 40)))
    assert shares.sum() == pytest.approx(1)
    assert (shares >= 0).all()
