"""How many pixels are decoded at one time in a process, whatever number of threads would like to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

MOST_PIXELS = 100_000_000
"""At up to 9 bytes a pixel while a transparent picture is laid on white: 900 MB at the very worst."""


class Room:
    """Lets work begin while all that is under way has at most `most` pixels; what is larger than that goes alone."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0
        self._changed = threading.Condition()

    @contextmanager
    def of(self, pixels: int) -> Iterator[None]:
        """Blocks until there is room."""
        with self._changed:
            self._changed.wait_for(lambda: not self._taken or self._taken + pixels <= self._most)
            self._taken += pixels
        try:
            yield
        finally:
            with self._changed:
                self._taken -= pixels
                self._changed.notify_all()


ROOM = Room(MOST_PIXELS)
