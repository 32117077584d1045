"""A contact sheet: many answers on one page, to be looked at. Answers come from the real service, in process."""

import asyncio
import base64
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

import jinja2

from app.catalog.repository import ItemRepository
from app.catalog.service import render
from app.container import Container
from app.errors import AppError, PictureNotFound
from app.recommendations.endpoints import service_of
from app.recommendations.schemas import RecommendationOut
from app.recommendations.service import RecommendationRequest
from app.recommendations.sheet_asks import SheetAsk

WIDTH, HEAD, ROW = 1500, 90, 640
"""Pixels: the page, its head, one answer. Fixed, so that a picture of the page has a height that is known."""

SHOWN = 6
PICTURE_WIDTH = 180
DRAWING_S = 300

Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Shown:
    """One ask and its answer, with the pictures it needs as data URLs by item id."""

    ask: SheetAsk
    answer: RecommendationOut
    photo: str
    pictures: Mapping[str, str]


async def answered(container: Container, asks: Sequence[SheetAsk], advance: Advance) -> list[Shown]:
    """Each ask answered by the service as a request would be; nothing of it is kept."""
    shown = []
    for number, ask in enumerate(asks, start=1):
        async with container.database.unit_of_work() as session:
            service = service_of(container, session)
            answer = await service.recommend(_request(ask))
            await service.erase(answer.id)
            pictures = await _pictures(container, ItemRepository(session), answer)
        shown.append(Shown(ask, answer, _url(ask.photo), pictures))
        advance(number, len(asks))
    return shown


def page(shown: Sequence[Shown], title: str) -> str:
    """The sheet as one HTML page that needs nothing else."""
    return _template().render(shown=shown, title=title, suggestions=SHOWN, width=WIDTH, head=HEAD, row=ROW)


def draw(html: Path, png: Path, answers: int) -> None:
    """A picture of a sheet, by Chromium. Raises AppError where there is none, or it draws nothing."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        raise AppError("Drawing the sheet needs Chromium on the PATH; the HTML is written, open it in a browser.")
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            "--disable-background-networking", f"--user-data-dir={profile}",
            f"--window-size={WIDTH},{HEAD + ROW * answers}", f"--screenshot={png.resolve()}", html.resolve().as_uri(),
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, timeout=DRAWING_S, check=False)  # noqa: S603 - ours
        except subprocess.TimeoutExpired:
            raise AppError(f"Chromium did not draw the sheet within {DRAWING_S} s; the HTML is written.") from None
    if done.returncode or not png.is_file():
        raise AppError(f"Chromium could not draw the sheet: {done.stderr.decode(errors='replace').strip()[-300:]}")


def _request(ask: SheetAsk) -> RecommendationRequest:
    return RecommendationRequest(
        photos=(ask.photo,), description=ask.text, budget=ask.budget, locale=ask.locale, limit=max(SHOWN, 12)
    )


async def _pictures(container: Container, items: ItemRepository, answer: RecommendationOut) -> dict[str, str]:
    rows = await items.hydrate(list(dict.fromkeys(_ids(answer))))
    keys = {id_: row.pictures[0].blob_key for id_, row in rows.items() if row.pictures}

    def drawn() -> dict[str, str]:
        found = {}
        for id_, key in keys.items():
            try:
                found[id_] = _url(render(container.blobs, key, PICTURE_WIDTH, container.settings.limits))
            except PictureNotFound:
                continue  # the page shows the title alone, as the shop's own would
        return found

    return await asyncio.to_thread(drawn)


def _ids(answer: RecommendationOut) -> Iterator[str]:
    yield from (s.item.id for s in answer.suggestions[:SHOWN])
    for look in answer.outfits[:1]:
        yield from (piece.item.id for piece in look.items if piece.item)


def _url(picture: bytes) -> str:
    """Browsers tell the format by the bytes, whatever the type says."""
    return f"data:image/webp;base64,{base64.b64encode(picture).decode()}"


@cache
def _template() -> jinja2.Template:
    text = resources.files(__package__).joinpath("templates", "sheet.html").read_text("utf-8")
    return jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(text)
