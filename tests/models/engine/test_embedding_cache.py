"""The cache: bounded, recent first, and keyed by content and model."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from models.engine import EmbeddingCache, Encoded
from models.engine.cache import key_of
from models.registry import ModelSpec

SPEC = ModelSpec(name="m", revision="r1", dims=2, preprocess_version="p1")


def vector(value: float) -> Encoded:
    return Encoded(np.array([value, 0], dtype=np.float32))


def with_tokens(value: float) -> Encoded:
    """8 bytes of vector and 48 of tokens."""
    return Encoded(vector(value).vector, np.full((3, 4, 2), value, np.float16))


def test_the_least_recently_used_goes_first() -> None:
    cache = EmbeddingCache(2)
    cache.put(b"a", vector(1))
    cache.put(b"b", vector(2))
    assert cache.get(b"a") is not None
    cache.put(b"c", vector(3))
    assert cache.get(b"b") is None
    assert cache.get(b"a") is not None
    assert len(cache) == 2


def test_no_entries_means_no_cache() -> None:
    cache = EmbeddingCache(0)
    cache.put(b"a", vector(1))
    assert cache.get(b"a") is None


def test_one_caller_cannot_change_what_another_gets() -> None:
    cache = EmbeddingCache(1)
    mine = vector(1)
    cache.put(b"a", mine)
    mine.vector[0] = 9
    kept = cache.get(b"a")
    assert kept is not None
    assert kept.vector[0] == 1
    with pytest.raises(ValueError, match="read-only"):
        kept.vector[0] = 5


def test_tokens_are_kept_read_only_and_count() -> None:
    cache = EmbeddingCache(10, max_bytes=120)
    cache.put(b"a", with_tokens(1))
    kept = cache.get(b"a")
    assert kept is not None
    assert kept.tokens is not None
    assert kept.tokens.dtype == np.float16
    with pytest.raises(ValueError, match="read-only"):
        kept.tokens[0] = 5
    cache.put(b"a", with_tokens(2))
    assert (len(cache), cache.nbytes) == (1, 56)
    cache.put(b"b", with_tokens(3))
    cache.put(b"c", vector(4))
    assert (len(cache), cache.nbytes) == (3, 120)
    cache.put(b"d", vector(5))  # one too many: the oldest goes, with its bytes
    assert cache.get(b"a") is None
    assert (len(cache), cache.nbytes) == (3, 72)


def test_what_is_larger_than_the_cache_is_not_kept() -> None:
    cache = EmbeddingCache(10, max_bytes=50)
    cache.put(b"a", with_tokens(1))
    assert (len(cache), cache.nbytes) == (0, 0)
    with pytest.raises(ValueError, match="negative"):
        EmbeddingCache(1, max_bytes=-1)


def test_equal_pixels_share_a_key_and_anything_else_does_not() -> None:
    red = Image.new("RGB", (4, 6), "red")
    base = key_of(red, SPEC, "c1")
    assert key_of(red.copy(), SPEC, "c1") == base
    others = [
        key_of(Image.new("RGB", (6, 4), "red"), SPEC, "c1"),
        key_of(Image.new("RGB", (4, 6), "blue"), SPEC, "c1"),
        key_of(red, replace(SPEC, revision="r2"), "c1"),
        key_of(red, replace(SPEC, preprocess_version="p2"), "c1"),
        key_of(red, SPEC, "c2"),
        key_of("red", SPEC, "c1"),
    ]
    assert len({base, *others}) == len(others) + 1
