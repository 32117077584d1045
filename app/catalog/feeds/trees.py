"""Files below a root: a folder, or a zip archive whose entries are read one by one."""

import struct
import zipfile
import zlib
from pathlib import Path
from typing import Protocol

from app.errors import ImportFailed

PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""Ways to pack that the library unpacks a piece at a time; of bzip2 and LZMA it takes whatever comes out at once."""

BROKEN = (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error, struct.error)
"""What reading an archive raises: a RuntimeError for an encrypted entry, as NotImplementedError for an unknown version,
a ValueError for a name that is no UTF-8."""


class Tree(Protocol):
    """Only names listed when it was opened can be read, so no name leads out of it."""

    def names(self) -> list[str]:
        """The paths of its files below the root, `/` between their parts."""
        ...

    def read(self, name: str, limit: int) -> bytes:
        """One of `names`. Raises ValueError, in words that follow the name: larger than `limit` bytes, or damaged."""
        ...


def open_tree(path: Path) -> Tree:
    """Raises ImportFailed when `path` is neither a folder nor a zip archive."""
    return FolderTree(path) if path.is_dir() else ZipTree(path)


class FolderTree:
    """A folder, in the order of its paths."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self) -> list[str]:
        return [p.relative_to(self._root).as_posix() for p in sorted(self._root.rglob("*")) if p.is_file()]

    def read(self, name: str, limit: int) -> bytes:
        path = self._root / name
        try:
            _check_size(path.stat().st_size, limit)
            return path.read_bytes()
        except OSError as error:
            raise ValueError(f"cannot be read: {error.strerror}") from error


class ZipTree:
    """A zip archive, in its own order."""

    def __init__(self, path: Path) -> None:
        try:
            self._archive = zipfile.ZipFile(path)
        except BROKEN as error:
            raise ImportFailed(f"{path.name} is no folder and no readable zip archive: {error}.") from error

    def names(self) -> list[str]:
        return [info.filename for info in self._archive.infolist() if not info.is_dir()]

    def read(self, name: str, limit: int) -> bytes:
        info = self._archive.getinfo(name)
        _check_size(info.file_size, limit)
        if info.compress_type not in PACKED:
            raise ValueError("cannot be unpacked: it is not deflated; pack it as any program does by default")
        try:
            with self._archive.open(info) as file:
                return file.read(limit)  # without a number all of it is unpacked before its size is looked at
        except BROKEN as error:
            raise ValueError(f"cannot be unpacked: {error}") from error


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise ValueError(f"has {size:,} bytes; at most {limit:,} are taken")
