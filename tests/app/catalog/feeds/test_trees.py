"""Folders and archives of pictures: what is found in them, and archives that are damaged or made to hurt."""

import io
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalog.feeds.pictures import Pictures
from app.catalog.feeds.trees import open_tree
from app.errors import ImportFailed

MEGABYTE = 1_000_000
TEXT = bytes(range(256)) * 40


def archive(kind: int = zipfile.ZIP_DEFLATED, **files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as packed:
        for name, data in files.items():
            packed.writestr(f"{name}.jpg", data)
    return out.getvalue()


def read(data: bytes, folder: Path, name: str = "a.jpg", limit: int = MEGABYTE) -> bytes:
    (folder / "pictures.zip").write_bytes(data)
    return open_tree(folder / "pictures.zip").read(name, limit)


def test_every_way_to_name_a_picture(tmp_path: Path) -> None:
    for name in ("x/a.jpg", "b.PNG", ".thumbnails/a.jpg", "__MACOSX/x/a.jpg", "x/notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    pictures = Pictures.open([tmp_path])
    for name in ("x/a.jpg", "x/a", "a.jpg", "a"):
        assert pictures.read((), [name], MEGABYTE) == ([b"x/a.jpg"], []), name
    assert pictures.read(("none", "b"), (), MEGABYTE) == ([b"b.PNG"], [])
    assert pictures.read(("b",), ["notes", "../b.PNG"], MEGABYTE) == ([b"b.PNG"], ["notes", "../b.PNG"])
    with pytest.raises(ValueError, match=r"b\.PNG has 5 bytes; at most 4 are taken"):
        pictures.read((), ["b"], 4)


def test_a_damaged_entry_is_a_reason_and_the_next_is_read(tmp_path: Path) -> None:
    data = bytearray(archive(a=TEXT, b=TEXT))
    data[30 + len("a.jpg")] = 0x07  # its first block is of a kind that there is not (RFC 1951, section 3.2.3)
    with pytest.raises(ValueError, match="cannot be unpacked"):
        read(bytes(data), tmp_path)
    assert read(bytes(data), tmp_path, "b.jpg") == TEXT


def test_an_entry_that_is_larger_than_it_says_is_unpacked_no_further(tmp_path: Path) -> None:
    data = bytearray(archive(a=bytes(60 * MEGABYTE)))
    struct.pack_into("<I", data, data.index(b"PK\x01\x02") + 24, 1_000)
    (tmp_path / "pictures.zip").write_bytes(data)
    tree = open_tree(tmp_path / "pictures.zip")
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match="cannot be unpacked"):
            tree.read("a.jpg", MEGABYTE)
        assert tracemalloc.get_traced_memory()[1] < 4 * MEGABYTE
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_can_only_be_unpacked_at_once_is_not(tmp_path: Path, kind: int) -> None:
    with pytest.raises(ValueError, match="not deflated"):
        read(archive(kind, a=TEXT), tmp_path)


WHOLE = archive(a=TEXT, ü=TEXT, c=b"")


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_damage_escapes_as_another_error(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    damaged = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    path = tmp_path_factory.getbasetemp() / "damaged.zip"
    path.write_bytes(damaged)
    try:
        tree = open_tree(path)
    except ImportFailed:
        return
    for name in tree.names():
        try:
            tree.read(name, MEGABYTE)
        except ValueError as error:
            assert str(error)
