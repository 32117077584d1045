"""Nearest-neighbour search over the catalogue, in immutable versions on disk, and what changed since."""

from models.index.delta import Addition, LiveIndex
from models.index.exact import ExactIndex
from models.index.faiss_index import FaissIndex
from models.index.manifest import Manifest
from models.index.snapshot import Signal, Snapshot
from models.index.store import SnapshotStore

__all__ = ["Addition", "ExactIndex", "FaissIndex", "LiveIndex", "Manifest", "Signal", "Snapshot", "SnapshotStore"]
