"""Tiny models in the real formats, made where the encoders' tests make theirs."""

import pytest

from tests.models.encoders import conftest as tiny

offline = tiny.offline
open_clip_folder = tiny.open_clip_folder
clip_folder = tiny.clip_folder
siglip_folder = tiny.siglip_folder


@pytest.fixture(autouse=True, scope="module")
def calm(one_thread: None) -> None:
    """Every module here computes on one thread."""
