"""One immutable version of the catalogue's vectors, read from disk."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.contracts import Hit, IndexCorrupt, Mask, Matrix, Vector
from models.index.exact import check
from models.index.faiss_index import FaissIndex
from models.index.manifest import Manifest, checksum
from models.interaction import ItemTokens

Number = TypeVar("Number", np.float32, np.int8)
Signal: TypeAlias = Literal["image", "text"]
SIGNALS: tuple[Signal, ...] = ("image", "text")
IDS = "ids.jsonl"
TOKENS = "tokens.npy"
"""Absent where no item's tokens were kept, and in snapshots older than tokens."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Vectors and ids of one version. Nothing in it ever changes, so a request may hold it as long as it likes.

    Attributes:
        ids: item ids by row.
        image, text: unit rows, shape (count, dims), float32, memory-mapped and read-only.
        row_of: item id → row.
        tokens: a few tokens of each item, shape (count, k, dims), int8, memory-mapped and read-only
            (`models.interaction.condense`); None where none were kept.
    """

    manifest: Manifest
    ids: tuple[str, ...]
    image: Matrix
    text: Matrix
    row_of: Mapping[str, int]
    indexes: Mapping[Signal, FaissIndex]
    tokens: ItemTokens | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def version(self) -> str:
        return self.manifest.version

    def search(self, vector: Vector, k: int, allowed: Mask | None = None, signal: Signal = "image") -> list[Hit]:
        """The `k` best rows by cosine with one signal, best first, only among `allowed`, shape (count,)."""
        return self.indexes[signal].search(vector, k, allowed)

    def scores(
        self, vector: Vector, rows: Sequence[int] | NDArray[np.integer], signal: Signal = "image"
    ) -> NDArray[np.float32]:
        """Exact cosines of `vector` with `rows` of one signal, shape (len(rows),)."""
        matrix = self.matrix(signal)
        check(len(self), matrix.shape[1], vector, None)
        return np.asarray(matrix[np.asarray(rows, dtype=np.intp)] @ vector, dtype=np.float32)

    def matrix(self, signal: Signal) -> Matrix:
        return self.image if signal == "image" else self.text

    @classmethod
    def open(cls, folder: Path) -> "Snapshot":
        """Read and verify the snapshot in `folder`.

        Raises:
            IndexCorrupt: a file is missing, differs from its checksum, or does not fit the manifest.
        """
        manifest = Manifest.read(folder)
        _verify_files(folder, manifest)
        ids = _read_ids(folder / IDS)
        shape = (manifest.count, manifest.dims)
        matrices: dict[Signal, Matrix] = {
            signal: _map(folder / f"{signal}.npy", manifest, shape, np.float32) for signal in SIGNALS
        }
        kept = (manifest.count, None, manifest.dims)
        tokens = _map(folder / TOKENS, manifest, kept, np.int8) if TOKENS in manifest.checksums else None
        row_of = {item: row for row, item in enumerate(ids)}
        if len(ids) != manifest.count or len(row_of) != manifest.count:
            raise IndexCorrupt(f"snapshot {manifest.version} names {len(row_of)} items for {manifest.count} rows")
        return cls(
            manifest=manifest,
            ids=ids,
            image=matrices["image"],
            text=matrices["text"],
            row_of=MappingProxyType(row_of),
            indexes=MappingProxyType(
                {signal: _index(folder, manifest, signal, matrices[signal]) for signal in SIGNALS}
            ),
            tokens=tokens,
        )


def write_files(
    folder: Path, ids: Sequence[str], image: Matrix, text: Matrix, kind: str, tokens: ItemTokens | None = None
) -> None:
    """Write everything but the manifest. Raises ValueError for ids that repeat or arrays that do not fit them."""
    if len(set(ids)) != len(ids):
        raise ValueError("item ids must not repeat")
    if image.shape != text.shape or image.ndim != 2 or len(image) != len(ids):  # noqa: PLR2004 - rows and columns
        raise ValueError(f"{len(ids)} ids, image vectors {image.shape} and text vectors {text.shape} do not fit")
    if tokens is not None:
        if tokens.ndim != 3 or (len(tokens), tokens.shape[2]) != image.shape:  # noqa: PLR2004 - item, token, number
            raise ValueError(f"tokens {tokens.shape} do not fit image vectors {image.shape}")
        np.save(folder / TOKENS, np.ascontiguousarray(tokens, dtype=np.int8))
    # json escapes what a line or UTF-8 could not hold: an id is any string a feed came up with
    (folder / IDS).write_text("".join(json.dumps(item) + "\n" for item in ids), "ascii")
    for signal, matrix in (("image", image), ("text", text)):
        np.save(folder / f"{signal}.npy", np.ascontiguousarray(matrix, dtype=np.float32))
        if kind == "hnsw":
            FaissIndex(matrix, "hnsw").save(folder / f"{signal}.faiss")


def _verify_files(folder: Path, manifest: Manifest) -> None:
    for name, expected in manifest.checksums.items():
        try:
            actual = checksum(folder / name)
        except OSError as error:
            raise IndexCorrupt(f"snapshot {manifest.version} lacks {name}") from error
        if actual != expected:
            raise IndexCorrupt(f"{name} of snapshot {manifest.version} differs from its checksum")


def _read_ids(path: Path) -> tuple[str, ...]:
    try:
        return tuple(json.loads(line) for line in path.read_text("ascii").splitlines())
    except (OSError, ValueError) as error:
        raise IndexCorrupt(f"{path.name} of snapshot {path.parent.name} is not readable") from error


def _map(path: Path, manifest: Manifest, shape: tuple[int | None, ...], dtype: type[Number]) -> NDArray[Number]:
    """An array of `shape`, where None stands for any length."""
    try:
        # an empty file cannot be mapped
        matrix: NDArray[Number] = np.load(path, mmap_mode="r" if manifest.count else None, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise IndexCorrupt(f"{path.name} of snapshot {manifest.version} is not readable") from error
    fits = matrix.ndim == len(shape) and all(want in (None, got) for want, got in zip(shape, matrix.shape, strict=True))
    if not fits or matrix.dtype != dtype:
        raise IndexCorrupt(f"{path.name} of snapshot {manifest.version} has shape {matrix.shape} {matrix.dtype}")
    matrix.flags.writeable = False
    return matrix


def _index(folder: Path, manifest: Manifest, signal: Signal, matrix: Matrix) -> FaissIndex:
    """A flat index is its vectors, so it is not stored twice; an HNSW graph takes long to build, so it is stored."""
    if manifest.kind == "flat":
        return FaissIndex(matrix)
    index = FaissIndex.load(folder / f"{signal}.faiss")
    if len(index) != manifest.count or index.dims != manifest.dims:
        raise IndexCorrupt(f"{signal}.faiss of snapshot {manifest.version} has shape ({len(index)}, {index.dims})")
    return index
