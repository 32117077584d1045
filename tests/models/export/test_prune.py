"""Pruning: which channels may go, that they are gone, and what the layer that reads them makes of it."""

from pathlib import Path

import pytest
import torch

from models.encoders.onnx_fronts import open_front
from models.export import distil
from models.export.distil import Lessons, nearness, rate_at, short_distillation
from models.export.prune import dependencies, inner_layers, prune, refit
from models.export.source import open_original, write_front
from models.export.towers import Tower, towers


def quiet(_stage: str, _done: int, _total: int) -> None:
    """Nobody watches."""


def both(folder: Path, tmp_path: Path) -> tuple[Tower, Tower]:
    original = open_original(str(folder))
    front = write_front(original, tmp_path)
    return towers(original.encoder, open_front(tmp_path, front), front)


def weights(tower: Tower) -> int:
    return sum(value.numel() for value in tower.module.parameters())


@pytest.mark.parametrize("kind", ["open_clip_folder", "clip_folder"])
def test_towers_shrink_and_keep_their_shape(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    for tower in both(request.getfixturevalue(kind), tmp_path):
        given, before = tuple(tower.inputs.values()), weights(tower)
        whole = tower.module(*given)
        assert prune(tower, [given], 0.5, quiet) > 0
        shrunk = tower.module(*given)
        assert weights(tower) < before
        assert [one.shape for one in shrunk] == [one.shape for one in whole]
        assert all(torch.isfinite(one).all() for one in shrunk)


def test_keeping_everything_changes_nothing(open_clip_folder: Path, tmp_path: Path) -> None:
    for tower in both(open_clip_folder, tmp_path):
        given = tuple(tower.inputs.values())
        whole = tower.module(*given)[0]
        prune(tower, [given], 1.0, quiet)
        assert torch.allclose(tower.module(*given)[0], whole, atol=1e-5)


def test_attention_heads_are_left_alone(open_clip_folder: Path, tmp_path: Path) -> None:
    text = both(open_clip_folder, tmp_path)[1]
    text.module.requires_grad_(True)
    makers = {id(inner.maker) for inner in inner_layers(text.module, dependencies(text))}
    named = {name for name, layer in text.module.named_modules() if id(layer) in makers}
    assert any("intermediate" in name for name in named)
    assert not any(part in name for name in named for part in ("query", "key", "value"))


def test_the_reader_is_solved_anew() -> None:
    """A channel that another one copies can go without loss."""
    torch.manual_seed(0)
    seen = torch.randn(500, 5)
    seen[:, 4] = 2 * seen[:, 1] + 1
    weight = torch.randn(3, 6)
    with_one = torch.cat([seen, torch.ones(500, 1)], dim=1)
    solved = refit(weight, with_one.T @ with_one, torch.tensor([0, 1, 2, 3]))
    wanted = with_one @ weight.T
    got = torch.cat([seen[:, :4], torch.ones(500, 1)], dim=1) @ solved.T
    assert torch.allclose(got, wanted, atol=0.05)


def test_the_fine_tune_comes_nearer(open_clip_folder: Path, tmp_path: Path) -> None:
    tower = both(open_clip_folder, tmp_path)[0]
    given = tuple(tower.inputs.values())
    rows = torch.nn.functional.normalize(tower.module(*given)[0].detach(), dim=-1)
    prune(tower, [given], 0.5, quiet)

    def away() -> float:
        return 1 - float(torch.nn.functional.cosine_similarity(tower.module(*given)[0].detach(), rows).mean())

    with torch.no_grad():  # so that there is something to come back from
        for value in tower.module.parameters():
            value.add_(0.02 * torch.randn_like(value))
    before = away()
    short_distillation(tower, Lessons([given], [rows]), 60, quiet)
    assert away() < before


def test_a_fine_tune_that_comes_no_nearer_is_taken_back(
    open_clip_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tower = both(open_clip_folder, tmp_path)[0]
    given = tuple(tower.inputs.values())
    rows = torch.nn.functional.normalize(tower.module(*given)[0].detach(), dim=-1)
    prune(tower, [given], 0.5, quiet)
    taught = Lessons([given] * 3, [rows] * 3)
    before, near = [value.clone() for value in tower.module.parameters()], nearness(tower, taught)
    monkeypatch.setattr(distil, "RATE", 5.0)
    short_distillation(tower, taught, 5, quiet)
    assert all(map(torch.equal, tower.module.parameters(), before))
    assert nearness(tower, taught) == pytest.approx(near)


def test_the_rate_rises_and_falls() -> None:
    rates = [rate_at(step, 100) for step in range(100)]
    assert rates[0] < rates[10] < max(rates)
    assert rates[-1] < 0.01
