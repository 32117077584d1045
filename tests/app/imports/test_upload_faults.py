"""Uploads that cannot be taken: nothing but faults, no room for them, a folder that refuses."""

import errno
from http import HTTPStatus
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.imports import upload
from tests.app.conftest import Whole


async def test_a_body_of_very_many_wrong_parts_is_no_form(whole: Whole) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n\r\n'
    headers = whole.key("admin") | {"Content-Type": "multipart/form-data; boundary=b"}

    async def named(parts: int) -> list[str]:
        body = part * parts + b"--b--\r\n"
        answer = await whole.client.post("/v1/admin/imports", content=body, headers=headers)
        assert answer.status_code == 422
        return [error["field"] for error in answer.json()["errors"]]

    assert await named(20) == ["x"] * 20
    assert await named(1_000) == ["body"]


@pytest.mark.parametrize(
    ("number", "status", "problem"),
    [
        (errno.ENOSPC, HTTPStatus.INSUFFICIENT_STORAGE, "storage-full"),
        (errno.EDQUOT, HTTPStatus.INSUFFICIENT_STORAGE, "storage-full"),
        (errno.EACCES, HTTPStatus.INTERNAL_SERVER_ERROR, "internal"),
        (errno.EIO, HTTPStatus.INTERNAL_SERVER_ERROR, "internal"),
    ],
    ids=errno.errorcode.get,
)
async def test_only_want_of_room_is_507_and_the_rest_is_ours_to_mend(
    whole: Whole, monkeypatch: pytest.MonkeyPatch, number: int, status: int, problem: str
) -> None:
    def refuses(_self: object, filename: str) -> Path:
        raise OSError(number, "the disk says no")

    monkeypatch.setattr(upload._Parts, "_open", refuses)
    with capture_logs() as entries:
        answer = await whole.client.post(
            "/v1/admin/imports", files={"feed": ("feed.csv", b"id\n1\n")}, headers=whole.key("admin")
        )
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (status, problem)
    assert {"no room to write", "unhandled error"} & {entry["event"] for entry in entries}, "the operator hears of it"
    assert not any(whole.container.settings.imports_dir.rglob("*")), "nothing of it stays"
