"""`tryon items` on a data folder of its own."""

import json
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from app.cli import cli
from models.encoders.fake import FakeEncoder
from models.export.runtime import Served

RUN = CliRunner()


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRYON_DATA_DIR", str(tmp_path / "data"))
    encoder = FakeEncoder()
    monkeypatch.setattr("app.engines.load_model", lambda *_: Served(queries=encoder, stored=encoder))


def items(*words: str, code: int = 0, stdin: str | None = None) -> Result:
    result = RUN.invoke(cli, ["items", *words], input=stdin)
    assert result.exit_code == code, result.output
    return result


def test_an_item_is_put_patched_shown_listed_and_removed(tmp_path: Path) -> None:
    picture = tmp_path / "red.png"
    Image.new("RGB", (24, 32), "red").save(picture)
    given = {"title": "Silk dress", "kind": "dress", "price": "19.9", "sizes": [{"size": "M", "stock": 2}]}
    made = json.loads(items("put", "a/1", json.dumps(given), "--picture", str(picture), "--json").stdout)
    assert (made["outcome"], made["searchable"]) == ("created", True)
    items("patch", "a/1", "-", stdin='{"stock": {"M": 0}, "colour": "red"}')
    shown = json.loads(items("show", "a/1", "--json").stdout)
    assert shown["sizes"] == [{"size": "M", "stock": 0}]
    assert (shown["colour"], shown["price"], len(shown["pictures"])) == (
        "red",
        {"amount": "19.9", "currency": "EUR"},
        1,
    )
    listed = json.loads(items("list", "--json").stdout)
    assert ([one["id"] for one in listed["items"]], listed["total"]) == (["a/1"], 1)
    assert "19.90 EUR" in items("list").stdout and "Silk dress" in items("show", "a/1").stdout
    gone = json.loads(items("delete", "a/1", "b", "--json", code=1).stdout)
    assert gone == {"removed": ["a/1"], "unknown": ["b"]}


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("put", "a", '{"titel": "x"}'), "titel is not a known field"),
        (("put", "a", "@/no/such/file"), "cannot be read"),
        (("put", "a", "nonsense"), "JSON"),
        (("patch", "nobody", "{}"), "no item 'nobody'"),
        (("show", "nobody"), "no item 'nobody'"),
    ],
)
def test_what_cannot_be_done_is_one_line(words: tuple[str, ...], reason: str) -> None:
    result = items(*words, code=1)
    assert result.exception is not None and reason in str(result.exception)
