"""Vectors that the index tests share."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest

from models.contracts import Matrix
from models.registry import ModelSpec

DIMS = 24
UnitRows: TypeAlias = Callable[..., Matrix]


def make_rows(count: int, seed: int = 0, dims: int = DIMS) -> Matrix:
    rows = np.random.default_rng(seed).normal(size=(count, dims)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture(scope="session")
def unit_rows() -> UnitRows:
    """Makes random unit rows: count, seed, dims."""
    return make_rows


@pytest.fixture(scope="session")
def rows() -> Matrix:
    return make_rows(600)


@pytest.fixture(scope="session")
def spec() -> ModelSpec:
    return ModelSpec(name="tiny", revision="r1", dims=DIMS, preprocess_version="p1")
