"""Pictures made to hurt: the decoder answers each with a picture or one clear error, soon, and within its memory."""

import io
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from app.errors import AppError, PhotoTooLarge, UnreadablePhoto
from app.media.apart import Apart, Undecodable, Worker
from app.media.containers import Refused, slim
from app.media.photo import ENOUGH, check_header, decode
from app.settings import LimitSettings
from tests.app.media.bombs import BOMBS, LARGEST
from tests.app.media.handmade import encoded, small
from tests.app.media.jpeg_bombs import scanned_jpeg
from tests.app.media.mutations import mutant, seeds

ROOT = Path(__file__).parents[3]
LIMITS = LimitSettings()
MUTANTS = 250
MOST_CPU_S = 2.0
MOST_MEGABYTES = 600

QUICK = sorted(BOMBS.keys() - set(LARGEST))


@pytest.mark.parametrize("name", QUICK)
def test_every_bomb_is_answered_soon(name: str) -> None:
    data = BOMBS[name]()
    assert len(data) <= LIMITS.photo_bytes
    check(data)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("bmp_run_lengths", "compressed BMP"),
        ("gif_million_comments", "without a picture in its first parts"),
        ("gif_one_endless_comment", "too many parts"),
        ("jpeg_hundred_thousand_scans", "too many passes"),
        ("jpeg_million_comments", "too many parts"),
        ("png_million_empty_chunks", "too many parts"),
        ("tiff_fax", "compressed in a rare way"),
        ("tiff_million_strips", "too many pieces"),
        ("tiff_tile_of_a_gigapixel", "huge tiles"),
        ("tiff_values_overlap", "damaged directory"),
        ("webp_million_chunks", "without a picture in its first parts"),
    ],
)
def test_what_no_decoder_should_see_is_refused_before_one_does(name: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        slim(BOMBS[name]())


@pytest.mark.parametrize("start", range(0, MUTANTS, 50))
def test_damage_by_chance(start: int) -> None:
    for number in range(start, start + 50):
        check(mutant(number)[1])


def check(data: bytes) -> None:
    """A picture or a refusal that says what to do; measured on this thread's own clock, however busy the machine is."""
    started = time.thread_time()
    try:
        picture = decode(data, LIMITS, enough=ENOUGH)
    except AppError as error:
        assert error.status < 500
        assert "Send " in error.detail
    else:
        assert picture.mode == "RGB"
        assert not picture.info
        assert picture.width * picture.height <= LIMITS.photo_pixels
    assert time.thread_time() - started < MOST_CPU_S
    try:
        check_header(data, LIMITS)
    except AppError as error:
        assert error.status < 500


MEASURE = """
import json, resource, sys
from app.media.photo import decode
from app.settings import LimitSettings
from tests.app.media.bombs import BOMBS
data, limits = [BOMBS[name]() for name in sys.argv[1:]], LimitSettings()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for one in data:
    decode(one, limits)
print(json.dumps((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024))
"""


def test_the_largest_legal_photos_stay_within_memory() -> None:
    """In a process of its own, for a peak is remembered for as long as a process lives."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *LARGEST], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    assert json.loads(done.stdout) < MOST_MEGABYTES


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(seeds())), st.data())
def test_no_bytes_escape_as_another_error(name: str, data: st.DataObject) -> None:
    whole = bytearray(seeds()[name])
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=16))
        whole = whole or bytearray(b"\xff")
    check(bytes(whole))


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"II*\0", b"BM", b"RIFF    WEBP"]),
    st.binary(),
)
@example(b"\xff\xd8\xff", b"\xc0\x00\x08")
def test_no_walker_trusts_what_follows_a_signature(signature: bytes, rest: bytes) -> None:
    check(signature + rest)


@pytest.mark.parametrize("name", sorted(seeds()))
def test_slimming_loses_metadata_and_no_pixel(name: str) -> None:
    """Pillow, given the whole file, sees the same first frame; no mark of EXIF, XMP or a later frame is left for it."""
    data = seeds()[name]
    file = slim(data)
    assert file is not None
    if file.format not in ("TIFF", "HEIF", "GIF"):  # the first two stay whole, of the third what stands in front goes
        assert not any(mark in file.data for mark in (b"Exif", b"EXIF", b"eXIf", b"GPS", b"ANMF", b"fcTL"))
    plain = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    page = Image.new("RGBA", plain.size, "white")
    page.alpha_composite(plain.convert("RGBA"))
    expected = np.asarray(page.convert("RGB")).astype(int)
    assert np.abs(np.asarray(decode(data, LIMITS)).astype(int) - expected).max() <= 1  # blending rounds


def test_too_many_passes_are_refused_and_the_usual_ones_taken() -> None:
    with pytest.raises(UnreadablePhoto, match="too many passes"):
        decode(scanned_jpeg(640, 480, 200), LIMITS)
    assert decode(scanned_jpeg(640, 480, 20), LIMITS).size == (640, 480)
    assert decode(encoded(small(), "JPEG", progressive=True), LIMITS).size == (64, 48)


def test_what_hangs_behind_a_picture_is_not_part_of_it() -> None:
    for name in ("jpeg_and_zip", "jpeg_and_html", "jpeg_many_pictures_behind"):
        file = slim(BOMBS[name]())
        assert file is not None
        assert len(file.data) <= len(encoded(small(), "JPEG"))
        assert b"PK\3\4" not in file.data
        assert b"<html" not in file.data


def test_a_side_beyond_any_camera_is_refused() -> None:
    with pytest.raises(PhotoTooLarge, match="a side has at most"):
        decode(BOMBS["png_one_row"](), LIMITS)


def test_a_large_photo_comes_no_larger_than_is_enough() -> None:
    photo = encoded(small(size=(4_000, 3_000)), "JPEG")
    assert decode(photo, LIMITS).size == (4_000, 3_000)
    assert decode(photo, LIMITS, enough=ENOUGH).size == (2_000, 1_500)
    assert decode(encoded(small(size=(400, 300)), "JPEG"), LIMITS, enough=ENOUGH).size == (400, 300)


def test_a_decoder_that_takes_too_long_is_ended_and_replaced() -> None:
    pool = Apart(processes=1, wall_s=0.0)
    file = slim(seeds()["heif"])
    assert file is not None
    with pytest.raises(Undecodable):
        pool.decode(file, most_pixels=10_000, longest_side=1_000)
    pool.wall_s = 30.0
    assert pool.decode(file, most_pixels=10_000, longest_side=1_000).size == (48, 64)
    pool.close()


def test_a_worker_that_answers_nonsense_answers_no_other_picture() -> None:
    """What it still has to say would be taken for another shopper's photo."""
    nonsense = "import sys; sys.stdout.buffer.write(bytes((0, 0, 0, 2)) + b'{]'); sys.stdout.flush(); sys.stdin.read()"
    process = subprocess.Popen([sys.executable, "-c", nonsense], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with pytest.raises(ValueError, match="Expecting"):
        Worker(process).ask({}, b"", 30.0)
    assert process.returncode is not None
