"""Bootstrap intervals against what they must be by construction."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.evaluation import interval

shares = st.lists(st.floats(0, 1), min_size=2, max_size=40)


@settings(deadline=None, max_examples=25)
@given(values=shares, seed=st.integers(0, 5))
def test_an_interval_lies_within_the_values_and_is_the_same_again(values: list[float], seed: int) -> None:
    found = interval.of_mean(values, seed)
    assert found is not None
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
    assert found == interval.of_mean(values, seed)


def test_it_is_as_wide_as_theory_says() -> None:
    values = np.random.default_rng(0).normal(0.5, 0.1, 2000)
    found = interval.of_mean(values)
    assert found is not None
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.1 / np.sqrt(2000), rel=0.15)
    assert found.low < 0.5 < found.high


def test_a_gain_is_paired_by_query() -> None:
    """Every query gains a tenth: sure, however far apart the queries themselves are."""
    before = np.array([0.0, 0.3, 0.6, 0.9])
    found = interval.of_gain(before + 0.1, before)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.1, 0.1))


def test_a_ratio_is_paired_by_query() -> None:
    below = np.array([0.2, 0.5, 1.0])
    found = interval.of_ratio(0.9 * below, below)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.9, 0.9))
    assert interval.of_ratio(below, np.zeros(3)) is None


def test_one_query_has_no_interval_and_two_lists_must_match() -> None:
    assert interval.of_mean([0.5]) is None
    assert interval.of_median([3.0]) is None
    with pytest.raises(ValueError, match="2 and 3"):
        interval.of_gain([1.0, 2.0], [1.0, 2.0, 3.0])


def test_questions_about_one_photo_count_as_one() -> None:
    assert interval.by_group([0.0, 1.0, 0.6, 0.2], ["a", "a", "b", "a"]).tolist() == pytest.approx([0.4, 0.6])
