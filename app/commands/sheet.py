"""`tryon sheet`: a contact sheet of answers, to be looked at."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.console import Advance, err, progress_bar
from app.db.migrate import prepare
from app.settings import Settings

if TYPE_CHECKING:
    from app.recommendations.sheet import Shown
    from app.recommendations.sheet_asks import SheetAsk


def sheet(
    data: Annotated[
        Path, typer.Option(help="A folder with photos/labels.csv and photos/images.zip, as training reads it.")
    ] = Path("../shared/data"),
    count: Annotated[int, typer.Option(min=1, max=200, help="Answers on the sheet.")] = 20,
    skip: Annotated[int, typer.Option(min=0, help="Photos of each label to pass over: another sheet.")] = 0,
    split: Annotated[str, typer.Option(help="Which split's photos.")] = "val",
    html: Annotated[Path, typer.Option("--out", dir_okay=False, help="The page: one file, pictures inside.")] = Path(
        "sheet.html"
    ),
    png: Annotated[Path | None, typer.Option(dir_okay=False, help="A picture of the page too; needs Chromium.")] = None,
) -> None:
    """Ask the indexed catalogue of TRYON_DATA_DIR with people's photos and wishes in English and Chinese, and show each
    answer on one page: photo, words, suggestions with their reasons, first outfit with its advice and total.

    The answers are the service's own and are erased again; nothing is left in the shop's history.
    """
    from app.recommendations.sheet import draw, page
    from app.recommendations.sheet_asks import read_asks

    asks = read_asks(data, split, count, skip)
    with progress_bar("Asking") as advance:
        shown = asyncio.run(_answers(asks, advance))
    html.write_text(page(shown, f"{len(shown)} answers, photos of '{split}'"), "utf-8")
    err.print(f"Written: {html}", markup=False, soft_wrap=True)
    if png is not None:
        draw(html, png, len(shown))
        err.print(f"Written: {png}", markup=False, soft_wrap=True)


async def _answers(asks: "list[SheetAsk]", advance: Advance) -> "list[Shown]":
    from app.container import Container
    from app.recommendations.sheet import answered

    container = await Container.build(Settings())
    try:
        await prepare(container.database)
        return await answered(container, asks, advance)
    finally:
        await container.close()
