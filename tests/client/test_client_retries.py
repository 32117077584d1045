"""What either client tries again, what it does not, and that a retry is the same request."""

import asyncio
import inspect
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
import stamina

from app.jobs.endpoints import PING_S
from tryon_client import AsyncTryon, Problem, Retries, Tryon
from tryon_client.retrying import again
from tryon_client.shop import list_items

JOB = {
    "id": "j", "kind": "import", "params": {}, "state": "succeeded", "stage": "", "attempts": 1, "sequence": 9,
    "done": 1, "total": 1, "rate": None, "eta_s": None, "errors": [], "result": None,
    "created_at": "2026-01-01T00:00:00Z", "started_at": None, "finished_at": None,
}  # fmt: skip
NOT_READY = {
    "ready": False, "not_ready": ["index"], "degraded": [], "model": "m", "revision": "r", "device": "cpu",
    "index_version": None, "items": 0, "database": "ok", "skipped": [], "problems": ["no index yet"], "warnings": [],
}  # fmt: skip
QUICK = Retries(attempts=4, wait_initial_s=0.001, wait_max_s=0.002)
Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Stamina's own test mode: as many attempts, no pauses between them."""
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


def problem(status: int, slug: str = "overloaded", **headers: str) -> httpx.Response:
    body = {"type": f"https://tryon.invalid/problems/{slug}", "title": "t", "status": status, "detail": "d"}
    headers |= {"content-type": "application/problem+json"}
    return httpx.Response(status, json={**body, "instance": "/"}, headers=headers)


