"""The gate: what is near enough, and what is not."""

from dataclasses import replace

import numpy as np
import pytest

from models.contracts import Matrix
from models.export.parity import GATES, Embedded, compare
from models.export.sample import Sample

COUNT, DIMS = 40, 32


def rows(seed: int, count: int = COUNT) -> Matrix:
    made = np.random.default_rng(seed).normal(size=(count, DIMS)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def shaken(given: Matrix, much: float, seed: int = 9) -> Matrix:
    made = given + much * np.random.default_rng(seed).normal(size=given.shape).astype(np.float32) / DIMS**0.5
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def held() -> Sample:
    labels = tuple(f"kind {n % 4}" for n in range(COUNT))
    return Sample(
        gallery=[], labels=labels, names=("",) * COUNT, name_rows=tuple(range(COUNT)), photos=[],
        wanted=tuple(frozenset({label}) for label in labels), wishes=(), tuning=[], said=(), source="made up",
    )  # fmt: skip


@pytest.fixture
def original() -> Embedded:
    gallery = rows(1)
    return Embedded(gallery, shaken(gallery, 0.5), shaken(gallery, 0.3), rows(2, 5))


def test_the_same_rows_pass_every_gate(held: Sample, original: Embedded) -> None:
    for gate in GATES.values():
        parity = compare(original, original, held, gate)
        assert parity.passed
        assert all(kept.original == kept.exported for kept in parity.figures)
        assert parity.image.least == pytest.approx(1, abs=1e-5)


def test_one_bad_row_fails_a_float_export_and_not_eight_bits(held: Sample, original: Embedded) -> None:
    wishes = original.wishes.copy()
    wishes[0] = shaken(wishes[:1], 0.3)[0]
    parity = compare(original, replace(original, wishes=wishes), held, GATES["onnx"])
    assert [said for said in parity.failures if "at worst" in said]
    assert compare(original, replace(original, wishes=wishes), held, GATES["int8"]).passed


def test_a_figure_that_falls_fails_though_cosines_hold(held: Sample, original: Embedded) -> None:
    """Names exchanged among themselves would be caught by cosines; so shake the gallery where names are told apart."""
    near = replace(original, gallery=shaken(np.repeat(original.gallery[:1], COUNT, axis=0), 0.05))
    near = replace(near, names=near.gallery, photos=near.gallery)
    parity = compare(near, replace(near, gallery=shaken(near.gallery, 0.15, 3)), held, GATES["int8"])
    assert parity.image.mean > 0.98
    assert any("its own gallery" in said for said in parity.failures)


def test_what_is_no_number_fails(held: Sample, original: Embedded) -> None:
    broken = replace(original, names=np.full_like(original.names, np.nan))
    assert not compare(original, broken, held, GATES["int8"]).passed
