"""Answers to liked and disliked items, alone and with words and photos."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.recommendations.examples import Example, query_of, seen_in, with_examples
from models.contracts import Weights
from tests.app.recommendations.conftest import Service
from tests.app.recommendations.making import item
from tests.app.recommendations.toys import photo


def examples(**weights: float) -> str:
    return json.dumps([{"item_id": id_.replace("_", "-"), "weight": weight} for id_, weight in weights.items()])


async def first(service: Service, **fields: Any) -> list[str]:
    answer = await service.post(outfits="0", limit="4", **fields)
    assert answer.status_code == 201, answer.text
    return [s["item"]["id"] for s in answer.json()["suggestions"]]


async def test_liked_items_are_answered_with_their_like_and_never_with_themselves(service: Service) -> None:
    answer = await service.post(examples=examples(dress_red=1, dress_blue=0.5))
    assert answer.status_code == 201
    body = answer.json()
    found = [s["item"]["id"] for s in body["suggestions"]]
    assert found[0].startswith("dress-") and not {"dress-red", "dress-blue"} & set(found)
    assert body["query"]["examples"] == [
        {"item_id": "dress-red", "weight": 1.0},
        {"item_id": "dress-blue", "weight": 0.5},
    ]
    assert "items" in body["suggestions"][0]["shares"] and "photo" not in body["suggestions"][0]["shares"]
    assert all(not piece["given"] for look in body["outfits"] for piece in look["items"])
    assert (await service.client.get(answer.headers["location"])).json()["suggestions"] == body["suggestions"]


async def test_words_and_photos_mix_with_examples(service: Service) -> None:
    assert (await first(service, examples=examples(dress_red=1), description="in blue"))[0] == "dress-blue"
    assert (await first(service, examples=examples(jeans_black=-1), description="jeans"))[0] != "jeans-black"
    answer = await service.post([photo()], examples=examples(dress_green=1, dress_black=-1), outfits="0")
    assert answer.json()["suggestions"][0]["item"]["id"].startswith("dress-")
    assert answer.json()["query"]["photo_kind"] == "garment"


BAD = [
    ("x", "JSON"),
    ("{}", "JSON"),
    ("[1]", "JSON"),
    ('[{"item_id": "dress-red", "weight": 2}]', "less than or equal to 1"),
    ('[{"item_id": "dress-red", "weight": 0}]', "must not be 0"),
    ('[{"item_id": "dress-red", "size": "M"}]', "not permitted"),
    ('[{"item_id": "dress-red"}, {"item_id": "dress-red"}]', "twice"),
    ('[{"item_id": "nope"}]', "'nope'"),
    ('[{"item_id": "perfume-none"}]', "perfume-none"),
    ('[{"item_id": "dress-red", "weight": -1}]', "nothing that is liked"),
    ('[{"item_id": "\\u0000"}]', "control characters"),
]


@pytest.mark.parametrize(("given_examples", "reason"), BAD)
async def test_bad_examples_are_named(service: Service, given_examples: str, reason: str) -> None:
    refused = await service.post(examples=given_examples)
    assert refused.status_code == 422
    error = refused.json()["errors"][0]
    assert error["field"].startswith("examples") and reason in error["reason"]


@given(st.lists(st.floats(-1, 1).filter(lambda w: abs(w) > 0.01), min_size=1, max_size=6), st.integers(0, 1000))
def test_the_query_is_a_direction_and_lies_nearer_to_what_is_liked(weights: list[float], seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(len(weights) + 1, 16)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    found = [Example(item(str(n)), row, weight) for n, (row, weight) in enumerate(zip(rows[1:], weights, strict=True))]
    before = query_of(Example(item("q"), rows[0], 1.0))
    after = with_examples(before, found, Weights())
    assert after is not None
    moved = after.parts[0].fused.vector
    assert np.linalg.norm(moved) == pytest.approx(1.0, abs=1e-5)
    if len(weights) == 1:
        assert np.sign(round(float((moved - rows[0]) @ rows[1]), 5)) in (0.0, np.sign(weights[0]))
    alone = with_examples(None, found, Weights())
    assert alone is not None or max(weights) <= 0
    assert all(0 < tag.confidence <= 1 for tag in seen_in(found))
