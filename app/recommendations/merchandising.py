"""What the merchant would rather sell (F6): rules from the settings as nudges, each visible in `parts`. Pure."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy.stats import rankdata

from app.catalog.facts import ItemFacts
from app.recommendations.ranking import Nudge, Scores
from app.settings import MerchandisingSettings

STEP = 2.0
"""What a rule at full weight adds to the log-odds of a score: from 0.5 to 0.88, or to 0.12."""

DAY = dt.timedelta(days=1)
MIDDLE_RATING, MOST_RATING = 3.0, 5.0


def boosts(items: Sequence[ItemFacts], settings: MerchandisingSettings, now: dt.datetime) -> dict[str, Nudge]:
    """By part, how each rule that is set moves each item. An item that lacks what a rule asks for stays as it is."""
    applied: Mapping[str, tuple[float, Callable[[], Scores]]] = {
        "boost_in_stock": (settings.in_stock, lambda: _each(items, lambda i: i.in_stock) - 1.0),
        "boost_on_sale": (settings.on_sale, lambda: _each(items, on_sale)),
        "boost_new": (settings.new, lambda: _each(items, lambda i: newness(i, settings, now))),
        "boost_brand": (1.0 if settings.brands else 0.0, lambda: _each(items, _brand_of(settings.brands))),
        "boost_rating": (settings.rating, lambda: _each(items, rated)),
        "boost_margin": (settings.margin, lambda: margins(items, settings.margin_field)),
    }
    # 0 added: a rule that leaves an item where it is says 0 and not -0.
    return {name: Nudge(weight * by() + 0.0, STEP) for name, (weight, by) in applied.items() if weight}


def on_sale(item: ItemFacts) -> bool:
    """Cheaper today than it says it was."""
    return item.price is not None and item.sale_price is not None and item.sale_price < item.price


def newness(item: ItemFacts, settings: MerchandisingSettings, now: dt.datetime) -> float:
    """1 on its first day, 0 once `new_days` are over, or where nobody knows."""
    since = item.created_at if not settings.new_field else _date(item.attributes.get(settings.new_field))
    if since is None:
        return 0.0
    age = (now - since) / DAY
    return float(np.clip(1.0 - age / settings.new_days, 0.0, 1.0)) if age >= 0 else 0.0


def rated(item: ItemFacts) -> float:
    """From -1 for the worst rating to 1 for the best; 0 in the middle and where nobody rated it."""
    return 0.0 if item.rating is None else (item.rating - MIDDLE_RATING) / (MOST_RATING - MIDDLE_RATING)


def margins(items: Sequence[ItemFacts], name: str) -> Scores:
    """From -1 for the least of these items to 1 for the most, by rank, as nobody says what unit a margin is in."""
    values = np.array([_number(item.attributes.get(name)) for item in items])
    known = ~np.isnan(values)
    by = np.zeros(len(items))
    if np.count_nonzero(known) > 1:
        by[known] = 2.0 * (rankdata(values[known]) - 1.0) / (np.count_nonzero(known) - 1.0) - 1.0
    return by


def _brand_of(weights: Mapping[str, float]) -> Callable[[ItemFacts], float]:
    folded = {brand.casefold().strip(): weight for brand, weight in weights.items()}
    return lambda item: folded.get(item.brand.casefold().strip(), 0.0)


def _each(items: Sequence[ItemFacts], value: Callable[[ItemFacts], float]) -> Scores:
    return np.fromiter(map(value, items), np.float64, len(items))


def _number(value: object) -> float:
    """`"35 %"` is 35; what is no number is nothing."""
    try:
        found = float(str(value).strip().removesuffix("%"))
    except ValueError:
        return np.nan
    return found if np.isfinite(found) else np.nan


def _date(value: object) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(str(value).strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
