"""One suite that every encoder passes."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.contracts import Encoder
from models.encoders import SHIPPED, load_encoder
from models.encoders.fake import FakeEncoder
from models.encoders.load import shipped_folder

FOLDERS = ("open_clip_folder", "clip_folder", "siglip_folder", "onnx_folder")
SHIPPED_HERE = (shipped_folder() / "open_clip_model.safetensors").is_file()
_loaded: dict[str, Encoder] = {}


@pytest.fixture(params=["shipped", *FOLDERS, "fake"])
def encoder(request: pytest.FixtureRequest) -> Encoder:
    name = str(request.param)
    if name == "shipped" and not SHIPPED_HERE:
        pytest.skip("models/weights/tryon-mini is not there")
    if name not in _loaded:
        if name == "fake":
            _loaded[name] = FakeEncoder()
        else:
            source = SHIPPED if name == "shipped" else str(request.getfixturevalue(name))
            _loaded[name] = load_encoder(source, device="cpu")
    return _loaded[name]


def picture(colour: str, size: tuple[int, int] = (60, 80)) -> Image.Image:
    made = Image.new("RGB", size, colour)
    made.paste("black", (size[0] // 3, size[1] // 4, size[0] // 2, size[1] // 2))
    return made


def test_it_is_an_encoder(encoder: Encoder) -> None:
    assert isinstance(encoder, Encoder)
    assert encoder.device == "cpu"
    assert encoder.spec.dims > 0
    assert encoder.spec.revision
    assert encoder.spec.cosine_scale > 0


def test_rows_are_unit_float32(encoder: Encoder) -> None:
    images = encoder.encode_images([picture("red"), picture("blue", (200, 90)), picture("green", (33, 150))])
    texts = encoder.encode_texts(["red dress", "a blue shirt for summer", "红 裙"])
    for rows in (images, texts):
        assert rows.dtype == np.float32
        assert rows.shape == (3, encoder.spec.dims)
        assert rows.flags["C_CONTIGUOUS"]
        assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_nothing_gives_no_rows(encoder: Encoder) -> None:
    assert encoder.encode_images([]).shape == (0, encoder.spec.dims)
    assert encoder.encode_texts([]).shape == (0, encoder.spec.dims)


def test_the_same_input_gives_the_same_row(encoder: Encoder) -> None:
    assert np.array_equal(encoder.encode_images([picture("red")]), encoder.encode_images([picture("red")]))
    assert np.array_equal(encoder.encode_texts(["red dress"]), encoder.encode_texts(["red dress"]))


def test_company_does_not_change_a_row(encoder: Encoder) -> None:
    """A batch of different lengths pads; more than one batch splits: neither may be seen in a row."""
    texts = ["red", "a blue shirt for summer evening", "dress"] * 30
    alone = np.concatenate([encoder.encode_texts([text]) for text in texts[:3]])
    assert np.allclose(encoder.encode_texts(texts)[:3], alone, atol=1e-4)
    pictures = [picture("red"), picture("blue", (90, 60))] * 40
    alone = np.concatenate([encoder.encode_images([one]) for one in pictures[:2]])
    assert np.allclose(encoder.encode_images(pictures)[-2:], alone, atol=1e-4)


def test_different_inputs_give_different_rows(encoder: Encoder) -> None:
    images = encoder.encode_images([picture("red"), picture("blue")])
    texts = encoder.encode_texts(["red dress", "green shoe"])
    assert not np.allclose(images[0], images[1], atol=1e-3)
    assert not np.allclose(texts[0], texts[1], atol=1e-3)


def test_a_text_past_the_context_is_cut(encoder: Encoder) -> None:
    assert encoder.encode_texts(["red dress for summer " * 100]).shape == (1, encoder.spec.dims)


def test_an_empty_text_has_a_row(encoder: Encoder) -> None:
    assert np.isfinite(encoder.encode_texts([""])).all()


def test_loading_twice_gives_the_same_revision(open_clip_folder: Path, clip_folder: Path) -> None:
    for folder in (open_clip_folder, clip_folder):
        specs = [load_encoder(str(folder), device="cpu").spec for _ in range(2)]
        assert specs[0] == specs[1]
