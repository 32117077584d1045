"""Heads learn what the rows say, travel on disk, and the tagger goes by them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from models.contracts import Matrix
from models.encoders.facet_heads import HEADS_FILE, read_heads, write_heads
from models.encoders.metadata import folder_revision
from models.registry import FacetHead, ModelSpec
from models.zero_shot import AttributeTagger
from models.zero_shot.calibration import expected_calibration_error, softmax
from models.zero_shot.source import PHOTO, STUDIO
from models.zero_shot.teach import fit_head

DIMS = 16


def blobs(count: int, spread: float, seed: int = 0) -> tuple[Matrix, np.ndarray]:
    """Unit rows around three directions, and which one each belongs to."""
    rng = np.random.default_rng(seed)
    wanted = rng.integers(3, size=count)
    rows = np.eye(DIMS)[wanted] + rng.normal(0, spread, (count, DIMS))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32), wanted


def test_a_head_is_right_and_knows_how_sure_to_be() -> None:
    head = fit_head(("a", "b", "c"), *blobs(4000, 0.6))
    rows, wanted = blobs(2000, 0.6, seed=1)
    chances = softmax(head.logits(rows))
    right = chances.argmax(axis=1) == wanted
    assert 0.6 < right.mean() < 0.99
    assert expected_calibration_error(chances.max(axis=1), right) < 0.05


def test_heads_survive_the_disk_and_change_no_revision(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    before = folder_revision(tmp_path)
    assert read_heads(tmp_path) == {}
    head = fit_head(("summer", "winter", "spring"), *blobs(300, 0.3))
    write_heads(tmp_path, {"season": head})
    again = read_heads(tmp_path)["season"]
    rows, _ = blobs(50, 0.3, seed=2)
    assert again.values == head.values
    np.testing.assert_allclose(softmax(again.logits(rows)), softmax(head.logits(rows)), atol=0.01)
    assert folder_revision(tmp_path) == before
    (tmp_path / HEADS_FILE).write_bytes(b"broken")
    with pytest.raises(ValueError, match=HEADS_FILE):
        read_heads(tmp_path)


class Knowing:
    """Texts all alike; the heads know it all."""

    def __init__(self, **heads: FacetHead) -> None:
        self.spec = ModelSpec("knowing", "r", DIMS, "p", temperature=20, facets=heads)

    async def encode_texts(self, texts: Sequence[str]) -> Matrix:
        return np.tile(np.eye(DIMS, dtype=np.float32)[:1], (len(texts), 1))


def head(values: tuple[str, ...], sure: float) -> FacetHead:
    weights = np.zeros((len(values), DIMS), np.float32)
    weights[1, 0] = sure
    return FacetHead(values, weights, np.zeros(len(values), np.float32))


async def test_the_tagger_tells_what_heads_are_sure_of_and_leaves_out_the_rest() -> None:
    known = Knowing(
        season=head(("spring", "summer", "winter"), 9), usage=head(("casual", "formal", "party"), 0.1),
        pattern=head(("tartan", "unheard_of"), 9),
    )  # fmt: skip
    tagger = await AttributeTagger.build(known)
    image = np.eye(DIMS, dtype=np.float32)[0]
    told = {tag.name: tag for tag in tagger.tag(image)}
    assert told["season"].value == "summer"
    assert told["season"].confidence > 0.99
    assert not {"usage", "pattern", "colour", "gender"} & told.keys()


async def test_of_a_catalogue_every_facet_is_told_for_every_row() -> None:
    tagger = await AttributeTagger.build(Knowing(colour=head(("red", "blue"), 9)))
    told = tagger.catalogue(np.eye(DIMS, dtype=np.float32)[:4])
    assert told.keys() == {"kind", "colour", "gender"}
    assert "perfume" in told["kind"][0]
    assert told["colour"][0] == ("red", "blue")
    for values, chances in told.values():
        assert chances.shape == (4, len(values))
        np.testing.assert_allclose(chances.sum(axis=1), 1)


@pytest.mark.parametrize(("looks_like", "told"), [("studio", True), ("photo", False)])
async def test_of_a_persons_own_photo_nothing_is_told_that_only_studio_pictures_taught(
    looks_like: str, told: bool
) -> None:
    values = (STUDIO, PHOTO) if looks_like == PHOTO else (PHOTO, STUDIO)
    known = Knowing(gender=head(("women", "men"), 9), colour=head(("red", "blue"), 9), source=head(values, 9))
    tagger = await AttributeTagger.build(known)
    image = np.eye(DIMS, dtype=np.float32)[:1]
    assert ("gender" in {tag.name for tag in tagger.tag(image[0])}) is told
    surest = {name: chances.max() for name, (_, chances) in tagger.catalogue(image).items()}
    assert surest.keys() == {"kind", "gender", "colour"}
    assert (surest["gender"] > 0.9, surest["colour"] > 0.9) == (told, told)
