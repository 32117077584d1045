"""Pictures of flats on disk: each once, none half, none drawn again."""

from pathlib import Path

from PIL import Image

from models.flats import demo_catalogue
from models.flats.files import write_pictures


def test_missing_pictures_are_drawn_and_the_others_left_alone(tmp_path: Path) -> None:
    flats = demo_catalogue()[:3]
    kept = tmp_path / f"{flats[0].id}.webp"
    kept.write_bytes(b"already here")
    told: list[tuple[int, int]] = []
    write_pictures(flats, tmp_path, (45, 60), lambda done, total: told.append((done, total)))
    assert kept.read_bytes() == b"already here"
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(f"{f.id}.webp" for f in flats)
    assert Image.open(tmp_path / f"{flats[1].id}.webp").size == (45, 60)
    assert told == [(1, 2), (2, 2)]
    write_pictures(flats, tmp_path, (45, 60), lambda done, total: told.append((done, total)))
    assert len(told) == 2
