"""The log says what happened and to which request; nothing of whom, of what they said, and of how they are let in."""

import json
import logging
import traceback
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.observability.logging import CHATTY, TELLING
from app.recommendations.service import RecommendationRequest, RecommendationService
from tests.app.conftest import Whole, serving
from tests.app.media.bombs import BOMBS
from tests.app.test_erasure import Shopper, photo

MARK = "quixotry"


async def provoke(whole: Whole, gone: Shopper) -> None:
    """Everything a stranger can send that fails, each with a marked word in it."""
    shop, client = whole.key("shop"), whole.client
    await whole.post([photo(MARK) + MARK.encode()], description=f"{MARK} " * 900)
    await whole.post([BOMBS["jpeg_cut_in_half"]()], filters=f'{{"kind": ["{MARK}"]}}', budget=MARK)
    await whole.post([MARK.encode()], description=MARK)
    await whole.post([], **{MARK: "x"}, description=MARK)
    await whole.post([], description=MARK, shopper_token=f"st_{MARK}")
    await whole.post([], description=MARK, shopper_id=MARK, headers=whole.key("server"))
    for place in ("recommendations", "items", "shoppers"):
        await client.get(f"/v1/{place}/{MARK}", headers=shop)
        await client.delete(f"/v1/{place}/{MARK}", headers=whole.key("server"))
    await client.get(f"/v1/items?colour={MARK}", headers=shop)
    await client.post("/v1/events", content=f'{{"events": "{MARK}"', headers=gone.headers)
    await client.post(
        "/v1/tags", files=[("photo", (f"{MARK}.jpg", photo(MARK))), ("labels", (None, MARK))], headers=shop
    )
    await client.get("/v1/recommendations", headers={"Authorization": f"Bearer {MARK}", "Cookie": MARK})


async def test_no_word_photo_id_or_key_reaches_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in (*CHATTY, *TELLING):  # as `configure_logging` does at any level
        caplog.set_level(logging.WARNING, name)
    with capture_logs() as entries:
        async with serving(tmp_path) as whole:
            gone = Shopper(whole, MARK)
            await gone.live()
            await provoke(whole, gone)

            async def broken(self: RecommendationService, asked: RecommendationRequest) -> Any:
                raise ValueError(f"cannot make sense of {asked.description!r} of {asked.shopper_id}")

            monkeypatch.setattr(RecommendationService, "recommend", broken)
            failed = await whole.post([], description=MARK, shopper_token=gone.token)
            assert failed.status_code == 500
            await whole.client.delete(f"/v1/shoppers/{gone.id}", headers=gone.headers)
            secrets = list(whole.keys.values())
    bug = next(entry for entry in entries if entry["event"] == "unhandled error")
    assert bug["route"] == "/v1/recommendations"
    assert bug["error"][0] == "builtins.ValueError"
    assert any("test_logs.py" in line for line in bug["error"])
    logged = [json.dumps({**entry, "exc_info": trace_of(entry.get("exc_info"))}, default=repr) for entry in entries]
    text = "\n".join([*logged, *(line for line in caplog.text.splitlines() if "asyncio" not in line)])
    assert text
    for needle in (MARK, gone.id, gone.token, *gone.answers, *secrets):
        assert needle not in text, next(line for line in text.splitlines() if needle in line)


def trace_of(error: Any) -> str:
    """An exception as the log would write it, its text included."""
    return "".join(traceback.format_exception(error)) if isinstance(error, BaseException) else str(error)
