"""Where pictures are kept: a Protocol, and the local folder behind it."""

import datetime as dt
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

PART = ".part-"
"""How a file begins that is still being written."""


class BlobStore(Protocol):
    """Bytes under keys such as `items/ab/abcdef…`. Calls block; use a thread."""

    def put(self, key: str, data: bytes) -> None: ...

    def get(self, key: str) -> bytes:
        """Raises KeyError when there is nothing under `key`."""
        ...

    def delete(self, key: str, *, before: dt.datetime | None = None) -> None:
        """Removes it, or with `before` only what was last put before that; nothing under `key` is fine."""
        ...

    def unchanged_since(self, prefix: str, moment: dt.datetime) -> Iterator[str]:
        """Keys that begin with `prefix` and were last put before `moment`."""
        ...


class LocalBlobs:
    """A folder. A file appears whole or not at all."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def put(self, key: str, data: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=PART)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise KeyError(key) from None

    def delete(self, key: str, *, before: dt.datetime | None = None) -> None:
        path = self._path(key)
        with suppress(FileNotFoundError):
            if before is None or path.stat().st_mtime < before.timestamp():
                path.unlink()

    def unchanged_since(self, prefix: str, moment: dt.datetime) -> Iterator[str]:
        """What a killed writer left half written has no key: it is removed on the way."""
        for path in self._path(prefix).rglob("*"):
            if not path.is_file() or path.stat().st_mtime >= moment.timestamp():
                continue
            if path.name.startswith(PART):
                path.unlink(missing_ok=True)
            else:
                yield path.relative_to(self._root).as_posix()

    def _path(self, key: str) -> Path:
        path = (self._root / key).resolve()
        if not path.is_relative_to(self._root) or path == self._root:
            raise ValueError(f"blob key leaves the store: {key!r}")
        return path
