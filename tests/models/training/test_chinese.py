"""A finished model learns Chinese words, also new ones, and forgets no English."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch

from models.encoders import load_encoder
from models.training import towers, vocabulary
from models.training.config import Recipe
from models.training.export import write_weights
from models.training.prepare import TextTower
from models.training.start import load_start
from models.training.towers import Towers, teach_finished
from tests.models.training.tiny import tiny_model

GLOSSES = {"红色": "red", "连衣裙": "dress", "蓝": "blue", "衬衫": "shirt"}
PAIRS = [("red dress", "红色连衣裙"), ("blue dress", "蓝连衣裙"), ("red shirt", "红色衬衫"), ("shirt", "衬衫")] * 32


def taught(start: Path, out: Path, epochs: int) -> float:
    begun = load_start(start, out)
    transformer = begun.model.get_submodule("text.transformer").requires_grad_(False)
    text = TextTower(transformer, begun.tokenizer, 16, out, begun.revision, lambda *_: None)
    made = Towers(begun.model, text, cast("Any", None), begun.revision)
    cosine = teach_finished(
        made, cast("Recipe", SimpleNamespace(seed=1, lessons=1, lesson_epochs=epochs, text_length=16)), out
    )
    write_weights(begun.model, out)
    (out / "tryon.json").write_bytes((start / "tryon.json").read_bytes())
    return cosine


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(towers, "lessons", lambda _rng, _count: PAIRS)
    monkeypatch.setattr(vocabulary, "lexicon", lambda: GLOSSES)
    monkeypatch.setattr(vocabulary, "characters", lambda: {"裙": "dress"})
    torch.manual_seed(0)
    return tiny_model(tmp_path / "start")


def test_new_words_meet_their_english_and_english_stays(start: Path, tmp_path: Path) -> None:
    english = ["red dress", "blue dress", "shirt", "summer party"]
    before = load_encoder(str(start), device="cpu").encode_texts(english)
    cosine = taught(start, tmp_path / "once", epochs=30)
    encoder = load_encoder(str(tmp_path / "once"), device="cpu")
    np.testing.assert_array_equal(encoder.encode_texts(english), before)
    said = encoder.encode_texts(["红色连衣裙", "蓝连衣裙", "衬衫", "红色"])
    met = (said[:3] * before[:3]).sum(1)
    assert met.min() > 0.9
    assert cosine == pytest.approx(float(met.mean()), abs=0.1)
    assert not np.array_equal(said[3], encoder.encode_texts(["zyx"])[0])  # known, no [UNK]


def test_words_taught_once_are_taught_again_and_none_is_put_in_twice(start: Path, tmp_path: Path) -> None:
    taught(start, tmp_path / "once", epochs=1)
    taught(tmp_path / "once", tmp_path / "twice", epochs=30)
    once, twice = (load_start(tmp_path / name, tmp_path / "s" / name) for name in ("once", "twice"))
    assert once.tokenizer.get_vocab() == twice.tokenizer.get_vocab()
    tables = [
        begun.model.get_parameter("text.transformer.embeddings.word_embeddings.weight") for begun in (once, twice)
    ]
    moved = (tables[0] != tables[1]).any(1)
    ids = once.tokenizer.get_vocab()
    assert all(moved[ids[word]] for word in ("红色", "连衣裙", "衬衫"))
    assert not moved[: ids["red"] + 1].any()
