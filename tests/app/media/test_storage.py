"""Blobs come back as they went in, and a key cannot leave the folder."""

import os
import resource
from pathlib import Path

import pytest

from app.media.storage import MOST_OPEN, LocalBlobs


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
    honest, blobs = os.fsync, [tmp_path / "items" / "ab" / "abc", tmp_path / "items" / "cd" / "cde"]
    synced: list[tuple[int, int]] = []

    def watched(handle: int) -> None:
        known = os.fstat(handle)
        synced.append((known.st_ino, sum(blob.exists() for blob in blobs)))
        honest(handle)

    monkeypatch.setattr(os, "fsync", watched)
    with LocalBlobs(tmp_path).together() as put:
        for blob in blobs:
            put(blob.relative_to(tmp_path).as_posix(), b"one")
        assert synced == [], "all of them at the end"
    folders = [*(blob.parent for blob in blobs), tmp_path / "items", tmp_path]
    bytes_first = {(path.stat().st_ino, 0) for path in blobs}
    names_then = {(path.stat().st_ino, 2) for path in folders}
    assert set(synced) == bytes_first | names_then
    assert len(synced) == len(blobs) + len(folders), "a folder is waited for once"


def test_any_number_may_be_put_together(tmp_path: Path) -> None:
    blobs, few = LocalBlobs(tmp_path), resource.getrlimit(resource.RLIMIT_NOFILE)
    used = len(list(Path("/proc/self/fd").iterdir()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + MOST_OPEN + 20, few[1]))
    try:
        with blobs.together() as put:
            for number in range(3 * MOST_OPEN):
                put(f"items/{number % 5}/{number}", str(number).encode())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, few)
    assert all(blobs.get(f"items/{n % 5}/{n}") == str(n).encode() for n in range(3 * MOST_OPEN))


def test_nothing_half_written_stays(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    with pytest.raises(TypeError):
        blobs.put("items/x", "not bytes")  # type: ignore[arg-type]
    with pytest.raises(KeyError), blobs.together() as put:
        put("items/x", b"whole")
        raise KeyError("the block fails")
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


@pytest.mark.parametrize("key", ["../out", "items/../../out", "/etc/passwd", ""])
def test_keys_stay_inside(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="leaves the store"):
        LocalBlobs(tmp_path / "blobs").put(key, b"x")
