"""Trained fusions: what their tokens and gates do, and which encoder they answer for."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from models.contracts import ModelUnavailable, Signal, Weights
from models.encoders.load import SHIPPED, shipped_folder
from models.encoders.metadata import folder_revision
from models.fusion import fusions
from models.fusion.choose import CONFIG, shipped_fusion
from models.fusion.load import NETWORKS, fusion_of, save
from models.fusion.network import Composed, Shape
from models.fusion.tokens import Inputs, Layout, padded, pooled
from models.fusion.trained import TrainedFusion
from models.registry import ModelSpec
from tests.models.fusion.test_every_fusion import DIMS, SHAPE, random_fusion, signal

SPEC = ModelSpec(name="m", revision="r1", dims=DIMS, preprocess_version="p")


def fixed(gate: float) -> TrainedFusion:
    """A network that always wishes for the third axis."""

    def network(inputs: Inputs) -> Composed:
        wish = torch.zeros(1, inputs.image.shape[1])
        wish[0, 2] = 1
        return Composed(wish, torch.tensor([gate]))

    return TrainedFusion("attention", network, Layout())


def axis(n: int) -> Signal:
    return Signal(np.eye(3, dtype=np.float32)[n])


def test_a_shut_gate_leaves_the_photo() -> None:
    fused = fixed(0.0).fuse(axis(0), axis(1), Weights())
    np.testing.assert_allclose(fused.vector, axis(0).vector)
    assert (fused.image, fused.text) == (1, 0)


def test_the_gate_is_the_words_share() -> None:
    fused = fixed(0.25).fuse(axis(0), axis(1), Weights())
    np.testing.assert_allclose(fused.vector, np.array([0.75, 0, 0.25]) / np.hypot(0.75, 0.25), atol=1e-6)
    assert (fused.image, fused.text) == (0.75, 0.25)


def test_a_named_half_is_the_composed_wish() -> None:
    np.testing.assert_allclose(fixed(0.1).fuse(axis(0), axis(1), Weights(0.5, 0.5)).vector, axis(2).vector, atol=1e-6)


def test_tokens_are_looked_at_by_attention_alone() -> None:
    photo, words = signal(1, (4, 4)), signal(2, (3,))
    other = Signal(photo.vector, signal(9, (4, 4)).tokens), Signal(words.vector, signal(8, (3,)).tokens)
    for kind, differs in (("attention", True), ("concat", False)):
        fusion = random_fusion(kind)
        plain = fusion.fuse(photo, words, Weights()).vector
        for pair in ((other[0], words), (photo, other[1]), (Signal(photo.vector), words)):
            assert np.allclose(plain, fusion.fuse(*pair, Weights()).vector, atol=1e-5) is not differs


def test_padding_changes_nothing() -> None:
    torch.manual_seed(0)
    network = NETWORKS["attention"](SHAPE).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.normal_(std=0.5)
    photo, words = signal(1), signal(2, (2,))
    fused = fusion_of("attention", network, SHAPE).fuse(photo, words, Weights()).vector
    tokens, said = padded([words.tokens, signal(3, (3,)).tokens], DIMS, 3)
    both = Inputs(
        torch.from_numpy(np.stack([photo.vector] * 2)), torch.from_numpy(np.stack([words.vector] * 2)),
        torch.randn(2, 4, DIMS), torch.tensor([False, True]), tokens, said,
    )  # fmt: skip
    with torch.inference_mode():
        batched = network(both).vectors(both.image)[0].numpy()
    np.testing.assert_allclose(fused, batched, atol=1e-5)


def test_grids_of_any_size_are_averaged_to_the_layout() -> None:
    rng = np.random.default_rng(0)
    for rows, cols in ((6, 5), (14, 14), (1, 1), (2, 3)):
        grid = rng.normal(size=(2, rows, cols, 8)).astype(np.float32)
        made = pooled(grid, Layout(2, 3))
        assert made.shape == (2, 6, 8)
        np.testing.assert_allclose(np.linalg.norm(made, axis=-1), 1, atol=1e-5)


def saved(folder: Path, revision: str = "r1") -> Path:
    torch.manual_seed(0)
    save(folder, {kind: make(SHAPE) for kind, make in NETWORKS.items()}, SHAPE, revision, {"note": "test"})
    return folder


def test_what_was_saved_is_loaded_for_its_encoder(tmp_path: Path) -> None:
    found = fusions(SPEC, saved(tmp_path / "own"))
    assert {name: fusion.kind for name, fusion in found.items()} == {
        "weighted": "weighted", "concat": "concat", "attention": "attention",
    }  # fmt: skip
    torch.manual_seed(0)
    network = NETWORKS["attention"](SHAPE)
    wanted = fusion_of("attention", network.eval(), SHAPE).fuse(signal(1, (2, 2)), signal(2, (2,)), Weights())
    got = found["attention"].fuse(signal(1, (2, 2)), signal(2, (2,)), Weights())
    np.testing.assert_allclose(got.vector, wanted.vector, atol=5e-3)


def test_another_encoder_gets_the_weighted_one_and_is_told(tmp_path: Path) -> None:
    found = fusions(SPEC, saved(tmp_path / "own", "r2"))
    fused = found["attention"].fuse(signal(1), signal(2), Weights())
    assert (found["attention"].kind, fused.kind) == ("weighted", "weighted")
    assert fusions()["attention"].kind == "weighted"


def test_a_folder_that_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=CONFIG):
        fusions(SPEC, tmp_path)
    folder = saved(tmp_path / "own")
    (folder / "attention.safetensors").write_bytes(b"rubbish")
    with pytest.raises(ModelUnavailable, match="cannot be loaded") as raised:
        fusions(SPEC, folder)
    assert "\n" not in str(raised.value)
    (folder / CONFIG).write_text("[")
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        fusions(SPEC, folder)


@pytest.mark.skipif(not (shipped_fusion() / CONFIG).is_file(), reason="models/weights/tryon-fusion is not there")
def test_the_shipped_fusion_is_small_and_fits_the_shipped_model() -> None:
    files = list(shipped_fusion().glob("*.safetensors"))
    assert sum(file.stat().st_size for file in files) <= 4_000_000
    config = json.loads((shipped_fusion() / CONFIG).read_text())
    assert config["revision"] == folder_revision(shipped_folder())
    spec = ModelSpec(SHIPPED, config["revision"], config["shape"]["dims"], "p")
    assert fusions(spec)["attention"].kind == "attention"
    assert Shape(**{**config["shape"], "layout": Layout(**config["shape"]["layout"])}).dims == spec.dims
