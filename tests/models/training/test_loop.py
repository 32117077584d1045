"""What the loop rests on: views, checkpoints, patience, processes that train together."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import multiprocessing, nn

from models.training.checkpoint import Best, Curve
from models.training.dataset import View, pick
from models.training.distributed import Crew, crew, training_device
from models.training.losses import hardest_triplets, one_sided

CPU = torch.device("cpu")


def test_a_view_gives_things_in_the_order_asked_for() -> None:
    view = View(np.arange(12, dtype=np.float16).reshape(4, 3), np.array([3, 0, 2, 1]))
    assert view.take(np.array([0, 3, 1]))[:, 0].tolist() == [9, 3, 0]
    assert view.of(torch.tensor([2, 0])).take(np.array([0, 1]))[:, 0].tolist() == [6, 9]


def test_what_a_view_lacks_comes_from_the_first() -> None:
    whole = View.whole(np.zeros((50, 2), np.float16))
    some = View(np.ones((10, 2), np.float16), np.where(np.arange(50) < 10, np.arange(50), -1))
    rows = torch.arange(50).repeat(20)
    values = pick([whole, some], rows, torch.Generator().manual_seed(0))[:, 0]
    assert not values[rows >= 10].any()
    assert 0.2 < values[rows < 10].mean() < 0.5


def test_patience_counts_reports_that_brought_nothing() -> None:
    best = Best().after(0.5, True).after(0.4, True).after(0.5, True)
    assert best == Best(0.5, 2)
    assert best.after(0.6, True) == Best(0.6, 0)
    assert Best(0.5).after(0.4, False).waited == 0


def test_the_curve_is_lines_of_json_and_a_board(tmp_path: Path) -> None:
    curve = Curve(tmp_path / "curve.jsonl")
    curve.add(5, {"names": 1.5, "name_R@10": 0.1})
    curve.close()
    assert json.loads((tmp_path / "curve.jsonl").read_text()) == {"step": 5, "names": 1.5, "name_R@10": 0.1}
    pytest.importorskip("tensorboard")
    assert list((tmp_path / "tensorboard").iterdir())


def test_triplets_take_the_hardest_of_each_anchor() -> None:
    anchor = torch.tensor([[1.0, 0.0]])
    others = torch.tensor([[1.0, 0.0], [0.6, 0.8], [0.8, 0.6], [0.0, 1.0]])
    right = torch.tensor([[True, True, False, False]])
    hard = hardest_triplets(anchor, others, right, margin=0.1)
    assert hard.item() == pytest.approx(np.log1p(np.exp(10 * (0.8 - 0.6 + 0.1))) / 10, abs=1e-5)
    easy = hardest_triplets(anchor, others[[0, 3]], torch.tensor([[True, False]]), margin=0.1)
    assert easy < 0.01
    assert hardest_triplets(anchor, others, torch.zeros(1, 4, dtype=torch.bool), 0.1) == 0


def test_what_is_ignored_does_not_compete() -> None:
    left, right = torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    right_one, stale = torch.tensor([[True, False]]), torch.tensor([[False, True]])
    assert one_sided(left, right, right_one, torch.tensor(5.0)).item() == pytest.approx(np.log(2), abs=1e-5)
    assert one_sided(left, right, right_one, torch.tensor(5.0), stale).item() == pytest.approx(0, abs=1e-5)


def test_alone_there_is_nobody_to_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    layer = nn.Linear(2, 2)
    with crew(CPU) as mates:
        assert mates == Crew()
        mates.wait()
        assert mates.wrap(layer, CPU) is layer
        assert mates.told(3) == 3


def test_two_processes_share_their_gradients(tmp_path: Path) -> None:
    multiprocessing.spawn(_mate, (str(tmp_path),), nprocs=2)
    first, second = (torch.load(tmp_path / f"{rank}.pt", weights_only=True) for rank in (0, 1))
    assert torch.equal(first["gradient"], second["gradient"])
    assert first["gradient"].tolist() == [[0.5, 0.5]]  # the mean of what one input of 0 and one of 1 give
    assert second["told"] == 10


def _mate(rank: int, folder: str) -> None:
    import os

    os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "2"}
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(_port(Path(folder)))}
    torch.manual_seed(0)
    with crew(CPU) as mates:
        layer = nn.Linear(2, 1, bias=False)
        model = mates.wrap(layer, CPU)
        torch.autograd.backward(model(torch.full((1, 2), float(rank))).sum())
        torch.save({"gradient": layer.weight.grad, "told": mates.told(10 * (rank + 1))}, f"{folder}/{rank}.pt")
        mates.wait()


def _port(folder: Path) -> int:
    """A port of this run's own, the same in both processes."""
    return 20_000 + sum(map(ord, str(folder))) * 7 % 20_000


def test_a_gpu_that_is_not_there_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert training_device("auto") == CPU
    with pytest.raises(ValueError, match="no CUDA GPU"):
        training_device("cuda")
