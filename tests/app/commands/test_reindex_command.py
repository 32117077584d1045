"""`tryon reindex` goes on with the live index's model, and goes over to another only when it is named."""

import json
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from app.cli import cli
from app.settings import ModelSettings, Settings
from models.encoders.fake import FakeEncoder
from models.export.runtime import Served
from models.index import SnapshotStore

RUN = CliRunner()
DIMS = {"first": 8, "second": 16}


@pytest.fixture(autouse=True)
def models_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(settings: ModelSettings, _exports: Path) -> Served:
        encoder = FakeEncoder(DIMS.get(settings.name, 4), settings.name)
        return Served(queries=encoder, stored=encoder)

    monkeypatch.setenv("TRYON_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("app.engines.load_model", load)


def run(*words: str) -> str:
    result = RUN.invoke(cli, list(words))
    assert result.exit_code == 0, result.output
    return result.stdout


def live() -> str:
    store = SnapshotStore(Settings().index_dir)
    return store.open(store.current_version() or "").manifest.model


def test_the_live_model_stays_until_another_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dress").mkdir()
    Image.new("RGB", (24, 32), "red").save(tmp_path / "dress" / "a.png")
    run("import", str(tmp_path / "dress"), "--format", "folder")
    monkeypatch.setenv("TRYON_MODEL__NAME", "first")
    run("reindex", "--json")
    assert live() == "first"
    assert json.loads(run("reindex", "--model", "second", "--json"))["encoded_images"] == 1
    assert live() == "second"
    assert json.loads(run("reindex", "--force", "--json"))["encoded_images"] == 0
    assert live() == "second"
