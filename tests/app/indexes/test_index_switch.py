"""A version goes live, or it is said whether room was wanting or something else."""

import errno
from pathlib import Path

import numpy as np
import pytest

from app.errors import StorageFull
from app.indexes.service import IndexService
from models.contracts import IndexNotWritten
from models.encoders.fake import FakeEncoder
from models.index import SnapshotStore


@pytest.mark.parametrize(
    ("number", "told"),
    [(errno.ENOSPC, StorageFull), (errno.EACCES, IndexNotWritten)],
    ids=["no room", "a folder that refuses"],
)
async def test_what_keeps_a_version_from_going_live(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, told: type[Exception]
) -> None:
    snapshots, spec = SnapshotStore(tmp_path), FakeEncoder(4).spec
    rows = np.eye(2, spec.dims, dtype=np.float32)
    version = snapshots.build(["a", "b"], rows, rows, spec).version

    def refuses(_self: Path, target: Path) -> Path:
        raise OSError(number, "no")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", refuses)
        with pytest.raises(told, match="The live index stays"):
            await IndexService(snapshots, tmp_path).activate(version)
    assert snapshots.current_version() is None
    assert (await IndexService(snapshots, tmp_path).activate(version)).live
