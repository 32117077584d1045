"""Snapshots with the tokens of each item beside its vectors."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.contracts import IndexCorrupt, Matrix
from models.index import SnapshotStore
from models.index.files import TOKENS
from models.registry import ModelSpec

UnitRows = Callable[..., Matrix]


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path)


def test_tokens_are_read_back_mapped_and_cannot_be_written(
    store: SnapshotStore, unit_rows: UnitRows, spec: ModelSpec
) -> None:
    rows = unit_rows(20)
    tokens = np.random.default_rng(0).integers(-127, 128, (20, 3, spec.dims)).astype(np.int8)
    built = store.open(store.build([str(n) for n in range(20)], rows, rows, spec, tokens=tokens).version)
    assert built.tokens is not None
    assert np.array_equal(built.tokens, tokens)
    assert isinstance(built.tokens, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        built.tokens[0] = 0


def test_a_snapshot_without_tokens_says_so(store: SnapshotStore, unit_rows: UnitRows, spec: ModelSpec) -> None:
    rows = unit_rows(3)
    assert store.open(store.build(["a", "b", "c"], rows, rows, spec).version).tokens is None


@pytest.mark.parametrize("shape", [(2, 3, 24), (3, 3, 23), (3, 24)])
def test_tokens_of_other_items_or_another_model_are_refused(
    store: SnapshotStore, unit_rows: UnitRows, spec: ModelSpec, shape: tuple[int, ...]
) -> None:
    rows = unit_rows(3)
    with pytest.raises(ValueError, match="do not fit"):
        store.build(["a", "b", "c"], rows, rows, spec, tokens=np.ones(shape, np.int8))


def test_damaged_tokens_are_found(store: SnapshotStore, unit_rows: UnitRows, spec: ModelSpec, tmp_path: Path) -> None:
    rows = unit_rows(3)
    version = store.build(["a", "b", "c"], rows, rows, spec, tokens=np.ones((3, 2, 24), np.int8)).version
    with (tmp_path / version / TOKENS).open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x05")
    with pytest.raises(IndexCorrupt, match="checksum"):
        store.open(version)
