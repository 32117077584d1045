"""Tokens of every kind of tower: the vector stays what it was, and a token is what its place alone would give."""

from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from models.contracts import Encoder, TokenEncoder
from models.encoders import SHIPPED, load_encoder
from models.encoders.fake import FakeEncoder, FakeTokenEncoder
from models.encoders.frames import frame_of
from models.encoders.load import shipped_folder
from models.encoders.open_clip_tokens import image_forward, spoken, text_forward

SHIPPED_HERE = (shipped_folder() / "open_clip_model.safetensors").is_file()
TEXTS = ["red dress", "a blue shirt for summer evening", ""]
_loaded: dict[str, Encoder] = {}


def pictures() -> list[Image.Image]:
    made = [Image.effect_mandelbrot(size, (-2, -1, 1, 1), 20).convert("RGB") for size in ((60, 80), (90, 40))]
    return [*made, Image.new("RGB", (33, 70), "red")]


@pytest.fixture(params=["shipped", "open_clip_folder", "clip_folder", "siglip_folder", "fake"])
def encoder(request: pytest.FixtureRequest) -> TokenEncoder:
    name = str(request.param)
    if name == "shipped" and not SHIPPED_HERE:
        pytest.skip("models/weights/tryon-mini is not there")
    if name not in _loaded:
        source = SHIPPED if name == "shipped" else "" if name == "fake" else str(request.getfixturevalue(name))
        _loaded[name] = load_encoder(source, device="cpu") if source else FakeTokenEncoder()
    loaded = _loaded[name]
    assert isinstance(loaded, TokenEncoder)
    return loaded


def test_an_encoder_without_tokens_is_none() -> None:
    assert not isinstance(FakeEncoder(), TokenEncoder)


def test_the_vectors_are_those_without_tokens(encoder: TokenEncoder) -> None:
    np.testing.assert_allclose(
        encoder.encode_image_tokens(pictures()).vectors, encoder.encode_images(pictures()), atol=1e-5
    )
    np.testing.assert_allclose(encoder.encode_text_tokens(TEXTS).vectors, encoder.encode_texts(TEXTS), atol=1e-5)


def test_tokens_are_unit_float32(encoder: TokenEncoder) -> None:
    seen, said = encoder.encode_image_tokens(pictures()), encoder.encode_text_tokens(TEXTS)
    dims = encoder.spec.dims
    assert seen.tokens.shape[0] == len(seen.frames) == 3
    assert seen.tokens.shape[3] == dims
    assert seen.tokens.shape[1] * seen.tokens.shape[2] > 1
    assert [one.shape[1] for one in said.tokens] == [dims] * 3
    assert len(said.tokens[1]) > len(said.tokens[0]) >= 2
    assert len(said.tokens[2]) >= 1
    for tokens in (seen.tokens, *said.tokens):
        assert tokens.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(tokens, axis=-1), 1, atol=1e-5)


def test_nothing_gives_no_tokens(encoder: TokenEncoder) -> None:
    seen, said = encoder.encode_image_tokens([]), encoder.encode_text_tokens([])
    assert (len(seen.vectors), len(seen.tokens), seen.frames) == (0, 0, ())
    assert seen.tokens.shape[-1] == encoder.spec.dims
    assert (len(said.vectors), said.tokens) == (0, ())


def test_company_changes_no_token(encoder: TokenEncoder) -> None:
    together, alone = encoder.encode_text_tokens(TEXTS), encoder.encode_text_tokens(TEXTS[:1])
    np.testing.assert_allclose(together.tokens[0], alone.tokens[0], atol=1e-4)
    many = encoder.encode_image_tokens([*pictures()] * 25)
    np.testing.assert_allclose(many.tokens[-1], encoder.encode_image_tokens(pictures()).tokens[-1], atol=1e-4)


