"""Which index suits a catalogue: pure arithmetic over its size and the memory it may take."""

import math
import os
from pathlib import Path
from typing import Literal, TypeAlias

from models.index.vectors import Precision

IndexKind: TypeAlias = Literal["flat", "hnsw", "ivfpq"]
Wanted: TypeAlias = Literal["auto", "flat", "hnsw", "ivfpq"]

SIGNALS_KEPT = 2
"""Pictures and texts, an index each."""

FLAT_NUMBERS = 50_000 * 512
"""A catalogue of no more numbers a signal (rows x dims) is scanned: under 5 ms a search on one core of an AMD EPYC, and
exact. A request makes three to fifteen searches (`python -m bench.filters`).
"""

HNSW_NEIGHBOURS = 32
"""Links of a row in the upper layers of its graph; twice as many at the bottom (Malkov & Yashunin 2016)."""

HNSW_ROW_BYTES = 2 * HNSW_NEIGHBOURS * 4 + 4 + 8 + 10
"""Of the graph alone: bottom links, level, offset, and the upper layers' share."""

IVF_LEAST = 1_000
"""Fewer rows teach a quantiser nothing: they are scanned whatever was asked for."""

BITS = 8
HALF = 2
NUMBER_BYTES: dict[Precision, int] = {"float32": 4, "float16": 2, "int8": 1}
"""Of what every search of a flat or HNSW index reads."""


def choose(wanted: Wanted, count: int, dims: int, memory: int, precision: Precision = "float32") -> IndexKind:
    """The kind of index to build.

    `auto` scans what is small, walks a graph when vectors and graph of both signals fit into `memory` bytes, and else
    keeps only short codes in memory, the vectors on disk. A kind named outright is taken, as far as there is anything
    to build it from: no graph over no rows, no quantiser under `IVF_LEAST` rows.

    Args:
        count, dims: shape of each signal's matrix.
        memory: bytes that searches may keep warm.
    """
    if count == 0 or (wanted == "ivfpq" and count < IVF_LEAST):
        return "flat"
    if wanted != "auto":
        return wanted
    small = count * dims <= FLAT_NUMBERS and footprint("flat", count, dims, precision) <= memory
    if small or count < IVF_LEAST:
        return "flat"
    return "hnsw" if footprint("hnsw", count, dims, precision) <= memory else "ivfpq"


def footprint(kind: IndexKind, count: int, dims: int, precision: Precision = "float32") -> int:
    """Bytes that searching both signals keeps warm; everything is mapped, so the system may take them back."""
    vectors = count * dims * NUMBER_BYTES[precision]
    match kind:
        case "flat":
            signal = vectors
        case "hnsw":
            signal = vectors + count * HNSW_ROW_BYTES
        case "ivfpq":
            signal = count * (code_bytes(dims) + 8) + lists(count) * dims * 4
    return SIGNALS_KEPT * signal


def lists(count: int) -> int:
    """Cells of an IVF index: twice the square root of the rows, each with enough of them to be learned from."""
    return max(1, min(round(2 * math.sqrt(count)), count // 39))


def code_bytes(dims: int) -> int:
    """Bytes of one product-quantised vector: one for eight numbers, or for fewer where eight do not divide them."""
    return next(pieces for pieces in range(max(1, dims // 8), dims + 1) if dims % pieces == 0)


def default_memory() -> int:
    """Half of the memory that this process may use: the machine's, or the container's where that is less."""
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        file = Path(path)
        if file.is_file() and (said := file.read_text("ascii").strip()).isdecimal():
            limits.append(int(said))
    return min(limits) // HALF
