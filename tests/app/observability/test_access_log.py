"""One line a request, under its template, with its id; JSON for machines, plain lines for people."""

import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, redirect_stderr

import pytest
import structlog
from structlog.testing import capture_logs

from app.observability.logging import Format, configure_logging
from tests.app.conftest import Whole, serving

SECRET = "what only a local variable holds"


@pytest.fixture(scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    async with serving(tmp_path_factory.mktemp("logged")) as running:
        yield running


async def lines(shop: Whole, method: str, path: str, **options: object) -> list[dict[str, object]]:
    """The access log of one request."""
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as entries:
        await shop.client.request(method, path, **options)  # type: ignore[arg-type]  # httpx names them
    return [dict(entry) for entry in entries if entry["event"] == "request"]


async def test_a_request_is_one_line_with_its_template_and_its_id(shop: Whole) -> None:
    headers = shop.key("shop") | {"X-Request-ID": "abc-123"}
    (line,) = await lines(shop, "GET", "/v1/recommendations/rec_secret?also=secret", headers=headers)
    assert line["route"] == "/v1/recommendations/{recommendation_id}"
    assert (line["method"], line["status"], line["request_id"], line["log_level"]) == ("GET", 404, "abc-123", "info")
    assert isinstance(line["ms"], float) and line["ms"] >= 0
    assert str(line["key"]).startswith("tryon_shop_") and str(line["key"]) in shop.keys["shop"]
    assert shop.keys["shop"] not in str(line) and "secret" not in str(line)


async def test_who_has_no_key_has_no_prefix(shop: Whole) -> None:
    (line,) = await lines(shop, "GET", "/v1/items", headers={"Authorization": "Bearer guessed-by-somebody"})
    assert (line["route"], repr(line["status"]), line["key"]) == ("/v1/items", "401", "")


async def test_probes_and_scrapes_are_quiet_while_all_is_well(shop: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert await lines(shop, "GET", path) == []
    monkeypatch.setattr("app.observability.monitor.FRESH_S", 0.0)
    monkeypatch.setattr(type(shop.container.engine), "probe", broken)
    (line,) = await lines(shop, "GET", "/readyz")
    assert (line["route"], line["status"], line["log_level"]) == ("/readyz", 503, "warning")


async def broken(self: object) -> None:
    raise RuntimeError("gone")


@contextmanager
def logging_as(level: str, form: Format) -> Iterator[io.StringIO]:
    """What is written to stderr with these settings; everything is set back afterwards."""
    root, before, written = logging.getLogger(), structlog.get_config(), io.StringIO()
    handlers, level_before = root.handlers, root.level
    try:
        with redirect_stderr(written):
            configure_logging(level, form)
            yield written
    finally:
        root.handlers = handlers
        root.setLevel(level_before)
        structlog.configure(**before)


def told(name: str) -> None:
    wish = SECRET * 1
    structlog.contextvars.bind_contextvars(request_id="r1")
    try:
        if wish:
            raise ValueError("broken")
    except ValueError:
        structlog.get_logger(name).exception("it_broke", part="index")
    logging.getLogger("uvicorn.error").info("from the standard library")
    structlog.contextvars.clear_contextvars()


def test_json_is_one_object_a_line_whoever_logs() -> None:
    with logging_as("INFO", "json") as written:
        told("test.json")
    first, second = (json.loads(line) for line in written.getvalue().splitlines())
    assert (first["event"], first["level"], first["request_id"], first["part"]) == ("it_broke", "error", "r1", "index")
    assert first["timestamp"].endswith("Z") and first["logger"] == "test.json"
    assert "ValueError: broken" in first["exception"] and SECRET not in written.getvalue()
    assert (second["event"], second["request_id"]) == ("from the standard library", "r1")


def test_console_is_for_people_and_shows_no_variables_either() -> None:
    with logging_as("INFO", "console") as written:
        told("test.console")
    text = written.getvalue()
    assert "it_broke" in text and "request_id=r1" in text and "ValueError: broken" in text
    assert SECRET not in text
    with pytest.raises(json.JSONDecodeError):
        json.loads(text.splitlines()[0])


def test_what_is_below_the_level_is_not_logged() -> None:
    with logging_as("ERROR", "json") as written:
        logging.getLogger("uvicorn.error").warning("nobody hears")
    assert written.getvalue() == ""
