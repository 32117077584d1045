"""Trains a fusion network on composed queries over frozen embeddings."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from models.fusion.network import Composed
from models.fusion.tokens import Inputs
from models.training.composed import ANY, Labels, Wishes, Words
from models.training.features import Advance, quiet
from models.training.losses import any_of

FAR = -1e4


@dataclass(frozen=True)
class References:
    """Things that queries start from.

    Attributes:
        vectors: unit (r, d) float32.
        grids: pooled unit tokens (t, places, d) float16 of the first t things; the others have none.
        seen: which things have tokens, (r,).
    """

    vectors: Tensor
    grids: Tensor
    seen: Tensor
    labels: Labels


@dataclass(frozen=True)
class Said:
    """Texts: unit vectors (t, d) float32, padded tokens (t, words, d) float16 and which are real, (t, words)."""

    vectors: Tensor
    tokens: Tensor
    real: Tensor


@dataclass(frozen=True)
class FusionData:
    """Everything that one training reads. `gallery` are unit rows (m, d) with their labels."""

    references: References
    gallery: Tensor
    labels: Labels
    words: Words
    wishes: Wishes
    said: Said

    def inputs(self, rows: Tensor) -> Inputs:
        """Wishes `rows` as a network reads them."""
        things, texts = _t(self.wishes.references)[rows], _t(self.wishes.texts)[rows]
        real = self.said.real[texts]
        longest = max(1, int(real.sum(1).max()))
        return Inputs(
            image=self.references.vectors[things],
            text=self.said.vectors[texts],
            grid=self.references.grids[things.clamp(max=len(self.references.grids) - 1)].float(),
            seen=self.references.seen[things],
            words=self.said.tokens[texts, :longest].float(),
            said=real[:, :longest],
        )

    def right(self, rows: Tensor, answers: Tensor) -> tuple[Tensor, Tensor]:
        """Which gallery rows `answers` are right for wishes `rows`, and which cannot be told: bool (n, m) each."""
        fits = torch.from_numpy(self.words.fits)
        alike = torch.from_numpy(self.words.alike)
        right = torch.ones(len(rows), len(answers), dtype=torch.bool)
        article, colour = _t(self.wishes.articles)[rows], _t(self.wishes.colours)[rows]
        right &= (article == ANY)[:, None] | fits[article][:, _t(self.labels.articles)[answers]]
        theirs = _t(self.labels.colours)[answers]
        same = (colour == ANY)[:, None] | (colour[:, None] == theirs)
        near = (colour != ANY)[:, None] & (alike[colour][:, theirs] | (theirs == ANY)) & ~same
        for name in ("patterns", "genders"):
            wanted, has = _t(getattr(self.wishes, name))[rows][:, None], _t(getattr(self.labels, name))[answers]
            near |= (wanted != ANY) & (has == ANY)
            same &= (wanted == ANY) | (wanted == has)
        return right & same, right & near & ~same


@dataclass(frozen=True, slots=True)
class Schedule:
    """How a network is trained.

    Attributes:
        answers: gallery rows that a step's queries are ranked against. scale: of their cosines in the softmax.
        likeness: how much more an answer counts the nearer it is to the reference; 0 counts all alike.
        blind: share of photos whose tokens are hidden. calm: price of an open gate.
        still: weight of leaving the photo where the words change nothing.
    """

    steps: int = 1500
    batch: int = 128
    answers: int = 2048
    rate: float = 1e-3
    weight_decay: float = 0.02
    warmup: int = 30
    scale: float = 30.0
    likeness: float = 1.0
    blind: float = 0.25
    calm: float = 0.1
    still: float = 2.0
    seed: int = 0


def fit(network: nn.Module, data: FusionData, schedule: Schedule, label: str, advance: Advance = quiet) -> list[float]:
    """Train `network` in place. Returns the loss of every step."""
    generator = torch.Generator().manual_seed(schedule.seed)
    optimizer = torch.optim.AdamW(network.parameters(), lr=schedule.rate, weight_decay=schedule.weight_decay)
    rates = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, schedule.rate, total_steps=schedule.steps, pct_start=min(0.3, schedule.warmup / schedule.steps)
    )
    with torch.no_grad():
        network.get_parameter("skip.weight").copy_(linear_start(data))
    network.train()
    losses = []
    for step in range(schedule.steps):
        loss = step_loss(network, data, schedule, generator)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        rates.step()
        losses.append(float(loss.detach()))
        advance(label, step + 1, schedule.steps)
    network.eval()
    return losses


@torch.no_grad()
def linear_start(data: FusionData, count: int = 8000, ridge: float = 3.0) -> Tensor:
    """The linear map (d, 2d) of photo and words that comes nearest to the mean of the right answers, in closed form."""
    moving = np.flatnonzero(~data.wishes.still & (data.wishes.colours != ANY))[:count]
    rows = torch.from_numpy(moving)
    inputs = data.inputs(rows)
    both = torch.cat([inputs.image, inputs.text], dim=1)
    means: dict[tuple[int, int], Tensor] = {}
    fits, articles = torch.from_numpy(data.words.fits), _t(data.labels.articles)
    colours = _t(data.labels.colours)
    for pair in zip(data.wishes.articles[moving].tolist(), data.wishes.colours[moving].tolist(), strict=True):
        if pair not in means:
            good = (colours == pair[1]) & (fits[pair[0]][articles] if pair[0] != ANY else True)
            means[pair] = functional.normalize(data.gallery[good].sum(0), dim=0)
    pairs = zip(data.wishes.articles[moving].tolist(), data.wishes.colours[moving].tolist(), strict=True)
    wanted = torch.stack([means[pair] for pair in pairs])
    normal = both.T @ both + ridge * torch.eye(both.shape[1])
    solved: Tensor = torch.linalg.solve(normal, both.T @ wanted)
    return solved.T.contiguous()


def step_loss(
    network: Callable[[Inputs], Composed], data: FusionData, schedule: Schedule, generator: torch.Generator
) -> Tensor:
    """One random batch: its answers come first, and words that change nothing leave the photo as it is."""
    rows = torch.randint(len(data.wishes.texts), (schedule.batch,), generator=generator)
    answers = torch.randint(len(data.gallery), (schedule.answers,), generator=generator)
    inputs = data.inputs(rows)
    hidden = torch.rand(len(rows), generator=generator) < schedule.blind
    inputs = Inputs(inputs.image, inputs.text, inputs.grid, inputs.seen & ~hidden, inputs.words, inputs.said)
    with torch.autocast("cpu", torch.bfloat16):
        composed = network(inputs)
    vectors = composed.vectors(inputs.image)
    still = torch.from_numpy(data.wishes.still)[rows]
    kept = 1 - (vectors * inputs.image).sum(-1)
    moving = ~still
    right, unsure = data.right(rows[moving], answers)
    found = ranked(vectors[moving], inputs.image[moving], data.gallery[answers], right, unsure, schedule)
    at_rest = (kept[still].mean() * 4 + composed.gate[still].mean()) * still.float().mean() if still.any() else 0.0
    return found + schedule.still * at_rest + schedule.calm * composed.gate[moving].mean()


def ranked(
    vectors: Tensor, images: Tensor, answers: Tensor, right: Tensor, unsure: Tensor, schedule: Schedule
) -> Tensor:
    """How unlikely it is that what comes first of `answers` is right; right ones like the reference count more.

    To bring some of hundreds of red dresses to the top is enough, and a shop needs no wish that is as near to each.
    """
    with torch.no_grad():
        near = (schedule.likeness * images @ answers.T).masked_fill(~right, FAR)
        near -= near.amax(1, keepdim=True)
    return any_of(vectors, answers, right, schedule.scale, unsure, bonus=near)


def _t(codes: object) -> Tensor:
    return torch.from_numpy(np.asarray(codes))
