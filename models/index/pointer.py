"""Which version is live: two small files, each replaced in one step."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from models.contracts import IndexOvertaken
from models.durable import appearing, sync

CURRENT = "current"
PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class Pointer:
    """Names the live version and the one before it, in `root`.

    A name is written beside, flushed to the disk and renamed over the old one (POSIX `rename` is atomic), and the
    folder is flushed after: a reader sees the old name or the new one, a power cut leaves one of them.
    """

    root: Path

    def current(self) -> str | None:
        """The live version, intact or not; None before the first."""
        return self._read(CURRENT)

    def previous(self) -> str | None:
        """The version that was live before; None before the second."""
        return self._read(PREVIOUS)

    def move(self, version: str) -> None:
        """Make `version` the live one, at once for whoever reads next."""
        before = self.current()
        if before != version:
            self._change(before, version, lambda: None)

    def swap(self, before: str | None, version: str) -> None:
        """As `move`, but only while `before` is the live one. Raises IndexOvertaken where another is.

        It is looked at last a few microseconds before the name is replaced. There is no lock: a process that was
        stopped while it held one would keep every other from switching.
        """

        def sure() -> None:
            found = self.current()
            if found != before:
                raise IndexOvertaken(f"index {found} went live meanwhile")

        sure()
        self._change(before, version, sure)

    def _change(self, before: str | None, version: str, sure: Callable[[], None]) -> None:
        if before:
            # First, so that retention never finds the old one unnamed; killed in between, both name the live one.
            self._replace(PREVIOUS, before)
        self._replace(CURRENT, version, sure)

    def _read(self, name: str) -> str | None:
        try:
            return (self.root / name).read_text("utf-8", errors="replace").strip() or None
        except FileNotFoundError:
            return None

    def _replace(self, name: str, version: str, sure: Callable[[], None] = lambda: None) -> None:
        """`sure` is asked last, and raises where it is not to be."""
        with appearing(self.root / name) as file:
            file.write(f"{version}\n".encode())
            file.flush()
            os.fchmod(file.fileno(), 0o644)  # other processes of the service read it too
            os.fsync(file.fileno())
            sure()
        sync(self.root)
