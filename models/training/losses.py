"""Losses over batches where one thing may match many: same kind and colour are positives of each other."""

import torch
from torch import Tensor
from torch.nn import functional

SHARPNESS = 10.0
"""How sharply the soft margin bends: at 1 a triplet would still pull long after it is right."""


def multi_positive(
    left: Tensor, right: Tensor, positive: Tensor, scale: Tensor, ignore: Tensor | None = None
) -> Tensor:
    """Symmetric contrastive cross-entropy with several positives a row.

    CLIP's loss (Radford et al. 2021) with the target spread evenly over a row's positives, as in supervised
    contrastive learning (Khosla et al. 2020, the variant with the sum outside the logarithm). With one positive a row
    on the diagonal it is CLIP's loss exactly.

    Args:
        left, right: unit rows, shapes (n, d) and (m, d), float32.
        positive: bool, shape (n, m). Rows and columns without a positive do not count.
        scale: logit scale, scalar.
        ignore: bool, shape (n, m): pairs that are neither, left out of the softmax.
    Returns: scalar, 0 when nothing is positive.
    """
    logits = scale * left @ right.T
    if ignore is not None:
        logits = logits.masked_fill(ignore & ~positive, -1e4)
    return (_one_way(logits, positive) + _one_way(logits.T, positive.T)) / 2


def _one_way(logits: Tensor, positive: Tensor) -> Tensor:
    rows = positive.any(1)
    if not bool(rows.any()):
        return logits.sum() * 0.0
    wanted = positive[rows].float()
    losses = -(functional.log_softmax(logits[rows], dim=1) * wanted).sum(1) / wanted.sum(1)
    return losses.mean()


def same(left: Tensor, right: Tensor) -> Tensor:
    """Which pairs carry the same known label: bool (n, m) from ids (n,) and (m,), where -1 is unknown."""
    return (left[:, None] == right[None, :]) & (left[:, None] >= 0)


def supervised(rows: Tensor, labels: Tensor, scale: Tensor) -> Tensor:
    """Supervised contrastive loss within one set; a row is never its own positive nor negative."""
    eye = torch.eye(len(rows), dtype=torch.bool, device=rows.device)
    return multi_positive(rows, rows, same(labels, labels) & ~eye, scale, ignore=eye)


def one_sided(left: Tensor, right: Tensor, positive: Tensor, scale: Tensor, ignore: Tensor | None = None) -> Tensor:
    """The half of `multi_positive` in which each row of `left` (n, d) looks for its own among `right` (m, d)."""
    logits = scale * left @ right.T
    if ignore is not None:
        logits = logits.masked_fill(ignore & ~positive, -1e4)
    return _one_way(logits, positive)


def any_of(
    left: Tensor, right: Tensor, positive: Tensor, scale: Tensor | float, ignore: Tensor, bonus: Tensor | None = None
) -> Tensor:
    """One-sided as `one_sided`, but all positives of a row share one numerator: it is enough that some come first.

    MIL-NCE (Miech et al. 2020, arXiv:1912.06430), for rows with so many positives that none of them is near to all.

    Args:
        bonus: (n, m), by how much more a positive counts than the others of its row, as a logit; None: all alike.
    """
    rows = positive.any(1)
    if not bool(rows.any()):
        return (left @ right.T).sum() * 0.0
    logits = (scale * left[rows] @ right.T).masked_fill((ignore & ~positive)[rows], -1e4)
    counted = (logits if bonus is None else logits + bonus[rows]).masked_fill(~positive[rows], -1e4)
    return (torch.logsumexp(logits, dim=1) - torch.logsumexp(counted, dim=1)).mean()


def hardest_triplets(anchors: Tensor, others: Tensor, positive: Tensor, margin: float) -> Tensor:
    """Batch-hard triplet loss (Hermans et al. 2017, arXiv:1703.07737) over cosines, in its soft-margin form.

    Args:
        anchors, others: unit rows (n, d) and (m, d). positive: bool (n, m). Anchors without a positive or without a
            negative do not count.
        margin: what a positive's cosine should be ahead by.
    Returns: scalar, 0 when there is no triplet.
    """
    rows = positive.any(1) & ~positive.all(1)
    if not bool(rows.any()):
        return (anchors @ others.T).sum() * 0.0
    cosines, mine = anchors[rows] @ others.T, positive[rows]
    farthest = cosines.masked_fill(~mine, 2.0).min(1).values
    nearest = cosines.masked_fill(mine, -2.0).max(1).values
    return functional.softplus(SHARPNESS * (nearest - farthest + margin)).mean() / SHARPNESS
