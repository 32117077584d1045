"""What the whole service answers, hybrid mode: photo + colour, and what "not X" keeps out; in English and Chinese.

`python -m bench.hybrid --data-dir var/full` on a folder that `tryon import` and `tryon reindex` filled; an empty one is
filled from `--data` first (a quarter of an hour). The service runs in this process; its answers are not kept.
`mode=semantic` (embeddings alone) and a random choice stand beside every figure.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from zipfile import ZipFile

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.facts import ItemFacts
from app.catalog.feeds.mapping import ColumnMapping
from app.catalog.importing.importer import ImportRequest, run_import
from app.catalog.reindexing.reindex import reindex
from app.container import Container
from app.db.migrate import prepare
from app.errors import NotReady
from app.jobs.settings import JobSettings
from app.observability.logging import configure_logging
from app.recommendations.endpoints import service_of
from app.recommendations.service import RecommendationRequest
from app.settings import Settings
from models.contracts import Encoder
from models.evaluation import composed, interval
from models.evaluation.folder import checksums
from models.evaluation.photos import kinds_of
from models.evaluation.report import Figure, Report
from models.taxonomy import taxonomy
from models.training.data import Corpus, read_corpus

TOP = 10
LANGUAGES = ("en", "zh")
NOT = {"en": "{}, not {}", "zh": "{}，不要{}"}
NOT_ALONE = {"en": "not {}", "zh": "不要{}"}
KIND_AND_COLOUR, FALL, FEWEST = 0.85, 0.90, 10
"""Targets of the issue; and how many items of a kind the shop must have for it to be asked for."""

Values = Sequence[float] | NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Wish:
    """One plain question, and the same with something named that is not wanted, in one language."""

    name: str
    photo: bytes | None
    plain: str
    language: str
    fitting: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fall:
    """Share of the unwanted value in the top 10 before and after it was named, and of fitting kinds after."""

    before: float
    after: float
    kind: float


@dataclass(frozen=True, slots=True)
class Shop:
    """The running service, its whole catalogue as `columns` shows it, and people's photos with what fits them."""

    container: Container
    catalogue: dict[str, ItemFacts]
    photos: Sequence[tuple[bytes, frozenset[str]]]

    async def ask(self, text: str = "", photo: bytes | None = None, mode: str = "hybrid") -> list[ItemFacts]:
        """The first items of one answer, which is rolled back."""
        photos = () if photo is None else (photo,)
        asked = RecommendationRequest(photos=photos, description=text, limit=TOP, outfits=0, mode=mode)
        async with AsyncSession(self.container.database.engine) as session:
            answer = await service_of(self.container, session).recommend(asked)
        return [self.catalogue[one.item.id] for one in answer.suggestions]


def main(
    data: Annotated[Path, typer.Option(exists=True, file_okay=False, help="Laid out like ../shared/data.")] = Path(
        "../shared/data"
    ),
    data_dir: Annotated[Path, typer.Option(help="The service's folder; filled when empty.")] = Path("var/full"),
    split: str = "val",
    photos: Annotated[int, typer.Option(min=2, help="People's photos asked with.")] = 40,
    kinds: Annotated[int, typer.Option(min=2, help="Kinds asked for in words.")] = 20,
    out: Annotated[Path | None, typer.Option(dir_okay=False, help="Where the JSON goes.")] = None,
) -> None:
    """Measure the answers of the service over its whole catalogue."""
    configure_logging("WARNING")
    report = asyncio.run(
        measure(Settings(data_dir=data_dir, jobs=JobSettings(in_process=False)), data, split, photos, kinds)
    )
    Console().print(report)
    if out is not None:
        report.save(out)


async def measure(
    settings: Settings, data: Path, split: str, photos: int, kinds: int, encoder: Encoder | None = None
) -> Report:
    """Every figure. `encoder` replaces the model that the settings name.

    Raises: ModelUnavailable, or FileNotFoundError for a folder laid out otherwise.
    """
    container = await Container.build(settings, encoder)
    try:
        await prepare(container.database)
        await _filled(container, data)
        view = await container.live.view()
        rows = [view.columns.facts(row) for row in range(len(view.columns))]
        shop = Shop(container, {facts.id: facts for facts in rows}, people(read_corpus(data), split, photos))
        figures = [*await plain(shop, kinds), *await in_colour(shop), *await negated(shop, kinds)]
        spec = container.engine.spec
    finally:
        await container.close()
    notes = {"items": len(rows), "fusion": settings.model.fusion, "index": view.version, "photos": len(shop.photos)}
    return Report(f"hybrid answers, {spec.name}", spec.revision, split, tuple(figures), notes)


