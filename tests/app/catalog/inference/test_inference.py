"""What feeds left out: told from title and picture, marked, and never above the feed's own word."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.changelog import ChangeLog
from app.catalog.embeddings import EmbeddingRepository
from app.catalog.facts import ItemFacts, facts_of
from app.catalog.inference.filling import infer_missing
from app.catalog.inference.guesses import NAMES, Guess, from_picture, from_title, infer
from app.catalog.inference.repository import InferenceRepository
from app.catalog.live.columns import Columns
from app.catalog.records import EmbeddingKey, ItemRecord, PictureRecord, StoredEmbedding
from app.catalog.repository import ItemRepository
from app.catalog.schemas import Filters, ItemOut
from app.catalog.service import CatalogService, item_out
from app.db.session import Database
from app.settings import InferenceSettings
from models.engine.engine import Engine
from models.fusion import fusions
from models.preprocess.image import GarmentPreprocessor
from models.registry import FacetHead, ModelSpec
from tests.app.recommendations.toys import ToyEncoder

SETTINGS = InferenceSettings(confidence=0.8)


def said(title: str, title_zh: str = "") -> dict[str, str]:
    return {name: guess.value for name, guess in from_title(title, title_zh).items()}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Red Shirt Dress", {"kind": "dress", "colour": "red"}),
        ("Nike Men Navy Blue T-shirts", {"kind": "tshirt", "colour": "navy", "gender": "men"}),
        ("Women’s Polka Dot Skirts", {"kind": "skirt", "pattern": "dotted", "gender": "women"}),
        ("Sports Shoes", {"kind": "sports_shoes"}),
        ("Puma Shoes", {}),
        ("Winter Garden", {}),
        ("", {}),
    ],
)
def test_titles_say_what_they_say(title: str, expected: dict[str, str]) -> None:
    assert said(title) == expected


def test_chinese_titles_too() -> None:
    assert said("", "女装红色碎花连衣裙") == {"kind": "dress", "colour": "red", "pattern": "floral", "gender": "women"}


def told(**chances: dict[str, float]) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
    return {name: (tuple(shares), np.array([list(shares.values())])) for name, shares in chances.items()}


def test_a_picture_says_only_what_is_likelier_than_the_rest_together() -> None:
    found = from_picture(told(kind={"dress": 0.7, "skirt": 0.3}, season={"summer": 0.4, "winter": 0.3}), 0)
    assert found == {"kind": Guess("kind", "dress", 0.7, "picture")}


def test_the_title_goes_before_the_picture_and_nothing_stated_is_guessed() -> None:
    title = {"kind": Guess("kind", "dress", 0.95, "title")}
    picture = {n: Guess(n, v, 0.9, "picture") for n, v in (("kind", "skirt"), ("season", "summer"), ("colour", "red"))}
    found = {g.name: g.value for g in infer(("kind", "season"), title, picture)}
    assert found == {"kind": "dress", "slot": "one_piece", "season": "summer"}


def test_of_what_nobody_wears_only_the_kind_is_told_and_adults_go_without_saying() -> None:
    picture = {n: Guess(n, v, 0.9, "picture") for n, v in (("kind", "perfume"), ("season", "summer"))}
    assert {g.name for g in infer(NAMES, {}, picture)} == {"kind", "slot"}
    for age, expected in (("adult", []), ("kids", ["age_group"])):
        assert [g.name for g in infer(NAMES, {}, {"age_group": Guess("age_group", age, 0.9, "picture")})] == expected


@given(st.text(max_size=60), st.text(max_size=30))
def test_any_title_is_read(title: str, title_zh: str) -> None:
    for name, guess in from_title(title, title_zh).items():
        assert guess.name == name in NAMES
        assert 0 < guess.confidence <= 1


class Knowing(ToyEncoder):
    """The toy encoder with a head that tells a season from the first direction of a picture."""

    def __init__(self, winter: bool = False) -> None:
        super().__init__()
        weights = np.zeros((2, super().spec.dims), np.float32)
        weights[int(winter)] = 9.0
        self._head = FacetHead(("summer", "winter"), weights, np.zeros(2, np.float32))

    @property
    def spec(self) -> ModelSpec:
        return replace(super().spec, facets={"season": self._head})


@dataclass(frozen=True)
class Shop:
    database: Database
    engine: Engine

    async def put(self, id_: str, *, vector: bool = True, **facts: str) -> None:
        """An item, and a stored vector of its picture."""
        given = {"title": id_} | facts
        record = ItemRecord(id=id_, content_hash="0", pictures=(PictureRecord("k", "k", 3, 4),), **given)  # type: ignore[arg-type]  # by name
        half = np.full(self.engine.spec.dims, self.engine.spec.dims**-0.5, np.float16)
        async with self.database.unit_of_work() as session:
            await ItemRepository(session).upsert([record])
            if vector:
                key = EmbeddingKey.of("image", self.engine.spec)
                await EmbeddingRepository(session).put(key, [StoredEmbedding(id_, "h", half)])

    async def infer(self, settings: InferenceSettings = SETTINGS, engine: Engine | None = None) -> int:
        return await infer_missing(self.database, engine or self.engine, settings)

    async def shown(self, id_: str) -> ItemOut:
        async with self.database.unit_of_work() as session:
            return item_out(await CatalogService(ItemRepository(session)).item(id_), "en")

    async def found(self, **filters: object) -> list[str]:
        async with self.database.unit_of_work() as session:
            page = await CatalogService(ItemRepository(session)).page(Filters.model_validate(filters), None, 9, "en")
        return [item.id for item in page.items]

    async def facts(self) -> dict[str, ItemFacts]:
        async with self.database.unit_of_work() as session:
            used = await InferenceRepository(session).used()
            rows = [raw async for page in ItemRepository(session).facts() for raw in page]
        return {raw[0]: facts_of(raw, used.get(raw[0])) for raw in rows}

    async def revision(self) -> int:
        async with self.database.unit_of_work() as session:
            return (await ChangeLog(session).state()).revision


@pytest.fixture
async def shop(database: Database) -> AsyncIterator[Shop]:
    engine = Engine(Knowing(), GarmentPreprocessor(), fusions())
    yield Shop(database, engine)
    await engine.close()


sqlite_only = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_what_is_missing_is_told_marked_and_filtered_by(shop: Shop) -> None:
    await shop.put("Red Dress", gender="women")
    await shop.put("b", kind="jeans", slot="bottom", colour="blue", season="winter")
    assert await shop.infer() == 2
    dress = await shop.shown("Red Dress")
    assert (dress.kind, dress.slot, dress.colour, dress.season, dress.gender) == (
        "dress", "one_piece", "red", "summer", "women",
    )  # fmt: skip
    marks = {one.name: one for one in dress.inferred}
    assert marks.keys() >= {"kind", "slot", "colour", "season"}
    assert "gender" not in marks
    assert (marks["kind"].source, marks["season"].source) == ("title", "picture")
    assert all(one.used == (one.confidence >= 0.8) for one in dress.inferred)
    assert (await shop.shown("b")).season == "winter"
    for filters in ({"kind": ["dress"]}, {"slot": ["one_piece"]}, {"colour": ["red"]}, {"season": ["summer"]}):
        assert await shop.found(**filters) == ["Red Dress"], filters
    assert await shop.found(slot=["none"]) == []
    facts = (await shop.facts())["Red Dress"]
    assert (facts.kind, facts.slot, facts.formality) == ("dress", "one_piece", 2)
    assert facts.inferred.keys() >= {"kind", "season"}
    assert "gender" not in facts.inferred
    columns = Columns.build(["Red Dress"], {"Red Dress": facts})
    assert columns.mask(Filters(kind=["dress"], season=["summer"])).tolist() == [True]


async def test_facets_count_what_is_inferred(shop: Shop) -> None:
    await shop.put("Red Dress")
    await shop.put("b", kind="dress", slot="one_piece", colour="blue")
    await shop.infer()
    async with shop.database.unit_of_work() as session:
        page = await CatalogService(ItemRepository(session)).page(Filters(), None, 9, "en")
    assert page.facets is not None
    assert {f.value: f.count for f in page.facets["kind"]} == {"dress": 2}
    assert {f.value: f.count for f in page.facets["colour"]} == {"red": 1, "blue": 1}
    assert {f.value: f.count for f in page.facets["slot"]} == {"one_piece": 2}


async def test_the_feeds_later_word_wins_at_once_and_the_guess_goes_with_the_next_run(shop: Shop) -> None:
    await shop.put("Red Dress")
    await shop.infer()
    await shop.put("Red Dress", kind="skirt", slot="bottom", vector=False)
    skirt = await shop.shown("Red Dress")
    assert (skirt.kind, skirt.slot, skirt.colour) == ("skirt", "bottom", "red")
    assert not {"kind", "slot"} & {one.name for one in skirt.inferred}
    assert await shop.found(kind=["dress"]) == []
    assert (await shop.facts())["Red Dress"].slot == "bottom"
    await shop.infer()
    async with shop.database.unit_of_work() as session:
        assert not {"kind", "slot"} & (await InferenceRepository(session).used())["Red Dress"].keys()


async def test_a_second_run_does_nothing_and_another_model_starts_afresh(shop: Shop) -> None:
    await shop.put("Red Dress")
    assert await shop.infer() == 1
    before = await shop.revision()
    assert await shop.infer() == 0
    assert await shop.revision() == before
    other = Engine(Knowing(winter=True), GarmentPreprocessor(), fusions())
    assert await shop.infer(engine=other) == 1
    await other.close()
    assert (await shop.shown("Red Dress")).season == "winter"
    await shop.put("Red Dress", title="Blue Dress", vector=False)
    assert await shop.infer() == 1
    assert (await shop.shown("Red Dress")).colour == "blue"


async def test_the_threshold_decides_what_is_gone_by_and_switching_off_forgets(shop: Shop) -> None:
    await shop.put("Red Dress")
    await shop.infer(InferenceSettings(confidence=1.0))
    assert await shop.found(kind=["dress"]) == []
    unused = await shop.shown("Red Dress")
    assert (unused.kind, unused.slot) == ("", "none")
    assert {one.value for one in unused.inferred if one.name == "kind"} == {"dress"}
    assert (await shop.facts())["Red Dress"].kind == ""
    assert "kind" not in (await shop.facts())["Red Dress"].inferred
    assert await shop.infer() == 0
    assert await shop.found(kind=["dress"]) == ["Red Dress"]
    await shop.infer(InferenceSettings(enabled=False))
    assert (await shop.shown("Red Dress")).inferred == []
    assert await shop.found(kind=["dress"]) == []


@sqlite_only
async def test_a_killed_run_goes_on_where_it_stopped(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.catalog.inference.filling.BATCH", 1)
    for id_ in ("a", "b", "c"):
        await shop.put(id_, title=f"{id_} dress")
    put = InferenceRepository.put
    calls = 0

    async def once(self: InferenceRepository, *args: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt
        await put(self, *args)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(InferenceRepository, "put", once)
    with pytest.raises(KeyboardInterrupt):
        await shop.infer()
    assert await shop.infer() == 2


@sqlite_only
async def test_what_is_known_not_to_be_worn_is_left_alone(shop: Shop) -> None:
    await shop.put("Red Perfume", kind="perfume", slot="none")
    assert await shop.infer() == 0
    assert (await shop.shown("Red Perfume")).inferred == []


@pytest.mark.parametrize(
    ("title", "title_zh", "expected"),
    [
        ("Levis Kids Boy’s Darby Orange Polo", "", True),
        ("Doodle Girl Princess White Tops", "", True),
        ("Timberland Men Toddler Beige Casual Shoes", "", True),
        ("Timberland Women Juniors Grey Casual Shoes", "", True),
        ("", "女童碎花连衣裙", True),
        ("", "男童卫衣", True),
        ("Women's All Girls Dying Jealousy Pink Top", "", False),
        ("Jockey Black Boy Leg Brief", "", False),
        ("Boyfriend Jeans", "", False),
        ("Baby Blue Floater", "", False),
    ],
)
def test_titles_that_say_children_make_a_childs_item(title: str, title_zh: str, expected: bool) -> None:
    found = infer(("age_group",), from_title(title, title_zh), {})
    assert [(g.name, g.value, g.source) for g in found] == ([("age_group", "kids", "title")] if expected else [])
    assert all(g.confidence >= SETTINGS.confidence for g in found)
