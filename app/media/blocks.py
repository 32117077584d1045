"""What goes over a pipe between two processes of ours: blocks, each a length and so many bytes."""

import struct
from typing import IO

LENGTH = struct.Struct(">I")


def write_block(stream: IO[bytes], data: bytes) -> None:
    stream.write(LENGTH.pack(len(data)))
    stream.write(data)


def read_block(stream: IO[bytes]) -> bytes:
    """The next block. Raises EOFError when the stream ends first."""
    (length,) = LENGTH.unpack(_exactly(stream, LENGTH.size))
    return _exactly(stream, length)


def _exactly(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data
