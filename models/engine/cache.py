"""Embeddings seen lately, so that the same photo or words are not encoded twice."""

import hashlib
from collections import OrderedDict
from threading import Lock

from models.contracts import RGB, Vector
from models.registry import ModelSpec


class EmbeddingCache:
    """Least-recently-used vectors, bounded by entries. Safe to use from several threads.

    Vectors are stored read-only: what one caller got, another cannot change.
    """

    def __init__(self, entries: int) -> None:
        if entries < 0:
            raise ValueError(f"entries must not be negative, got {entries}")
        self._entries = entries
        self._vectors: OrderedDict[bytes, Vector] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._vectors)

    def get(self, key: bytes) -> Vector | None:
        with self._lock:
            vector = self._vectors.get(key)
            if vector is not None:
                self._vectors.move_to_end(key)
            return vector

    def put(self, key: bytes, vector: Vector) -> None:
        kept = vector.copy()
        kept.flags.writeable = False
        with self._lock:
            self._vectors[key] = kept
            self._vectors.move_to_end(key)
            while len(self._vectors) > self._entries:
                self._vectors.popitem(last=False)


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
