"""Does an answer find out what a shopper likes? Simulated shoppers with tastes that nobody is told.

`python -m bench.taste --data-dir COPY` over a copy of a data folder that `tryon import` and `tryon reindex` filled.
Each shopper likes five things that fit a hidden taste and dislikes five that do not, of some kinds, and then
asks for another kind in words. A hit is one of the first twelve suggestions that fits the taste; things the shopper
reacted to do not count. The answers come from the service itself, in this process; nothing is kept.

Beside ten events stand none, and two controls: likes and dislikes thrown at random, and those of another shopper.
"""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

import numpy as np
import typer
from rich.console import Console
from rich.progress import track
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.facts import ItemFacts
from app.catalog.live.catalog import LiveView
from app.container import Container
from app.db.base import now
from app.db.migrate import prepare
from app.feedback.events import Event, EventKind
from app.feedback.repository import EventRepository, ShopperRepository
from app.jobs.settings import JobSettings
from app.observability.logging import configure_logging
from app.recommendations.endpoints import service_of
from app.recommendations.service import RecommendationRequest
from app.settings import ModelSettings, Settings
from models.evaluation import interval
from models.evaluation.report import Figure, Report
from models.taxonomy import taxonomy

TOP, EVENTS, KINDS_SEEN = 12, 10, 4
FEWEST = 150
"""Things of a kind the shop must have for the kind to be asked for."""

STYLE_SHARE = 0.1
BROAD = ("something for summer", "something for winter", "clothes for the weekend", "clothes for a party")
ARMS = ("0 events", "10 events", "10 random events", "10 events of another")

T = TypeVar("T")
Fits = Callable[[ItemFacts], bool]
Reaction = tuple[str, EventKind]


@dataclass(frozen=True, slots=True)
class Shop:
    """The service's container and view, and those things of it that are looked at, by kind."""

    container: Container
    view: LiveView
    by_kind: dict[str, list[ItemFacts]]


@dataclass(frozen=True, slots=True)
class Shopper:
    """A hidden taste, the question at the end, and ten reactions before it."""

    fits: Fits
    wish: str
    reactions: tuple[Reaction, ...]
    seen: tuple[str, ...]
    possible: bool


def main(
    data_dir: Annotated[Path, typer.Option(exists=True, file_okay=False, help="A copy of the service's folder.")],
    shoppers: Annotated[int, typer.Option(min=2, help="Of each sort of taste.")] = 40,
    seed: int = 4,
    only: Annotated[list[str] | None, typer.Option(help="Sorts of taste; all that the catalogue has.")] = None,
    out: Annotated[Path | None, typer.Option(dir_okay=False, help="Where the JSON goes.")] = None,
) -> None:
    """Measure what ten events do to the answers of the service."""
    configure_logging("WARNING")
    settings = Settings(data_dir=data_dir, jobs=JobSettings(in_process=False), model=ModelSettings(threads=1))
    report = asyncio.run(measure(settings, shoppers, np.random.default_rng(seed), only or list(TASTES)))
    Console().print(report)
    if out is not None:
        report.save(out)


async def measure(settings: Settings, shoppers: int, rng: np.random.Generator, only: Sequence[str]) -> Report:
    """Every figure. A taste that nothing in the catalogue could meet (brands of a feed without any) is left out.

    Raises ModelUnavailable, NotReady without an index.
    """
    container = await Container.build(settings)
    try:
        await prepare(container.database)
        shop = opened(container, await container.live.view())
        figures: list[Figure] = []
        for sort in only:
            people = [TASTES[sort](shop, rng) for _ in range(shoppers)]
            if not any(person.possible for person in people):
                continue
            hits = [await studied(shop, people, n, rng) for n in track(range(shoppers), sort, transient=True)]
            figures.append(figure(sort, np.array(hits)))
        notes = {"items": len(shop.view.columns), "index": shop.view.version, "shoppers": shoppers * len(figures)}
        spec = container.engine.spec
    finally:
        await container.close()
    return Report(f"hidden tastes, {spec.name}", spec.revision, "simulated", tuple(figures), notes)


def opened(container: Container, view: LiveView) -> Shop:
    by_kind: dict[str, list[ItemFacts]] = {}
    for row in np.flatnonzero(view.columns.suggestable):
        facts = view.columns.facts(int(row))
        if facts.age_group != "kids":
            by_kind.setdefault(facts.kind, []).append(facts)
    return Shop(container, view, {kind: items for kind, items in by_kind.items() if len(items) >= FEWEST})


async def studied(shop: Shop, people: Sequence[Shopper], number: int, rng: np.random.Generator) -> list[float]:
    """One shopper's share of hits in each arm."""
    me, other = people[number], people[(number + 1) % len(people)]
    at_random = [(id_, (EventKind.like, EventKind.dislike)[int(rng.integers(2))]) for id_ in _anything(shop, me, rng)]
    arms: list[Sequence[Reaction]] = [(), me.reactions, at_random, other.reactions]
    return [await hits(shop, me, reactions) for reactions in arms]


