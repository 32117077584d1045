"""Embeddings seen lately, so that the same photo or words are not encoded twice."""

import hashlib
import unicodedata
from collections import OrderedDict
from threading import Lock

from models.contracts import RGB
from models.engine.encoded import Encoded
from models.registry import ModelSpec

MEGABYTE = 1_000_000


class EmbeddingCache:
    """Least-recently-used encodings, bounded by entries and by bytes. Safe to use from several threads.

    They are stored read-only: what one caller got, another cannot change.
    """

    def __init__(self, entries: int, max_bytes: int = 64 * MEGABYTE) -> None:
        """Args: max_bytes: of all arrays together; a picture's tokens are fifteen times its vector."""
        if entries < 0 or max_bytes < 0:
            raise ValueError(f"entries and bytes must not be negative, got {entries} and {max_bytes}")
        self._entries, self._max_bytes = entries, max_bytes
        self._kept: OrderedDict[bytes, Encoded] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def nbytes(self) -> int:
        return self._bytes

    def get(self, key: bytes) -> Encoded | None:
        with self._lock:
            encoded = self._kept.get(key)
            if encoded is not None:
                self._kept.move_to_end(key)
            return encoded

    def put(self, key: bytes, encoded: Encoded) -> None:
        kept = encoded.frozen()
        with self._lock:
            before = self._kept.pop(key, None)
            self._bytes += kept.nbytes - (before.nbytes if before else 0)
            self._kept[key] = kept
            while len(self._kept) > self._entries or self._bytes > self._max_bytes:
                self._bytes -= self._kept.popitem(last=False)[1].nbytes


def normal(text: str | None) -> str:
    """Words as they are encoded and told apart: Unicode's composed form (NFC), one blank between words."""
    return " ".join(unicodedata.normalize("NFC", text).split()) if text else ""


def key_of(item: RGB | str, spec: ModelSpec, preprocessor_version: str) -> bytes:
    """What identifies an input to one model: its content, the model's revision and both preprocess versions.

    A picture's content is its decoded pixels with mode and size (the bytes of a 2x3 and a 3x2 picture can be the same).
    """
    digest = hashlib.sha256(f"{spec.revision}\0{spec.preprocess_version}\0{preprocessor_version}\0".encode())
    if isinstance(item, str):
        digest.update(b"text\0" + item.encode("utf-8", "surrogatepass"))
    else:
        digest.update(f"image\0{item.mode}\0{item.width}x{item.height}\0".encode())
        digest.update(item.tobytes())
    return digest.digest()
