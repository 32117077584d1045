"""`tryon export`: the model as ONNX graphs, in eight bits, or pruned."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from app.commands.console import out, stages
from app.settings import Settings
from models.export.parity import Advance, Parity

if TYPE_CHECKING:
    from models.export.run import Exported, Options


class Form(StrEnum):
    """What a model is exported as."""

    onnx = "onnx"
    int8 = "int8"
    pruned = "pruned"


def export_(
    form: Annotated[Form, typer.Option("--format", help="onnx (float32), int8, or pruned (channels, float32).")],
    out_dir: Annotated[
        Path | None,
        typer.Option("--out", file_okay=False, help="The new folder; else where the service with that runtime looks."),
    ] = None,
    model: Annotated[str | None, typer.Option(help="Model name or folder; else TRYON_MODEL__NAME.")] = None,
    data: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Compared on its val split, tuned on train; else drawings."),
    ] = None,
    keep: Annotated[float, typer.Option(min=0.1, max=1.0, help="pruned: share of the channels that stays.")] = 0.9,
    steps: Annotated[int, typer.Option(min=0, help="pruned: batches of the fine-tune that follows.")] = 400,
    opset: Annotated[int | None, typer.Option(min=18, help="ONNX operator set; else the exporter's choice.")] = None,
    size: Annotated[int, typer.Option("--sample", min=1, help="Pictures that are compared.")] = 1500,
    gate: Annotated[bool, typer.Option(help="Whether an export that differs too much is thrown away.")] = True,
) -> None:
    """Export a model into a folder that TRYON_MODEL__NAME can name, and hold it against the original.

    Without --out it is made ready for TRYON_MODEL__RUNTIME, so that the service's first start need not wait for it.
    """
    from models.export.run import ExportFailed, Options, export

    options = Options(data=data, opset=opset, keep=keep, steps=steps, gate=gate, size=size)
    name = model or Settings().model.name
    try:
        with stages() as advance:
            found = (
                [export(name, form.value, out_dir, options, advance)]
                if out_dir is not None
                else _for_service(name, form, options, advance)
            )
    except ExportFailed as failed:
        if failed.parity is not None:
            out.print(table(failed.parity))
        raise
    for made in found:
        out.print(table(made.parity))
        out.print(
            f"Written to [bold]{made.folder}[/bold]" + ("." if made.parity.passed else ", though it failed the gate.")
        )
    if not found:
        out.print("Nothing to do: the service has that export of this model.")


def _for_service(name: str, form: Form, options: "Options", advance: Advance) -> "list[Exported]":
    """What the runtime `form` needs and the service has not yet."""
    from models.export.runtime import prepare

    if form is Form.pruned or not options.gate:
        raise typer.BadParameter("a service takes onnx and int8 exports past their gate; name a folder with --out")
    return prepare(name, "onnx" if form is Form.onnx else "int8", Settings().exports_dir, options, advance)


def table(parity: Parity) -> Table:
    """What was compared, for people."""
    shown = Table("measure", "original", "export", "least", title=f"Parity on {parity.source}")
    for name, found in (("image", parity.image), ("text", parity.text)):
        shown.add_row(f"{name} cosine, mean of {found.rows}", "1", f"{found.mean:.4f}", f"{parity.gate.mean}")
        least = "" if parity.gate.least is None else f"{parity.gate.least}"
        shown.add_row(f"{name} cosine, least", "1", f"{found.least:.4f}", least)
    for kept in parity.figures:
        least = f"{kept.original - parity.gate.loss:.3f}"
        shown.add_row(kept.name, f"{kept.original:.3f}", f"{kept.exported:.3f}", least)
    return shown
