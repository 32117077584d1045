"""Fits what turns a trained model's cosines into scores and probabilities."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.training.calibrate import Calibration, Cosines, logistic
from models.training.dataset import TrainingSet, View
from models.training.facets import KIND, agreement
from models.training.task import TryOnTask
from models.training.validation import in_blocks
from models.zero_shot.calibration import fit_temperature

RETRIEVED = 20
"""How many of each query's nearest the score is fitted on, right ones and wrong ones each."""

TEMPERED = 1.5
"""Pairs a model was trained on are told apart too well, so the slope is divided by this. It stays on the careful side:
of what words bring up in `val` around cosine 0.45, 0.55, 0.65 and 0.75, a share of 0.43, 0.58, 0.90 and 0.98 is of the
kind meant, of what photos bring up 0.92 to 0.99; the scores are 0.42, 0.62, 0.78 and 0.89."""

UNTOLD = 1.0
"""Temperature where no caption names a kind that the garments have: there is nothing to be sure of."""


def calibrate(task: TryOnTask, rows: TrainingSet, seed: int, count: int = 4000) -> Calibration:
    """Fit score and probability on training pairs: garments with words, photos with garments.

    The score is fitted on what a search brings up, the nearest right and the nearest wrong ones of each query: against
    random pairs everything that is ever shown would score 1.
    """
    rng = torch.Generator().manual_seed(seed)
    picked = torch.randint(len(rows.names), (count,), generator=rng)
    shots = torch.randint(max(1, len(rows.photo_labels)), (count,), generator=rng)
    words = rows.studio.said[picked, torch.randint(rows.studio.said.shape[1], (count,), generator=rng)]
    looks = torch.from_numpy(in_blocks(task.image, rows.studio.views[0].of(picked)))
    texts = torch.from_numpy(in_blocks(task.text, View.whole(rows.caption_features[words].numpy())))
    right, undecided = agreement(rows.studio.facets[picked], rows.captions.facets[words])
    photos, fit_kind = _shown(task, rows, picked, shots)
    pairs = ((looks @ texts.T, right, ~right & ~undecided), (photos @ looks.T, fit_kind, ~fit_kind))
    matching = np.concatenate([nearest(cosines, yes) for cosines, yes, _ in pairs])
    wrong = np.concatenate([nearest(cosines, no) for cosines, _, no in pairs])
    scale, shift = logistic(matching, wrong)
    scale /= TEMPERED
    cosines, meant = label_cosines(task, rows, looks, picked)
    return Calibration(scale, shift, fit_temperature(cosines, meant) if len(cosines) else UNTOLD)


def _shown(task: TryOnTask, rows: TrainingSet, picked: Tensor, shots: Tensor) -> tuple[Tensor, Tensor]:
    """Photos as unit rows, and which of the garments `picked` are of a kind that fits each, bool (photos, garments).

    Where nobody took photos, the garments' most changed view stands in for them.
    """
    kinds = rows.studio.facets[picked][:, KIND]
    if len(rows.photo_labels):
        photos = torch.from_numpy(in_blocks(task.image, rows.photo_views[0].of(shots)))
        return photos, rows.fits[rows.photo_labels[shots]][:, kinds]
    changed = torch.from_numpy(in_blocks(task.image, rows.studio.views[-1].of(picked)))
    return changed, kinds[:, None] == kinds[None, :]


def nearest(cosines: Tensor, among: Tensor, count: int = RETRIEVED) -> Cosines:
    """The `count` highest cosines of each row that `among` admits, as one flat array."""
    best = cosines.masked_fill(~among, -torch.inf).topk(count, dim=1).values
    found: Cosines = best[best.isfinite()].numpy()
    return found


def label_cosines(
    task: TryOnTask, rows: TrainingSet, looks: Tensor, picked: Tensor
) -> tuple[Cosines, NDArray[np.bool_]]:
    """Cosines of garments with captions that name a kind alone, one a kind, and which one is right, (n, kinds) both."""
    only_kind = (rows.captions.facets[:, 1:] < 0).all(1)
    kinds = {int(k): n for n, k in enumerate(rows.captions.facets[:, 0].tolist()) if only_kind[n]}
    texts = torch.from_numpy(in_blocks(task.text, View.whole(rows.caption_features[list(kinds.values())].numpy())))
    place = {kind: n for n, kind in enumerate(kinds)}
    wanted = rows.studio.facets[picked][:, 0].tolist()
    keep = [n for n, kind in enumerate(wanted) if kind in place]
    meant = np.array([place[wanted[n]] for n in keep], dtype=np.intp)
    return (looks[keep] @ texts.T).numpy(), np.eye(len(kinds), dtype=np.bool_)[meant]
