"""A form that is nothing but faults is read no further than they are named."""

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
