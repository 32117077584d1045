"""The engine: one part a garment, every input encoded once, failures told to all who wait."""

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator, Sequence

import numpy as np
import pytest
from PIL import Image

from models.contracts import RGB, Matrix, Prepared, Region, Weights
from models.engine import Engine, EngineClosed, EngineOverloaded, UnknownFusion
from models.fusion import fusions
from models.registry import ModelSpec

DIMS = 8


def seeded(content: bytes) -> np.ndarray:
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(content).digest()[:8]))
    vector = rng.normal(size=DIMS)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


class CountingEncoder:
    """Vectors from content; counts what it sees and notices when it is entered twice at a time."""

    spec = ModelSpec(name="counting", revision="r", dims=DIMS, preprocess_version="p")
    device = "cpu"

    def __init__(self) -> None:
        self.pictures = 0
        self.texts = 0
        self.batches: list[int] = []
        self.overlapped = False
        self.go = threading.Event()
        self.go.set()
        self.entered = threading.Event()
        self.fails = False
        self._busy = threading.Lock()

    def encode_images(self, pictures: Sequence[RGB]) -> Matrix:
        self.pictures += len(pictures)
        return self._encode([p.tobytes() for p in pictures])

    def encode_texts(self, texts: Sequence[str]) -> Matrix:
        self.texts += len(texts)
        return self._encode([t.encode() for t in texts])

    def _encode(self, contents: Sequence[bytes]) -> Matrix:
        if not self._busy.acquire(blocking=False):
            self.overlapped = True
            raise AssertionError("two threads in the encoder")
        try:
            self.entered.set()
            assert self.go.wait(10)
            if self.fails:
                raise RuntimeError("out of memory")
            self.batches.append(len(contents))
            return np.stack([seeded(c) for c in contents])
        finally:
            self._busy.release()


class Halves:
    """A preprocessor that keeps garments whole and cuts persons in two."""

    version = "halves"

    def prepare(self, photo: RGB, photo_kind: str) -> Prepared:
        if photo_kind != "person":
            return Prepared(crops=(photo,), regions=(Region((0, 0, 1, 1)),))
        middle = photo.height // 2
        return Prepared(
            crops=(photo.crop((0, 0, photo.width, middle)), photo.crop((0, middle, photo.width, photo.height))),
            regions=(Region((0, 0, 1, 0.5), "upper"), Region((0, 0.5, 1, 1), "lower")),
        )


def picture(seed: int, size: tuple[int, int] = (6, 8)) -> RGB:
    rng = np.random.default_rng(seed)
    return Image.fromarray(rng.integers(0, 255, (size[1], size[0], 3), dtype=np.uint8))


@pytest.fixture
def encoder() -> CountingEncoder:
    return CountingEncoder()


@pytest.fixture
async def engine(encoder: CountingEncoder) -> AsyncIterator[Engine]:
    engine = Engine(encoder, Halves(), fusions(), max_batch=4, max_queue=8)
    yield engine
    encoder.go.set()
    await engine.close()


async def test_a_photo_and_words_become_one_fused_part(engine: Engine) -> None:
    photo = picture(1)
    query = await engine.encode_query([photo], "red dress", weights=Weights(image=0.25))
    (part,) = query.parts
    image, text = seeded(photo.tobytes()), seeded(b"red dress")
    expected = 0.25 * image + 0.75 * text
    np.testing.assert_allclose(part.fused.vector, expected / np.linalg.norm(expected), atol=1e-6)
    np.testing.assert_array_equal(part.image, image)
    np.testing.assert_array_equal(query.text, text)
    assert part.region == Region((0, 0, 1, 1))
    assert (part.fused.image, part.fused.text, query.photo_kind) == (0.25, 0.75, "garment")
    assert set(query.timings_ms) == {"preprocess", "encode"}
    assert min(query.timings_ms.values()) >= 0


async def test_photo_alone_and_words_alone(engine: Engine) -> None:
    photo = picture(1)
    alone = await engine.encode_query([photo], "  ")
    np.testing.assert_array_equal(alone.parts[0].fused.vector, seeded(photo.tobytes()))
    assert alone.text is None
    words = await engine.encode_query([], "红色连衣裙")
    assert (words.parts[0].image, words.parts[0].region, words.photo_kind) == (None, None, "none")
    np.testing.assert_array_equal(words.parts[0].fused.vector, words.text)


async def test_nothing_at_all_is_refused(engine: Engine) -> None:
    with pytest.raises(ValueError, match="photo or words"):
        await engine.encode_query([], " ")


