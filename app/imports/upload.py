"""A multipart body (RFC 7578) of any size straight to disk: a feed, an archive of pictures, a few short fields."""

import asyncio
import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from app.errors import FieldError, InvalidRequest
from app.imports.files import safe_name
from app.multipart import refuse

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

WRITTEN_AT_ONCE = 1 << 20
LONGEST_FIELD = 100_000
MOST_FAULTS = 20
"""Wrong parts that are named; a body with more of them is read no further."""

MULTIPART = "multipart/form-data"


@dataclass(slots=True)
class Upload:
    """What a form held: text by field, and files where they now lie."""

    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)


async def stream_to(folder: Path, request: Request, *, files: Collection[str], fields: Collection[str]) -> Upload:
    """Read the body of a request into `folder`, a folder for each of its files.

    Raises:
        InvalidRequest: no readable form, or unknown, repeated or endless fields; each is named.
        OSError: the disk is full.
    """
    kind, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary")
    if kind.decode("latin-1").lower() != MULTIPART or not boundary:
        reason = f"must be {MULTIPART} with 'feed', or JSON with 'url'"
        raise InvalidRequest(f"The body {reason}.", fields=[FieldError("body", reason)])
    parts = _Parts(folder, files, fields)
    try:
        parser = MultipartParser(boundary, parts.callbacks())
        waiting = bytearray()
        async for chunk in request.stream():
            waiting += chunk
            if len(waiting) >= WRITTEN_AT_ONCE:
                await asyncio.to_thread(parser.write, bytes(waiting))
                waiting.clear()
        await asyncio.to_thread(parser.write, bytes(waiting))
    except FormParserError as error:
        reason = f"could not be read as a form: {error}"
        raise InvalidRequest(f"The body {reason}.", fields=[FieldError("body", reason)]) from error
    finally:
        parts.close()
    if not parts.ended:
        parts.errors.append(FieldError("body", "ends in the middle of a part; send all of it"))
    refuse(parts.errors)
    return parts.upload


def digest_of(path: Path) -> bytes:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


class _Parts:
    """Told of the parts of a form as they come in."""

    def __init__(self, folder: Path, files: Collection[str], fields: Collection[str]) -> None:
        self._folder, self._files, self._fields = folder, files, fields
        self._header = bytearray(), bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._name = ""
        self._text: bytearray | None = None
        self._file: BinaryIO | None = None
        self.upload = Upload()
        self.errors: list[FieldError] = []
        self.ended = False

    def callbacks(self) -> "MultipartCallbacks":
        """As the parser names them."""
        return {
            "on_part_begin": self._headers.clear,
            "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
            "on_header_end": self._header_end,
            "on_headers_finished": self._begin,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._whole,
        }

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _whole(self) -> None:
        self.ended = True

    def _header_end(self) -> None:
        name, value = self._header
        self._headers[bytes(name).lower()] = bytes(value)
        name.clear()
        value.clear()

    def _begin(self) -> None:
        if len(self.errors) >= MOST_FAULTS:
            raise FormParserError(f"more than {MOST_FAULTS} of its parts are wrong")
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        filename = options.get(b"filename")
        self._text, self._file = None, None
        if self._name in self.upload.fields or self._name in self.upload.files:
            self.errors.append(FieldError(self._name, "is given twice; send it once"))
        elif self._name in self._files and filename is not None:
            self._open(filename.decode("utf-8", "replace"))
        elif self._name in self._files:
            self.errors.append(FieldError(self._name, "must be a file, not text"))
        elif self._name in self._fields and filename is None:
            self._text = bytearray()
        elif self._name in self._fields:
            self.errors.append(FieldError(self._name, "must be text, not a file"))
        else:
            known = ", ".join((*self._files, *self._fields))
            self.errors.append(FieldError(self._name[:64], f"is unknown; known are {known}"))

    def _open(self, filename: str) -> None:
        folder = self._folder / self._name
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / safe_name(filename, self._name)
        self._file = path.open("wb")
        self.upload.files[self._name] = path

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None:
            self._file.write(memoryview(data)[start:end])
        elif self._text is not None:
            self._text += data[start:end]
            if len(self._text) > LONGEST_FIELD:
                self.errors.append(FieldError(self._name, f"has more than {LONGEST_FIELD:,} bytes"))
                self._text = None

    def _end(self) -> None:
        if self._text is not None:
            try:
                self.upload.fields[self._name] = self._text.decode("utf-8")
            except UnicodeDecodeError:
                self.errors.append(FieldError(self._name, "is not UTF-8"))
        self.close()
