"""Folders and zips of pictures, looked up by item id or by the name a feed gives."""

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

from app.errors import ImportFailed

SUFFIXES = frozenset({".webp", ".jpg", ".jpeg", ".png", ".heic", ".heif", ".gif", ".tif", ".tiff", ".bmp"})


class PictureSource(Protocol):
    """Pictures by name. Only names listed when it was opened can be read, so no name leads out of it."""

    def find(self, name: str) -> str | None:
        """The entry that `name` stands for: its path or file name, with or without suffix."""
        ...

    def read(self, entry: str, limit: int) -> bytes:
        """Raises ValueError when it has more than `limit` bytes or is damaged."""
        ...


class FolderPictures:
    """Pictures under a folder, at any depth."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._entries = _by_name(p.relative_to(root).as_posix() for p in sorted(root.rglob("*")) if p.is_file())

    def find(self, name: str) -> str | None:
        return self._entries.get(name)

    def read(self, entry: str, limit: int) -> bytes:
        path = self._root / entry
        try:
            _check_size(entry, path.stat().st_size, limit)
            return path.read_bytes()
        except OSError as error:
            raise ValueError(f"{entry} cannot be read: {error.strerror}") from error


class ZipPictures:
    """Pictures in a zip archive, read one by one."""

    def __init__(self, path: Path) -> None:
        """Raises ImportFailed when it is no zip archive."""
        try:
            self._archive = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise ImportFailed(f"{path} is no readable zip archive: {error}") from error
        self._entries = _by_name(i.filename for i in self._archive.infolist() if not i.is_dir())

    def find(self, name: str) -> str | None:
        return self._entries.get(name)

    def read(self, entry: str, limit: int) -> bytes:
        _check_size(entry, self._archive.getinfo(entry).file_size, limit)
        try:
            return self._archive.read(entry)
        # An encrypted entry is a RuntimeError, an unknown compression a NotImplementedError.
        except (OSError, zipfile.BadZipFile, zipfile.LargeZipFile, RuntimeError, EOFError, ValueError) as error:
            raise ValueError(f"{entry} cannot be unpacked: {error}") from error


class Pictures:
    """All sources of an import; the first that holds a picture wins."""

    def __init__(self, sources: Sequence[PictureSource]) -> None:
        self._sources = tuple(sources)

    @classmethod
    def open(cls, paths: Iterable[Path]) -> "Pictures":
        """Folders and zip archives. Raises ImportFailed when one can be neither."""
        return cls([_open(path) for path in paths])

    def __bool__(self) -> bool:
        return bool(self._sources)

    def read(self, ids: Iterable[str], names: Sequence[str], limit: int) -> tuple[list[bytes], list[str]]:
        """The pictures a feed names, else that of the first of `ids` which has one; and the names not found.

        Raises:
            ValueError: a picture is too large or damaged.
        """
        found = {name: self._find(name) for name in names}
        located = [place for place in found.values() if place is not None]
        if not located:
            located = [place for id_ in ids if (place := self._find(id_)) is not None][:1]
        missing = [name for name, place in found.items() if place is None]
        return [source.read(entry, limit) for source, entry in located], missing

    def _find(self, name: str) -> tuple[PictureSource, str] | None:
        for source in self._sources:
            entry = source.find(name)
            if entry is not None:
                return source, entry
        return None


def _open(path: Path) -> PictureSource:
    if path.is_dir():
        return FolderPictures(path)
    if path.is_file():
        return ZipPictures(path)
    raise ImportFailed(f"There is no folder or zip archive of pictures at {path}.")


def _by_name(entries: Iterable[str]) -> dict[str, str]:
    """Every way to name an entry: path or file name, with or without suffix; the first entry wins."""
    names: dict[str, str] = {}
    for entry in entries:
        path = PurePosixPath(entry)
        if path.suffix.casefold() not in SUFFIXES or path.name.startswith("."):
            continue
        for name in (entry, str(path.with_suffix("")), path.name, path.stem):
            names.setdefault(name, entry)
    return names


def _check_size(entry: str, size: int, limit: int) -> None:
    if size > limit:
        raise ValueError(f"{entry} has {size:,} bytes; at most {limit:,} are taken")
