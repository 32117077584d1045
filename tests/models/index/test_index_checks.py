"""How a build's queries are drawn, and when what they find is enough."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.contracts import Matrix
from models.fusion.vectors import unit_rows
from models.index.verification import Shares, queries, surely

shares = st.lists(st.integers(0, 10), min_size=1, max_size=300).map(lambda found: np.array(found) / 10)


def units(count: int, seed: int) -> Matrix:
    return unit_rows(np.random.default_rng(seed).standard_normal((count, 32), np.float32))


def test_queries_lie_beside_the_rows_and_each_nearest_its_own() -> None:
    image, text = units(1_000, 1), units(1_000, 2)
    asked = queries({"image": image, "text": text})
    assert np.allclose(np.linalg.norm(asked, axis=1), 1, atol=1e-5)
    near_images = asked[: len(asked) // 3] @ image.T
    assert near_images.max() < 0.999
    rows = np.linspace(0, len(image) - 1, len(near_images)).astype(int)
    assert (near_images.argmax(axis=1) == rows).all()


@given(shares)
def test_a_sample_promises_no_more_than_it_found_and_all_of_it_where_every_query_agrees(found: Shares) -> None:
    assert surely(found) <= found.mean()
    assert (surely(found) == pytest.approx(found.mean())) == (len(set(found.tolist())) == 1)


def test_more_of_the_same_promises_more() -> None:
    found = np.array([1.0] * 95 + [0.5] * 5)
    assert surely(found) < 0.97 < surely(np.tile(found, 30)) < found.mean()
