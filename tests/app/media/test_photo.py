"""Whatever a phone makes becomes an upright RGB picture; whatever it does not make becomes one clear error."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.errors import AppError, PhotoTooLarge, UnreadablePhoto, UnsupportedPhoto
from app.media.photo import decode
from app.settings import LimitSettings
from tests.app.media.handmade import encoded
from tests.app.media.png_bombs import png_claims_four_gigapixels

LIMITS = LimitSettings()
ORIENTATION = 0x0112


def two_tone(mode: str = "RGB") -> Image.Image:
    """Wider than high, left half red, right half blue."""
    picture = Image.new("RGB", (80, 40), "#d01020")
    picture.paste("#1020d0", (40, 0, 80, 40))
    return picture.convert(mode)


def red_left(picture: Image.Image) -> bool:
    left, right = picture.getpixel((5, picture.height // 2)), picture.getpixel((picture.width - 5, picture.height // 2))
    return left[0] > 150 > left[2] and right[2] > 150 > right[0]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "TIFF", "BMP", "GIF"])
def test_formats(kind: str) -> None:
    picture = decode(encoded(two_tone(), kind), LIMITS)
    assert picture.mode == "RGB"
    assert picture.size == (80, 40)
    assert red_left(picture)


def test_cmyk_jpeg_keeps_its_colours() -> None:
    assert red_left(decode(encoded(two_tone("CMYK"), "JPEG", quality=95), LIMITS))


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1"])
def test_other_modes_become_rgb(mode: str) -> None:
    assert decode(encoded(two_tone(mode), "PNG"), LIMITS).mode == "RGB"


def test_transparency_becomes_white() -> None:
    clear = Image.new("RGBA", (10, 10), (255, 0, 0, 0))
    assert decode(encoded(clear, "PNG"), LIMITS).getpixel((5, 5)) == (255, 255, 255)


def test_sixteen_bits_scale_instead_of_clipping() -> None:
    ramp = np.linspace(0, 65535, 256, dtype=np.uint16).reshape(1, 256).repeat(8, axis=0)
    values = np.asarray(decode(encoded(Image.fromarray(ramp), "PNG"), LIMITS))[4, :, 0]
    assert values[0] == 0
    assert 120 <= values[128] <= 136
    assert values[-1] == 255


def test_a_dark_picture_of_sixteen_bits_stays_dark() -> None:
    night = Image.fromarray(np.full((8, 8), 250, dtype=np.uint16))
    assert decode(encoded(night, "PNG"), LIMITS).getpixel((4, 4)) == (0, 0, 0)


@pytest.mark.parametrize(("orientation", "size"), [(1, (80, 40)), (3, (80, 40)), (6, (40, 80)), (8, (40, 80))])
def test_exif_orientation_is_applied_and_dropped(orientation: int, size: tuple[int, int]) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    picture = decode(encoded(two_tone(), "JPEG", exif=exif, quality=95), LIMITS)
    assert picture.size == size
    assert not picture.getexif()
    assert "exif" not in picture.info
    if orientation == 3:
        assert not red_left(picture)


@pytest.mark.parametrize(
    ("kind", "options"),
    [("PNG", {}), ("WEBP", {}), ("HEIF", {}), ("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"})],
)
def test_a_picture_of_any_format_is_turned_once(kind: str, options: dict[str, object]) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 3
    picture = decode(encoded(two_tone(), kind, exif=exif.tobytes(), **options), LIMITS)
    assert not red_left(picture)
    exif[ORIENTATION] = 6
    assert decode(encoded(two_tone(), kind, exif=exif.tobytes(), **options), LIMITS).size == (40, 80)


def test_animation_gives_its_first_frame() -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("#00ff00", "#ff0000")]
    data = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    assert decode(data, LIMITS).getpixel((8, 8)) == (0, 255, 0)


def test_text_named_as_a_photo_is_unsupported() -> None:
    with pytest.raises(UnsupportedPhoto, match="JPEG, PNG, WebP, HEIC"):
        decode(b"this is no picture at all", LIMITS)


def test_empty_file_is_unsupported() -> None:
    with pytest.raises(UnsupportedPhoto):
        decode(b"", LIMITS)


def test_truncated_jpeg_is_unreadable() -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8))
    data = encoded(noise, "JPEG")
    with pytest.raises(UnreadablePhoto, match="cut short"):
        decode(data[: len(data) // 2], LIMITS)


def test_header_alone_is_unreadable() -> None:
    with pytest.raises(UnreadablePhoto, match="header is damaged"):
        decode(png_claims_four_gigapixels()[:33], LIMITS)


def test_too_many_pixels_are_refused_from_the_header() -> None:
    with pytest.raises(PhotoTooLarge, match="pixels"):
        decode(png_claims_four_gigapixels(), LIMITS)


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(PhotoTooLarge, match="bytes"):
        decode(b"x" * 11, LimitSettings(photo_bytes=10))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["JPEG", "PNG", "WEBP", "HEIF", "GIF", "TIFF"]), st.integers(0, 5000), st.binary(max_size=40))
def test_damage_never_escapes_as_another_error(kind: str, at: int, damage: bytes) -> None:
    data = bytearray(encoded(two_tone(), kind))
    place = at % len(data)
    data[place : place + len(damage)] = damage
    try:
        picture = decode(bytes(data), LIMITS)
    except AppError:
        return
    assert picture.mode == "RGB"