async def plain(shop: Shop, kinds: int) -> list[Figure]:
    """A photo alone, and a kind's name alone: what share of the first ten is of that kind?"""
    questions: list[tuple[str, str, bytes | None, frozenset[str]]] = [
        ("photo alone", "", photo, fitting) for photo, fitting in shop.photos
    ]
    for kind in common_kinds(shop, kinds):
        name = taxonomy().kinds[kind].name
        questions += [(f"a kind's name alone ({lang})", name(lang), None, frozenset({kind})) for lang in LANGUAGES]
    found: dict[str, dict[str, list[float]]] = {}
    chances: dict[str, list[float]] = {}
    for sort, text, photo, fitting in track(questions, "plain", transient=True):
        chances.setdefault(sort, []).append(share(list(shop.catalogue.values()), lambda i, f=fitting: i.kind in f))
        for mode in ("hybrid", "semantic"):
            items = await shop.ask(text, photo, mode)
            right = share(items, lambda i, f=fitting: i.kind in f)
            found.setdefault(sort, {}).setdefault(mode, []).append(right)
    return [
        _figure("plain questions", f"kind@10, {sort}", by["hybrid"], by["semantic"], np.mean(chances[sort]))
        for sort, by in found.items()
    ]


async def in_colour(shop: Shop) -> list[Figure]:
    """A photo + "in <colour>": of a fitting kind and in that colour, and with every shade of it counted."""
    items = list(shop.catalogue.values())
    wanted = [fitting for _, fitting in shop.photos]
    asked = composed.questions(wanted, [i.kind for i in items], [i.colour for i in items])
    figures = []
    for language in LANGUAGES:
        exact: dict[str, list[float]] = {"hybrid": [], "semantic": []}
        family: dict[str, list[float]] = {"hybrid": [], "semantic": []}
        for q in track(asked, f"in colour, {language}", transient=True):
            fitting, colour = wanted[q.photo], q.colour
            for mode, shares in exact.items():
                found = await shop.ask(composed.WORDS[language](colour), shop.photos[q.photo][0], mode)
                shares.append(share(found, lambda i, f=fitting, c=colour: i.kind in f and i.colour == c))
                family[mode].append(share(found, lambda i, f=fitting, c=colour: i.kind in f and i.colour_family == c))
        right = composed.answers(asked, wanted, [i.kind for i in items], [i.colour for i in items])
        groups, chance = [q.photo for q in asked], float(right.mean())
        for name, values in (("kind + colour@10", exact), ("kind + colour family@10", family)):
            each = {mode: interval.by_group(one, groups) for mode, one in values.items()}
            target = KIND_AND_COLOUR if values is exact else None
            title = f"{name}, photo + colour ({language})"
            figures.append(_figure("composed", title, each["hybrid"], each["semantic"], chance, target))
    return figures


async def negated(shop: Shop, kinds: int) -> list[Figure]:
    """The commonest colour, and the commonest pattern, of an answer is asked not to be there: how much of it goes?"""
    wishes = [Wish("photo", photo, "", lang, fitting) for photo, fitting in shop.photos for lang in LANGUAGES]
    for kind in common_kinds(shop, kinds):
        name, fitting = taxonomy().kinds[kind].name, frozenset({kind})
        wishes += [Wish("a kind's name", None, name(lang), lang, fitting) for lang in LANGUAGES]
    kept: dict[tuple[str, str, str], list[Fall]] = {}
    for wish in track(wishes, "negated", transient=True):
        before = await shop.ask(wish.plain, wish.photo)
        for facet in ("colour", "pattern"):
            if not (value := commonest(before, facet)):
                continue
            after = await shop.ask(without(wish, word(facet, value, wish.language)), wish.photo)
            key = (facet, wish.name, wish.language)
            kept.setdefault(key, []).append(fall(before, after, facet, value, wish))
    return [fallen(f"not {facet}, {name} ({lang})", falls) for (facet, name, lang), falls in sorted(kept.items())]


def common_kinds(shop: Shop, count: int) -> list[str]:
    """Worn kinds the shop has most of."""
    stock = Counter(item.kind for item in shop.catalogue.values() if taxonomy().slot_of(item.kind) != "none")
    return [kind for kind, number in stock.most_common(count) if number >= FEWEST]


