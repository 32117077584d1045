"""A folder or zip archive of pictures as a feed: each picture an item.

The id is the file's name without its suffix, the kind the name of the folder it lies in. A JSON object beside it,
`<name>.json`, may say more, in the fields of JSON lines; what it says wins.
"""

import json
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from app.catalog.feeds.pictures import SUFFIXES
from app.catalog.feeds.rows import FeedRow
from app.catalog.feeds.source import FeedSource
from app.errors import ImportFailed

SIDECAR = ".json"
LONGEST_SIDECAR = 1_000_000


class Tree(Protocol):
    """Files by their paths below the root."""

    def names(self) -> list[str]: ...

    def read(self, name: str) -> bytes:
        """Raises ValueError when it is too large or cannot be read."""
        ...


def read_folder(source: FeedSource) -> Iterator[FeedRow]:
    """A row for every picture, in the order of their paths. Raises ImportFailed when there is none."""
    tree = _FolderTree(source.path) if source.path.is_dir() else _ZipTree(source.path)
    names = tree.names()
    sidecars = {name for name in names if name.casefold().endswith(SIDECAR)}
    pictures = [name for name in names if _is_picture(PurePosixPath(name))]
    if not pictures:
        raise ImportFailed(f"{source.name} holds no pictures ({', '.join(sorted(SUFFIXES))}).")
    for number, name in enumerate(pictures, start=1):
        yield _row(number, PurePosixPath(name), tree, sidecars)


def _is_picture(path: PurePosixPath) -> bool:
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return path.suffix.casefold() in SUFFIXES and not hidden


def _row(number: int, path: PurePosixPath, tree: Tree, sidecars: set[str]) -> FeedRow:
    values: dict[str, Any] = {"id": path.stem, "kind": " > ".join(path.parent.parts), "pictures": [str(path)]}
    sidecar = str(path.with_suffix(SIDECAR))
    if sidecar not in sidecars:
        return FeedRow(number, values)
    try:
        said = json.loads(tree.read(sidecar), parse_float=Decimal)
        if not isinstance(said, dict):
            raise ValueError("is no JSON object")
    except (ValueError, RecursionError) as error:
        return FeedRow(number, values, problem=f"{sidecar}: {error}")
    return FeedRow(number, values | said)


class _FolderTree:
    def __init__(self, root: Path) -> None:
        self._root = root

    def names(self) -> list[str]:
        return sorted(p.relative_to(self._root).as_posix() for p in self._root.rglob("*") if p.is_file())

    def read(self, name: str) -> bytes:
        path = self._root / name
        try:
            if path.stat().st_size > LONGEST_SIDECAR:
                raise ValueError(f"has more than {LONGEST_SIDECAR:,} bytes")
            return path.read_bytes()
        except OSError as error:
            raise ValueError(f"cannot be read: {error.strerror}") from error


class _ZipTree:
    def __init__(self, path: Path) -> None:
        try:
            self._archive = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise ImportFailed(f"{path.name} is no folder and no readable zip archive: {error}.") from error

    def names(self) -> list[str]:
        return sorted(info.filename for info in self._archive.infolist() if not info.is_dir())

    def read(self, name: str) -> bytes:
        if self._archive.getinfo(name).file_size > LONGEST_SIDECAR:
            raise ValueError(f"has more than {LONGEST_SIDECAR:,} bytes")
        try:
            return self._archive.read(name)
        # An encrypted entry is a RuntimeError, an unknown compression a NotImplementedError.
        except (OSError, zipfile.BadZipFile, RuntimeError, EOFError) as error:
            raise ValueError(f"cannot be unpacked: {error}") from error
