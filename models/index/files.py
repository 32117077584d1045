"""A snapshot's files: written with their checksums, verified, mapped."""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.contracts import IndexCorrupt, Matrix
from models.index import structures
from models.index.faiss_index import Parts
from models.index.kinds import IndexKind
from models.index.manifest import Manifest, checksum
from models.index.structures import Codes
from models.index.vectors import Precision, Vectors, parts, row_type
from models.interaction import ItemTokens

IDS = "ids.jsonl"
TOKENS = "tokens.npy"
"""Absent where no item's tokens were kept, and in snapshots older than tokens."""


def rows_file(signal: str) -> str:
    return f"{signal}.npy"


def codes_file(signal: str) -> str:
    return f"{signal}.codes.npy"


def limits_file(signal: str) -> str:
    return f"{signal}.limits.npy"


def walker_file(signal: str) -> str:
    return f"{signal}.faiss"


@dataclass(frozen=True, slots=True)
class Written:
    """What was written into `folder`: SHA-256 in hex and bytes of each file, by name.

    Checksums are of what was meant to be written, so that reading the files back tells whether a disk kept it.
    """

    folder: Path
    checksums: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def file(self, name: str) -> Iterator["Sink"]:
        """A new file to put bytes into; when the block ends they are on the disk."""
        with (self.folder / name).open("xb") as raw:
            sink = Sink(raw.write)
            yield sink
            raw.flush()
            os.fsync(raw.fileno())
            self.checksums[name] = sink.digest.hexdigest()
            self.sizes[name] = raw.tell()

    def array(self, name: str, shape: tuple[int, ...], dtype: type[np.generic], pieces: Iterator[NDArray[Any]]) -> None:
        """An array in NumPy's format (NEP 1), piece by piece. A full disk is an OSError that says so, which
        `numpy.save` lets go unnamed.
        """
        descr = np.lib.format.dtype_to_descr(np.dtype(dtype))
        header = {"descr": descr, "fortran_order": False, "shape": shape}
        with self.file(name) as sink:
            np.lib.format.write_array_header_1_0(sink, header)
            for piece in pieces:
                # The array's own memory: a copy as bytes would stop every other thread of Python while it is made.
                sink.write(np.ascontiguousarray(piece, dtype).reshape(-1).view(np.uint8).data)


class Sink:
    """Bytes on their way into a file, summed up."""

    def __init__(self, put: Callable[[bytes | memoryview], int]) -> None:
        self._put = put
        self.digest = hashlib.sha256()

    def write(self, data: bytes | memoryview) -> int:
        self.digest.update(data)
        return self._put(data)


def write_ids(written: Written, ids: Sequence[str]) -> None:
    # json escapes what a line or UTF-8 could not hold: an id is any string a feed came up with
    with written.file(IDS) as sink:
        for part in parts(ids):
            sink.write("".join(json.dumps(item) + "\n" for item in ids[part]).encode("ascii"))


def write_tokens(written: Written, tokens: ItemTokens) -> None:
    written.array(TOKENS, tokens.shape, np.int8, (tokens[part] for part in parts(tokens)))


def write_rows(written: Written, signal: str, matrix: Matrix, kind: IndexKind, precision: Precision) -> None:
    """The rows of one signal, and their codes where these are what is searched."""
    written.array(rows_file(signal), matrix.shape, row_type(precision), (matrix[part] for part in parts(matrix)))
    if precision == "int8" and kind != "ivfpq" and len(matrix):
        limits = structures.limits_of(matrix)
        written.array(limits_file(signal), limits.shape, np.float32, iter([limits]))
        coded = (structures.encode(matrix[part], limits) for part in parts(matrix))
        written.array(codes_file(signal), matrix.shape, np.uint8, coded)


def write_walker(written: Written, signal: str, walker: structures.Walker) -> None:
    with written.file(walker_file(signal)) as sink:
        structures.write(walker, sink.write)


def verify_sizes(folder: Path, manifest: Manifest) -> None:
    """That every file is there and as long as it was. Raises IndexCorrupt."""
    for name in manifest.checksums:
        try:
            size = (folder / name).stat().st_size
        except OSError as error:
            raise IndexCorrupt(f"snapshot {manifest.version} lacks {name}") from error
        if size != manifest.sizes.get(name, size):
            raise IndexCorrupt(f"{name} of snapshot {manifest.version} has {size} bytes of {manifest.sizes[name]}")


def verify_checksums(folder: Path, manifest: Manifest) -> None:
    """That every file holds what was written, byte by byte: a second a gigabyte. Raises IndexCorrupt."""
    for name, expected in manifest.checksums.items():
        try:
            actual = checksum(folder / name)
        except OSError as error:
            raise IndexCorrupt(f"snapshot {manifest.version} lacks {name}") from error
        if actual != expected:
            raise IndexCorrupt(f"{name} of snapshot {manifest.version} differs from its checksum")


def read_ids(folder: Path) -> tuple[str, ...]:
    try:
        lines = (folder / IDS).read_text("ascii").rstrip("\n").replace("\n", ",")
        return tuple(json.loads(f"[{lines}]"))  # at once: a million calls for a million lines take ten times as long
    except (OSError, ValueError) as error:
        raise IndexCorrupt(f"{IDS} of snapshot {folder.name} is not readable") from error


def read_tokens(folder: Path, manifest: Manifest) -> ItemTokens | None:
    if TOKENS not in manifest.checksums:
        return None
    tokens: ItemTokens = mapped(folder / TOKENS, manifest, (manifest.count, None, manifest.dims), np.int8)
    return tokens


def read_parts(folder: Path, manifest: Manifest, signal: str) -> Parts:
    """One signal's rows and what finds among them, mapped. Raises IndexCorrupt."""
    shape = (manifest.count, manifest.dims)
    rows = Vectors(mapped(folder / rows_file(signal), manifest, shape, row_type(manifest.precision)))
    codes = None
    if codes_file(signal) in manifest.checksums:
        limits = mapped(folder / limits_file(signal), manifest, (2, manifest.dims), np.float32)
        codes = Codes(mapped(folder / codes_file(signal), manifest, shape, np.uint8), limits)
    walker = structures.read(folder / walker_file(signal)) if walker_file(signal) in manifest.checksums else None
    if structures.kind_of(walker) != manifest.kind:
        raise IndexCorrupt(f"snapshot {manifest.version} holds no {manifest.kind} index by {signal}")
    return Parts(rows, codes, walker)


def mapped(path: Path, manifest: Manifest, shape: tuple[int | None, ...], dtype: type[np.generic]) -> NDArray[Any]:
    """An array of `shape`, where None stands for any length, read-only and not in memory until it is looked at.

    Raises IndexCorrupt.
    """
    try:
        # an empty file cannot be mapped
        matrix: NDArray[Any] = np.load(path, mmap_mode="r" if manifest.count else None, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise IndexCorrupt(f"{path.name} of snapshot {manifest.version} is not readable") from error
    fits = matrix.ndim == len(shape) and all(want in (None, got) for want, got in zip(shape, matrix.shape, strict=True))
    if not fits or matrix.dtype != dtype:
        raise IndexCorrupt(f"{path.name} of snapshot {manifest.version} has shape {matrix.shape} {matrix.dtype}")
    matrix.flags.writeable = False
    return matrix
