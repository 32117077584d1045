"""Blobs come back as they went in, and a key cannot leave the folder."""

import os
from pathlib import Path
from stat import S_ISDIR

import pytest

from app.media.storage import LocalBlobs


def test_round_trip_and_delete(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    blobs.put("items/ab/abc", b"one")
    blobs.put("items/ab/abc", b"two")
    assert blobs.get("items/ab/abc") == b"two"
    blobs.delete("items/ab/abc")
    blobs.delete("items/ab/abc")
    with pytest.raises(KeyError):
        blobs.get("items/ab/abc")


def test_what_was_put_survives_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest, blob = os.fsync, tmp_path / "items" / "ab" / "abc"
    synced: list[tuple[str, bool]] = []

    def watched(handle: int) -> None:
        mode = os.fstat(handle).st_mode
        synced.append(("its folder" if S_ISDIR(mode) else "its bytes", blob.exists()))
        honest(handle)

    blob.parent.mkdir(parents=True)
    monkeypatch.setattr(os, "fsync", watched)
    LocalBlobs(tmp_path).put("items/ab/abc", b"one")
    assert synced == [("its bytes", False), ("its folder", True)]
    LocalBlobs(tmp_path).put("items/cd/cde", b"one")
    assert [name for name, _ in synced[2:]] == ["its folder", "its bytes", "its folder"], "its folder's name too"


def test_nothing_half_written_stays(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    with pytest.raises(TypeError):
        blobs.put("items/x", "not bytes")  # type: ignore[arg-type]
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


@pytest.mark.parametrize("key", ["../out", "items/../../out", "/etc/passwd", ""])
def test_keys_stay_inside(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="leaves the store"):
        LocalBlobs(tmp_path / "blobs").put(key, b"x")
