"""One immutable version of the catalogue's vectors, read from disk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.contracts import Hit, IndexCorrupt, Mask, Vector
from models.index import files
from models.index.exact import check
from models.index.faiss_index import Effort, FaissIndex
from models.index.manifest import Manifest
from models.index.vectors import Vectors
from models.interaction import ItemTokens

Signal: TypeAlias = Literal["image", "text"]
SIGNALS: tuple[Signal, ...] = ("image", "text")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Vectors and ids of one version. Nothing in it ever changes, so a request may hold it as long as it likes.

    Attributes:
        ids: item ids by row.
        image, text: unit rows, shape (count, dims), memory-mapped and read-only, read as float32.
        row_of: item id → row.
        tokens: a few tokens of each item, shape (count, k, dims), int8, memory-mapped and read-only
            (`models.interaction.condense`); None where none were kept.
    """

    manifest: Manifest
    ids: tuple[str, ...]
    image: Vectors
    text: Vectors
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
        check(len(self), self.manifest.dims, vector, None)
        return self.matrix(signal).dot(np.asarray(rows, dtype=np.intp), vector)

    def matrix(self, signal: Signal) -> Vectors:
        return self.image if signal == "image" else self.text

    @classmethod
    def open(cls, folder: Path, *, quick: bool = False) -> "Snapshot":
        """Map the snapshot in `folder`, verified.

        Args:
            quick: compare the files' sizes with what was written, not their checksums.

        Raises:
            IndexCorrupt: a file is missing, differs from its checksum, or does not fit the manifest.
        """
        manifest = Manifest.read(folder)
        files.verify_sizes(folder, manifest)
        if not quick:
            files.verify_checksums(folder, manifest)
        ids = files.read_ids(folder)
        row_of = {item: row for row, item in enumerate(ids)}
        if len(ids) != manifest.count or len(row_of) != manifest.count:
            raise IndexCorrupt(f"snapshot {manifest.version} names {len(row_of)} items for {manifest.count} rows")
        parts = {signal: files.read_parts(folder, manifest, signal) for signal in SIGNALS}
        return cls(
            manifest=manifest,
            ids=ids,
            image=parts["image"].rows,
            text=parts["text"].rows,
            row_of=MappingProxyType(row_of),
            indexes=MappingProxyType(
                {signal: FaissIndex(parts[signal], Effort.read(manifest.efforts.get(signal, {}))) for signal in SIGNALS}
            ),
            tokens=files.read_tokens(folder, manifest),
        )
