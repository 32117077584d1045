"""A closer look at the best candidates: what is compared, how far it moves them, and where it shows."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app.recommendations.ranking import ranking
from app.recommendations.rerank import CloserLook, closer_look
from app.recommendations.wanted import Wanted
from app.settings import IndexSettings, RankingSettings, RerankSettings
from models.contracts import Fused
from models.encoders.fake import FakeTokenEncoder
from models.engine import QueryPart
from models.interaction.condense import condensed
from tests.app.conftest import Whole, serving
from tests.app.recommendations.making import CURVE, item, pool

DIMS = 32
SETTINGS = RerankSettings(depth=3, words=0.5, photo=0.8)
WHOLE = (0.0, 0.0, 1.0, 1.0)


def tokens(seed: int, count: int = 4) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).normal(size=(count, DIMS))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


ITEMS = np.stack([condensed([tokens(n)], [WHOLE], 4) for n in range(6)])


def part(photo: bool, text: float) -> QueryPart:
    fused = Fused(tokens(9)[0], "attention", 1 - text, text)
    return QueryPart(fused, tokens(9)[0], None, tokens=tokens(3).reshape(2, 2, DIMS) if photo else None)


def test_words_speak_as_far_as_the_fusion_heeded_them_and_a_photo_where_nothing_is_said() -> None:
    both = closer_look(part(photo=True, text=0.4), tokens(1), ITEMS, SETTINGS)
    assert both is not None
    assert np.array_equal(both.tokens, tokens(1))
    assert both.weight == pytest.approx(0.2)
    alone = closer_look(part(photo=True, text=0.0), None, ITEMS, SETTINGS)
    assert alone is not None
    assert np.array_equal(alone.tokens, tokens(3))
    assert alone.weight == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("photo", "words", "items", "settings"),
    [
        (True, None, None, SETTINGS),  # an index without tokens
        (False, None, ITEMS, SETTINGS),  # an encoder without tokens
        (True, None, ITEMS, SETTINGS.model_copy(update={"depth": 0})),
        (True, None, ITEMS, SETTINGS.model_copy(update={"photo": 0.0})),
    ],
)
def test_nothing_is_looked_at_where_there_is_nothing_to_look_with(
    photo: bool, words: Any, items: Any, settings: RerankSettings
) -> None:
    assert closer_look(part(photo, 0.0), words, items, settings) is None


def test_only_the_best_are_looked_at_and_what_has_no_tokens_is_left_where_it_is() -> None:
    items = ITEMS.copy()
    items[4] = 0
    stands = CloserLook(tokens(3), items, 3, 1.0)([5, 4, 3, 2], np.array([0.9, 0.8, 0.7, 0.1]))
    assert np.isnan(stands).tolist() == [False, True, False, True]
    assert stands[2] > stands[0], "row 3 is what the query shows"


def test_what_fits_closer_rises_and_the_part_says_why() -> None:
    things = [item(str(n)) for n in range(4)]
    found = pool(things, [0.50, 0.49, 0.48, 0.2])
    settings = RankingSettings(diversity=0.0)
    plain = ranking(found, Wanted(), CURVE, settings, 4).shown
    assert [r.item.id for r in plain] == ["0", "1", "2", "3"]
    look = CloserLook(tokens(2), ITEMS, 3, 1.0)
    shown = ranking(found, Wanted(), CURVE, settings, 4, closer=look).shown
    assert shown[0].item.id == "2"
    assert shown[0].parts["tokens"] > 0
    assert "tokens" not in shown[-1].parts
    assert shown[-1].score == plain[-1].score, "what is not looked at keeps its score"
    assert all(0 <= r.score <= 1 for r in shown)
    unmoved = ranking(found, Wanted(), CURVE, settings, 4, closer=replace(look, items=np.zeros_like(ITEMS))).shown
    assert [(r.item.id, r.score) for r in unmoved] == [(r.item.id, r.score) for r in plain]


@pytest.fixture(scope="module")
async def looking(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    ranking = RankingSettings(rerank=RerankSettings(depth=3, words=0.5, photo=0.5))
    folder: Path = tmp_path_factory.mktemp("looking")
    kept = IndexSettings(tokens=2)
    async with serving(folder, encoder=FakeTokenEncoder(), ranking=ranking, index=kept) as running:
        yield running


async def _parts(running: Whole, mode: str = "hybrid") -> list[dict[str, float]]:
    answer = await running.post(description="red dress", mode=mode, limit="5")
    assert answer.status_code == 201, answer.text
    return [one["parts"] for one in answer.json()["suggestions"]]


async def test_answers_show_the_part_of_those_looked_at(looking: Whole) -> None:
    parts = await _parts(looking)
    assert sum("tokens" in one for one in parts) == 3
    assert all(-1 <= one.get("tokens", 0) <= 1 for one in parts)


async def test_semantic_answers_are_one_search_and_nothing_else(looking: Whole) -> None:
    assert all(set(one) == {"image"} for one in await _parts(looking, "semantic"))


async def test_a_model_without_tokens_answers_without_the_part(whole: Whole) -> None:
    assert all("tokens" not in one for one in await _parts(whole))