async def hits(shop: Shop, shopper: Shopper, reactions: Sequence[Reaction]) -> float:
    """What share of the first suggestions fits the shopper's taste, after these reactions."""
    asked = RecommendationRequest(description=shopper.wish, limit=TOP + EVENTS, outfits=0, shopper_id="simulated")
    async with AsyncSession(shop.container.database.engine) as session:
        await ShopperRepository(session).hold("simulated")
        events = [Event(str(n), kind, id_) for n, (id_, kind) in enumerate(reactions)]
        await EventRepository(session).add("simulated", [(e, now() - dt.timedelta(hours=1), None) for e in events])
        answer = await service_of(shop.container, session).recommend(asked)
    touched = {id_ for id_, _ in shopper.reactions} | {id_ for id_, _ in reactions}
    rows = [shop.view.snapshot.row_of[s.item.id] for s in answer.suggestions if s.item.id not in touched][:TOP]
    return float(np.mean([shopper.fits(shop.view.columns.facts(row)) for row in rows])) if rows else 0.0


def figure(sort: str, found: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> Figure:
    """`found`: shares of hits, shape (shoppers, arms)."""
    none, ten, *controls = found.T
    beside = {name: float(values.mean()) for name, values in zip(ARMS[2:], controls, strict=True)}
    gain = interval.of_gain(ten, none)
    beside |= {"gain over 0 events": float((ten - none).mean())}
    if gain:
        beside |= {"gain, low": gain.low, "gain, high": gain.high}
    return Figure(
        f"hit rate@{TOP} after {EVENTS} events, taste for {sort}",
        float(ten.mean()),
        float(none.mean()),
        len(found),
        group="hidden tastes",
        interval=interval.of_mean(ten),
        baselines=beside,
    )


def colour_taste(shop: Shop, rng: np.random.Generator) -> Shopper:
    families = _some(rng, sorted(_common(shop, lambda i: i.colour_family, 10)), 2)
    return _shopper(shop, rng, lambda item: item.colour_family in families)


def brand_taste(shop: Shop, rng: np.random.Generator) -> Shopper:
    brands = _some(rng, sorted(_common(shop, lambda i: i.brand, 30)), 3)
    return _shopper(shop, rng, lambda item: item.brand in brands)


def pattern_taste(shop: Shop, rng: np.random.Generator) -> Shopper:
    patterns = _some(rng, sorted(_common(shop, lambda i: i.pattern, 6)), 2)
    return _shopper(shop, rng, lambda item: item.pattern in patterns)


def style_taste(shop: Shop, rng: np.random.Generator) -> Shopper:
    """A style is a neighbourhood of words: the items' text vectors, which a taste does not look at."""
    row_of, text = shop.view.snapshot.row_of, shop.view.snapshot.text
    anchor = _some(rng, [i for items in shop.by_kind.values() for i in items], 1)[0]
    likeness = np.asarray(text @ text[row_of[anchor.id]])
    least = {
        kind: float(np.quantile(likeness[[row_of[i.id] for i in items]], 1.0 - STYLE_SHARE))
        for kind, items in shop.by_kind.items()
    }
    return _shopper(shop, rng, lambda i: i.kind in least and likeness[row_of[i.id]] >= least[i.kind])


def kind_taste(shop: Shop, rng: np.random.Generator) -> Shopper:
    kinds = _some(rng, sorted(shop.by_kind), 3)
    return _shopper(shop, rng, lambda item: item.kind in kinds, wish=_some(rng, BROAD, 1)[0], also=kinds)


TASTES: dict[str, Callable[[Shop, np.random.Generator], Shopper]] = {
    "colours": colour_taste,
    "patterns": pattern_taste,
    "brands": brand_taste,
    "a style": style_taste,
    "kinds": kind_taste,
}


def _shopper(shop: Shop, rng: np.random.Generator, fits: Fits, *, wish: str = "", also: Sequence[str] = ()) -> Shopper:
    """Reacts to things of some kinds and then asks for another, one that has something that fits."""
    possible = [kind for kind, items in sorted(shop.by_kind.items()) if sum(map(fits, items)) >= TOP]
    asked = _some(rng, possible, 1)[0] if possible else sorted(shop.by_kind)[0]
    seen = [*also, *_some(rng, [kind for kind in sorted(shop.by_kind) if kind != asked], KINDS_SEEN)]
    items = [item for kind in seen for item in shop.by_kind[kind]]
    liked = _some(rng, [i for i in items if fits(i)] or items, EVENTS // 2)
    disliked = _some(rng, [i for i in items if not fits(i)], EVENTS - len(liked))
    reactions = [(i.id, EventKind.like) for i in liked] + [(i.id, EventKind.dislike) for i in disliked]
    name = taxonomy().kinds[asked].name("en")
    return Shopper(fits, wish or name, tuple(reactions), tuple(seen), bool(possible))


def _anything(shop: Shop, shopper: Shopper, rng: np.random.Generator) -> list[str]:
    return [i.id for i in _some(rng, [item for kind in shopper.seen for item in shop.by_kind[kind]], EVENTS)]


def _common(shop: Shop, value: Callable[[ItemFacts], str], most: int) -> list[str]:
    counted = Counter(value(item) for items in shop.by_kind.values() for item in items)
    return [name for name, _ in counted.most_common(most + 1) if name][:most]


def _some(rng: np.random.Generator, among: Sequence[T], count: int) -> list[T]:
    return [among[i] for i in rng.choice(len(among), min(count, len(among)), replace=False)]


if __name__ == "__main__":
    typer.run(main)
