"""CLIP's own activation, computed by torch's: the same numbers in one pass."""

from pathlib import Path

import numpy as np
import open_clip
import torch
from open_clip.transformer import QuickGELU
from PIL import Image
from torch import Tensor, nn
from transformers import AutoProcessor, CLIPModel

from models.encoders import load_encoder
from models.encoders.speed import with_silu
from models.encoders.transformers import TransformersEncoder


class Perceptron(nn.Module):
    """Two layers with the activation between them, and something more where `crooked`."""

    def __init__(self, *, crooked: bool = False, bias: bool = True) -> None:
        super().__init__()
        self.act, self.crooked = QuickGELU(), crooked
        self.one, self.two = nn.Linear(6, 12, bias=bias), nn.Linear(12, 6, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        wide = self.one(x)
        return self.two(self.act(wide) + (wide if self.crooked else 0))


def test_it_computes_the_same_and_nothing_is_left_of_the_other() -> None:
    torch.manual_seed(1)
    example = torch.randn(5, 6)
    for bias in (True, False):
        network = nn.Sequential(Perceptron(bias=bias), nn.LayerNorm(6), Perceptron(bias=bias)).requires_grad_(False)
        wanted = network(example)
        assert with_silu(network) == 2
        assert torch.allclose(network(example), wanted, atol=1e-6)
        assert not any(isinstance(module, QuickGELU) for module in network.modules())
        assert with_silu(network) == 0


def test_a_perceptron_of_another_build_is_left_as_it_was() -> None:
    torch.manual_seed(1)
    network, example = Perceptron(crooked=True).requires_grad_(False), torch.randn(5, 6)
    wanted = network(example)
    assert with_silu(network) == 0
    assert torch.allclose(network(example), wanted, atol=1e-6)
    other = nn.Sequential(nn.Linear(6, 12), QuickGELU(), nn.Linear(6, 12)).requires_grad_(False)
    assert with_silu(other) == 0


def test_a_clip_of_transformers_computes_what_it_did(clip_folder: Path) -> None:
    ours = load_encoder(str(clip_folder), device="cpu", precision="fp32")
    assert isinstance(ours, TransformersEncoder)
    assert any(isinstance(module, nn.SiLU) for module in ours.network.modules())
    model = CLIPModel.from_pretrained(clip_folder, local_files_only=True).eval()
    processor = AutoProcessor.from_pretrained(clip_folder, local_files_only=True)
    picture = Image.effect_mandelbrot((50, 70), (-2, -1, 1, 1), 20).convert("RGB")
    with torch.inference_mode():
        seen = model.get_image_features(**processor(images=[picture], return_tensors="pt")).pooler_output
        read = model.get_text_features(**processor(text=["red dress"], return_tensors="pt")).pooler_output
    unit = [torch.nn.functional.normalize(one).numpy() for one in (seen, read)]
    assert np.allclose(ours.encode_images([picture]), unit[0], atol=1e-5)
    assert np.allclose(ours.encode_texts(["red dress"]), unit[1], atol=1e-5)


def test_a_clip_of_open_clip_computes_what_it_did() -> None:
    torch.manual_seed(1)
    tower = {"layers": 2, "width": 32, "head_width": 16, "patch_size": 16, "image_size": 32}
    text = {"context_length": 8, "vocab_size": 20, "width": 32, "heads": 2, "layers": 2}
    model = open_clip.CLIP(16, tower, text, quick_gelu=True).eval().requires_grad_(False)
    picture, words = torch.randn(2, 3, 32, 32), torch.randint(1, 20, (2, 8))
    with torch.inference_mode():
        wanted = model.encode_image(picture), model.encode_text(words)
    assert with_silu(model) == 4
    with torch.inference_mode():
        got = model.encode_image(picture), model.encode_text(words)
    assert all(torch.allclose(one, other, atol=1e-5) for one, other in zip(wanted, got, strict=True))
