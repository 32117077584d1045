"""How sure a figure is: bootstrap intervals over queries; pure functions, seeded."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

LEVEL = 0.95
DRAWS = 1000
BATCH = 100
SEED = 20


@dataclass(frozen=True, slots=True)
class Interval:
    """The middle `LEVEL` of what a figure is over queries drawn again."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low:.3f} … {self.high:.3f}"


def of_mean(values: ArrayLike, seed: int = SEED) -> Interval | None:
    """Interval of the mean of one value a query (percentile bootstrap, Efron 1979); None below two queries."""
    return _bootstrap([np.asarray(values, np.float64)], _mean, seed)


def of_median(values: ArrayLike, seed: int = SEED) -> Interval | None:
    """Interval of the median of one value a query; None below two queries."""
    return _bootstrap([np.asarray(values, np.float64)], _median, seed)


def of_gain(after: ArrayLike, before: ArrayLike, seed: int = SEED) -> Interval | None:
    """Interval of `mean(after) - mean(before)`, the same queries drawn for both.

    Raises: ValueError when the two are not values of the same queries.
    """
    return _bootstrap(_paired(after, before), _gain, seed)


def of_ratio(above: ArrayLike, below: ArrayLike, seed: int = SEED) -> Interval | None:
    """Interval of `mean(above) / mean(below)`, the same queries drawn for both; None where `below` may sum to 0.

    Raises: ValueError when the two are not values of the same queries.
    """
    pair = _paired(above, below)
    return _bootstrap(pair, _ratio, seed) if np.count_nonzero(pair[1]) > 1 else None


def by_group(values: ArrayLike, groups: Sequence[object]) -> NDArray[np.float64]:
    """The mean of each group's values, in the order groups first appear.

    Several questions about one photo are no independent queries: the photo is what is drawn again.
    """
    places: dict[object, int] = {}
    index = np.array([places.setdefault(group, len(places)) for group in groups], dtype=np.intp)
    sums = np.bincount(index, np.asarray(values, np.float64), len(places))
    means: NDArray[np.float64] = sums / np.bincount(index, minlength=len(places))
    return means


def _paired(first: ArrayLike, second: ArrayLike) -> list[NDArray[np.float64]]:
    pair = [np.asarray(first, np.float64), np.asarray(second, np.float64)]
    if pair[0].shape != pair[1].shape:
        raise ValueError(f"{len(pair[0])} and {len(pair[1])} values are not of the same queries")
    return pair


def _mean(values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    return np.asarray(values.mean(axis=axis))


def _median(values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    return np.asarray(np.median(values, axis=axis))


def _gain(after: NDArray[np.float64], before: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    return np.asarray((after - before).mean(axis=axis))


def _ratio(above: NDArray[np.float64], below: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    below_mean = below.mean(axis=axis)
    # A draw in which nothing is right below says nothing about the ratio.
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(below_mean > 0, above.mean(axis=axis) / below_mean, np.nan))


def _bootstrap(samples: list[NDArray[np.float64]], statistic: object, seed: int) -> Interval | None:
    if len(samples[0]) < 2:  # noqa: PLR2004 - one query has no spread
        return None
    drawn = stats.bootstrap(
        samples, statistic, n_resamples=DRAWS, batch=BATCH, vectorized=True, paired=True,
        confidence_level=LEVEL, method="percentile", rng=np.random.default_rng(seed),
    )  # fmt: skip
    values = drawn.bootstrap_distribution[np.isfinite(drawn.bootstrap_distribution)]
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return Interval(float(low), float(high))
