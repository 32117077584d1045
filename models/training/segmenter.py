"""Trains `tryon-cut`, the garment segmenter that ships: no mask was drawn by hand, only `train` splits are read.

Two rounds over a frozen ImageNet trunk: pasted scenes beside photos that salience could mask, then pasted scenes beside
all photos with the network's own masks. A run that was broken off goes on at its last checkpoint.
"""

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from models.contracts import RGB
from models.preprocess.segmenter import CONFIG_FILE, WEIGHTS_FILE
from models.preprocess.segmenter_net import SIDE, SKIN, SUBJECT, CutNet, as_input, folded_trunk
from models.training.augment import corner
from models.training.backbones import image_trunk
from models.training.data import Corpus, indices, read_corpus
from models.training.segmenter_bank import Cutout, cutouts
from models.training.segmenter_photos import (
    Advance,
    PhotoLessons,
    moved,
    own_lessons,
    relit,
    salient_lessons,
)
from models.training.segmenter_scenes import scene

NO_SKIN = 0.3
"""How much it counts that photos of clothes show no skin: a hand may hold the hanger."""


@dataclass(frozen=True, slots=True)
class CutRecipe:
    """What decides the outcome besides the data. `rounds`: steps of each round; after the first, masks are its own."""

    seed: int = 7
    studio: int = 1600
    drawn: int = 500
    rounds: tuple[int, ...] = (350, 250)
    scenes: int = 20
    photos: int = 12
    rate: float = 2e-3
    warmup: int = 40
    weight_decay: float = 0.01
    checkpoint_every: int = 50


@dataclass(frozen=True, slots=True)
class Lesson:
    """One batch: input (n, 3, SIDE, SIDE); targets and weights (n, 2, SIDE/2, SIDE/2), channels subject and skin."""

    pictures: Tensor
    targets: Tensor
    weights: Tensor


def quiet(_label: str, _done: int, _total: int) -> None:
    """Reports to nobody."""


def train_segmenter(data: Path, out: Path, progress: Advance = quiet, recipe: CutRecipe | None = None) -> Path:
    """Train on `data` and write `out/model.safetensors` (float16) and `out/config.json`.

    Args: progress: called with a label, what is done and what there is in all.
    Returns: `out`.
    Raises: FileNotFoundError for missing data; ModuleNotFoundError without the ImageNet weights' package.
    """
    chosen = recipe or CutRecipe()
    corpus = read_corpus(data)
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(chosen.seed)
    network = CutNet().eval()
    network.trunk = folded_trunk(image_trunk()).requires_grad_(False)
    course = _Course(chosen, network, out / "checkpoint.pt", progress)
    course.resume()
    lessons = salient_lessons(_photos(corpus), progress)
    bank = cutouts(corpus, chosen.studio, chosen.drawn, chosen.seed)
    corners = _corners(corpus, chosen.seed)
    for number in range(len(chosen.rounds)):
        if number and course.step < sum(chosen.rounds[: number + 1]):
            lessons = own_lessons(network, lessons, progress)
        course.run_until(sum(chosen.rounds[: number + 1]), bank, corners, lessons)
    return _written(network, chosen, out)


