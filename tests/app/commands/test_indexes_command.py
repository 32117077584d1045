"""`tryon indexes` over real snapshots, with no service running."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from app.cli import cli
from models.index import SnapshotStore
from models.registry import ModelSpec


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRYON_DATA_DIR", str(tmp_path))
    return tmp_path / "indexes"


@pytest.fixture
def versions(root: Path) -> list[str]:
    """Four, oldest first; the second is live and the first was before it."""
    spec = ModelSpec(name="tiny", revision="r1", dims=4, preprocess_version="p1")
    store, rows = SnapshotStore(root), np.eye(4, dtype=np.float32)
    made = [store.build(list("abcd"), rows, rows, spec).version for _ in range(4)]
    store.activate(made[0])
    store.activate(made[1])
    return made


def tryon(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["indexes", *arguments])


def test_versions_are_listed_newest_first_with_what_they_are(versions: list[str]) -> None:
    listed = json.loads(tryon("list", "--json").output)
    assert [one["version"] for one in listed] == versions[::-1]
    assert [(one["live"], one["previous"]) for one in listed[2:]] == [(True, False), (False, True)]
    assert (listed[0]["kind"], listed[0]["precision"], listed[0]["count"]) == ("flat", "float32", 4)
    assert versions[1] in tryon("list").output


def test_the_way_back_has_a_name(versions: list[str], root: Path) -> None:
    assert json.loads(tryon("activate", "previous", "--json").output)["version"] == versions[0]
    assert SnapshotStore(root).current_version() == versions[0]
    assert "is live" in tryon("activate", versions[3]).output
    assert SnapshotStore(root).previous_version() == versions[0]


def test_damage_is_found_and_cannot_go_live(versions: list[str], root: Path) -> None:
    assert tryon("verify").exit_code == 0
    path = root / versions[2] / "image.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    (root / versions[3] / "manifest.json").unlink()
    verified = tryon("verify", "--all", "--json")
    assert verified.exit_code == 1
    told = json.loads(verified.stdout)
    assert (told["intact"], sorted(told["damaged"])) == ([versions[1], versions[0]], versions[2:])
    refused = tryon("activate", versions[2])
    assert refused.exit_code == 1
    assert "damaged" in str(refused.exception)
    assert SnapshotStore(root).current_version() == versions[1]
    assert versions[3] not in json.loads(tryon("list", "--json").stdout)


def test_pruning_keeps_the_live_one_and_the_way_back(versions: list[str], root: Path) -> None:
    (root / ".deleting-x").mkdir()
    pruned = json.loads(tryon("prune", "--keep", "1", "--json").output)
    assert pruned == {"pruned": [versions[2]], "swept": [".deleting-x"]}
    assert "Deleted 0 versions" in tryon("prune", "--keep", "1").output


@pytest.mark.parametrize("arguments", [["activate", "nope"], ["verify", "../../etc"], ["activate", "previous"]])
def test_what_is_not_there_is_said(root: Path, arguments: list[str]) -> None:
    answered = tryon(*arguments)
    assert answered.exit_code == 1
    assert "There is no" in str(answered.exception)
