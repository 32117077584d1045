"""Where pictures are kept: a Protocol, and the local folder behind it."""

import datetime as dt
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from stat import S_ISREG
from typing import Protocol

from models.durable import PART, appearing, sync

MOST_OPEN = 64
"""Files that wait for the disk together."""

SYNCED_AT_ONCE = 8
"""Waits for the disk that overlap: a file system writes down as one what is asked of it together."""

Put = Callable[[str, bytes], None]
"""Takes a key and what is to lie under it."""


class BlobStore(Protocol):
    """Bytes under keys such as `items/ab/abcdef…`. Calls block; use a thread."""

    def put(self, key: str, data: bytes) -> None: ...

    def together(self) -> AbstractContextManager[Put]:
        """A `put` for many: each appears by the end of the block, which waits for the disk once for all of them. Where
        the block raises, what has not appeared never does.
        """
        ...

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
    """A folder. A file appears whole or not at all, and outlives a power cut once `put` returns or the block of
    `together` ends: whoever commits a row that names it must not find it empty afterwards.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def put(self, key: str, data: bytes) -> None:
        with self.together() as put:
            put(key, data)

    @contextmanager
    def together(self) -> Iterator[Put]:
        handles: list[int] = []
        folders: set[Path] = set()
        with ThreadPoolExecutor(SYNCED_AT_ONCE) as waiting:
            with ExitStack() as written:

                def appear() -> None:
                    list(waiting.map(os.fsync, handles))
                    written.close()
                    handles.clear()

                def put(key: str, data: bytes) -> None:
                    if len(handles) == MOST_OPEN:
                        appear()
                    path = self._path(key)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    # all the way up: a folder may be new, made here or by another who has not waited for the disk yet
                    folders.update(folder for folder in path.parents if folder.is_relative_to(self._root))
                    file = written.enter_context(appearing(path))
                    file.write(data)
                    file.flush()
                    handles.append(file.fileno())

                yield put
                appear()
            list(waiting.map(sync, folders))

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
            try:
                known = path.stat()
            except FileNotFoundError:  # whoever else clears up was here first
                continue
            if not S_ISREG(known.st_mode) or known.st_mtime >= moment.timestamp():
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