def test_what_changes_at_the_left_changes_the_left_most(open_clip_folder: Path) -> None:
    encoder = load_encoder(str(open_clip_folder))
    assert isinstance(encoder, TokenEncoder)
    plain = Image.new("RGB", (48, 64), "white")
    marked = plain.copy()
    marked.paste("black", (0, 0, 8, 64))
    (before, after) = encoder.encode_image_tokens([plain, marked]).tokens
    moved = np.linalg.norm(before - after, axis=-1).mean(axis=0)
    assert moved[0] == moved.max()


@pytest.mark.parametrize("pool", ["tok", "avg"])
def test_open_clips_own_towers(pool: str) -> None:
    torch.manual_seed(0)
    vision = {"layers": 1, "width": 32, "head_width": 16, "patch_size": 8, "image_size": [32, 24], "pool_type": pool}
    text = {"context_length": 10, "vocab_size": 50, "width": 16, "heads": 2, "layers": 1}
    for build in (open_clip.CLIP, open_clip.CustomTextCLIP):
        model = build(embed_dim=12, vision_cfg=vision, text_cfg=text).eval()
        images, texts = image_forward(model), text_forward(model)
        assert images is not None
        assert texts is not None
        ids = torch.tensor([[48, 3, 4, 49, 0, 0, 0, 0, 0, 0], [48, 5, 6, 7, 8, 49, 0, 0, 0, 0]])
        with torch.inference_mode():
            batch = torch.randn(2, 3, 32, 24)
            vectors, grid = images(batch)
            rows, tokens, mask = texts(ids)
            assert torch.allclose(vectors, model.encode_image(batch), atol=1e-5)
            assert torch.allclose(rows, model.encode_text(ids), atol=1e-5)
        assert grid.shape == (2, 4, 3, 12)
        if pool == "avg":
            assert torch.allclose(grid.mean((1, 2)), vectors, atol=1e-5)
        assert mask.sum(1).tolist() == [5, 7]
        assert tokens.shape == (2, 10, 12)


@pytest.mark.parametrize("name", ["test_vit", "test_convnext"])
def test_other_timm_trunks(name: str) -> None:
    """Transformer trunks and trunks that normalise after pooling."""
    vision = {"timm_model_name": name, "timm_pool": "avg", "timm_proj": "linear", "image_size": 160}
    text = {"context_length": 10, "vocab_size": 50, "width": 16, "heads": 2, "layers": 1}
    model = open_clip.CLIP(embed_dim=12, vision_cfg=vision, text_cfg=text).eval()
    images = image_forward(model)
    assert images is not None
    batch = torch.randn(1, 3, 160, 160)
    with torch.inference_mode():
        vectors, grid = images(batch)
        assert torch.allclose(vectors, model.encode_image(batch), atol=1e-5)
    assert grid.shape[1] == grid.shape[2] > 1


def test_a_tower_that_pools_by_attention_of_its_own_gives_none() -> None:
    vision = {"layers": [1, 1, 1, 1], "width": 8, "head_width": 8, "image_size": 32}
    text = {"context_length": 10, "vocab_size": 50, "width": 16, "heads": 2, "layers": 1}
    assert image_forward(open_clip.CLIP(embed_dim=12, vision_cfg=vision, text_cfg=text)) is None


def test_padding_is_the_run_at_the_end() -> None:
    ids = torch.tensor([[5, 6, 9, 0, 0], [5, 0, 6, 7, 9], [0, 0, 0, 0, 0]])
    assert spoken(ids).tolist() == [[True] * 4 + [False], [True] * 5, [True] + [False] * 4]


@given(w=st.integers(1, 4000), h=st.integers(1, 4000), mode=st.sampled_from(["longest", "shortest", "squash"]))
def test_a_frame_keeps_the_pictures_shape(w: int, h: int, mode: str) -> None:
    left, top, right, bottom = frame_of((w, h), (144, 192), mode)
    assert (left, top) == pytest.approx((1 - right, 1 - bottom))
    if mode == "squash":
        assert (left, top, right, bottom) == (0, 0, 1, 1)
        return
    assert (right - left) * 144 / ((bottom - top) * 192) == pytest.approx(w / h)
    sides = (right - left, bottom - top)
    assert (max(sides) if mode == "longest" else min(sides)) == pytest.approx(1)
