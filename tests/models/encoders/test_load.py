"""Which name loads what, and what is said when a model can't be had."""

import json
import shutil
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
from PIL import Image

from models.contracts import ModelUnavailable
from models.encoders import load_encoder
from models.encoders.metadata import folder_revision
from models.encoders.open_clip import OpenClipEncoder, trimmed
from models.encoders.transformers import TransformersEncoder


def test_a_folder_is_known_by_its_files(open_clip_folder: Path, clip_folder: Path, siglip_folder: Path) -> None:
    assert isinstance(load_encoder(str(open_clip_folder)), OpenClipEncoder)
    assert isinstance(load_encoder(f"local-dir:{open_clip_folder}"), OpenClipEncoder)
    assert isinstance(load_encoder(str(clip_folder)), TransformersEncoder)
    assert isinstance(load_encoder(str(siglip_folder)), TransformersEncoder)


def test_the_spec_names_what_was_asked_for(open_clip_folder: Path) -> None:
    spec = load_encoder(str(open_clip_folder)).spec
    assert spec.name == str(open_clip_folder)
    assert spec.dims == 24
    assert spec.revision == folder_revision(open_clip_folder)


def test_other_weights_are_another_revision(open_clip_folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(open_clip_folder, tmp_path / "copy")
    assert folder_revision(copy) == folder_revision(open_clip_folder)
    weights = copy / "open_clip_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    assert folder_revision(copy) != folder_revision(open_clip_folder)


def test_calibration_is_read_and_does_not_change_the_revision(open_clip_folder: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(open_clip_folder, tmp_path / "copy")
    (copy / "tryon.json").write_text(json.dumps({"calibration": {"scale": 7.5, "shift": 0.2, "temperature": 20}}))
    spec = load_encoder(str(copy)).spec
    assert (spec.cosine_scale, spec.cosine_shift, spec.temperature) == (7.5, 0.2, 20.0)
    assert spec.revision == folder_revision(open_clip_folder)


def test_it_computes_what_open_clip_computes(open_clip_folder: Path) -> None:
    """Folding, layout and trimming are only faster."""
    text_cfg = json.loads((open_clip_folder / "open_clip_config.json").read_text())["model_cfg"]["text_cfg"]
    model, transform = open_clip.create_model_from_pretrained(
        f"local-dir:{open_clip_folder}",
        text_cfg=text_cfg | {"hf_model_name": str(open_clip_folder), "hf_model_pretrained": False},
    )
    tokenizer = open_clip.get_tokenizer(f"local-dir:{open_clip_folder}")
    picture = Image.effect_mandelbrot((50, 70), (-2, -1, 1, 1), 20).convert("RGB")
    ours = load_encoder(str(open_clip_folder))
    with torch.inference_mode():
        image = model.eval().encode_image(transform(picture)[None], normalize=True).numpy()
        text = model.encode_text(tokenizer(["a red dress"]), normalize=True).numpy()
    assert np.allclose(ours.encode_images([picture]), image, atol=1e-4)
    assert np.allclose(ours.encode_texts(["a red dress"]), text, atol=1e-5)


def test_trimming_drops_only_what_is_padding_everywhere() -> None:
    ids = torch.tensor([[5, 6, 0, 0], [5, 6, 7, 0]])
    assert trimmed(ids, 0).tolist() == [[5, 6, 0], [5, 6, 7]]
    assert trimmed(ids, None).shape == (2, 4)
    assert trimmed(torch.zeros(1, 4, dtype=torch.long), 0).shape == (1, 1)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("/no/such/folder", "no such folder"),
        ("local-dir:/no/such/folder", "no folder"),
        ("NoSuchNet:openai", "no architecture"),
        ("ViT-B-32:nonsense", "tags: openai"),
        ("ViT-B-32/nonsense", "tags: openai"),
        ("ViT-B-32:openai", "cannot be had"),
        ("hf-hub:nobody/nothing", "cannot be had"),
        ("nobody/nothing", "cannot be had"),
        ("what is this", "unknown model"),
        ("tryon-maxi", "unknown model"),
    ],
)
def test_one_clear_line(name: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable) as raised:
        load_encoder(name, cache_dir=tmp_path)
    line = str(raised.value)
    assert says in line
    assert "\n" not in line


def test_a_folder_says_what_it_lacks(open_clip_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"neither open_clip_config\.json .* nor config\.json"):
        load_encoder(str(tmp_path))
    copy = shutil.copytree(open_clip_folder, tmp_path / "copy")
    (copy / "open_clip_model.safetensors").unlink()
    with pytest.raises(ModelUnavailable, match="no weights"):
        load_encoder(str(copy))
    (copy / "open_clip_model.safetensors").write_bytes(b"rubbish")
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        load_encoder(str(copy))


def test_a_folder_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}')
    with pytest.raises(ModelUnavailable, match="gpt2"):
        load_encoder(str(tmp_path))
    (tmp_path / "config.json").write_text("not json")
    with pytest.raises(ModelUnavailable, match="config"):
        load_encoder(str(tmp_path))


def test_a_device_that_is_not_there_is_an_error(open_clip_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert load_encoder(str(open_clip_folder), device="auto").device == "cpu"
    for device in ("cuda", "cuda:1", "abacus"):
        with pytest.raises(ModelUnavailable, match=device):
            load_encoder(str(open_clip_folder), device=device)
    with pytest.raises(ModelUnavailable, match="precision"):
        load_encoder(str(open_clip_folder), precision="fp7")


@pytest.mark.parametrize("matrices", [True, False])
def test_auto_is_bfloat16_for_a_transformer_where_the_cpu_multiplies_such_matrices(
    matrices: bool, open_clip_folder: Path, clip_folder: Path, siglip_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True, "amx_bf16": matrices})
    picture = Image.effect_mandelbrot((50, 70), (-2, -1, 1, 1), 20).convert("RGB")
    for folder in (clip_folder, siglip_folder):
        auto = load_encoder(str(folder), device="cpu")
        named = load_encoder(str(folder), device="cpu", precision="bf16" if matrices else "fp32")
        assert isinstance(auto, TransformersEncoder)
        assert auto.precision == ("bf16" if matrices else "fp32")
        assert np.array_equal(auto.encode_images([picture]), named.encode_images([picture]))
        exact = load_encoder(str(folder), device="cpu", precision="fp32")
        near = (exact.encode_images([picture]) * auto.encode_images([picture])).sum()
        assert near == pytest.approx(1, abs=2e-3)
    convolutions = load_encoder(str(open_clip_folder), device="cpu")
    assert isinstance(convolutions, OpenClipEncoder)
    assert convolutions.precision == "fp32"
    assert load_encoder(str(open_clip_folder), device="cpu", precision="bf16").encode_texts(["red"]).shape == (1, 24)