def commonest(items: Sequence[ItemFacts], facet: str) -> str:
    """The colour family or pattern that most of `items` have; empty when none has any that can be named."""
    values = (item.colour_family if facet == "colour" else item.pattern for item in items)
    counted = Counter(value for value in values if value not in ("", "multi", "solid"))
    return counted.most_common(1)[0][0] if counted else ""


def has(item: ItemFacts, facet: str, value: str) -> bool:
    """Whether an item is of the family or pattern named."""
    return value == (item.colour_family if facet == "colour" else item.pattern)


def word(facet: str, value: str, language: str) -> str:
    """What a shopper calls it."""
    known = taxonomy()
    entry = known.colours[value] if facet == "colour" else known.attributes["pattern"][value]
    return entry.name(language)


def without(wish: Wish, unwanted: str) -> str:
    """The wish, but for `unwanted`."""
    if not wish.plain:
        return NOT_ALONE[wish.language].format(unwanted)
    return NOT[wish.language].format(wish.plain, unwanted)


def share(items: Sequence[ItemFacts], right: Callable[[ItemFacts], bool]) -> float:
    """How many of `items` are right; 0 for none."""
    return sum(map(right, items)) / len(items) if items else 0.0


def fall(before: Sequence[ItemFacts], after: Sequence[ItemFacts], facet: str, value: str, wish: Wish) -> Fall:
    """What became of `value`. An empty answer kept nothing out: it counts as if nothing had changed."""
    first, second = (share(items, lambda i: has(i, facet, value)) for items in (before, after))
    return Fall(first, second if after else first, share(after, lambda i: i.kind in wish.fitting))


def fallen(name: str, falls: Sequence[Fall]) -> Figure:
    """By how much the named value's share fell, over all questions together."""
    before, after = np.array([f.before for f in falls]), np.array([f.after for f in falls])
    spread = interval.of_ratio(after, before)
    beside = {"share without": float(before.mean()), "share with": float(after.mean())}
    beside["kind@10 with"] = float(np.mean([f.kind for f in falls]))
    value = 1 - beside["share with"] / beside["share without"]
    bounds = interval.Interval(1 - spread.high, 1 - spread.low) if spread else None
    return Figure(f"{name}: its share of the top 10 falls by", value, 0.0, len(falls), FALL, "negation", bounds, beside)


def _figure(
    group: str, name: str, hybrid: Values, semantic: Values, chance: float, target: float | None = None
) -> Figure:
    beside = {"mode=semantic": float(np.mean(semantic))}
    spread = interval.of_mean(hybrid)
    return Figure(name, float(np.mean(hybrid)), float(chance), len(hybrid), target, group, spread, beside)


def people(corpus: Corpus, split: str, count: int) -> list[tuple[bytes, frozenset[str]]]:
    """Evenly drawn photos as the bytes a shopper would send, each with the kinds that fit it."""
    mine = [photo for photo in corpus.photos if photo.split == split]
    picked = mine[:: max(1, len(mine) // count)][:count]
    archive = corpus.folder / "photos" / "images.zip"
    known = checksums(archive)
    with ZipFile(archive) as file:
        return [(file.read(f"{p.id}.webp"), kinds_of(corpus.fits[p.label])) for p in picked if p.id in known]


async def _filled(container: Container, data: Path) -> None:
    """Import and index `data` where the service has nothing to search yet, or nothing of this model."""
    try:
        await container.live.view()
        return
    except NotReady:
        Console(stderr=True).print("No index of this model: importing and embedding the catalogue first.")
    catalogue = data / "catalog"
    pictures = tuple(p for p in (catalogue / "images_large.zip", catalogue / "images.zip") if p.is_file())
    offers = catalogue / "offers.csv"
    request = ImportRequest(
        feed=catalogue / "items.csv", joins=(offers,) if offers.is_file() else (), pictures=pictures,
        mapping=ColumnMapping.parse(["title=name"], None),
    )  # fmt: skip
    parts = (container.database, container.blobs)
    await run_import(*parts, container.settings, request, progress=_silent)
    await reindex(*parts, container.engine, container.snapshots, container.settings, progress=_silent)
    await container.live.refresh()


async def _silent(_done: int, _total: int) -> None: ...


if __name__ == "__main__":
    typer.run(main)
