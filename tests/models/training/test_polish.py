"""What the polish teaches of words that are said alone, over vectors made up so that the right answer is known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from models.training import run
from models.training.config import Batch, LossWeights, read_recipe
from models.training.dataset import Garments, Texts, TrainingSet, View
from models.training.facets import FACETS, KIND, SHELF, UNKNOWN
from models.training.polish import polish
from models.training.task import Scaled, TryOnTask

COUNT, WIDTH, SHELVES, RARE = 400, 16, 3, 2
RECIPE = read_recipe(Path(run.__file__).parent / "configs" / "tryon_mini_1.yaml")


def spoken(facet: int, value: int) -> list[int]:
    """What a caption that says one thing speaks of."""
    return [value if place == facet else UNKNOWN for place in range(len(FACETS))]


def shop() -> TrainingSet:
    """Garments of three shelves, two alone of the last; captions say their kind, and a shelf's word is said by none."""
    torch.manual_seed(0)
    shelf = torch.tensor([n % 2 for n in range(COUNT - RARE)] + [SHELVES - 1] * RARE)
    looks = nn.functional.one_hot(shelf, WIDTH) + 0.1 * torch.randn(COUNT, WIDTH)
    facets = torch.tensor([[0 if place == KIND else UNKNOWN for place in range(len(FACETS))]] * COUNT)
    facets[:, SHELF] = shelf
    said = torch.tensor([spoken(SHELF, n) for n in range(SHELVES)] + [spoken(KIND, 0)])
    read = torch.randn(SHELVES + 1, WIDTH).half()
    names = View.whole(torch.randn(COUNT, WIDTH).half().numpy())
    empty = torch.zeros(0, dtype=torch.long)
    kind_said = torch.full((COUNT, 2), SHELVES)
    return TrainingSet(
        studio=Garments((View.whole(looks.half().numpy()),), facets, kind_said),
        drawn=Garments((), empty, empty),
        photo_views=(), photo_labels=empty, fits=empty,
        names=torch.arange(COUNT), name_views=(names, names),
        captions=Texts(("shelf a", "shelf b", "gifts", "thing"), said), caption_features=read,
        label_texts=read[:0], label_of=empty,
    )  # fmt: skip


def found(task: TryOnTask, rows: TrainingSet) -> list[int]:
    """The shelf of what each shelf's word finds first."""
    pictures = task.image(rows.studio.views[0].take(np.arange(COUNT)))
    cosines = task.text(rows.caption_features[:SHELVES]) @ pictures.T
    return [int(rows.studio.facets[place, SHELF]) for place in cosines.argmax(1)]


def tower(features: Tensor, head: nn.Linear) -> Scaled:
    scaled = Scaled(head, head, features.float(), dropout=0.0)
    scaled.fold()
    return scaled.eval()


def test_a_rare_word_finds_its_own_though_no_caption_of_a_garment_says_it() -> None:
    rows = shop()
    torch.manual_seed(1)
    seen = torch.from_numpy(rows.studio.views[0].array)
    same = nn.Linear(WIDTH, WIDTH)
    with torch.no_grad():
        same.weight.copy_(torch.eye(WIDTH))
        same.bias.zero_()
    task = TryOnTask(
        tower(seen, same), tower(rows.caption_features, nn.Linear(WIDTH, WIDTH)), LossWeights(names=1.0), WIDTH
    )
    with torch.inference_mode():
        before = found(task, rows)
    polish(task, rows, replace(RECIPE, batch=Batch(8, 0, 0), polish_steps=60, polish_rate=1e-2))
    with torch.inference_mode():
        after = found(task, rows)
    assert before != [0, 1, 2]
    assert after == [0, 1, 2]
