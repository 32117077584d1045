"""Hand-made items and wishes for tests of pure modules."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import numpy as np

from app.catalog.facts import ItemFacts, facts_of
from app.recommendations.outfit import Piece
from app.recommendations.ranking import Calibration, Pool, Ranked, ranking
from app.recommendations.wanted import Avoided, Seen, Target, Wanted
from models.taxonomy import taxonomy

CURVE = Calibration(scale=10.0, shift=0.3)


def item(id_: str, kind: str = "dress", colour: str = "red", **more: Any) -> ItemFacts:
    """A garment in stock; its title is its colour and kind unless given."""
    price, sale = more.get("price", Decimal("20")), more.get("sale_price")
    title = more.get("title", f"{id_} {colour} {kind}")
    return facts_of(
        (
            id_,
            title,
            more.get("title_zh", ""),
            more.get("brand", ""),
            kind,
            taxonomy().slot_of(kind),
            colour,
            more.get("gender", "women"),
            more.get("age_group", "adult"),
            more.get("season", ""),
            more.get("usage", ""),
            more.get("pattern", ""),
            price,
            sale,
            None,
            1,
            "xM" if more.get("in_stock", True) else "",
        )
    )


def pool(items: list[ItemFacts], image: Iterable[float] | None = None, text: Iterable[float] | None = None) -> Pool:
    """Candidates whose pictures have nothing in common, so that diversity changes nothing."""
    cosines = np.array(list(image) if image is not None else [0.5] * len(items), np.float32)
    words = None if text is None else np.array(list(text), np.float32)
    return Pool(items, list(range(len(items))), cosines, words, np.eye(len(items), dtype=np.float32))


def said(
    *, kinds: Iterable[str] = (), colours: Iterable[str] = (), terms: Iterable[str] = (), **facets: Iterable[str]
) -> Wanted:
    kind, colour = frozenset(kinds), frozenset(colours)
    return Wanted(
        kind=Target(kind, 1.0, "words") if kind else Target(),
        colour=Target(colour, 1.0, "words") if colour else Target(),
        facets={name: frozenset(values) for name, values in facets.items()},
        terms=tuple(terms),
    )


def avoiding(**values: Iterable[str]) -> Wanted:
    facets = {k: frozenset(v) for k, v in values.items() if k not in ("kinds", "colours")}
    return Wanted(avoided=Avoided(frozenset(values.get("kinds", ())), frozenset(values.get("colours", ())), facets))


def seen(kind: str, colour: str, confidence: float = 0.9) -> list[Seen]:
    return [Seen("kind", kind, confidence), Seen("colour", colour, confidence)]


def shelf(items: Iterable[ItemFacts]) -> dict[str, list[Piece]]:
    """Items by slot, all equally relevant."""
    found: dict[str, list[Piece]] = {}
    for one in items:
        found.setdefault(one.slot, []).append(Piece(one, 0.5))
    return found


def rank(*asked: Any) -> list[Ranked]:
    """What `ranking` shows."""
    return ranking(*asked).shown
