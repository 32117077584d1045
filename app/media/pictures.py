"""How pictures are kept: under a key by content, as they came where any browser shows them so."""

import io

from PIL import Image

SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
CONVERTED_QUALITY = 92


def picture_key(sha256: str) -> str:
    """Where the picture whose file has this hash lies in the blob store."""
    return f"items/{sha256[:2]}/{sha256}"


def kept_as_is(data: bytes) -> bool:
    """JPEG, PNG and WebP are stored as they came; everything else as WebP."""
    return data.startswith(SIGNATURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def to_keep(data: bytes, picture: Image.Image) -> bytes:
    """What is stored of a file that was decoded as `picture`."""
    return data if kept_as_is(data) else as_webp(picture, CONVERTED_QUALITY)


def as_webp(picture: Image.Image, quality: int) -> bytes:
    """A picture as a WebP file."""
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=quality)
    return out.getvalue()
