"""A training recipe, read from YAML or TOML and frozen."""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

import yaml

from models.training.errors import CannotTrain
from models.training.start import start_folder, start_shape

Table = TypeVar("Table")
LEAST_SIDE = 32
RECIPES = (".yaml", ".yml", ".toml")
OF_THE_START = ("dims", "text_length", "wordpieces")
"""Keys that a model to start from has settled."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of each look of things in one step.

    Attributes:
        grouped: how many of the catalogue's rows come in groups of one kind, as hard negatives of each other.
        other_names: further catalogue names that stand against every garment of the batch.
        pairs: words that shoppers used, each with the garment they then took, see `LossWeights.pairs`.
        balance: how far photos of rare labels are drawn as often as those of common ones: 0 not at all, each photo
            being as likely as any; 1 wholly, each label being as likely as any.
    """

    catalogue: int
    photos: int
    flats: int
    grouped: int = 0
    other_names: int = 0
    pairs: int = 0
    balance: float = 0.0


@dataclass(frozen=True, slots=True)
class LossWeights:
    """How much each term counts; one that counts 0 is not computed.

    Attributes:
        names: garments with their catalogue names. captions: garments with captions composed of their attributes.
        photos: photos with garments whose kind fits. photo_captions: photos with captions whose kind fits.
        photo_labels: photos of one label with each other. label_words: photos with the words of their label.
        shade: drawn garments with studio pictures of the same kind and colour.
        classes: classification of garments by kind, colour, gender, season, usage and pattern.
        triplet: photos and garments, batch-hard triplets by kind.
        pairs: words of `catalog/pairs.csv` with the garments they led to; nothing where the data has no such file.
    """

    names: float = 0.0
    captions: float = 0.0
    photos: float = 0.0
    photo_captions: float = 0.0
    photo_labels: float = 0.0
    label_words: float = 0.0
    shade: float = 0.0
    classes: float = 0.0
    triplet: float = 0.0
    pairs: float = 0.0

    @property
    def without_photos(self) -> "LossWeights":
        """The same where nobody took photos: their terms count nothing."""
        return replace(self, photos=0.0, photo_captions=0.0, photo_labels=0.0, label_words=0.0, triplet=0.0)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what comes out of `train`, besides the data.

    Attributes:
        image_size: height and width of the input picture in pixels. With a start it may be left out, and is then the
            start's own; another one tunes the start to see at that size (Touvron et al. 2019, arXiv:1906.06423).
        frozen_stages: how many of the backbone's stages stay as they are, so that what they give is computed once and
            kept on disk; the stages after them are tuned. None (`all` in a file) freezes the whole backbone.
        text_length: longest text in tokens.
        wordpieces: how many of the original vocabulary stay.
        lessons, lesson_epochs: sentence pairs, and passes over them, that teach the Chinese words: to a new model
            before anything else, as the sentence encoder takes the English; to one with a start when it is done, with
            the words that the lexicon has got since, as the finished model takes the English.
        captions: composed captions a garment, each in two languages.
        photo_views, catalogue_views: augmented views beside the plain one, as phones would take them.
        studio_views: further views of the catalogue, as a studio would take them again.
        cut_photos: whether photos are also seen with the garment cut out, as the service hands them over.
        flats: drawn garments.
        dropout: share of backbone outputs hidden from a head in training.
        rate, trunk_rate: highest learning rates of the heads and of what is tuned of the image backbone.
        averaging: decay of the running mean of the weights that is shipped in the end; 0 ships the last weights.
        accumulate: batches whose gradients add up to one step.
        patience: reports without a better one after which a run ends early; 0 never does.
        precision: `bf16` computes what is tuned of the backbone in bfloat16, `fp32` all in float32.
        memory: how many of the last steps' garments stay as negatives of names (Wang et al. 2020, arXiv:1912.06798).
        start: name or folder of the model whose weights are tuned, in our own format, or a recipe beside this one
            that makes it; None starts from the backbones.
            What the model has settled (`OF_THE_START`) is then taken from it.
        polish_steps, polish_rate: steps, and their highest rate, of the text head alone against every picture of the
            catalogue, when all else is done; 0 does without.
        blend: share of the tuned weights in the result, the rest being those of `start` (WiSE-FT, Wortsman et al.
            2022, arXiv:2109.01903): a little less gained here for much less forgotten elsewhere. 1 is all.
    """

    name: str
    seed: int
    dims: int
    image_size: tuple[int, int]
    frozen_stages: int | None
    text_length: int
    wordpieces: int
    lessons: int
    lesson_epochs: int
    captions: int
    photo_views: int
    catalogue_views: int
    flats: int
    steps: int
    warmup: int
    rate: float
    trunk_rate: float
    averaging: float
    memory: int
    accumulate: int
    patience: int
    precision: str
    weight_decay: float
    dropout: float
    report_every: int
    batch: Batch
    weights: LossWeights
    cut_photos: bool = False
    studio_views: int = 0
    start: str | None = None
    blend: float = 1.0
    polish_steps: int = 0
    polish_rate: float = 3e-4


def read_recipe(path: Path, changes: Mapping[str, Any] | None = None) -> Recipe:
    """The recipe in a YAML or TOML file, with `changes` to its top-level keys.

    Raises: FileNotFoundError, or CannotTrain naming what is missing, unknown or not positive.
    """
    data = read_table(path) | dict(changes or {})
    if data.get("start") is not None:
        data = _started(data, path.name)
    if data.get("frozen_stages") == "all":
        data["frozen_stages"] = None
    for key, kind in (("batch", Batch), ("weights", LossWeights)):
        data[key] = table_of(kind, data.get(key) or {}, f"{path.name}: {key}")
    recipe = table_of(Recipe, data | {"image_size": _size(data, path.name)}, path.name)
    _check(recipe, path.name)
    return recipe


def first_part(path: Path, changes: Mapping[str, Any]) -> Path | None:
    """The recipe that makes what the recipe at `path` starts from; None where it starts from no other recipe.

    Raises: FileNotFoundError, CannotTrain as `read_table`, and for a recipe that is not there or leads back to itself.
    """
    start, seen = changes.get("start", read_table(path).get("start")), {path.resolve()}
    if not isinstance(start, str) or Path(start).suffix not in RECIPES:
        return None
    first = path.parent / start
    following: Path = first
    while following.resolve() not in seen:
        seen.add(following.resolve())
        if not following.is_file():
            raise CannotTrain(f"{path.name}: it starts from {start}, and there is no {following.name} beside it")
        named = read_table(following).get("start")
        if not isinstance(named, str) or Path(named).suffix not in RECIPES:
            return first
        following = following.parent / named
    raise CannotTrain(f"{path.name}: its start leads back to {following.name}")


def read_table(path: Path) -> dict[str, Any]:
    """The keys of a file: TOML where it is called so, else YAML. Raises CannotTrain for one that can't be read."""
    try:
        text = path.read_text("utf-8")
        data = tomllib.loads(text) if path.suffix == ".toml" else yaml.safe_load(text)
    except (tomllib.TOMLDecodeError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise CannotTrain(f"{path.name} cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(data, dict):
        raise CannotTrain(f"{path.name} has no keys")
    return data


def table_of(kind: type[Table], data: Mapping[str, Any], place: str) -> Table:
    """`data` as a dataclass. Raises CannotTrain naming every key that is missing, unknown or of another type."""
    if not isinstance(data, Mapping):
        raise CannotTrain(f"{place}: must have keys of its own")
    known: Any = fields(kind)  # type: ignore[arg-type]  # callers pass dataclasses
    needed = {f.name for f in known if f.default is MISSING and f.default_factory is MISSING}
    wrong = sorted((needed - data.keys()) | (data.keys() - {f.name for f in known}))
    if wrong:
        raise CannotTrain(f"{place}: missing or unknown: {', '.join(map(str, wrong))}")
    for field in known:
        value = data.get(field.name)
        number = (int, float) if field.type is float else field.type
        if field.type in (int, float, bool, str) and field.name in data and not _is(value, number):
            raise CannotTrain(f"{place}: {field.name} must be of type {field.type.__name__}, not {value!r}")
    return kind(**data)


def _is(value: object, kind: Any) -> bool:
    """Whether a value is of a type; True is no number."""
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _started(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    """`data` with what the model to start from has settled."""
    settled = [key for key in OF_THE_START if key in data]
    if settled:
        raise CannotTrain(f"{name}: with start, the model's own {', '.join(settled)} hold; leave them out")
    shape = start_shape(start_folder(str(data["start"])))
    of_model = {"dims": shape.dims, "text_length": shape.text_length, "wordpieces": 0}
    return {"lessons": 0, "lesson_epochs": 0, "image_size": shape.image_size, **data, **of_model}


def _size(data: Mapping[str, Any], name: str) -> tuple[int, int]:
    sides = data.get("image_size", ())
    if not isinstance(sides, list | tuple) or len(sides) != 2 or not all(_is(s, int) for s in sides):  # noqa: PLR2004
        raise CannotTrain(f"{name}: image_size must be two sides of at least {LEAST_SIDE} pixels")
    if min(sides) < LEAST_SIDE:
        raise CannotTrain(f"{name}: image_size must be two sides of at least {LEAST_SIDE} pixels")
    return int(sides[0]), int(sides[1])


def _check(recipe: Recipe, name: str) -> None:
    """What no type says."""
    batch, weights = recipe.batch, recipe.weights
    if min(recipe.steps, recipe.dims, recipe.report_every, recipe.accumulate, batch.catalogue) < 1:
        raise CannotTrain(f"{name}: steps, dims, report_every, accumulate and batch.catalogue must be positive")
    if batch.photos < 1 and weights != weights.without_photos:
        raise CannotTrain(f"{name}: batch.photos must be positive where a loss of photos counts")
    if not 0 <= batch.balance <= 1:
        raise CannotTrain(f"{name}: batch.balance must lie from 0 to 1")
    if recipe.precision not in ("bf16", "fp32"):
        raise CannotTrain(f"{name}: precision must be bf16 or fp32")
    if not 0 <= recipe.blend <= 1 or (recipe.blend < 1 and recipe.start is None):
        raise CannotTrain(f"{name}: blend must lie from 0 to 1, and below 1 it needs a start")
