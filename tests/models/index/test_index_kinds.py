"""Which kind of index is built: whatever the size, the dims and the memory."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.index.kinds import (
    FLAT_NUMBERS,
    IVF_LEAST,
    IndexKind,
    Wanted,
    choose,
    code_bytes,
    default_memory,
    footprint,
    lists,
)
from models.index.vectors import Precision

GIGABYTE = 1_000_000_000
counts = st.integers(0, 20_000_000)
dims_ = st.integers(1, 4096)
memories = st.integers(0, 500 * GIGABYTE)
precisions: st.SearchStrategy[Precision] = st.sampled_from(get_args(Precision))


@pytest.mark.parametrize(
    ("count", "memory", "kind"),
    [
        (35_000, 8 * GIGABYTE, "flat"),
        (1_000_000, 8 * GIGABYTE, "hnsw"),
        (1_000_000, 4 * GIGABYTE, "ivfpq"),
        (10_000_000, 8 * GIGABYTE, "ivfpq"),
        (0, 0, "flat"),
    ],
)
def test_a_shop_of_vectors_of_512_numbers_gets(count: int, memory: int, kind: IndexKind) -> None:
    assert choose("auto", count, 512, memory) == kind


@given(counts, dims_, memories, precisions)
def test_what_is_chosen_fits_or_is_the_smallest_there_is(
    count: int, dims: int, memory: int, precision: Precision
) -> None:
    kind = choose("auto", count, dims, memory, precision)
    if kind == "hnsw":
        assert footprint(kind, count, dims, precision) <= memory
        assert count * dims > FLAT_NUMBERS or footprint("flat", count, dims, precision) > memory
    if kind == "flat":
        assert count < IVF_LEAST or count * dims <= FLAT_NUMBERS
        assert count < IVF_LEAST or footprint(kind, count, dims, precision) <= memory
    if kind == "ivfpq":
        assert count >= IVF_LEAST
        assert footprint("hnsw", count, dims, precision) > memory


@given(counts, dims_, memories, memories, precisions)
def test_more_memory_never_leads_to_shorter_codes(
    count: int, dims: int, one: int, other: int, precision: Precision
) -> None:
    less, more = sorted((one, other))
    if choose("auto", count, dims, less, precision) != "ivfpq":
        assert choose("auto", count, dims, more, precision) != "ivfpq"


@given(st.sampled_from(get_args(Wanted)), counts, dims_, memories, precisions)
def test_a_kind_named_outright_is_taken_where_it_can_be_built(
    wanted: Wanted, count: int, dims: int, memory: int, precision: Precision
) -> None:
    kind = choose(wanted, count, dims, memory, precision)
    assert kind in get_args(IndexKind)
    if wanted != "auto" and count >= IVF_LEAST:
        assert kind == wanted
    assert count or kind == "flat"


@given(dims_, counts)
def test_codes_divide_the_vector_and_cells_have_what_to_learn_from(dims: int, count: int) -> None:
    assert dims % code_bytes(dims) == 0
    assert code_bytes(dims) * 8 >= min(dims, 8)
    assert lists(count) == 1 or count >= 39 * lists(count)


@given(st.integers(IVF_LEAST, 20_000_000), st.integers(8, 4096))
def test_lossy_rows_and_short_codes_take_less(count: int, dims: int) -> None:
    whole, half, byte = (footprint("hnsw", count, dims, precision) for precision in ("float32", "float16", "int8"))
    assert byte < half < whole
    assert footprint("flat", count, dims) < whole


def test_the_default_memory_is_some_of_what_there_is() -> None:
    assert 0 < default_memory() < 1 << 50
