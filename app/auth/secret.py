"""What a key looks like, and the little of it that is kept. Pure but for its dice."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

LABEL_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""No letters or digits that a person mistakes for another."""

LABEL_CHARS = 8
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Minted:
    """A new key: `text` is shown once, `prefix` (its public beginning) and `digest` are kept."""

    text: str
    prefix: str
    digest: str


def mint(scope: str) -> Minted:
    """A key such as `tryon_shop_k3m9x7qa_…`: a label to recognise it by, then 256 random bits."""
    prefix = f"tryon_{scope}_{''.join(secrets.choice(LABEL_ALPHABET) for _ in range(LABEL_CHARS))}"
    text = f"{prefix}_{secrets.token_urlsafe(SECRET_BYTES)}"
    return Minted(text, prefix, digest(text))


def digest(key: str) -> str:
    """SHA-256, in hex: of 256 random bits nothing can be guessed, so a slow hash would add nothing."""
    return hashlib.sha256(key.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two digests are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
