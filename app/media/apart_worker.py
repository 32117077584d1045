"""`python -m app.media.apart_worker`: decodes pictures that come in by its standard input, until that closes.

Each way two blocks (app/media/blocks.py): a header as JSON, then a file or pixels. See app/media/apart.py.
"""

import io
import json
import resource
import sys
from typing import Any

from PIL import Image
from pillow_heif import register_heif_opener

from app.media.blocks import read_block, write_block
from app.media.pixels import upright_rgb

MEMORY = 2_500_000_000
"""Bytes of address space, the interpreter, its libraries and their threads' stacks among them."""

DECODER_THREADS = 2


def main() -> None:
    """Works until the input closes; the kernel ends it where a picture costs too much."""
    register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=DECODER_THREADS)
    Image.MAX_IMAGE_PIXELS = None  # the limit comes with every picture
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for limit in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(limit, (0, 0))
    reader, writer = sys.stdin.buffer, sys.stdout.buffer
    while True:
        try:
            header, file = read_block(reader), read_block(reader)
        except EOFError:
            return
        said, pixels = _decoded(json.loads(header), file)
        write_block(writer, json.dumps(said).encode())
        write_block(writer, pixels)
        writer.flush()


def _decoded(asked: dict[str, Any], file: bytes) -> tuple[dict[str, Any], bytes]:
    _allow(asked["cpu_s"])
    try:
        picture = Image.open(io.BytesIO(file), formats=(asked["format"],))
        if _too_large(picture, asked):
            return {"too_large": picture.size}, b""
        picture.load()
        if _too_large(picture, asked):  # a decoder may find another size than the header's
            return {"too_large": picture.size}, b""
        seen = upright_rgb(picture, asked["orientation"], asked["enough"])
    except Exception as error:  # whatever a decoder raises is told, never what it was about
        return {"damaged": type(error).__name__}, b""
    return {"size": seen.size}, seen.tobytes()


def _too_large(picture: Image.Image, asked: dict[str, Any]) -> bool:
    width, height = picture.size
    return width * height > asked["most_pixels"] or max(width, height) > asked["longest_side"] or not width * height


def _allow(cpu_s: int) -> None:
    """So much processor time from now on; past it the kernel ends this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + 1 + cpu_s
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    main()
