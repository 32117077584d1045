"""Zero-shot: probabilities that add up, and tags that follow the nearest prompt."""

import hashlib
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image

from models.contracts import Matrix, Vector
from models.registry import ModelSpec
from models.taxonomy import taxonomy
from models.zero_shot import AttributeTagger, classify
from models.zero_shot.prompts import KIND, prompts

DIMS = 4096


class BagOfWords:
    """Each word has a direction of its own; a text points along its words."""

    spec = ModelSpec(name="words", revision="r", dims=DIMS, preprocess_version="p", temperature=50)

    async def encode_texts(self, texts: Sequence[str]) -> Matrix:
        return np.stack([direction(t) for t in texts])


def direction(text: str) -> Vector:
    vector = np.zeros(DIMS, dtype=np.float32)
    for word in text.split():
        vector[int.from_bytes(hashlib.sha256(word.encode()).digest()[:4]) % DIMS] += 1
    return vector / np.linalg.norm(vector)


def test_probabilities_follow_the_cosines() -> None:
    labels = np.eye(3, dtype=np.float32)
    image = np.array([0.6, 0.8, 0], dtype=np.float32)
    found = classify(image, labels, 10)
    assert found.sum() == pytest.approx(1)
    expected = np.exp([6, 8, 0])
    np.testing.assert_allclose(found, expected / expected.sum(), rtol=1e-5)


def test_a_steep_temperature_does_not_overflow_and_no_labels_give_none() -> None:
    labels = np.eye(2, dtype=np.float32)
    np.testing.assert_allclose(classify(labels[0], labels, 1e6), [1, 0])
    assert classify(labels[0], labels[:0], 100).shape == (0,)


async def test_tags_name_kind_colour_and_gender() -> None:
    tagger = await AttributeTagger.build(BagOfWords())
    tags = {t.name: t for t in tagger.tag(direction("red trousers women"))}
    assert {name: t.value for name, t in tags.items()} == {"kind": "trousers", "colour": "red", "gender": "women"}
    assert all(0 < t.confidence <= 1 for t in tags.values())


async def test_a_tag_tells_what_else_it_may_be() -> None:
    tagger = await AttributeTagger.build(BagOfWords())
    jeans, trousers = (tagger.senses[prompts(taxonomy().kinds[kind].en, KIND)] for kind in ("jeans", "trousers"))
    kind = tagger.tag((jeans + trousers) / np.linalg.norm(jeans + trousers))[0]
    assert kind.chances.keys() >= {"jeans", "trousers"}
    assert kind.chances[kind.value] == kind.confidence == max(kind.chances.values())
    assert sum(kind.chances.values()) == pytest.approx(1.0, abs=0.1)


async def test_runners_up_come_in_order_and_never_what_nobody_wears() -> None:
    tagger = await AttributeTagger.build(BagOfWords())
    kinds = [t for t in tagger.tag(direction("jeans perfume"), top=5) if t.name == "kind"]
    assert len({t.value for t in kinds}) == 5
    assert [t.confidence for t in kinds] == sorted((t.confidence for t in kinds), reverse=True)
    assert kinds[0].value == "jeans"
    everything = tagger.tag(direction("perfume"), top=10_000)
    worn = {k.id for k in taxonomy().kinds.values() if k.worn}
    assert {t.value for t in everything if t.name == "kind"} == worn


async def test_colours_are_families() -> None:
    tagger = await AttributeTagger.build(BagOfWords())
    (colour,) = [t for t in tagger.tag(direction("navy blue")) if t.name == "colour"]
    assert colour.value == "blue"


async def test_what_a_shop_sells_much_of_is_likelier_but_a_clear_picture_wins() -> None:
    tagger = await AttributeTagger.build(BagOfWords())

    def kind(words: str, stocked: dict[str, int]) -> str:
        return next(t.value for t in tagger.tag(direction(words), stocked=stocked) if t.name == "kind")

    torn = "tunic kurti"
    assert kind(torn, {"tunic": 400}) == "tunic"
    assert kind(torn, {"kurti": 400}) == "kurti"
    assert kind("jeans skirt", {"jeans": 400}) == "skirt"
    plain = tagger.tag(direction(torn))
    assert tagger.tag(direction(torn), stocked={}) == plain


async def test_pixels_decide_between_colours_the_words_leave_open() -> None:
    tagger = await AttributeTagger.build(BagOfWords())
    unsure = direction("dress")
    for name in ("blue", "red"):
        crop = Image.new("RGB", (60, 80), taxonomy().colours[name].rgb)
        assert next(t.value for t in tagger.tag(unsure, crops=[crop]) if t.name == "colour") == name
