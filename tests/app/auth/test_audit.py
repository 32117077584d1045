"""What admins do is on record before they hear of it: who, what, what came of it; never what they sent."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from app.auth.audit import AuditQuery, AuditRepository, Deed, forget_old_deeds, object_of
from app.auth.settings import AuthSettings
from app.auth.tables import AuditRow
from app.db.base import now
from app.db.session import Database
from tests.app.conftest import Whole, serving
from tests.app.test_keys_by_route import ADMIN, path_of

CHANGES = [(method, path) for method, path in ADMIN if method != "GET"]


async def _records(whole: Whole, **params: str | int) -> list[dict[str, str | int]]:
    answer = await whole.client.get("/v1/admin/audit", params=params, headers=whole.key("admin"))
    assert answer.status_code == 200, answer.text
    found: list[dict[str, str | int]] = answer.json()["items"]
    return found


@pytest.mark.parametrize(("method", "path"), CHANGES)
async def test_every_admin_route_that_changes_something_is_recorded(whole: Whole, method: str, path: str) -> None:
    answer = await whole.client.request(method, path_of(path), headers=whole.key("admin") | {"X-Request-ID": "r-1"})
    record = (await _records(whole, limit=1))[0]
    assert record["action"] == f"{method} {path}"
    assert (record["status"], record["request_id"]) == (answer.status_code, "r-1")
    assert record["key_prefix"] and whole.keys["admin"].startswith(str(record["key_prefix"]) + "_")


async def test_what_is_on_record_names_the_object_and_nothing_that_was_sent(whole: Whole) -> None:
    headers = whole.key("admin") | {"Idempotency-Key": "private-idempotency"}
    answer = await whole.client.post(
        "/v1/admin/jobs/job-17/cancel?note=private-query", json={"password": "private-body"}, headers=headers
    )
    assert answer.status_code == 404
    record = (await _records(whole, limit=1))[0]
    assert record["object"] == "job job-17"
    assert "private" not in str(record) and whole.keys["admin"] not in str(record)


async def test_reading_and_refusals_are_not_on_record(whole: Whole) -> None:
    before = await _records(whole)
    assert (await whole.client.get("/v1/admin/jobs", headers=whole.key("admin"))).status_code == 200
    for headers, status in (({}, 401), (whole.key("shop"), 403), (whole.key("server"), 403)):
        assert (await whole.client.post("/v1/admin/reindex", headers=headers)).status_code == status
    assert (await whole.client.post("/v1/admin/no/such/route", headers=whole.key("admin"))).status_code in (404, 405)
    assert await _records(whole) == before


async def test_pages_and_whose(whole: Whole) -> None:
    for number in range(3):
        await whole.client.post(f"/v1/admin/jobs/page-{number}/cancel", headers=whole.key("admin"))
    first = (await whole.client.get("/v1/admin/audit?limit=2", headers=whole.key("admin"))).json()
    rest = await whole.client.get(
        "/v1/admin/audit", params={"limit": 2, "cursor": first["next"]}, headers=whole.key("admin")
    )
    objects = [row["object"] for row in (*first["items"], *rest.json()["items"])]
    assert objects[:3] == ["job page-2", "job page-1", "job page-0"]
    prefix = str(first["items"][0]["key_prefix"])
    assert all(row["key_prefix"] == prefix for row in await _records(whole, key=prefix))
    assert await _records(whole, key="tryon_admin_nobody99") == []
    assert await _records(whole, since=(now() + dt.timedelta(days=1)).isoformat()) == []
    for bad in ("x", "eyJhIjoxfQ"):
        assert (await whole.client.get(f"/v1/admin/audit?cursor={bad}", headers=whole.key("admin"))).status_code == 422


async def test_a_record_that_cannot_be_stored_is_logged_and_the_answer_given(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def away(self: AuditRepository, deed: Deed) -> None:
        raise OperationalError("INSERT", {}, OSError("gone"))

    monkeypatch.setattr(AuditRepository, "add", away)
    async with serving(tmp_path) as whole:
        answer = await whole.client.post("/v1/admin/jobs/unstored-17/cancel", headers=whole.key("admin"))
    assert answer.status_code == 404
    assert "unstored-17" in "".join((caplog.text, *capsys.readouterr()))


async def test_old_records_are_forgotten(database: Database) -> None:
    async with database.unit_of_work() as session:
        for name in ("old", "new"):
            await AuditRepository(session).add(Deed("k", "p", "POST /x", name, 200))
        aged = update(AuditRow).where(AuditRow.object == "old").values(at=now() - dt.timedelta(days=31))
        await session.execute(aged)
    await forget_old_deeds(database, AuthSettings(audit_days=30))
    async with database.unit_of_work() as session:
        left = await AuditRepository(session).page(None, 10, AuditQuery())
    assert [row.object for row in left] == ["new"]


@pytest.mark.parametrize(
    ("params", "location", "told"),
    [
        ({"item_id": "dress/red"}, "", "item dress/red"),
        ({}, "/v1/admin/jobs/1", "/v1/admin/jobs/1"),
        ({"version": "v" * 1000}, "", "version " + "v" * 392),
        ({}, "", ""),
    ],
)
def test_what_a_request_was_about(params: dict[str, str], location: str, told: str) -> None:
    assert object_of(params, location) == told
