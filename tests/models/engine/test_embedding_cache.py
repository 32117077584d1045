"""The cache: bounded, recent first, and keyed by content and model."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from models.engine import EmbeddingCache
from models.engine.cache import key_of
from models.registry import ModelSpec

SPEC = ModelSpec(name="m", revision="r1", dims=2, preprocess_version="p1")


def vector(value: float) -> np.ndarray:
    return np.array([value, 0], dtype=np.float32)


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
    mine[0] = 9
    kept = cache.get(b"a")
    assert kept is not None
    assert kept[0] == 1
    with pytest.raises(ValueError, match="read-only"):
        kept[0] = 5


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
