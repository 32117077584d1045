"""An encoder in stages gives what it gives at once: made ready on any thread, begun, landed."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.contracts import ModelUnavailable, StagedEncoder, TokenEncoder
from models.encoders import load_encoder
from models.encoders.batches import BatchedEncoder, TokenBatches
from models.encoders.fake import FakeTokenEncoder
from models.engine.encoded import Job, Towers

FOLDERS = ("open_clip_folder", "clip_folder", "siglip_folder", "onnx_folder")
TEXTS = ["red dress", "a blue shirt for summer evening", "红 裙"]
_loaded: dict[str, StagedEncoder] = {}


@pytest.fixture(params=FOLDERS)
def encoder(request: pytest.FixtureRequest) -> StagedEncoder:
    name = str(request.param)
    if name not in _loaded:
        loaded = load_encoder(str(request.getfixturevalue(name)), device="cpu")
        assert isinstance(loaded, StagedEncoder)
        _loaded[name] = loaded
    return _loaded[name]


def pictures() -> list[Image.Image]:
    sizes = {"red": (60, 80), "blue": (200, 90), "green": (33, 150)}
    return [Image.new("RGB", size, colour) for colour, size in sizes.items()]


def test_vectors_are_the_same(encoder: StagedEncoder) -> None:
    with ThreadPoolExecutor(3) as threads:
        ready = list(threads.map(encoder.prepare, pictures()))
    assert all(one.pixels > 0 for one in ready)
    images, texts = encoder.begin(ready, tokens=False).rows(), encoder.begin(TEXTS, tokens=False).rows()
    np.testing.assert_allclose(images.vectors, encoder.encode_images(pictures()), atol=1e-5)
    np.testing.assert_allclose(texts.vectors, encoder.encode_texts(TEXTS), atol=1e-5)
    assert images.vectors.dtype == np.float32
    assert (images.tokens, texts.tokens) == (None, None)


def test_tokens_are_the_same_in_half_precision(encoder: StagedEncoder) -> None:
    if not isinstance(encoder, TokenEncoder):
        pytest.skip("it gives no tokens")
    seen, said = encoder.encode_image_tokens(pictures()), encoder.encode_text_tokens(TEXTS)
    images = encoder.begin([encoder.prepare(one) for one in pictures()], tokens=True).rows()
    texts = encoder.begin(TEXTS, tokens=True).rows()
    np.testing.assert_allclose(images.vectors, seen.vectors, atol=1e-5)
    np.testing.assert_allclose(np.stack(images.tokens or ()), seen.tokens, atol=2e-3)
    assert tuple(images.frames) == seen.frames
    for ours, theirs in zip(texts.tokens or (), said.tokens, strict=True):
        assert ours.dtype == np.float16
        np.testing.assert_allclose(ours, theirs, atol=2e-3)


@pytest.mark.parametrize("staged", [True, False])
def test_a_mixed_batch_comes_back_in_order(staged: bool, open_clip_folder: Path) -> None:
    encoder = load_encoder(str(open_clip_folder), device="cpu") if staged else FakeTokenEncoder(dims=24)
    towers = Towers(encoder, encoder)
    photo, other = pictures()[:2]
    jobs = [Job("red dress", tokens=True), Job(photo, tokens=True), Job(other, tokens=False, bulk=True)]
    jobs += [Job("blue", tokens=False, bulk=True), Job(other, tokens=True)]
    towers.prepare(jobs[1])  # the others were not prepared: they are then, late but surely
    found = towers.finish(towers.forward(jobs))
    images, texts = encoder.encode_images([photo, other]), encoder.encode_texts(["red dress", "blue"])
    wanted = [texts[0], images[0], images[1], texts[1], images[1]]
    np.testing.assert_allclose([one.vector for one in found], wanted, atol=1e-5)
    assert [one.tokens is not None for one in found] == [True, True, False, False, True]


def test_a_compiled_tower_gives_the_same(open_clip_folder: Path, clip_folder: Path) -> None:
    for folder in (open_clip_folder, clip_folder):
        encoder = load_encoder(str(folder), device="cpu")
        assert isinstance(encoder, TokenBatches)
        ready = [encoder.prepare(one) for one in pictures()]
        before = encoder.begin(ready, tokens=True).rows()
        encoder.compile("eager")  # what is traced is tested here; the compiler's own arithmetic is torch's to test
        for count in (3, 1, 2):
            after = encoder.begin(ready[:count], tokens=True).rows()
            np.testing.assert_allclose(after.vectors, before.vectors[:count], atol=1e-5)
            rows = encoder.begin(ready[:count], tokens=False).rows()
            np.testing.assert_allclose(rows.vectors, before.vectors[:count], atol=1e-5)


def test_exported_graphs_are_not_compiled(onnx_folder: Path) -> None:
    encoder = load_encoder(str(onnx_folder), device="cpu")
    assert isinstance(encoder, BatchedEncoder)
    with pytest.raises(ModelUnavailable, match="runtime torch"):
        encoder.compile()
