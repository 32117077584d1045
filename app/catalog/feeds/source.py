"""A feed's file as bytes or as lines of text, whatever it is packed or encoded in; never more of it than is allowed.

Gzip (RFC 1952) is told by its first bytes, not by the file's name. What is unpacked counts against a limit, so that a
small file cannot become an endless one.
"""

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from app.errors import ImportFailed

GZIP = b"\x1f\x8b"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
LONGEST_LINE = 4_000_000
UNPACKED = 20_000_000_000
BUFFER = 1 << 18


@dataclass(slots=True)
class Meter:
    """How many bytes of the file, as it lies on disk, were read so far."""

    read: int = 0


@dataclass(frozen=True, slots=True)
class FeedSource:
    """One feed. `limit`: the most bytes it may have once it is unpacked; `meter` counts while anybody reads."""

    path: Path
    limit: int = UNPACKED
    meter: Meter = field(default_factory=Meter)

    @property
    def name(self) -> str:
        """What an error calls it."""
        return self.path.name

    @property
    def size(self) -> int:
        """Bytes on disk; 0 for a folder and for what is not there."""
        return self.path.stat().st_size if self.path.is_file() else 0

    @contextmanager
    def binary(self) -> Iterator[BinaryIO]:
        """The feed's bytes, unpacked.

        Raises:
            ImportFailed: missing, damaged, cut short, or larger than the limit.
        """
        try:
            with self.path.open("rb", buffering=0) as raw:
                packed = raw.read(len(GZIP)) == GZIP
                raw.seek(0)
                file = cast(BinaryIO, io.BufferedReader(_Counted(raw, self.meter), BUFFER))
                if packed:
                    unpacked = _Capped(self.name, gzip.GzipFile(fileobj=file), self.limit)
                    file = cast(BinaryIO, io.BufferedReader(unpacked, BUFFER))
                yield file
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise ImportFailed(f"{self.name} is damaged or cut short: {error}. Pack and send it again.") from error
        except OSError as error:
            raise ImportFailed(f"{self.path} cannot be read: {error.strerror or error}.") from error

    @contextmanager
    def lines(self) -> Iterator[Iterator[str]]:
        """The feed's lines with their ends, a byte order mark skipped; UTF-8, or UTF-16 where its mark says so.

        Raises:
            ImportFailed: as `binary`, or it is neither, or one line is longer than any feed's.
        """
        with self.binary() as file:
            encoding = encoding_of(cast(Any, file).peek(2))
            try:
                yield _bounded(self.name, io.TextIOWrapper(file, encoding=encoding, newline=""))
            except UnicodeDecodeError as error:
                reason = f"{self.name} is not UTF-8: {error.reason}. Save it as UTF-8 and try again."
                raise ImportFailed(reason) from error


def encoding_of(start: bytes) -> str:
    """What a text that begins so is read as."""
    return "utf-16" if start.startswith(UTF16) else "utf-8-sig"


def _bounded(name: str, text: io.TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise ImportFailed(f"{name}: line {number:,} is longer than {LONGEST_LINE:,} characters.")
        yield line


class _Counted(io.RawIOBase):
    """Tells a meter what is read."""

    def __init__(self, raw: io.FileIO, meter: Meter) -> None:
        self._raw = raw
        self._meter = meter
        meter.read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        count = self._raw.readinto(cast(bytearray, buffer)) or 0
        self._meter.read += count
        return count


class _Capped(io.RawIOBase):
    """Unpacked bytes, no more than `limit` of them."""

    def __init__(self, name: str, packed: gzip.GzipFile, limit: int) -> None:
        self._name = name
        self._packed = packed
        self._left = limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        count = self._packed.readinto(cast(bytearray, buffer))
        self._left -= count
        if self._left < 0:
            raise ImportFailed(f"{self._name} unpacks to more than is taken. Split it, or raise the limit.")
        return count
