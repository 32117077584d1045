"""A tiny training folder of our own making, laid out like the real one."""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

COLOURS = {"Red": "#c81e2b", "Blue": "#2f62c0", "Green": "#2b8a4a"}
ARTICLES = {"Dresses": "dress", "Shirts": "shirt", "Heels": "shoes"}
SPLITS = ("train", "train", "val")


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """27 items, 18 photos: coloured blobs whose shape says their kind."""
    folder = tmp_path_factory.mktemp("data")
    items, small, large = [], {}, {}
    for n, (article, colour, split) in enumerate((a, c, s) for a in ARTICLES for c in COLOURS for s in SPLITS):
        items.append(
            {"id": str(100 + n), "split": split, "gender": "Women", "master_category": "", "sub_category": "",
             "article_type": article, "base_colour": colour, "season": "Summer", "year": "2012", "usage": "Casual",
             "name": f"Maker {n} {colour} {article}"}
        )  # fmt: skip
        small[str(100 + n)] = _blob(article, COLOURS[colour], (60, 80))
        if n % 2:
            large[str(100 + n)] = _blob(article, COLOURS[colour], (168, 224))
    photos = [
        {"id": f"photo-{n}", "split": split, "label": label}
        for n, (label, split) in enumerate((b, s) for b in ARTICLES.values() for s in (*SPLITS, *SPLITS))
    ]
    article = {label: name for name, label in ARTICLES.items()}
    shots = {photo["id"]: _blob(article[photo["label"]], "#888888", (100, 120), "#554433") for photo in photos}
    _table(folder / "catalog" / "items.csv", items)
    _table(folder / "catalog" / "offers.csv", [{"id": item["id"], "pattern": "striped"} for item in items[:3]])
    _table(folder / "photos" / "labels.csv", photos)
    _table(folder / "photos" / "kinds.csv", [{"label": v, "article_type": k} for k, v in ARTICLES.items()])
    _zip(folder / "catalog" / "images.zip", small)
    _zip(folder / "catalog" / "images_large.zip", large)
    _zip(folder / "photos" / "images.zip", shots)
    return folder


def _blob(article: str, colour: str, size: tuple[int, int], ground: str = "white") -> Image.Image:
    picture = Image.new("RGB", size, ground)
    w, h = size
    boxes = {"Dresses": (w // 3, h // 8, 2 * w // 3, 7 * h // 8), "Shirts": (w // 6, h // 4, 5 * w // 6, 3 * h // 4)}
    picture.paste(colour, boxes.get(article, (w // 4, 3 * h // 4, 3 * w // 4, 7 * h // 8)))
    return picture


def _table(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _zip(path: Path, pictures: Mapping[str, Image.Image]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, picture in pictures.items():
            data = io.BytesIO()
            picture.save(data, "WEBP")
            archive.writestr(f"{name}.webp", data.getvalue())


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def unit(rows: Iterable[Sequence[float]]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    array = np.asarray(list(rows), dtype=np.float32)
    return array / np.linalg.norm(array, axis=1, keepdims=True)
