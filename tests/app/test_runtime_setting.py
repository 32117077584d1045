"""TRYON_MODEL__RUNTIME as an operator meets it: the same answers from the same index, or one line that says why not."""

import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError

from app.catalog.embeddings import EmbeddingRepository
from app.catalog.records import EmbeddingKey
from app.catalog.reindexing.reindex import reindex
from app.cli import main
from app.container import Container
from app.main import create_app
from app.settings import Settings
from app.startup import ClearStart
from models.contracts import Matrix
from models.export import run, runtime
from models.export.parity import GATES, Gate
from models.export.run import ExportFailed
from tests.app.conftest import serving
from tests.models.encoders import conftest as tiny

pytestmark = pytest.mark.usefixtures("one_thread")
open_clip_folder = tiny.open_clip_folder


WITHIN = {"onnx": 1e-3, "int8": 0.1}
"""How far a score may be from torch's; eight bits with weights that nobody trained."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shop")


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "FIRST_START", 8)
    monkeypatch.setitem(run.TUNING, "int8", 8)
    monkeypatch.setitem(GATES, "int8", Gate(0.9, None, loss=1))


def photo() -> bytes:
    out = io.BytesIO()
    picture = Image.new("RGB", (120, 160), "white")
    picture.paste((200, 20, 40), (30, 30, 90, 140))
    picture.save(out, "JPEG")
    return out.getvalue()


async def vectors(container: Container) -> Matrix:
    key, found = EmbeddingKey.of("image", container.engine.spec), {}
    async with container.database.unit_of_work() as session:
        async for page in EmbeddingRepository(session).vectors(key):
            found |= {stored.item_id: stored.vector for stored in page}
    return np.stack([found[item] for item in sorted(found)]).astype(np.float32)


async def answers(folder: Path, model: dict[str, str]) -> dict[str, Any]:
    """What the service says on a runtime: readiness, answers, a heat map, tags, and its vectors when made anew."""
    async with serving(folder, encoder=None, model=model) as whole:
        found: dict[str, Any] = {"ready": (await whole.client.get("/readyz")).json()}
        asked = {"description": "red dress for summer", "limit": "5", "min_score": "0", "outfits": "0"}
        for mode in ("semantic", "hybrid"):
            answer = await whole.post([photo()], mode=mode, **asked)
            assert answer.status_code == 201, answer.text
            found[mode] = answer.json()
        item = found["hybrid"]["suggestions"][0]["item"]["id"]
        heat = await whole.client.get(
            f"/v1/recommendations/{found['hybrid']['id']}/heatmap", params={"item_id": item}, headers=whole.key("shop")
        )
        found["heat"] = Image.open(io.BytesIO(heat.content)).size
        files = [("photo", ("a.jpg", photo(), "image/jpeg")), ("labels", (None, "dress")), ("labels", (None, "shirt"))]
        tags = await whole.client.post("/v1/tags", files=files, headers=whole.key("shop"))
        found["tags"] = {one["label"]: one["probability"] for one in tags.json()["labels"]}
        box = whole.container

        async def silent(done: int, total: int) -> None: ...

        parts = (box.database, box.blobs, box.engine, box.snapshots, box.settings)
        found["unchanged"] = (await reindex(*parts, progress=silent)).unchanged
        await reindex(*parts, progress=silent, reencode=True)
        found["vectors"] = await vectors(box)
        return found


_torch: dict[str, Any] = {}


@pytest.mark.parametrize("kind", ["onnx", "int8"])
async def test_the_answers_are_torchs(kind: str, shop: Path, open_clip_folder: Path) -> None:
    """Over one data folder, so over the index that torch built; and what it would build itself is the same."""
    name = str(open_clip_folder)
    if not _torch:
        _torch.update(await answers(shop, {"name": name}))
    found = await answers(shop, {"name": name, "runtime": kind})
    assert found["ready"]["ready"]
    assert found["ready"]["device"] == found["hybrid"]["model"]["device"] == f"cpu {kind}"
    assert found["ready"]["revision"] == _torch["ready"]["revision"]
    assert found["unchanged"]
    assert np.allclose(found["vectors"], _torch["vectors"], atol=2e-3)  # what is kept is kept in half precision
    for mode in ("semantic", "hybrid"):
        ours, theirs = ({s["item"]["id"]: s["score"] for s in by[mode]["suggestions"]} for by in (found, _torch))
        assert ours == pytest.approx(theirs, abs=WITHIN[kind])
    assert found["heat"] == _torch["heat"]
    assert found["tags"] == pytest.approx(_torch["tags"], abs=5 * WITHIN[kind])


async def start(settings: Settings) -> str:
    """What a server is told when the service cannot start."""
    sent: list[dict[str, str]] = []

    async def receive() -> dict[str, str]:
        return {"type": "lifespan.startup"}

    async def send(message: dict[str, str]) -> None:
        sent.append(message)

    await ClearStart(create_app(settings))({"type": "lifespan"}, receive, send)
    (failed,) = sent
    assert failed["type"] == "lifespan.startup.failed"
    assert "\n" not in failed["message"]
    return failed["message"]


async def test_a_failed_gate_ends_the_start_in_one_line(
    tmp_path: Path, open_clip_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def far(*_: object) -> None:
        raise ExportFailed("the onnx export of mine differs too much: image cosine 0.9912 on average, 0.999 asked")

    monkeypatch.setattr(run, "export", far)
    said = await start(Settings(data_dir=tmp_path, model={"name": str(open_clip_folder), "runtime": "onnx"}))
    assert said.startswith("TRYON_MODEL__RUNTIME=onnx cannot be served: the onnx export of mine differs too much: ")
    assert said.endswith("image cosine 0.9912 on average, 0.999 asked")


async def test_without_onnxruntime_the_extra_is_named(
    tmp_path: Path, open_clip_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    said = await start(Settings(data_dir=tmp_path, model={"name": str(open_clip_folder), "runtime": "int8"}))
    assert "TRYON_MODEL__RUNTIME=int8" in said
    assert "pip install 'tryon[export]'" in said


def test_another_runtime_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRYON_MODEL__RUNTIME", "tensorrt")
    with pytest.raises(ValidationError):
        Settings()
    monkeypatch.setattr(sys, "argv", ["tryon", "migrate"])
    with pytest.raises(SystemExit):
        main()
    said = capsys.readouterr().err
    assert said == "tryon: TRYON_MODEL__RUNTIME: Input should be 'torch', 'onnx' or 'int8'\n"


def test_exports_lie_in_the_data_folder_unless_said_otherwise(tmp_path: Path) -> None:
    assert Settings(data_dir=tmp_path).exports_dir == tmp_path / "exports"
    assert Settings(data_dir=tmp_path, model={"exports": "/srv/exports"}).exports_dir == Path("/srv/exports")
