"""What a contact sheet asks, and what it says when it cannot be made."""

import zipfile
from collections import Counter
from pathlib import Path

import pytest

from app.errors import AppError, InvalidRequest
from app.recommendations.sheet import draw, page
from app.recommendations.sheet_asks import read_asks

LABELS = ("dress", "shoes", "no such label")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    photos = tmp_path / "photos"
    photos.mkdir()
    ids = [(f"{label[:2]}{n}", label) for label in LABELS for n in range(4)]
    rows = "".join(f"{id_},val,{label}\n" for id_, label in ids)
    (photos / "labels.csv").write_text(f"id,split,label\nother,train,dress\n{rows}", "utf-8")
    with zipfile.ZipFile(photos / "images.zip", "w") as archive:
        for id_, _ in ids:
            archive.writestr(f"{id_}.webp", id_.encode())
    return tmp_path


def test_labels_and_languages_take_turns(data: Path) -> None:
    asks = read_asks(data, "val", 6)
    assert [ask.photo_id for ask in asks] == ["dr0", "no0", "sh0", "dr1", "no1", "sh1"]
    assert Counter(ask.locale for ask in asks) == {"en": 3, "zh": 3}
    assert all(ask.photo == ask.photo_id.encode() and ask.text for ask in asks)
    assert {ask.photo_id for ask in read_asks(data, "val", 6, skip=2)}.isdisjoint(ask.photo_id for ask in asks)
    assert len(read_asks(data, "val", 100)) == 12


def test_a_folder_without_photos_says_what_is_missing(data: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="split 'test'"):
        read_asks(data, "test", 3)
    with pytest.raises(InvalidRequest, match=r"photos/labels\.csv"):
        read_asks(tmp_path / "nowhere", "val", 3)


def test_without_chromium_the_page_is_there_and_the_reason_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    html = tmp_path / "sheet.html"
    html.write_text(page([], "Nothing <yet>"), "utf-8")
    assert "Nothing &lt;yet&gt;" in html.read_text("utf-8")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AppError, match="Chromium"):
        draw(html, tmp_path / "sheet.png", 0)
