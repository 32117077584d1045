"""Files that appear whole or not at all, and survive a power cut."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

PART = ".part-"
"""How a file begins that is still being written."""


@contextmanager
def appearing(path: Path) -> Iterator[BinaryIO]:
    """A file to write that becomes `path` when the block succeeds, and vanishes when it raises.

    In one step (POSIX `rename`), in place of what lay there. Its owner alone may read it.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=PART)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def sync(path: Path) -> None:
    """Make a file's bytes, or a folder's names, survive a power cut (POSIX `fsync`)."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
