"""Tunes the text head alone against every picture of the catalogue, when the image tower is done.

In a batch a name meets a thousand pictures; here it meets all of them, which costs little where no picture has to be
computed again. Pictures keep their vectors, after the reasoning of LiT (Zhai et al. 2022, arXiv:2111.07991) the other
way round: with one tower locked, the other learns what the locked one can tell apart.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from models.training.config import Recipe
from models.training.dataset import TrainingSet
from models.training.facets import COLOUR, KIND, SHADE, SHELF, UNKNOWN, agreement
from models.training.features import Advance, quiet
from models.training.losses import any_of, one_sided
from models.training.task import TryOnTask
from models.training.validation import in_blocks

SCALE = torch.tensor(30.0)
NAMES, OTHER_NAMES, CAPTIONS = 384, 3072, 192
"""Names and as many pictures a step, names that these pictures are told from, and captions a step."""

SEEN = 8192
"""Pictures that the captions of a step are ranked over: more would not fit, as each is compared facet by facet."""

ALONE = (KIND, COLOUR, SHELF, SHADE)
"""Facets whose values are asked for by a word alone."""

WORDS, AMONG = 128, 2048
"""Words of each facet, and the pictures that they are ranked over, in a step."""

DECAY, WARMUP = 0.05, 0.05


def polish(task: TryOnTask, rows: TrainingSet, recipe: Recipe, advance: Advance = quiet) -> None:
    """Train the text head of a folded `task` in place for `recipe.polish_steps`; everything else stays as it is."""
    gallery = torch.from_numpy(in_blocks(task.image.eval(), rows.studio.views[0]))
    head = list(task.text.parameters())
    optimizer = torch.optim.AdamW(head, lr=recipe.polish_rate, weight_decay=DECAY)
    steps = recipe.polish_steps
    rates = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.polish_rate, total_steps=steps, pct_start=WARMUP)
    generator = torch.Generator().manual_seed(recipe.seed)
    alone = [said for facet in ALONE if len(said := _alone(rows.captions.facets, facet))]
    task.text.train()
    for step in range(steps):
        loss = _names(task, rows, gallery, generator) + _captions(task, rows, gallery, generator)
        loss = loss + _words(task, rows, gallery, alone, generator)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        rates.step()
        advance("polish words", step + 1, steps)
    task.text.eval()


def _names(task: TryOnTask, rows: TrainingSet, gallery: Tensor, generator: torch.Generator) -> Tensor:
    """Names among all pictures, a third of them with a word left out, and some pictures among many names."""
    whole, shortened = rows.name_views[:2]
    asked = torch.randint(len(whole), (NAMES,), generator=generator)
    view = shortened if int(torch.randint(3, (1,), generator=generator)) == 0 else whole
    right = rows.names[None, :] == asked[:, None]
    found = one_sided(task.text(view.take(asked.numpy())), gallery, right, SCALE)
    shown = torch.randint(len(gallery), (NAMES,), generator=generator)
    told = torch.cat([rows.names[shown], torch.randint(len(whole), (OTHER_NAMES,), generator=generator)])
    right = rows.names[shown][:, None] == told[None, :]
    return found + one_sided(gallery[shown], task.text(whole.take(told.numpy())), right, SCALE)


def _captions(task: TryOnTask, rows: TrainingSet, gallery: Tensor, generator: torch.Generator) -> Tensor:
    """Captions of random garments: some picture they are true of shall come first."""
    of = rows.studio.said[torch.randint(len(gallery), (CAPTIONS,), generator=generator)]
    said = of.gather(1, torch.randint(of.shape[1], (CAPTIONS, 1), generator=generator)).squeeze(1)
    seen = torch.randint(len(gallery), (SEEN,), generator=generator)
    right, undecided = agreement(rows.studio.facets[seen], rows.captions.facets[said])
    return any_of(task.text(rows.caption_features[said]), gallery[seen], right.T, SCALE, undecided.T)


def _alone(facets: Tensor, facet: int) -> Tensor:
    """Rows of the captions (m, facets) that speak of one facet and nothing else."""
    spoken = facets != UNKNOWN
    return (spoken[:, facet] & (spoken.sum(1) == 1)).nonzero()[:, 0]


def _words(
    task: TryOnTask, rows: TrainingSet, gallery: Tensor, alone: Sequence[Tensor], generator: torch.Generator
) -> Tensor:
    """Words that are said alone, the rare as often as the common: some pictures that each is true of shall come first.

    Among captions of random garments a rare word is seldom met, and never often enough to find its ten best.
    """
    seen = torch.randint(len(gallery), (AMONG,), generator=generator)
    terms = []
    for every in alone:
        said = every[torch.randperm(len(every), generator=generator)[:WORDS]]
        right, undecided = agreement(rows.studio.facets[seen], rows.captions.facets[said])
        found = task.text(rows.caption_features[said])
        terms.append(any_of(found, gallery[seen], right.T, SCALE, undecided.T))
    return torch.stack(terms).sum() if terms else torch.zeros(())
