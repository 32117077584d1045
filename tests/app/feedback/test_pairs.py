"""What shoppers said and took, as a training folder has it."""

import datetime as dt
from pathlib import Path

import pytest

from app.catalog.training_export import export_for_training
from app.feedback.events import Deed, EventKind
from app.feedback.memory import weights_of
from app.feedback.pairs import Taken, pairs_of
from app.feedback.settings import FeedbackSettings
from app.media.storage import LocalBlobs
from app.settings import LimitSettings
from tests.app.feedback.conftest import Counter
from tests.app.recommendations.toys import photo

DAY = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)


def taken(shopper: str, words: str, event: str, item: str, hour: int = 0) -> Taken:
    return Taken(shopper, words, Deed(item, EventKind(event), DAY + dt.timedelta(hours=hour)))


def test_takes_of_all_shoppers_add_up_and_refusals_are_no_pairs() -> None:
    found = pairs_of(
        [
            taken("a", "red dress", "like", "1"),
            taken("b", "red dress", "purchase", "1"),
            taken("b", "red dress", "dislike", "2"),
            taken("b", "red dress", "purchase", "3", hour=1),
            taken("b", "red dress", "return", "3", hour=2),
            taken("b", "gym", "like", "3"),
        ],
        weights_of(FeedbackSettings()),
    )
    assert found == {("red dress", "1"): pytest.approx(1.5), ("gym", "3"): pytest.approx(0.5)}


async def test_the_export_holds_what_followed_answers_to_words_alone(counter: Counter, tmp_path: Path) -> None:
    folder = tmp_path / "training"
    path = folder / "catalog" / "pairs.csv"
    path.parent.mkdir(parents=True)
    path.write_text("query,id,weight\nown,dress-red,1\n")

    async def silent(_done: int, _total: int) -> None: ...

    async def exported() -> str:
        blobs = LocalBlobs(tmp_path / "blobs")
        await export_for_training(counter.service.database, blobs, LimitSettings(), folder, silent)
        return path.read_text()

    me = await counter.newcomer()
    with_photo = await counter.service.post([photo()], headers=me.headers, description="in blue", outfits="0")
    await me.did("like", "dress-blue", recommendation_id=with_photo.json()["id"])
    await me.did("like", "dress-blue")
    assert await exported() == "query,id,weight\nown,dress-red,1\n"
    answer = await me.asked(description="a red dress, please")
    await me.did("purchase", "dress-red", recommendation_id=answer["id"])
    assert await exported() == "query,id,weight\nred dress,dress-red,1\n"
