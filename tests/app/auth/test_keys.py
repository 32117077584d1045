"""Keys: random, shown once, recognised by their prefix, ending when they should, remembered for seconds only."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from app.auth.keys import KeyRepository
from app.auth.known import KnownKeys
from app.auth.principals import bearer_of, secret_in
from app.auth.secret import digest, mint
from app.auth.tables import ApiKeyRow
from app.auth.times import moment_of, span_of
from app.cli import cli
from app.db.base import now
from app.db.session import Database
from app.errors import Unauthenticated

NOON = dt.datetime(2030, 1, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
WIDE = {"COLUMNS": "250"}


def test_a_key_has_a_label_and_256_random_bits_after_it() -> None:
    made = [mint("shop") for _ in range(200)]
    assert len({key.text for key in made}) == len({key.prefix for key in made}) == 200
    for key in made:
        found = re.fullmatch(r"(tryon_shop_[a-z2-9]{8})_([A-Za-z0-9_-]{43})", key.text)
        assert found and found[1] == key.prefix
        assert key.digest == digest(key.text) and key.text not in key.digest


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("90d", NOON + 90 * DAY),
        ("36h", NOON + 1.5 * DAY),
        ("2w", NOON + 14 * DAY),
        ("2030-02-01", dt.datetime(2030, 2, 1, tzinfo=dt.UTC)),
        ("2030-01-01T13:30:00+01:00", NOON + dt.timedelta(minutes=30)),
    ],
)
def test_when_a_key_ends_as_people_write_it(text: str, moment: dt.datetime) -> None:
    assert moment_of(text, NOON) == moment


@pytest.mark.parametrize(
    "text",
    ["", "soon", "90", "-1d", "0d", "2029-12-31", "999999w", "9e9d", "2030-13-01", "٣d", "9999-12-31T23:00:00-09:00"],
)
def test_what_is_no_time_to_come(text: str) -> None:
    with pytest.raises(ValueError, match=r"must|not in the future"):
        moment_of(text, NOON)


@given(st.text(max_size=20))
def test_any_text_is_a_span_or_told_how_one_is_written(text: str) -> None:
    try:
        assert span_of(text) >= dt.timedelta()
    except ValueError as error:
        assert "90d" in str(error)


async def test_a_key_is_live_until_revoked_or_expired(database: Database) -> None:
    async with database.unit_of_work() as session:
        repository = KeyRepository(session)
        lasting, lasting_secret = await repository.create("admin", "n")
        ending, ending_secret = await repository.create("shop", expires_at=now() + DAY)
        assert {row.id for row in await repository.live()} == {lasting.id, ending.id}
        assert (await repository.named(lasting.prefix)) is lasting
        ending.expires_at = now() - DAY
        assert await repository.revoke(lasting.id) and not await repository.revoke(lasting.id)
        assert await repository.live() == []
        assert await repository.by_secret(lasting_secret + "x") is None
    known = KnownKeys(database, 60)
    for secret, why in ((lasting_secret, "revoked"), (ending_secret, "expired")):
        with pytest.raises(Unauthenticated, match=why):
            bearer_of(await known.look_up(secret))
    with pytest.raises(Unauthenticated, match="unknown"):
        bearer_of(await known.look_up("tryon_admin_nope"))


@pytest.mark.parametrize("grace", [DAY, dt.timedelta()])
async def test_rotation_overlaps_and_never_lengthens(database: Database, grace: dt.timedelta) -> None:
    async with database.unit_of_work() as session:
        repository = KeyRepository(session)
        old, _ = await repository.create("server", "backend")
        rotated = await repository.rotate(old, grace)
        assert (rotated.new.scope, rotated.new.name, rotated.new.expires_at) == ("server", "backend", None)
        assert old.expires_at is not None and abs(old.expires_at - now() - grace) < dt.timedelta(minutes=1)
        assert old.state(now()) == ("live" if grace else "expired")
        short, _ = await repository.create("server", expires_at=now() + dt.timedelta(hours=1))
        ended = short.expires_at
        again = await repository.rotate(short, DAY)
        assert short.expires_at == ended
        life = again.new.expires_at and again.new.expires_at - again.new.created_at
        assert life and abs(life - dt.timedelta(hours=1)) < dt.timedelta(minutes=1)


async def test_a_key_is_remembered_for_seconds_and_a_revocation_noticed(database: Database) -> None:
    async with database.unit_of_work() as session:
        row, secret = await KeyRepository(session).create("shop")
    clock = [100.0]
    known = KnownKeys(database, 3, most=2, clock=lambda: clock[0])
    assert known.remembered(secret) is None
    assert await known.look_up(secret) == known.remembered(secret)
    async with database.unit_of_work() as session:
        await KeyRepository(session).revoke(row.id)
    clock[0] += 2.9
    assert known.remembered(secret) is not None
    clock[0] += 0.2
    assert known.remembered(secret) is None
    found = await known.look_up(secret)
    assert found is not None and found.revoked
    for number in range(50):
        await known.look_up(f"guess {number}")
    assert known.remembered(secret) is not None, "guesses drive nobody out"


async def test_a_key_that_expires_is_refused_at_once_though_remembered(database: Database) -> None:
    async with database.unit_of_work() as session:
        _, secret = await KeyRepository(session).create("shop", expires_at=now() + DAY)
    known = KnownKeys(database, 60)
    key = await known.look_up(secret)
    assert key is not None and not key.ended(now()) and key.ended(now() + DAY)
    await known.close()


async def test_use_is_noted_seldom(database: Database) -> None:
    async with database.unit_of_work() as session:
        row, secret = await KeyRepository(session).create("shop")
    known = KnownKeys(database, 0, 300)
    noted = []
    for _ in range(3):
        await known.look_up(secret)
        await known.close()
        async with database.unit_of_work() as session:
            noted.append((await session.get_one(ApiKeyRow, row.id)).last_used_at)
    assert noted[0] is not None and noted == [noted[0]] * 3


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic YTpi", "tryon_x", "Bearer " + "x" * 300, "Bearer é"]
)
def test_what_is_no_bearer_header(header: str) -> None:
    with pytest.raises(Unauthenticated):
        secret_in(header)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setenv("TRYON_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("app.observability.logging.configure_logging", lambda level: None)
    return CliRunner()


def test_the_command_line_makes_lists_rotates_and_revokes(run: CliRunner, tmp_path: Path) -> None:
    made = json.loads(run.invoke(cli, ["keys", "create", "admin", "--name", "me", "--expires", "90d", "--json"]).stdout)
    plain = run.invoke(cli, ["keys", "create", "shop"]).stdout.strip()
    listed = json.loads(run.invoke(cli, ["keys", "list", "--json"]).stdout)
    assert [(row["scope"], row["state"]) for row in listed] == [("admin", "live"), ("shop", "live")]
    assert made["prefix"] in run.invoke(cli, ["keys", "list"], env=WIDE).stdout
    rotated = json.loads(run.invoke(cli, ["keys", "rotate", made["prefix"], "--grace", "7d", "--json"]).stdout)
    assert rotated["key"] != made["key"] and rotated["replaces"]["id"] == made["id"]
    assert run.invoke(cli, ["keys", "revoke", made["id"]]).exit_code == 0
    again = run.invoke(cli, ["keys", "revoke", made["id"]])
    assert again.exit_code != 0 and "no live key" in again.output
    records = json.loads(run.invoke(cli, ["audit", "--json"]).stdout)
    assert [row["action"] for row in records] == [
        "tryon keys revoke", "tryon keys rotate", "tryon keys create", "tryon keys create",
    ]  # fmt: skip
    assert made["prefix"] in run.invoke(cli, ["audit"], env=WIDE).stdout
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("tryon.db*"))
    for secret in (made["key"], rotated["key"], plain):
        assert secret.encode() not in stored and secret.split("_", 3)[3].encode() not in stored


@pytest.mark.parametrize(
    "command",
    [
        ["keys", "create", "shop", "--expires", "999999w"],
        ["keys", "rotate", "PREFIX", "--grace", "999999w"],
        ["audit", "--since", "999999w"],
    ],
    ids=" ".join,
)
def test_a_span_that_leads_past_the_calendar_is_said(run: CliRunner, command: list[str]) -> None:
    made = json.loads(run.invoke(cli, ["keys", "create", "shop", "--json"]).stdout)
    answer = run.invoke(cli, [made["prefix"] if word == "PREFIX" else word for word in command], env=WIDE)
    assert answer.exit_code == 2 and "a hundred years" in answer.output


@pytest.mark.parametrize(
    "command",
    [["create", "god"], ["create", "shop", "--expires", "yesterday"], ["rotate", "nope"], ["revoke", "nope"]],
    ids=" ".join,
)
def test_what_cannot_be_done_is_said_and_nothing_is(run: CliRunner, command: list[str]) -> None:
    answer = run.invoke(cli, ["keys", *command])
    assert answer.exit_code != 0 and "Traceback" not in answer.output
    assert json.loads(run.invoke(cli, ["keys", "list", "--json"]).stdout) == []
