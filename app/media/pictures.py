"""How pictures are kept: under a key by content, as they came where any browser shows them so."""

SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


def picture_key(sha256: str) -> str:
    """Where the picture whose file has this hash lies in the blob store."""
    return f"items/{sha256[:2]}/{sha256}"


def kept_as_is(data: bytes) -> bool:
    """JPEG, PNG and WebP are stored as they came; everything else as WebP."""
    return data.startswith(SIGNATURES) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")
