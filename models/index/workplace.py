"""Folders that are being built or deleted: nobody reads them, and a killed process leaves none for long."""

import fcntl
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TypeVar

from models.priority import background_threads

T = TypeVar("T")

BUILDING, DELETING, LOCK = ".building-", ".deleting-", ".lock-"
ABANDONED_SECONDS = 24 * 3600
"""For what has no lock to ask, being older than locks."""


@contextmanager
def workplace(root: Path) -> Iterator[Path]:
    """A new folder in `root` to build in. It is gone when the block ends, unless it was renamed.

    While the block runs, this process holds a lock beside the folder; the system lets go of it when the process is
    killed, and `sweep` removes what is no longer locked.
    """
    name = secrets.token_hex(8)
    lock, folder = root / f"{LOCK}{name}", root / f"{BUILDING}{name}"
    with lock.open("w") as held:
        try:
            _locked(held, fcntl.LOCK_EX)
            folder.mkdir(mode=0o755)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            lock.unlink(missing_ok=True)


def sweep(root: Path) -> list[str]:
    """Remove what killed builds and deletions left behind; returns the names of the folders."""
    gone = [path.name for path in root.glob(f"{DELETING}*")]
    for name in gone:
        shutil.rmtree(root / name, ignore_errors=True)
    for folder in root.glob(f"{BUILDING}*"):
        if _abandoned(root / folder.name.replace(BUILDING, LOCK), folder):
            shutil.rmtree(folder, ignore_errors=True)
            gone.append(folder.name)
    return gone


def delete(folder: Path) -> None:
    """Take a version away at once for whoever opens it, then its files. Those who have mapped them read on."""
    away = folder.with_name(f"{DELETING}{folder.name}")
    folder.rename(away)
    shutil.rmtree(away)


def quietly(work: Callable[[], T]) -> T:
    """Run `work` in a thread that yields to all others, as do those that FAISS starts for it, and wait for it."""
    with background_threads(1, "tryon-index") as thread:
        return thread.submit(work).result()


def _abandoned(lock: Path, folder: Path) -> bool:
    try:
        with lock.open("r+") as held:
            if not _locked(held, fcntl.LOCK_EX | fcntl.LOCK_NB):
                return False
            lock.unlink(missing_ok=True)
            return True
    except FileNotFoundError:
        return folder.exists() and time.time() - folder.stat().st_mtime > ABANDONED_SECONDS


def _locked(held: IO[str], how: int) -> bool:
    """Whether the lock was had: not while somebody holds it, and not on a share that knows no locks."""
    try:
        fcntl.flock(held, how)
    except OSError:
        return False
    return True
