"""People's photos as lessons for the segmenter, with masks that a machine made: first salience, then the network's own.

Self-training (Scudder 1965; Xie et al. 2020): a mask counts where its maker was sure. The network's masks are put right
by each photo's own colours before they are learned from, in the spirit of GrabCut (Rother et al. 2004).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional

from models.contracts import RGB
from models.preprocess.salience import subject_flags
from models.preprocess.segmenter_net import SIDE, CutNet, as_input, soft_masks, squeezed

Advance: TypeAlias = Callable[[str, int, int], None]
Floats: TypeAlias = NDArray[np.float32]

BINS = 8
"""Colour bins a channel: coarse enough that a garment's folds share theirs."""

TRUST, REACH = 0.7, 3.0
"""How much colour counts beside the network's logit, and the most it may say."""

PLAUSIBLE = (0.03, 0.92)
"""Share of a photo that a subject may cover to be learned from."""

SURE = 0.75
"""Least mean of |2p - 1| over a photo whose mask is learned from."""

SALIENT = 0.7
"""How surely salience speaks."""


@dataclass(frozen=True, slots=True)
class PhotoLessons:
    """Photos with soft masks.

    Attributes:
        pictures: (n, SIDE, SIDE, 3) uint8. masks: probability of the subject, (n, SIDE/2, SIDE/2) float32.
        sure: how much each pixel counts, same shape; all zero for a photo without a mask.
    """

    pictures: NDArray[np.uint8]
    masks: Floats
    sure: Floats

    @property
    def usable(self) -> NDArray[np.intp]:
        """Rows that teach anything."""
        return np.flatnonzero(self.sure.any(axis=(1, 2)))


def salient_lessons(reads: Sequence[Callable[[], RGB]], advance: Advance) -> PhotoLessons:
    """Photos with the masks that classical salience finds in them."""
    half = SIDE // 2
    pictures = np.empty((len(reads), SIDE, SIDE, 3), np.uint8)
    masks = np.zeros((len(reads), half, half), np.float32)
    sure = np.zeros_like(masks)
    for row, read in enumerate(reads):
        photo = read()
        pictures[row] = squeezed(photo)
        flags = subject_flags(photo)
        if flags is not None:
            small = Image.fromarray(flags.astype(np.float32)).resize((half, half), Image.Resampling.BILINEAR)
            masks[row], sure[row] = np.asarray(small), SALIENT
        advance("photos", row + 1, len(reads))
    return PhotoLessons(pictures, masks, sure)


def own_lessons(network: CutNet, lessons: PhotoLessons, advance: Advance, batch: int = 64) -> PhotoLessons:
    """The same photos with what `network` now sees in them, mirrored and not, put right by their colours."""
    masks = np.empty_like(lessons.masks)
    for start in range(0, len(masks), batch):
        pictures = as_input(lessons.pictures[start : start + batch])
        both = soft_masks(network, pictures)[:, 0], soft_masks(network, pictures.flip(3))[:, 0].flip(2)
        masks[start : start + batch] = ((both[0] + both[1]) / 2).numpy()
        advance("own masks", min(start + batch, len(masks)), len(masks))
    halves = lessons.pictures[:, ::2, ::2]
    masks = np.stack([by_colour(picture, mask) for picture, mask in zip(halves, masks, strict=True)])
    return replace(lessons, masks=masks, sure=_sureness(masks))


def by_colour(picture: NDArray[np.uint8], mask: Floats) -> Floats:
    """`mask` with each pixel's own colour counted: how common is it inside, how common outside?

    Args: picture: (h, w, 3). mask: probabilities (h, w).
    """
    bins = (picture.astype(np.int64) * BINS // 256) @ np.array([BINS * BINS, BINS, 1])
    inside, outside = (np.bincount(bins.ravel(), weights.ravel(), BINS**3) + 1.0 for weights in (mask, 1 - mask))
    ratio = np.log(inside / inside.sum()) - np.log(outside / outside.sum())
    prior = np.log(mask.clip(1e-3, 1 - 1e-3) / (1 - mask.clip(1e-3, 1 - 1e-3)))
    logit = prior + TRUST * ratio[bins].clip(-REACH, REACH)
    smooth = functional.avg_pool2d(torch.from_numpy(logit)[None], 3, 1, 1, count_include_pad=False)[0].numpy()
    return np.asarray(1 / (1 + np.exp(-smooth)), dtype=np.float32)


def _sureness(masks: Floats) -> Floats:
    sure: Floats = np.abs(2 * masks - 1)
    area = (masks > 0.5).mean(axis=(1, 2))  # noqa: PLR2004
    good = (area >= PLAUSIBLE[0]) & (area <= PLAUSIBLE[1]) & (sure.mean(axis=(1, 2)) >= SURE)
    return np.where(good[:, None, None], sure, np.float32(0))


def moved(pictures: Tensor, planes: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Pictures with their masks mirrored, turned, zoomed and shifted together.

    Args: pictures: (n, 3, h, w). planes: (n, k, h/2, w/2).
    """
    n = len(pictures)
    angle = (torch.rand(n, generator=generator) - 0.5) * 0.5
    zoom = torch.empty(n).uniform_(0.75, 1.25, generator=generator)
    mirror = torch.where(torch.rand(n, generator=generator) < 0.5, -1.0, 1.0)  # noqa: PLR2004
    shift = (torch.rand(n, 2, generator=generator) - 0.5) * 0.3
    theta = torch.stack(
        [
            torch.stack([mirror * zoom * angle.cos(), -zoom * angle.sin(), shift[:, 0]], dim=1),
            torch.stack([mirror * zoom * angle.sin(), zoom * angle.cos(), shift[:, 1]], dim=1),
        ],
        dim=1,
    )
    changed = []
    for values in (pictures, planes):
        grid = functional.affine_grid(theta, list(values.shape), align_corners=False)
        changed.append(functional.grid_sample(values, grid, padding_mode="reflection", align_corners=False))
    return changed[0], changed[1]


def relit(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """Pictures in [-1, 1] in another light and with another cast."""
    n = len(pictures)
    gain = torch.empty(n, 1, 1, 1).uniform_(0.7, 1.25, generator=generator)
    cast = 1 + (torch.rand(n, 3, 1, 1, generator=generator) - 0.5) * 0.25
    return ((pictures + 1) * gain * cast - 1).clamp(-1, 1)
