"""Exports of tiny models in the real formats: what is written, what it computes, and what a failure leaves behind."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.contracts import Encoder, ModelUnavailable, TokenEncoder
from models.encoders import load_encoder
from models.encoders.onnx_manifest import MANIFEST_FILE, PARITY_FILE
from models.export import run
from models.export.parity import GATES, Gate
from models.export.run import Exported, ExportFailed, Options, export

SMALL = Options(size=24)
WORDS = ["red dress", "a blue shirt for summer evening", "", "红 裙"]
_made: dict[str, Exported] = {}


def pictures() -> list[Image.Image]:
    sizes = ((60, 80), (200, 90), (33, 150))
    return [Image.effect_mandelbrot(size, (-2, -1, 1, 1), 20).convert("RGB") for size in sizes]


@pytest.fixture(params=["open_clip_folder", "clip_folder", "siglip_folder"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Encoder, Exported]:
    """A model and its export, made once a run."""
    source = str(request.getfixturevalue(request.param))
    if request.param not in _made:
        _made[request.param] = export(source, "onnx", tmp_path_factory.mktemp("exports") / request.param, SMALL)
    return load_encoder(source, device="cpu", precision="fp32"), _made[request.param]


def test_the_export_computes_what_the_original_computes(pair: tuple[Encoder, Exported]) -> None:
    original, made = pair
    encoder = load_encoder(str(made.folder), device="cpu")
    assert isinstance(encoder, Encoder)
    assert np.allclose(encoder.encode_images(pictures()), original.encode_images(pictures()), atol=1e-4)
    assert np.allclose(encoder.encode_texts(WORDS), original.encode_texts(WORDS), atol=1e-4)
    assert encoder.encode_images([]).shape == (0, original.spec.dims)


def test_tokens_come_along(pair: tuple[Encoder, Exported]) -> None:
    original, made = pair
    encoder = load_encoder(str(made.folder), device="cpu")
    assert isinstance(original, TokenEncoder)
    assert isinstance(encoder, TokenEncoder)
    ours, theirs = encoder.encode_image_tokens(pictures()), original.encode_image_tokens(pictures())
    assert np.allclose(ours.tokens, theirs.tokens, atol=1e-4)
    assert ours.frames == theirs.frames
    said, spoken = encoder.encode_text_tokens(WORDS), original.encode_text_tokens(WORDS)
    for one, other in zip(said.tokens, spoken.tokens, strict=True):
        assert np.allclose(one, other, atol=1e-4)


def test_the_spec_is_the_exports_own(pair: tuple[Encoder, Exported]) -> None:
    original, made = pair
    spec = load_encoder(str(made.folder), device="cpu").spec
    assert spec.dims == original.spec.dims
    assert spec.preprocess_version == original.spec.preprocess_version
    assert (spec.cosine_scale, spec.cosine_shift) == (original.spec.cosine_scale, original.spec.cosine_shift)
    assert spec.revision != original.spec.revision
    assert spec.origin == original.spec.revision
    (made.folder / PARITY_FILE).write_text("{}")
    assert load_encoder(str(made.folder), device="cpu").spec.revision == spec.revision
    graph = made.folder / "text.onnx"
    kept = graph.read_bytes()
    graph.write_bytes(kept + b"\0")
    try:
        with pytest.raises(ModelUnavailable):
            load_encoder(str(made.folder), device="cpu")
    finally:
        graph.write_bytes(kept)


def test_no_other_device_or_precision_in_silence(pair: tuple[Encoder, Exported]) -> None:
    folder = str(pair[1].folder)
    with pytest.raises(ModelUnavailable, match="precision 'bf16'"):
        load_encoder(folder, device="cpu", precision="bf16")
    with pytest.raises(ModelUnavailable, match="mps"):
        load_encoder(folder, device="mps")


def test_a_failed_gate_leaves_nothing(open_clip_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(GATES, "onnx", Gate(1.1, None))
    with pytest.raises(ExportFailed, match="image cosine") as raised:
        export(str(open_clip_folder), "onnx", tmp_path / "out", SMALL)
    assert raised.value.parity is not None
    assert list(tmp_path.iterdir()) == []
    made = export(str(open_clip_folder), "onnx", tmp_path / "out", Options(size=8, gate=False))
    assert json.loads((made.folder / PARITY_FILE).read_text())["passed"] is False
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_crash_leaves_nothing(open_clip_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ModelUnavailable("the image tower does not export")

    monkeypatch.setattr(run, "write_graph", broken)
    with pytest.raises(ModelUnavailable):
        export(str(open_clip_folder), "onnx", tmp_path / "out", Options(size=4))
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_and_no_export_exported(pair: tuple[Encoder, Exported], tmp_path: Path) -> None:
    folder = pair[1].folder
    with pytest.raises(ExportFailed, match="there already"):
        export("tryon-mini", "onnx", folder, SMALL)
    with pytest.raises(ModelUnavailable, match="not a torch model"):
        export(str(folder), "onnx", tmp_path / "again", SMALL)


def test_eight_bits_stay_near(open_clip_folder: Path, tmp_path: Path) -> None:
    made = export(str(open_clip_folder), "int8", tmp_path / "out", Options(size=24, gate=False))
    assert made.parity.image.mean > 0.9
    assert made.parity.text.mean > 0.9
    found = load_encoder(str(made.folder), device="cpu").encode_images(pictures())
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert '"int8"' in (made.folder / MANIFEST_FILE).read_text()
