"""An answer's body, unpacked and counted while it comes in, so that neither a long one nor a bomb fills the memory."""

import zlib
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Mapping

from app.media.fetching.problems import FetchProblem

PIECE = 1 << 18
"""At most so many bytes are unpacked at once."""

PACKED = frozenset({"gzip", "x-gzip", "deflate"})
GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


async def body(headers: Mapping[str, str], chunks: AsyncIterable[bytes], limit: int) -> AsyncIterator[bytes]:
    """The content's bytes in pieces.

    We ask for no content coding (RFC 9110, section 8.4); servers that pack nevertheless are understood where they use
    gzip or deflate, and both sizes count.

    Raises:
        FetchProblem: more than `limit` bytes, none at all, or packed in a way that we do not read.
    """
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise _too_large(limit)
    coding = headers.get("content-encoding", "").strip().lower()
    if coding not in {"", "identity", *PACKED}:
        raise FetchProblem(f"was sent packed as {coding[:20]!r}, which was not asked for")
    pieces = _unpacked(chunks, limit) if coding in PACKED else chunks
    got = 0
    async for piece in pieces:
        got += len(piece)
        if got > limit:
            raise _too_large(limit)
        yield piece
    if not got:
        raise FetchProblem("gave an empty file")


async def _unpacked(chunks: AsyncIterable[bytes], limit: int) -> AsyncIterator[bytes]:
    unpacker = zlib.decompressobj(GZIP_OR_ZLIB)
    got = 0
    try:
        async for chunk in chunks:
            got += len(chunk)
            if got > limit:
                raise _too_large(limit)
            for piece in _pieces(unpacker, chunk):
                yield piece
    except zlib.error as error:
        raise FetchProblem("is damaged: it cannot be unpacked") from error
    if not unpacker.eof or unpacker.unused_data:
        raise FetchProblem("is damaged: it cannot be unpacked")


def _pieces(unpacker: "zlib._Decompress", chunk: bytes) -> Iterator[bytes]:
    waiting = chunk
    while waiting and not unpacker.eof:
        yield unpacker.decompress(waiting, PIECE)
        waiting = unpacker.unconsumed_tail


def _too_large(limit: int) -> FetchProblem:
    return FetchProblem(f"has more than {limit:,} bytes")
