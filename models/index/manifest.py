"""What is written about a snapshot beside it: `manifest.json`."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from models.contracts import IndexCorrupt
from models.index.kinds import IndexKind
from models.index.vectors import Precision

FILE = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """One built snapshot.

    Attributes:
        version: name of its folder; versions sort by the time they were built.
        created_at: RFC 3339, UTC.
        model, revision, preprocess_version: of the model whose vectors these are.
        dims, count: shape of each matrix: (count, dims).
        kind: `flat`, `hnsw` or `ivfpq`.
        checksums: SHA-256 in hex of every file beside the manifest, by name.
        checks: what was verified when it was built (`recall_at_10_image`, …).
        catalog_revision: of the catalogue when it was read for this: whatever was logged later is not in it. None in
            snapshots older than the change log.
        precision: of the rows kept, see `models.index.vectors`.
        efforts: how hard each signal's index must look to pass its checks, see `models.index.faiss_index.Effort`.
        sizes: bytes of every file beside the manifest, by name; empty in older snapshots.
    """

    version: str
    created_at: str
    model: str
    revision: str
    preprocess_version: str
    dims: int
    count: int
    kind: IndexKind
    checksums: Mapping[str, str]
    checks: Mapping[str, float]
    catalog_revision: int | None = None
    precision: Precision = "float32"
    efforts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        (folder / FILE).write_text(json.dumps(asdict(self), indent=2, sort_keys=True) + "\n", "utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Raises IndexCorrupt when it is missing, unreadable or of another shape."""
        try:
            data = json.loads((folder / FILE).read_text("utf-8"))
            # What an older manifest does not say has a default; what it must say is missed by the constructor.
            found = cls(**{f.name: data[f.name] for f in fields(cls) if f.name in data})
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise IndexCorrupt(f"snapshot {folder.name} has no readable manifest") from error
        if found.kind not in get_args(IndexKind) or found.precision not in get_args(Precision):
            raise IndexCorrupt(f"snapshot {folder.name} is a {found.kind!r} of {found.precision!r}, unknown here")
        return found


def new_version(now: datetime) -> str:
    """`20261122T031900Z-ab12cd`: UTC time, its microseconds in hex (so versions sort by time), one random digit."""
    now = now.astimezone(UTC)
    return f"{now:%Y%m%dT%H%M%SZ}-{now.microsecond:05x}{secrets.randbelow(16):x}"


def checksum(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
