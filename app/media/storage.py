"""Where pictures are kept: a Protocol, and the local folder behind it."""

import os
import tempfile
from pathlib import Path
from typing import Protocol


class BlobStore(Protocol):
    """Bytes under keys such as `items/ab/abcdef…`. Calls block; use a thread."""

    def put(self, key: str, data: bytes) -> None: ...

    def get(self, key: str) -> bytes:
        """Raises KeyError when there is nothing under `key`."""
        ...

    def delete(self, key: str) -> None:
        """Removes it; nothing under `key` is fine."""
        ...


class LocalBlobs:
    """A folder. A file appears whole or not at all."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def put(self, key: str, data: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")
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

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        path = (self._root / key).resolve()
        if not path.is_relative_to(self._root) or path == self._root:
            raise ValueError(f"blob key leaves the store: {key!r}")
        return path
