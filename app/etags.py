"""Validators of what is drawn or rendered from the same facts each time (RFC 9110, section 8.8.3)."""

import hashlib


def etag_of(*parts: object) -> str:
    """A strong ETag, quotes and all, of everything that the answer is made from."""
    return f'"{hashlib.sha256(" ".join(map(str, parts)).encode()).hexdigest()[:32]}"'


def matches(if_none_match: str | None, etag: str) -> bool:
    """Weak comparison, as RFC 9110 section 13.1.2 asks of If-None-Match."""
    given = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    return "*" in given or etag in given
