"""`tryon eval`: a model measured."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.console import Json, err, out, stages
from app.errors import ImportFailed
from app.settings import Settings

if TYPE_CHECKING:
    from models.evaluation.report import Report

Cache = Annotated[Path, typer.Option(file_okay=False, help="Where embeddings are kept.")]


def evaluate_(
    data: Annotated[Path, typer.Option(help="A folder laid out like ../shared/data.")] = Path("../shared/data"),
    split: Annotated[str, typer.Option(help="Which split's rows are the queries.")] = "val",
    model: Annotated[str | None, typer.Option(help="Model name; else TRYON_MODEL__NAME.")] = None,
    out_dir: Annotated[
        Path | None, typer.Option("--out", file_okay=False, help="Where report.json and the PNG files go.")
    ] = None,
    as_json: Json = False,
    sample: Annotated[
        int | None, typer.Option(min=20, help="A quick look at so many products and photos; labelled as a sample.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="photos, names, words, composed, labels, classes, latency; repeat. Else all."),
    ] = None,
    also: Annotated[
        list[str] | None, typer.Option(help="Another model whose encode latency is taken too; repeat.")
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads; else TRYON_MODEL__THREADS.")] = None,
    cache: Cache = Path(".cache/eval"),
) -> None:
    """Measure a model's embeddings alone, each figure beside a random control, its baselines and its target."""
    from models.encoders import load_encoder
    from models.evaluation.errors import CannotEvaluate
    from models.evaluation.run import evaluate
    from models.preprocess.image import GarmentPreprocessor

    if not data.is_dir():
        raise CannotEvaluate(f"there is no folder {data}")
    settings = Settings().model
    limit_threads(threads or settings.threads)
    encoder, *others = (
        load_encoder(name, device=settings.device, precision=settings.precision)
        for name in (model or settings.name, *(also or ()))
    )
    with stages() as advance:
        report = evaluate(
            encoder, data, split, cache, preprocessor=GarmentPreprocessor(), progress=advance,
            sample=sample, only=only or (), also=others,
        )  # fmt: skip
    out.print_json(report.to_json()) if as_json else out.print(report)
    if out_dir is not None:
        for path in write_report(report, out_dir):
            err.print(f"Written: {path}", markup=False, soft_wrap=True)


def limit_threads(threads: int | None) -> None:
    """None leaves it to torch."""
    if threads is not None:
        import torch

        torch.set_num_threads(threads)


def write_report(report: "Report", folder: Path) -> list[Path]:
    """`report.json`, curves and confusion matrices. Raises ImportFailed without the plotting library."""
    folder.mkdir(parents=True, exist_ok=True)
    written = folder / "report.json"
    report.save(written)
    try:
        from models.evaluation.plots import draw

        return [written, *draw(report, folder)]
    except ModuleNotFoundError as error:
        raise ImportFailed(f"Drawing needs the package {error.name}: pip install 'tryon[eval]'.") from error
