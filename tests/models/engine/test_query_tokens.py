"""Tokens reach a query's parts, are made once, and cost a catalogue nothing."""

from collections.abc import AsyncIterator, Sequence

import numpy as np
import pytest
from PIL import Image

from models.contracts import RGB, ImageTokens, Matrix, Prepared, Region, TextTokens
from models.encoders.fake import FakeEncoder, FakeTokenEncoder
from models.engine import Engine
from models.fusion import fusions

CROP = Region((0.0, 0.0, 0.5, 1.0))


class Counting(FakeTokenEncoder):
    """Counts what goes which way."""

    def __init__(self) -> None:
        super().__init__(dims=8)
        self.plain, self.with_tokens = 0, 0

    def encode_images(self, pictures: Sequence[RGB]) -> Matrix:
        self.plain += len(pictures)
        return super().encode_images(pictures)

    def encode_image_tokens(self, pictures: Sequence[RGB]) -> ImageTokens:
        before, seen = self.plain, super().encode_image_tokens(pictures)
        self.plain, self.with_tokens = before, self.with_tokens + len(pictures)
        return seen

    def encode_text_tokens(self, texts: Sequence[str]) -> TextTokens:
        return super().encode_text_tokens(texts)


class CropAndWhole:
    """Two views of a garment: its left half, and everything."""

    version = "crop-and-whole"

    def prepare(self, photo: RGB, photo_kind: str) -> Prepared:
        del photo_kind
        left = photo.crop((0, 0, photo.width // 2, photo.height))
        return Prepared(crops=(left, photo), regions=(CROP, Region((0, 0, 1, 1))))


def picture(seed: int) -> RGB:
    rng = np.random.default_rng(seed)
    return Image.fromarray(rng.integers(0, 255, (8, 6, 3), dtype=np.uint8))


@pytest.fixture
def encoder() -> Counting:
    return Counting()


@pytest.fixture
async def engine(encoder: Counting) -> AsyncIterator[Engine]:
    engine = Engine(encoder, CropAndWhole(), fusions(), max_batch=4, max_queue=8)
    yield engine
    await engine.close()


async def test_a_part_has_the_tokens_of_its_first_crop(engine: Engine, encoder: Counting) -> None:
    photo = picture(1)
    query = await engine.encode_query([photo], "red dress")
    (part,) = query.parts
    assert part.tokens is not None
    assert part.tokens.dtype == np.float32
    wanted = encoder.encode_image_tokens([photo.crop((0, 0, 3, 8))])
    np.testing.assert_allclose(part.tokens, wanted.tokens[0], atol=2e-3)
    assert (part.tokens_region, part.tokens_frame) == (CROP, (0, 0, 1, 1))
    assert query.text_tokens is not None
    np.testing.assert_allclose(query.text_tokens, encoder.encode_texts(["red", "dress"]), atol=2e-3)


async def test_of_several_photos_the_first_one_is_shown(engine: Engine) -> None:
    query = await engine.encode_query([picture(1), picture(2)], None)
    (part,) = query.parts
    assert part.region is None
    assert part.tokens_region == CROP
    assert query.text_tokens is None


async def test_words_alone_have_no_grid(engine: Engine) -> None:
    query = await engine.encode_query([], "red")
    assert (query.parts[0].tokens, query.parts[0].tokens_region) == (None, None)
    assert query.text_tokens is not None


async def test_the_cache_gives_the_same_tokens(engine: Engine, encoder: Counting) -> None:
    first = await engine.encode_query([picture(1)], "red")
    made = encoder.with_tokens
    again = await engine.encode_query([picture(1)], "red")
    assert encoder.with_tokens == made == 2
    np.testing.assert_array_equal(first.parts[0].tokens, again.parts[0].tokens)
    np.testing.assert_array_equal(first.text_tokens, again.text_tokens)


async def test_a_catalogue_is_encoded_without_tokens(engine: Engine, encoder: Counting) -> None:
    rows = await engine.encode_images([picture(n) for n in range(6)])
    assert rows.shape == (6, 8)
    assert (encoder.plain, encoder.with_tokens) == (6, 0)


async def test_an_encoder_without_tokens_still_answers() -> None:
    engine = Engine(FakeEncoder(dims=8), CropAndWhole(), fusions())
    query = await engine.encode_query([picture(1)], "red")
    assert (query.parts[0].tokens, query.text_tokens) == (None, None)
    assert query.parts[0].tokens_region == CROP
    await engine.close()
