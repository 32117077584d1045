"""The model that a run trains, with the frozen parts that feed it: built from backbones, or a trained one."""

import copy
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from open_clip.transform import MaybeToTensor, image_transform
from torch import nn
from torchvision.transforms import Compose, Normalize

from models.encoders.speed import fold_neighbours
from models.training.assemble import Assembled, assemble, heads
from models.training.backbones import MEAN, STD, TRUNK, image_trunk
from models.training.captions import lessons
from models.training.config import Recipe
from models.training.data import Corpus, indices
from models.training.distil import teach
from models.training.errors import CannotTrain
from models.training.features import Advance, ImageFeatures, Transform
from models.training.prepare import TextTower, digest
from models.training.stages import Stem
from models.training.start import load_start, start_folder
from models.training.vocabulary import grown, save_tokenizer


@dataclass(frozen=True)
class Towers:
    """An open_clip model to train, its frozen text tower, and the frozen part of its image backbone.

    `revision` names the model that a fine-tuning starts from; empty for one built from the backbones.
    """

    model: nn.Module
    text: TextTower
    images: ImageFeatures
    revision: str = ""


def build(recipe: Recipe, corpus: Corpus, staging: Path, cache: Path, progress: Advance) -> Towers:
    """A new model, or the recipe's `start`; its config and tokenizer are written to `staging`.

    Raises: CannotTrain for a start that can't be, ModuleNotFoundError for a backbone that is not installed.
    """
    if recipe.start is not None:
        return _started(recipe.start, recipe, corpus, staging, cache, progress)
    names = [corpus.items[i].name for i in indices(corpus.items, "train")]
    made = assemble(
        staging,
        dims=recipe.dims,
        size=recipe.image_size,
        length=recipe.text_length,
        keep=recipe.wordpieces,
        texts=names,
    )
    return Towers(made.model, taught_tower(made, recipe, cache, progress), image_features(recipe, cache, progress))


def _started(name: str, recipe: Recipe, corpus: Corpus, staging: Path, cache: Path, progress: Advance) -> Towers:
    """Features are kept by the model's revision and the pictures' checksums: a shop changes both."""
    start = load_start(start_folder(name), staging, recipe.image_size)
    transformer = start.model.get_submodule("text.transformer").requires_grad_(False)
    text = TextTower(transformer, start.tokenizer, recipe.text_length, cache / "text", start.revision, progress)
    trunk, stages = copy.deepcopy(start.model.get_submodule("visual.trunk")), recipe.frozen_stages
    part = _frozen(trunk, stages, name).requires_grad_(False)
    folder = cache / "features" / _folder_name(start.revision, recipe) / corpus.stamp
    images = ImageFeatures(part, letterbox(*recipe.image_size), folder, progress)
    return Towers(start.model, text, images, start.revision)


def taught_tower(made: Assembled, recipe: Recipe, cache: Path, progress: Advance) -> TextTower:
    """The text tower with its Chinese words taught, from the cache where the same lessons were taught before."""
    transformer = made.model.get_submodule("text.transformer")
    pairs = lessons(np.random.default_rng(recipe.seed), recipe.lessons)
    words = made.tokenizer.to_str()
    revision = digest([words, str(recipe.lesson_epochs), *(part for pair in pairs for part in pair)])
    path = cache / "text" / f"taught-{revision}.pt"
    if path.is_file():
        transformer.load_state_dict(torch.load(path, weights_only=True))
    else:
        teach(
            transformer, made.tokenizer, pairs, first=made.vocabulary.added, length=recipe.text_length,
            epochs=recipe.lesson_epochs, advance=progress,
        )  # fmt: skip
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(transformer.state_dict(), path)
    return TextTower(
        transformer.requires_grad_(False), made.tokenizer, recipe.text_length, path.parent, revision, progress
    )


def teach_finished(towers: Towers, recipe: Recipe, folder: Path) -> float:
    """Teach the Chinese words of a finished model to land where its English does; new words are put in. In place.

    Whatever it made of English and of pictures stays as it was, to the bit. Tokenizer and config in `folder` follow.

    Returns: the mean cosine of the two languages in the end.
    """
    words = grown(towers.text.tokenizer)
    transformer: Any = towers.model.get_submodule("text.transformer")
    table = words.table(transformer.get_input_embeddings().weight.detach())
    transformer.resize_token_embeddings(len(words), mean_resizing=False)
    with torch.no_grad():
        transformer.get_input_embeddings().weight.copy_(table)
    pairs = lessons(np.random.default_rng(recipe.seed), recipe.lessons)
    cosine = teach(
        transformer, words.tokenizer, pairs, first=words.added, length=recipe.text_length,
        epochs=recipe.lesson_epochs, head=heads(towers.model)[1], advance=towers.text.advance,
    )  # fmt: skip
    save_tokenizer(words.tokenizer, folder, recipe.text_length)
    config = json.loads((folder / "config.json").read_text("utf-8")) | {"vocab_size": len(words)}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", "utf-8")
    return cosine


def image_features(recipe: Recipe, cache: Path, progress: Advance) -> ImageFeatures:
    """The frozen part of the image backbone, fed as the finished model will be."""
    part = _frozen(image_trunk(), recipe.frozen_stages, TRUNK)
    folder = cache / "features" / _folder_name(TRUNK, recipe)
    return ImageFeatures(part, letterbox(*recipe.image_size), folder, progress)


def _frozen(trunk: nn.Module, stages: int | None, name: str) -> nn.Module:
    """All of a backbone, or its first stages; folded, so the trunk is used up. Raises CannotTrain without stages."""
    blocks = getattr(trunk, "blocks", ())
    if stages is not None and not (hasattr(trunk, "conv_stem") and 0 < stages < len(blocks)):
        raise CannotTrain(f"frozen_stages {stages}: {name} can be cut after 1 to {len(blocks) - 1} of its stages"
                          if blocks else f"frozen_stages: {name} has no stages to be cut at; use all")  # fmt: skip
    part = trunk if stages is None else Stem(trunk, stages)
    fold_neighbours(part)
    return part


def _folder_name(backbone: str, recipe: Recipe) -> str:
    height, width = recipe.image_size
    return f"{backbone}-{height}x{width}" + ("" if recipe.frozen_stages is None else f"-stage{recipe.frozen_stages}")


def letterbox(height: int, width: int) -> Transform:
    """What open_clip's transform does to a picture, but for turning it into a tensor, which goes faster in batches."""
    whole = image_transform(
        (height, width), False, mean=MEAN, std=STD, resize_mode="longest", interpolation="bicubic", fill_color=255
    )
    to_size: Transform = Compose([step for step in whole.transforms if not isinstance(step, MaybeToTensor | Normalize)])
    return to_size
