"""Tiny models in the real formats, made where the encoders' tests make theirs, and a small drawn comparison."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

_path = Path(__file__).parents[1] / "encoders" / "conftest.py"
_spec = importlib.util.spec_from_file_location("tiny_encoders", _path)
assert _spec is not None
assert _spec.loader is not None
_tiny = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_tiny)

offline = _tiny.offline
open_clip_folder = _tiny.open_clip_folder
clip_folder = _tiny.clip_folder
siglip_folder = _tiny.siglip_folder


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
