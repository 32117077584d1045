"""Calibration error as Guo et al. define it, and the temperature that mends a confident model."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.zero_shot.calibration import expected_calibration_error, fit_temperature, softmax

predictions = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=200)


def by_hand(pairs: list[tuple[float, bool]], bins: int) -> float:
    """The definition, bin by bin."""
    gap = 0.0
    for m in range(1, bins + 1):
        low, high = (m - 1) / bins, m / bins
        inside = [(c, ok) for c, ok in pairs if low < c <= high or (m == 1 and c == 0)]
        if inside:
            gap += abs(sum(ok for _, ok in inside) - sum(c for c, _ in inside))
    return gap / len(pairs)


@given(predictions, st.integers(1, 20))
def test_it_is_the_papers_sum_over_bins(pairs: list[tuple[float, bool]], bins: int) -> None:
    found = expected_calibration_error([c for c, _ in pairs], [ok for _, ok in pairs], bins)
    assert found == pytest.approx(by_hand(pairs, bins), abs=1e-9)
    assert 0 <= found <= 1


@given(predictions)
def test_order_does_not_matter_and_more_bins_never_hide_a_gap(pairs: list[tuple[float, bool]]) -> None:
    confidences, correct = [c for c, _ in pairs], [ok for _, ok in pairs]
    assert expected_calibration_error(confidences[::-1], correct[::-1]) == pytest.approx(
        expected_calibration_error(confidences, correct)
    )
    overall = abs(np.mean(correct) - np.mean(confidences))
    assert expected_calibration_error(confidences, correct) >= overall - 1e-9


def test_known_cases() -> None:
    assert expected_calibration_error([1.0, 1.0], [True, True]) == 0
    assert expected_calibration_error([1.0, 1.0], [True, False]) == 0.5
    assert expected_calibration_error([0.0], [True]) == 1
    assert expected_calibration_error([0.8] * 5, [True] * 4 + [False]) == pytest.approx(0)


@pytest.mark.parametrize(("confidences", "correct"), [([], []), ([0.5], []), ([1.5], [True]), ([float("nan")], [True])])
def test_nonsense_is_refused(confidences: list[float], correct: list[bool]) -> None:
    with pytest.raises(ValueError, match=r"calibration error|confidence"):
        expected_calibration_error(confidences, correct)


@pytest.mark.parametrize("true_scale", [8.0, 30.0, 90.0])
def test_the_temperature_that_made_the_labels_is_found_again(true_scale: float) -> None:
    rng = np.random.default_rng(3)
    cosines = rng.uniform(-0.2, 0.5, (4000, 12))
    drawn = np.array([rng.choice(12, p=row) for row in softmax(true_scale * cosines)])
    right = np.eye(12, dtype=bool)[drawn]
    found = fit_temperature(cosines, right)
    assert found == pytest.approx(true_scale, rel=0.15)
    shares = softmax(found * cosines)
    assert expected_calibration_error(shares.max(axis=1), shares.argmax(axis=1) == drawn) < 0.03


def test_several_labels_may_be_right_but_never_none() -> None:
    cosines = np.array([[0.9, 0.8, 0.1]])
    assert fit_temperature(cosines, np.array([[True, True, False]])) > 100
    with pytest.raises(ValueError, match="right"):
        fit_temperature(cosines, np.zeros((1, 3), dtype=bool))
