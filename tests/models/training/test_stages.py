"""A backbone cut in two computes what it computed whole, and the quick depthwise convolution learns the same."""

import copy
from collections.abc import Callable

import pytest
import timm
import torch
from torch import Tensor, nn

from models.training.stages import Rest, Stem, quick_depthwise

Trunk = Callable[[], nn.Module]


LITE = "tf_efficientnet_lite0"


@pytest.fixture(params=["test_efficientnet", LITE])
def trunk(request: pytest.FixtureRequest) -> nn.Module:
    torch.manual_seed(0)
    made: nn.Module = timm.create_model(request.param, num_classes=0).eval()
    return made


def picture(rows: int = 2) -> Tensor:
    return torch.randn(rows, 3, 64, 48, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("stages", [1, 2, 3])
def test_the_two_parts_make_the_whole(trunk: nn.Module, stages: int) -> None:
    with torch.inference_mode():
        activations = Stem(trunk, stages)(picture())
        assert torch.allclose(Rest(trunk, stages)(activations), trunk(picture()), atol=1e-4)
    assert activations.shape[-1] < activations.numel() // len(activations)


def test_what_is_tuned_is_the_trunk_itself(trunk: nn.Module) -> None:
    rest = Rest(trunk, 2)
    with torch.no_grad():
        next(rest.parameters()).zero_()
    assert any(not p.any() for p in trunk.parameters())


def test_batch_norms_keep_their_statistics_in_training(trunk: nn.Module) -> None:
    rest, before = Rest(trunk, 2), copy.deepcopy(trunk.state_dict())
    rest.train()(Stem(trunk, 2)(picture()))
    kept = trunk.state_dict()
    assert all(torch.equal(kept[name], value) for name, value in before.items() if "running" in name)


@pytest.mark.parametrize("trunk", [LITE], indirect=True)  # squeeze-excite's tiny gradients drown in bfloat16 anyway
def test_quick_depthwise_gives_the_gradients_of_float32(trunk: nn.Module) -> None:
    rest = Rest(trunk, 2)
    activations = Stem(trunk, 2)(picture(4)).detach()

    def gradients() -> dict[str, Tensor]:
        rest.zero_grad()
        torch.autograd.backward(rest(activations).square().mean())
        return {name: p.grad.clone() for name, p in rest.named_parameters() if p.grad is not None}

    exact = gradients()
    with quick_depthwise(rest), torch.autocast("cpu", torch.bfloat16):
        quick = gradients()
    assert quick.keys() == exact.keys()
    for name, gradient in exact.items():
        if gradient.ndim > 1 and gradient.norm() > 0:
            cosine = torch.nn.functional.cosine_similarity(gradient.flatten(), quick[name].flatten(), dim=0)
            assert cosine > 0.9, name


def test_quick_depthwise_leaves_the_network_as_it_was(trunk: nn.Module) -> None:
    kinds, names = [type(m) for m in trunk.modules()], list(trunk.state_dict())
    with quick_depthwise(trunk):
        assert list(trunk.state_dict()) == names
        assert [type(m) for m in trunk.modules()] != kinds
    assert [type(m) for m in trunk.modules()] == kinds
