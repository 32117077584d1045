"""Around every request: an id, a size limit that holds while streaming, and errors that are always problems."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request, UploadFile
from fastapi.middleware.cors import CORSMiddleware
from sqlalchemy.exc import OperationalError

from app.admission.bodies import BodyLimit, Budget
from app.errors import ItemNotFound, Overloaded, Unauthenticated
from app.middleware import CatchAll, RequestId, install_error_handlers

LIMIT = 1000


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install_error_handlers(app)
    app.add_middleware(BodyLimit, budget_of=lambda method, path: Budget(LIMIT, most_s=10, silence_s=5))
    app.add_middleware(CatchAll)
    app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"], expose_headers=["X-Request-ID"])
    app.add_middleware(RequestId)

    @app.get("/missing")
    async def missing() -> None:
        raise ItemNotFound("There is no item 'x'.")

    @app.get("/busy")
    async def busy() -> None:
        raise Overloaded("Try again.", retry_after_s=7)

    @app.get("/who")
    async def who() -> None:
        raise Unauthenticated("Send a key.")

    @app.get("/bug")
    async def bug() -> None:
        raise RuntimeError("secret detail")

    @app.get("/down")
    async def down() -> None:
        raise OperationalError("SELECT 1", {}, OSError("refused"))

    @app.get("/number")
    async def number(n: int) -> int:
        return n

    @app.post("/form")
    async def form(photo: UploadFile) -> int:
        return len(await photo.read())

    @app.post("/raw")
    async def raw(request: Request) -> int:
        return len(await request.body())

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as opened:
        yield opened


def check_problem(answer: httpx.Response, status: int, slug: str) -> dict[str, object]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["type"].endswith(slug)
    assert body["status"] == status
    assert body["title"] and body["detail"]
    assert answer.headers["x-request-id"]
    return body


async def test_known_errors_name_themselves(client: httpx.AsyncClient) -> None:
    body = check_problem(await client.get("/missing"), 404, "item-not-found")
    assert body["instance"] == "/missing"
    assert body["detail"] == "There is no item 'x'."


async def test_busy_says_when_to_return(client: httpx.AsyncClient) -> None:
    assert (await client.get("/busy")).headers["retry-after"] == "7"


async def test_no_key_names_the_scheme(client: httpx.AsyncClient) -> None:
    assert (await client.get("/who")).headers["www-authenticate"] == "Bearer"


async def test_a_bug_tells_nothing_but_its_id(client: httpx.AsyncClient) -> None:
    answer = await client.get("/bug", headers={"origin": "https://shop.example"})
    check_problem(answer, 500, "internal")
    assert "secret" not in answer.text
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"


async def test_database_down_is_503(client: httpx.AsyncClient) -> None:
    answer = await client.get("/down")
    check_problem(answer, 503, "not-ready")
    assert answer.headers["retry-after"] == "5"


async def test_unknown_route_and_method_are_problems(client: httpx.AsyncClient) -> None:
    check_problem(await client.get("/nowhere"), 404, "about:blank")
    check_problem(await client.post("/missing"), 405, "about:blank")


async def test_validation_lists_fields(client: httpx.AsyncClient) -> None:
    body = check_problem(await client.get("/number", params={"n": "x"}), 422, "invalid-request")
    assert body["errors"] == [
        {"field": "n", "reason": "Input should be a valid integer, unable to parse string as an integer"}
    ]


async def test_request_id_is_kept_when_sane(client: httpx.AsyncClient) -> None:
    assert (await client.get("/missing", headers={"x-request-id": "abc-1"})).headers["x-request-id"] == "abc-1"
    assert (await client.get("/missing", headers={"x-request-id": "x" * 500})).headers["x-request-id"] != "x" * 500


@pytest.mark.parametrize("path", ["/form", "/raw"])
async def test_declared_size_over_the_limit(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.post(path, files={"photo": ("a.jpg", b"x" * (LIMIT + 1))})
    check_problem(answer, 413, "request-too-large")


@pytest.mark.parametrize("path", ["/form", "/raw"])
async def test_undeclared_size_over_the_limit(client: httpx.AsyncClient, path: str) -> None:
    async def stream() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
        for _ in range(20):
            yield b"x" * 100

    answer = await client.post(path, content=stream(), headers={"content-type": "multipart/form-data; boundary=b"})
    check_problem(answer, 413, "request-too-large")


async def test_at_the_limit_is_fine(client: httpx.AsyncClient) -> None:
    assert (await client.post("/raw", content=b"x" * LIMIT)).json() == LIMIT
