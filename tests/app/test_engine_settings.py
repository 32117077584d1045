"""What the settings of the model make of the engine, and what a caller hears when it is too busy."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
import pytest
import structlog

import app.engines
from app.engines import build_engine, compiled, shared_cache
from app.settings import ModelSettings, PreprocessSettings
from models.contracts import RGB, Matrix, ModelUnavailable
from models.encoders import SHIPPED, load_encoder
from models.encoders.fake import FakeEncoder
from tests.app.conftest import Whole, serving
from tests.app.plain_pictures import plain

PLAIN = PreprocessSettings(segmenter="none")


class Standing(FakeEncoder):
    """Stands still at pictures until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go, self.entered = threading.Event(), threading.Event()
        self.go.set()

    def encode_images(self, pictures: Sequence[RGB]) -> Matrix:
        self.entered.set()
        assert self.go.wait(30)
        return super().encode_images(pictures)


def until(true: Callable[[], bool]) -> None:
    pause = threading.Event()
    assert any(true() or pause.wait(0.01) for _ in range(3_000))


async def tag(shop: Whole, colour: str) -> httpx.Response:
    files = [("photo", ("a.png", plain(colour), "image/png"))]
    return await shop.client.post("/v1/tags", files=files, headers=shop.key("shop"))


async def test_who_waited_too_long_or_finds_the_queue_full_is_told_503_with_a_time(tmp_path: Path) -> None:
    encoder, model = Standing(), ModelSettings(deadline_s=0.2, max_batch=1, max_queue=1)
    async with serving(tmp_path, encoder=encoder, model=model, preprocess=PLAIN) as shop:
        encoder.go.clear()
        encoder.entered.clear()
        first = asyncio.create_task(tag(shop, "red"))
        assert await asyncio.to_thread(encoder.entered.wait, 30)
        second = asyncio.create_task(tag(shop, "blue"))
        await asyncio.to_thread(until, lambda: shop.container.engine.load.waiting == 1)
        third = await tag(shop, "green")
        await asyncio.to_thread(threading.Event().wait, 0.3)  # the deadline is the engine's own: time must pass
        encoder.go.set()
        late = await second
        assert (await first).status_code == 200
        text = (await shop.client.get("/metrics")).text
    for answer, words in ((third, "waiting"), (late, "in time")):
        assert answer.status_code == 503
        assert answer.json()["type"].endswith("/overloaded")
        assert words in answer.json()["detail"]
        assert int(answer.headers["Retry-After"]) > 0
    assert 'tryon_engine_dropped_total{reason="late"} 1.0' in text
    assert 'tryon_engine_dropped_total{reason="refused"} 1.0' in text


async def test_a_shared_cache_that_cannot_be_used_is_said_at_the_start() -> None:
    away = ModelSettings(shared_cache="redis://127.0.0.1:1/0", shared_cache_s=5)
    engine = await build_engine(away, FakeEncoder(), PLAIN)
    assert (await engine.encode_query([], "red")).text is not None  # away it is a miss
    await engine.close()
    with pytest.raises(ModelUnavailable, match="address of the shared cache"):
        await build_engine(ModelSettings(shared_cache="redis://127.0.0.1:port/0"), FakeEncoder(), PLAIN)


def test_encodings_of_another_precision_are_not_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """`auto` is not the same on every machine: what is decided names them, not the setting."""
    settings, makers = ModelSettings(shared_cache="redis://127.0.0.1:1/0"), list[str]()
    monkeypatch.setattr(app.engines, "RedisCache", lambda place, *_, **__: makers.append(place.maker))
    for precision in ("fp32", "bf16"):
        shared_cache(settings, load_encoder(SHIPPED, device="cpu", precision=precision), None)
    exported = FakeEncoder()
    monkeypatch.setattr(type(exported), "device", "cpu onnx")
    shared_cache(ModelSettings(shared_cache=settings.shared_cache, runtime="onnx"), exported, None)
    assert makers == ["torch-cpu-fp32", "torch-cpu-bf16", "onnx-cpu-onnx-fp32"]


def test_only_what_torch_computes_is_compiled() -> None:
    with pytest.raises(ModelUnavailable, match="TRYON_MODEL__COMPILE"):
        compiled(FakeEncoder())


@pytest.mark.parametrize("there", [True, False])
async def test_a_gpu_that_nobody_uses_is_said(there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.engines, "NVIDIA", tmp_path if there else tmp_path / "nothing")
    with structlog.testing.capture_logs() as logs:
        await (await build_engine(ModelSettings(), FakeEncoder(), PLAIN)).close()
        await (await build_engine(ModelSettings(device="cpu"), FakeEncoder(), PLAIN)).close()
    said = [(line["event"], line["device"]) for line in logs if "asked_for" in line]
    assert said == [("gpu_not_used" if there else "model_device", "cpu"), ("model_device", "cpu")]
