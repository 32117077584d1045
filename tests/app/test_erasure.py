"""What is erased is gone: from every table, and from every byte of the data folder, free pages and logs among them."""

import io
import json
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import httpx
import pytest
from PIL import Image
from sqlalchemy import select

from app.db.tables import metadata
from app.housekeeping import Housekeeping
from tests.app.conftest import Whole, serving

OTHERS = 10
ITEM = "dress/red"


@pytest.fixture
async def own(tmp_path: Path, database_url: str) -> AsyncIterator[Whole]:
    """A service of this test's own on either database, with the data folder that is searched."""
    from app.db.migrate import upgrade
    from app.db.session import Database

    opened = Database(database_url)
    await upgrade(opened)
    await opened.close()
    async with serving(tmp_path / "data", "" if database_url.startswith("sqlite") else database_url) as running:
        yield running


def photo(marked: str) -> bytes:
    """A photo whose EXIF names somebody."""
    exif = Image.Exif()
    exif[0x013B] = marked
    out = io.BytesIO()
    Image.new("RGB", (90, 120), "#c01030").save(out, "JPEG", exif=exif, comment=marked.encode())
    return out.getvalue()


class Shopper:
    """Somebody who leaves a trace wherever the service lets them. Every word of theirs holds `mark`."""

    def __init__(self, whole: Whole, mark: str) -> None:
        self.whole, self.mark = whole, mark
        self.id = self.token = ""
        self.answers: list[str] = []

    @property
    def headers(self) -> dict[str, str]:
        return self.whole.key("shop") | {"X-Shopper-Token": self.token}

    async def live(self) -> None:
        made = (await self.whole.client.post("/v1/shoppers", headers=self.whole.key("server"))).json()
        self.id, self.token = made["id"], made["shopper_token"]
        sizes = {"sizes": {"footwear": [f"{self.mark}s"]}}
        (
            await self.whole.client.put(f"/v1/shoppers/{self.id}/sizes", json=sizes, headers=self.headers)
        ).raise_for_status()
        for turn in range(2):
            answered = await self.whole.post(
                [photo(f"{self.mark}exif")], description=f"red {self.mark}words dress, not {self.mark}never",
                avoid=f"{self.mark}avoid", shopper_token=self.token,
                headers={"Idempotency-Key": f"{self.mark}key{turn}"},
            )  # fmt: skip
            assert answered.status_code == 201, answered.text
            self.answers.append(answered.json()["id"])
        await self.react()

    async def react(self) -> None:
        one = {"event": "like", "item_id": ITEM, "recommendation_id": self.answers[0]}
        events = [one | {"event_id": f"{self.mark}event{n}"} for n in range(12)]
        done = await self.whole.client.post("/v1/events", json={"events": events}, headers=self.headers)
        assert done.status_code == 202, done.text

    @property
    def traces(self) -> list[str]:
        """What only they could have left: their names, and every word they said but the keys of their retries."""
        said = [f"{self.mark}{what}" for what in ("words", "never", "avoid", "event", "s", "exif")]
        return [self.id, self.token, *self.answers, *said]


async def found(whole: Whole, needles: Iterable[str]) -> set[str]:
    """Those of `needles` that stand in any file of the data folder, or in any row of any table."""
    wanted = {needle: needle.encode() for needle in needles}
    async with whole.container.database.unit_of_work() as session:
        rows = [tuple(row) for table in metadata.sorted_tables for row in await session.execute(select(table))]
    haystacks = [json.dumps(rows, default=str, ensure_ascii=False).encode()]
    haystacks += [path.read_bytes() for path in whole.container.settings.data_dir.rglob("*") if path.is_file()]
    return {needle for needle, sought in wanted.items() if any(sought in hay for hay in haystacks)}


async def test_nothing_of_an_erased_shopper_is_left(own: Whole) -> None:
    gone = Shopper(own, "quixotry")
    neighbours = [Shopper(own, f"neighbour{n}x") for n in range(OTHERS)]
    for number, neighbour in enumerate(neighbours):  # pages fill, split and are used again
        await neighbour.live()
        if number == OTHERS // 2:
            await gone.live()
    there = await found(own, gone.traces)
    assert {gone.id, *gone.answers, "quixotryevent", "quixotrys"} <= there
    assert gone.token not in there
    assert "quixotryexif" not in there

    erased = await own.client.delete(f"/v1/shoppers/{gone.id}", headers=gone.headers)
    assert erased.status_code == 204
    assert await found(own, gone.traces) == set()
    assert {one.id for one in neighbours} <= await found(own, [one.id for one in neighbours])

    for neighbour in neighbours[::2]:
        await own.client.delete(f"/v1/shoppers/{neighbour.id}", headers=neighbour.headers)
    assert await found(own, [trace for one in neighbours[::2] for trace in one.traces]) == set()


async def test_nothing_of_an_erased_answer_is_left(own: Whole) -> None:
    asked = {"description": "red quixotrywords dress", "avoid": "quixotrynever"}
    answered = await own.post([photo("quixotryexif")], headers={"Idempotency-Key": "retry"}, **asked)
    id_ = answered.json()["id"]
    assert await found(own, [id_]) == {id_}
    await own.client.delete(f"/v1/recommendations/{id_}", headers=own.key("shop"))
    assert await found(own, [id_, "quixotrywords", "quixotrynever", "quixotryexif"]) == set()
    again = await own.post([photo("quixotryexif")], headers={"Idempotency-Key": "retry"}, **asked)
    assert again.status_code == 404
    assert again.json()["type"].endswith("recommendation-not-found")


async def test_what_a_reader_held_up_housekeeping_makes_up_for(own: Whole) -> None:
    if not own.container.database.is_sqlite:
        pytest.skip("PostgreSQL has no log of ours to empty")
    gone = Shopper(own, "quixotry")
    await gone.live()
    async with own.container.database.unit_of_work() as reader:
        await reader.execute(select(metadata.tables["shoppers"]))
        assert (await own.client.delete(f"/v1/shoppers/{gone.id}", headers=gone.headers)).status_code == 204
    housekeeping: Housekeeping = own.container.housekeeping
    await housekeeping.stop()
    for chore in housekeeping.chores.values():
        await chore()
    assert await found(own, gone.traces) == set()


async def test_a_photo_never_touches_a_disk(own: Whole, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Several megabytes, which a form parser would by its own choice write to a temporary file."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    out = io.BytesIO()
    Image.effect_noise((1_900, 1_900), 90).save(out, "PNG")
    assert len(out.getvalue()) > 3_000_000
    answered = await own.post([out.getvalue()], limit="1", outfits="0")
    assert answered.status_code == 201
    told: httpx.Response = await own.client.post(
        "/v1/tags", files=[("photo", ("p.png", out.getvalue()))], headers=own.key("shop")
    )
    assert told.status_code == 200