@dataclass
class _Course:
    """The optimiser's state between steps."""

    recipe: CutRecipe
    network: CutNet
    checkpoint: Path
    progress: Advance
    step: int = 0

    def __post_init__(self) -> None:
        self.optimiser = torch.optim.AdamW(
            self.network.decoder.parameters(), lr=self.recipe.rate, weight_decay=self.recipe.weight_decay
        )

    def resume(self) -> None:
        """Take up where the last run of the same recipe stopped."""
        if not self.checkpoint.is_file():
            return
        state = torch.load(self.checkpoint, weights_only=True)
        if state["recipe"] != json.dumps(asdict(self.recipe)):
            raise ValueError(f"{self.checkpoint} is of another recipe: remove it or train elsewhere")
        self.network.decoder.load_state_dict(state["decoder"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = int(state["step"])

    def run_until(self, last: int, bank: Sequence[Cutout], corners: Sequence[RGB], lessons: PhotoLessons) -> None:
        """Steps up to number `last`, with a checkpoint now and then."""
        total = sum(self.recipe.rounds)
        while self.step < last:
            loss = self._one(_lesson(self.recipe, self.step, bank, corners, lessons))
            self.step += 1
            self.progress(f"step, loss {loss:.3f}", self.step, total)
            if self.step % self.recipe.checkpoint_every == 0 or self.step == last:
                self._save()

    def _one(self, lesson: Lesson) -> float:
        for group in self.optimiser.param_groups:
            group["lr"] = self.recipe.rate * _schedule(self.step, self.recipe)
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            taps = self.network.taps(lesson.pictures.contiguous(memory_format=torch.channels_last))
        loss = cut_loss(self.network.decoder([tap.float() for tap in taps]), lesson)
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        return float(loss.detach())

    def _save(self) -> None:
        state = {
            "recipe": json.dumps(asdict(self.recipe)),
            "decoder": self.network.decoder.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
        }
        torch.save(state, self.checkpoint)


def cut_loss(logits: Tensor, lesson: Lesson) -> Tensor:
    """Weighted cross-entropy of both channels, and the subject's soft Dice loss (Milletari et al. 2016)."""
    entropy = functional.binary_cross_entropy_with_logits(logits, lesson.targets, lesson.weights, reduction="none")
    seen = lesson.weights[:, SUBJECT]
    truth = lesson.targets[:, SUBJECT] * seen
    found = torch.sigmoid(logits[:, SUBJECT]) * seen
    overlap = (2 * (found * truth).sum((1, 2)) + 1) / (found.sum((1, 2)) + truth.sum((1, 2)) + 1)
    means = entropy.mean((0, 2, 3))
    return means[SUBJECT] + means[SKIN] + 0.5 * (1 - overlap).mean()


def _schedule(step: int, recipe: CutRecipe) -> float:
    """Linear warm-up, then a half cosine to a fiftieth."""
    if step < recipe.warmup:
        return (step + 1) / recipe.warmup
    done = (step - recipe.warmup) / max(1, sum(recipe.rounds) - recipe.warmup)
    return 0.02 + 0.98 * (1 + math.cos(math.pi * done)) / 2


def _lesson(
    recipe: CutRecipe, step: int, bank: Sequence[Cutout], corners: Sequence[RGB], lessons: PhotoLessons
) -> Lesson:
    """The batch of one step: the same for the same seed and step."""
    rng = np.random.default_rng((recipe.seed, step))
    generator = torch.Generator().manual_seed(recipe.seed * 1_000_003 + step)
    pasted, people = _pasted(recipe, bank, corners, rng), _people(recipe, lessons, rng, generator)
    return Lesson(
        torch.cat([pasted.pictures, people.pictures]),
        torch.cat([pasted.targets, people.targets]),
        torch.cat([pasted.weights, people.weights]),
    )


def _pasted(recipe: CutRecipe, bank: Sequence[Cutout], corners: Sequence[RGB], rng: np.random.Generator) -> Lesson:
    scenes = [scene(bank, corners, rng) for _ in range(recipe.scenes)]
    masks = torch.from_numpy(np.stack([np.stack([s.subject, np.minimum(s.skin, s.subject)]) for s in scenes]))
    targets = functional.avg_pool2d(masks.float() / 255, 2)
    weights = torch.ones_like(targets)
    weights[:, SKIN] = torch.tensor([float(s.knows_skin) for s in scenes])[:, None, None]
    return Lesson(as_input(np.stack([s.picture for s in scenes])), targets, weights)


def _people(recipe: CutRecipe, lessons: PhotoLessons, rng: np.random.Generator, generator: torch.Generator) -> Lesson:
    """Photos of clothes, which show next to no skin: what looks like it is beige cloth or a wooden floor."""
    usable = lessons.usable
    # where no mask is to be trusted the photos still come, with no weight on their subjects
    rows = rng.choice(usable if len(usable) else len(lessons.masks), recipe.photos)
    masks, sure = torch.from_numpy(lessons.masks[rows]), torch.from_numpy(lessons.sure[rows])
    pictures, planes = moved(as_input(lessons.pictures[rows]), torch.stack([masks, sure], dim=1), generator)
    subject, known = planes[:, 0], planes[:, 1]
    targets = torch.stack([subject, torch.zeros_like(subject)], dim=1)
    return Lesson(relit(pictures, generator), targets, torch.stack([known, torch.full_like(known, NO_SKIN)], dim=1))


def _photos(corpus: Corpus) -> list[Callable[[], RGB]]:
    ids = [corpus.photos[i].id for i in indices(corpus.photos, "train")]
    return [partial(corpus.shots.picture, id_) for id_ in ids]


def _corners(corpus: Corpus, seed: int) -> list[RGB]:
    """Floors, beds and walls: a corner of every photo of the `train` split."""
    rng = np.random.default_rng((seed, 1))
    return [corner(read(), rng) for read in _photos(corpus)]


def _written(network: CutNet, recipe: CutRecipe, out: Path) -> Path:
    state = {name: value.detach().half().contiguous() for name, value in network.state_dict().items()}
    save_file(state, out / WEIGHTS_FILE)
    revision = hashlib.sha256((out / WEIGHTS_FILE).read_bytes()).hexdigest()[:12]
    about = {"name": out.name, "revision": revision, "side": SIDE, "recipe": asdict(recipe)}
    (out / CONFIG_FILE).write_text(json.dumps(about, indent=2) + "\n", "utf-8")
    return out