class Answers(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Gives one answer after the other, and remembers what was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self.handle_request(request)


class Chunks(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that comes in pieces, and may break off."""

    def __init__(self, *chunks: str, then: Exception | None = None) -> None:
        self._chunks, self._then = chunks, then

    def __iter__(self) -> Iterator[bytes]:
        yield from (one.encode() for one in self._chunks)
        if self._then is not None:
            raise self._then

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for one in self:
            yield one


class Awaited:
    """The async client, asked as the blocking one is."""

    def __init__(self, *given: Any, **options: Any) -> None:
        self._tryon = AsyncTryon(*given, **options)

    def __enter__(self) -> "Awaited":
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run(self._tryon.close())

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def told(*given: Any, **options: Any) -> Any:
            found = getattr(self._tryon, name)(*given, **options)
            return [one async for one in found] if inspect.isasyncgen(found) else await found

        return lambda *given, **options: asyncio.run(told(*given, **options))


@pytest.fixture(params=[Tryon, Awaited])
def client(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_busy_and_lost_requests_are_repeated_as_they_were(client: Any) -> None:
    answers = Answers(problem(503), httpx.ReadError("gone"), problem(429), httpx.Response(200, json=JOB))
    with client("http://shop", "k", retries=QUICK, transport=answers) as tryon:
        assert tryon.start_import(feed=b"id\n1\n").id == "j"
    keys = {request.headers["idempotency-key"] for request in answers.asked}
    assert (len(answers.asked), len(keys)) == (4, 1)
    assert all(b"id\n1\n" in request.content for request in answers.asked)
    assert {request.headers["authorization"] for request in answers.asked} == {"Bearer k"}


def test_calls_have_keys_of_their_own(client: Any) -> None:
    answers = Answers(*(httpx.Response(200, json=JOB) for _ in range(3)))
    with client("http://shop", retries=QUICK, transport=answers) as tryon:
        tryon.start_reindex()
        tryon.start_reindex()
        tryon.start_reindex(idempotency_key="mine")
    first, second, mine = (request.headers["idempotency-key"] for request in answers.asked)
    assert first != second
    assert mine == "mine"


def test_an_end_of_trying(client: Any) -> None:
    answers = Answers(*(problem(503) for _ in range(9)))
    with client("http://shop", retries=QUICK, transport=answers) as tryon, pytest.raises(Problem) as busy:
        tryon.list_items()
    assert (busy.value.status, len(answers.asked)) == (503, 4)


def test_nobody_waits_longer_than_they_want_to(client: Any) -> None:
    """Such as for the next hour, where a rate is one of hours."""
    for timeout_s, asked in ((60, 1), (3601, 2)):
        answers = Answers(*(problem(429, **{"Retry-After": "3600"}) for _ in range(2)))
        retries = Retries(attempts=2, timeout_s=timeout_s)
        with client("http://shop", retries=retries, transport=answers) as tryon, pytest.raises(Problem):
            tryon.list_items()
        assert len(answers.asked) == asked


@pytest.mark.parametrize("status", [422, 404, 500, 403])
def test_what_would_be_answered_alike_is_not_asked_again(client: Any, status: int) -> None:
    answers = Answers(problem(status))
    with client("http://shop", retries=QUICK, transport=answers) as tryon, pytest.raises(Problem):
        tryon.list_items()


def test_what_may_have_been_done_is_not_done_twice(client: Any) -> None:
    """A deletion whose answer was lost would be a 404, a job that runs already a 409."""
    answers = Answers(httpx.ReadError("gone"))
    with client("http://shop", retries=QUICK, transport=answers) as tryon, pytest.raises(httpx.ReadError):
        tryon.delete_item("1")
    answers = Answers(problem(503), httpx.Response(204))
    with client("http://shop", retries=QUICK, transport=answers) as tryon:
        tryon.delete_item("1")  # turned away before anything was done


@pytest.mark.parametrize(
    ("error", "repeatable", "expected"),
    [
        (Problem(problem(503, **{"Retry-After": "7"})), False, 7.0),
        (Problem(problem(503, **{"Retry-After": "61"})), True, False),
        (Problem(problem(503, **{"Retry-After": "0"})), True, 0.0),
        (Problem(problem(429)), False, True),
        (Problem(problem(409, "idempotency-in-progress", **{"Retry-After": "1"})), False, 1.0),
        (Problem(problem(409, "reindex-running")), True, False),
        (Problem(httpx.Response(502, text="<html>")), True, True),
        (Problem(httpx.Response(502, text="<html>")), False, False),
        (httpx.ConnectError("no"), False, True),
        (httpx.ReadTimeout("no"), False, False),
        (ValueError("no"), True, False),
    ],
)
def test_what_is_tried_again_and_when(error: Exception, repeatable: bool, expected: bool | float) -> None:
    told = again(error, repeatable=repeatable, left_s=60)
    assert (told, type(told)) == (expected, type(expected))


def event(name: str, data: dict[str, object], id_: str = "") -> str:
    lines = [*([f"id: {id_}"] if id_ else []), f"event: {name}", f"data: {json.dumps(data)}"]
    return "\n".join(lines) + "\n\n"


def stream(*events: str, then: Exception | None = None) -> httpx.Response:
    return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Chunks(*events, then=then))


def test_a_watch_goes_on_where_its_connection_broke(client: Any) -> None:
    answers = Answers(
        problem(503),
        stream(event("progress", {"done": 1}, "3"), then=httpx.ReadError("gone")),
        stream(event("finished", JOB, "9")),
    )
    with client("http://shop", retries=QUICK, transport=answers) as tryon:
        events = list(tryon.watch_job("j"))
    assert [one.name for one in events] == ["progress", "finished"]
    assert events[-1].job is not None
    assert [request.headers.get("last-event-id") for request in answers.asked] == [None, None, "3"]


def test_a_watch_that_brings_nothing_ends(client: Any) -> None:
    answers = Answers(*(stream() for _ in range(9)))
    with (
        client("http://shop", retries=QUICK, transport=answers) as tryon,
        pytest.raises(Exception, match="again and again"),
    ):
        list(tryon.watch_job("j"))


def test_a_watch_that_is_led_elsewhere_says_so(client: Any) -> None:
    elsewhere = httpx.Response(308, headers={"location": "https://shop"}, stream=Chunks("Permanent Redirect"))
    with client("http://shop", retries=QUICK, transport=Answers(elsewhere)) as tryon, pytest.raises(Problem) as told:
        list(tryon.watch_job("j"))
    assert (told.value.status, told.value.detail) == (308, "Permanent Redirect")


def test_a_watch_is_more_patient_than_the_service_is_silent(client: Any) -> None:
    """Which is for 15 seconds (app.jobs.endpoints.PING_S), whatever a call may take."""
    answers = Answers(stream(event("finished", JOB, "9")), httpx.Response(200, json=JOB))
    with client("http://shop", timeout_s=5, retries=QUICK, transport=answers) as tryon:
        list(tryon.watch_job("j"))
        tryon.get_job("j")
    watch, call = (request.extensions["timeout"] for request in answers.asked)
    assert (watch["connect"], call["read"]) == (5, 5)
    assert watch["read"] >= 3 * PING_S


def test_a_job_that_is_over_has_nothing_more_to_tell(client: Any) -> None:
    answers = Answers(httpx.Response(204), httpx.Response(200, json=JOB))
    with client("http://shop", retries=QUICK, transport=answers) as tryon:
        assert tryon.wait_for_job("j").state == "succeeded"


def test_every_page_is_asked_for(client: Any) -> None:
    pages = [httpx.Response(200, json={"items": [], "next": cursor}) for cursor in ("b", "c", None)]
    answers = Answers(*pages)
    with client("http://shop/mounted", retries=QUICK, transport=answers) as tryon:
        assert list(tryon.every(list_items, locale="en", limit=5)) == []
    asked = [str(request.url) for request in answers.asked]
    assert asked == [f"http://shop/mounted/v1/items?locale=en&limit=5{more}" for more in ("", "&cursor=b", "&cursor=c")]


@pytest.mark.parametrize("page", [{"text": "<html>too large</html>"}, {"json": {"message": "too large"}}])
def test_a_proxys_page_is_an_error_that_says_so(client: Any, page: dict[str, Any]) -> None:
    answers = Answers(httpx.Response(413, **page))
    with client("http://shop", retries=QUICK, transport=answers) as tryon, pytest.raises(Problem) as refused:
        tryon.list_items()
    assert refused.value.status == 413
    assert "too large" in refused.value.detail


def test_who_asks_whether_it_is_ready_hears_what_is_missing(client: Any) -> None:
    answers = Answers(
        httpx.Response(503, json=NOT_READY), problem(503), httpx.Response(200, json=NOT_READY | {"ready": True})
    )
    with client("http://shop", retries=QUICK, transport=answers) as tryon:
        told = tryon.readyz()
        assert (told.ready, told.not_ready) == (False, ["index"])
        assert tryon.readyz().ready  # turned away at the door, and asked again
    assert len(answers.asked) == 3
