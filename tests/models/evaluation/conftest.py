"""A small shop in the layout of a real data folder, its pictures drawn here."""

import csv
import io
import zipfile
from pathlib import Path

import pytest

from models.contracts import RGB
from models.evaluation import demo
from models.flats import demo_catalogue, draw

EACH = 10
GARMENTS = {
    "tshirt": ("Topwear", "Tshirts", "Men", "t-shirt"),
    "dress": ("Dress", "Dresses", "Women", "dress"),
}
COLOURS = ("red", "blue")


@pytest.fixture
def few_drawings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dozen drawings stand for the demo shop where its figures do not matter."""
    few = demo.gallery()[::30]
    monkeypatch.setattr(demo, "gallery", lambda: few)
    monkeypatch.setattr(demo, "pictures", lambda: tuple(draw(flat, 30, 40) for flat in few))


@pytest.fixture(scope="session")
def drawn_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two kinds in two colours, `EACH` of every one in `val` and two in `train`; a photo of each in `val`."""
    folder = tmp_path_factory.mktemp("shop")
    flats = demo_catalogue()
    pictures = {}
    for kind in GARMENTS:
        for colour in COLOURS:
            flat = next(f for f in flats if f.kind == kind and f.colour == colour)
            pictures[kind, colour] = encoded(draw(flat, 60, 80))
    items, photos = [], []
    for (kind, colour), picture in pictures.items():
        sub_category, article, gender, label = GARMENTS[kind]
        for number in range(EACH + 2):
            row = {"id": f"{kind}/{colour}-{number}", "split": "val" if number < EACH else "train", "gender": gender}
            row |= {"sub_category": sub_category, "article_type": article, "base_colour": colour.title()}
            row |= {"season": "Summer", "usage": "Casual", "name": f"{colour.title()} {article} {number}"}
            items.append((row, picture))
        photos.append(({"id": f"photo-{kind}-{colour}", "split": "val", "label": label}, picture))
    for place, table, rows in (("catalog", "items.csv", items), ("photos", "labels.csv", photos)):
        written(folder / place / table, [row for row, _ in rows])
        with zipfile.ZipFile(folder / place / "images.zip", "w") as archive:
            for row, picture in rows:
                archive.writestr(f"{row['id']}.webp", picture)
    kinds = [{"label": label, "article_type": article} for _, article, _, label in GARMENTS.values()]
    written(folder / "photos" / "kinds.csv", kinds)
    return folder


def encoded(picture: RGB) -> bytes:
    data = io.BytesIO()
    picture.save(data, "WEBP", lossless=True)
    return data.getvalue()


def written(path: Path, rows: "list[dict[str, str]]") -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
