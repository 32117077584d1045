"""`tryon import` as a merchandiser types it."""

import functools
import gzip
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import cli

FEED = """Handle,Title,Type,Option1 Name,Option1 Value,Variant SKU,Variant Price,Published
dress,Dress,Dresses,Size,S,D-S,10.00,TRUE
dress,,,,M,D-M,10.00,
hat,Hat,Hats,Title,Default Title,H,free,TRUE
scarf,Scarf,Scarves,Title,Default Title,S,5.00,FALSE
"""


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty shop's folder, with a feed beside it."""
    monkeypatch.setenv("TRYON_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "feed.csv").write_text(FEED)
    return tmp_path


@pytest.fixture
def served(shop: Path) -> Iterator[str]:
    """The shop's folder over HTTP; its address."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(shop))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def tryon_import(*words: object) -> Result:
    return CliRunner().invoke(cli, ["import", *map(str, words)])


def test_counts_and_what_was_wrong(shop: Path) -> None:
    result = tryon_import(shop / "feed.csv")
    assert result.exit_code == 1
    assert "4 rows (shopify)" in result.stdout
    assert "failed: line 4, H, price: 'free' is no price" in result.stdout
    counts = [int(word) for word in result.stdout.splitlines()[4].replace("│", " ").split()]
    assert counts[:7] == [1, 0, 0, 1, 1, 1, 0]


def test_rows_one_by_one(shop: Path) -> None:
    lines = tryon_import(shop / "feed.csv", "--rows", "all", "--dry-run").stdout.splitlines()
    assert lines[:4] == [
        "created: line 2, D-S",
        "folded: line 3, D-S",
        "failed: line 4, H: price: 'free' is no price",
        "skipped: line 5, S: row: is not published",
    ]
    assert lines[-1].startswith("Nothing was written")


def test_json_for_machines(shop: Path) -> None:
    report = json.loads(tryon_import(shop / "feed.csv", "--json").stdout)
    assert (report["created"], report["failed"], report["format"]) == (1, 1, "shopify")
    lines = tryon_import(shop / "feed.csv", "--json", "--rows", "failed", "--rows", "skipped").stdout.splitlines()
    assert [json.loads(line)["outcome"] for line in lines[:2]] == ["failed", "skipped"]
    assert json.loads(lines[2])["unchanged"] == 1


def test_a_full_feed(shop: Path) -> None:
    tryon_import(shop / "feed.csv")
    (shop / "other.csv").write_text("id,title\nX,Coat\n")
    refused = tryon_import(shop / "other.csv", "--full")
    assert "leaves out 1 of 1 items" in str(refused.exception)
    told = tryon_import(shop / "other.csv", "--full", "--retire-up-to", "1", "--rows", "retired").stdout
    assert told.splitlines()[0] == "retired: not in the feed, D-S"


def test_a_feed_by_its_address(shop: Path, served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (shop / "feed.gz").write_bytes(gzip.compress(FEED.encode()))
    refused = tryon_import(f"http://{served}/feed.gz")
    assert served.partition(":")[0] in str(refused.exception)
    monkeypatch.setenv("TRYON_FETCH__ALLOW_PRIVATE", json.dumps([served]))
    monkeypatch.setenv("TRYON_FETCH__PORTS", json.dumps([80, 443, int(served.rpartition(":")[2])]))
    assert json.loads(tryon_import(f"http://{served}/feed.gz", "--json").stdout)["created"] == 1
    assert not list((shop / "data").glob("import-*"))


@pytest.mark.parametrize(
    ("words", "reason"),
    [(("nowhere.csv",), "nowhere.csv"), (("feed.csv", "--rows", "good"), "good is no outcome"),
     (("feed.csv", "--map", "colr=x"), "colr"), (("feed.csv", "--format", "jsonl"), "")],
)  # fmt: skip
def test_what_cannot_be_done_is_said_in_one_line(shop: Path, words: tuple[str, ...], reason: str) -> None:
    result = tryon_import(shop / words[0], *words[1:])
    assert result.exit_code != 0
    assert reason in str(result.exception)