async def test_several_photos_are_views_of_one_wish(engine: Engine) -> None:
    photos = [picture(1), picture(2)]
    query = await engine.encode_query(photos, None)
    mean = sum(seeded(p.tobytes()) for p in photos)
    (part,) = query.parts
    np.testing.assert_allclose(part.image, mean / np.linalg.norm(mean), atol=1e-6)
    assert part.region is None


async def test_a_person_gives_a_part_a_garment(engine: Engine) -> None:
    query = await engine.encode_query([picture(1)], "green", photo_kind="person")
    assert [part.region.part for part in query.parts if part.region] == ["upper", "lower"]
    assert query.photo_kind == "person"
    assert not np.allclose(query.parts[0].fused.vector, query.parts[1].fused.vector)
    two = await engine.encode_query([picture(1), picture(2)], None, photo_kind="person")
    assert len(two.parts) == 2


async def test_the_same_input_is_encoded_once(engine: Engine, encoder: CountingEncoder) -> None:
    first = await engine.encode_query([picture(1), picture(1)], "red")
    again = await engine.encode_query([picture(1)], "red")
    assert (encoder.pictures, encoder.texts) == (1, 1)
    np.testing.assert_allclose(first.parts[0].fused.vector, again.parts[0].fused.vector, atol=1e-6)


async def test_an_unknown_fusion_is_named(engine: Engine, encoder: CountingEncoder) -> None:
    with pytest.raises(UnknownFusion, match=r"'magic'.*weighted"):
        await engine.encode_query([], "red", fusion="magic")
    with pytest.raises(UnknownFusion):
        Engine(encoder, Halves(), fusions(), default_fusion="magic")


async def test_any_number_is_encoded_in_order_and_in_batches(engine: Engine, encoder: CountingEncoder) -> None:
    texts = [f"text {i}" for i in range(50)]
    matrix = await engine.encode_texts(texts)
    np.testing.assert_array_equal(matrix, np.stack([seeded(t.encode()) for t in texts]))
    assert max(encoder.batches) <= 4
    pictures = [picture(i) for i in range(5)]
    np.testing.assert_array_equal(
        await engine.encode_images(pictures), np.stack([seeded(p.tobytes()) for p in pictures])
    )
    assert (await engine.encode_images([])).shape == (0, DIMS)


async def test_queries_are_served_in_the_middle_of_bulk_work(engine: Engine, encoder: CountingEncoder) -> None:
    encoder.go.clear()
    bulk = asyncio.create_task(engine.encode_texts([f"row {i}" for i in range(200)]))
    await asyncio.to_thread(encoder.entered.wait, 10)
    query = asyncio.create_task(engine.encode_query([], "urgent"))
    await asyncio.sleep(0)
    encoder.go.set()
    done, _ = await asyncio.wait({bulk, query}, return_when=asyncio.FIRST_COMPLETED)
    assert query in done
    assert (await bulk).shape == (200, DIMS)


async def test_too_many_at_once_are_refused_and_the_rest_answered(encoder: CountingEncoder) -> None:
    engine = Engine(encoder, Halves(), fusions(), max_batch=1, max_queue=4)
    encoder.go.clear()
    tasks = [asyncio.create_task(engine.encode_query([], f"q{i}")) for i in range(40)]
    pending = set(tasks)
    while len(pending) > 5:  # one in the model and four in the queue; all others are told at once
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        assert all(isinstance(task.exception(), EngineOverloaded) for task in done)
    encoder.go.set()
    assert all(query.parts for query in await asyncio.gather(*pending))
    await engine.close()


async def test_a_failing_model_fails_its_callers_and_recovers(engine: Engine, encoder: CountingEncoder) -> None:
    encoder.fails = True
    with pytest.raises(RuntimeError, match="out of memory"):
        await engine.encode_query([picture(1)], "red")
    with pytest.raises(RuntimeError, match="out of memory"):
        await engine.encode_texts([str(i) for i in range(40)])
    encoder.fails = False
    assert (await engine.encode_query([picture(1)], "red")).parts
    assert not encoder.overlapped


async def test_a_closed_engine_takes_no_more(encoder: CountingEncoder) -> None:
    engine = Engine(encoder, Halves(), fusions())
    await engine.close()
    await engine.close()
    with pytest.raises(EngineClosed):
        await engine.encode_query([], "red")


async def test_it_tells_its_model_and_device(engine: Engine) -> None:
    assert (engine.spec.name, engine.device) == ("counting", "cpu")
