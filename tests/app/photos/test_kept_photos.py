"""Photos of requests: not kept unless the shop says so; then without faces or metadata, and gone with their answer."""

import datetime as dt
import io
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.container import Container
from app.photos.faces import MISSING, Box, DlibFaces, unrecognisable
from app.photos.settings import PhotoSettings
from app.settings import Settings
from models.contracts import RGB, ModelUnavailable
from models.encoders.fake import FakeEncoder
from tests.app.conftest import Whole, serving
from tests.app.test_erasure import Shopper, photo

NEVER_HELD_FACE = (20, 20, 50, 60)


class OneFace:
    """A stand-in that sees one face at the same place in every photo."""

    def faces(self, picture: RGB) -> Sequence[Box]:
        return [NEVER_HELD_FACE]


def keeping(whole: Whole) -> Whole:
    """That service with photos kept."""
    shelf = replace(whole.container.photos, faces=OneFace(), settings=PhotoSettings(keep=True))
    changed = replace(whole.container, photos=shelf)
    whole.app.state.container = changed
    return replace(whole, container=changed)


def noise() -> Image.Image:
    return Image.fromarray(np.random.default_rng(3).integers(0, 255, (160, 120, 3), dtype=np.uint8))


def kept(whole: Whole) -> list[Path]:
    return sorted((whole.container.settings.blob_dir / "photos").glob("*"))


async def test_by_default_nothing_is_kept(tmp_path: Path) -> None:
    async with serving(tmp_path) as whole:
        id_ = (await whole.post([photo("x")])).json()["id"]
        shown = await whole.client.get(f"/v1/recommendations/{id_}/photo", headers=whole.key("shop"))
        assert shown.status_code == 404
        assert shown.json()["type"].endswith("photo-not-kept")
        assert not kept(whole)


async def test_a_kept_photo_has_no_face_and_no_metadata_and_goes_with_its_answer(tmp_path: Path) -> None:
    async with serving(tmp_path) as plain:
        whole, shop = keeping(plain), plain.key("shop")
        out = io.BytesIO()
        noise().save(out, "PNG")
        id_ = (await whole.post([out.getvalue(), photo("quixotry")])).json()["id"]
        assert len(kept(whole)) == 2
        shown = await whole.client.get(f"/v1/recommendations/{id_}/photo", headers=shop)
        assert shown.headers["content-type"] == "image/webp"
        assert shown.headers["cache-control"] == "private, no-store"
        seen = np.asarray(Image.open(io.BytesIO(shown.content)).convert("L")).astype(float)
        assert seen[24:56, 24:46].std() < 0.5 * seen[90:150, 10:110].std()
        second = await whole.client.get(f"/v1/recommendations/{id_}/photo?index=1", headers=shop)
        assert b"quixotry" not in second.content
        assert (await whole.client.get(f"/v1/recommendations/{id_}/photo")).status_code == 401
        await whole.client.delete(f"/v1/recommendations/{id_}", headers=shop)
        assert not kept(whole)
        assert (await whole.client.get(f"/v1/recommendations/{id_}/photo", headers=shop)).status_code == 404


async def test_they_go_with_the_shopper(tmp_path: Path) -> None:
    async with serving(tmp_path) as plain:
        whole = keeping(plain)
        gone = Shopper(whole, "quixotry")
        await gone.live()
        assert len(kept(whole)) == 2
        await whole.client.delete(f"/v1/shoppers/{gone.id}", headers=gone.headers)
        assert not kept(whole)


async def test_they_go_when_their_time_is_over_or_their_answer_is_gone(tmp_path: Path) -> None:
    async with serving(tmp_path) as plain:
        whole = keeping(plain)
        shelf, day = whole.container.photos, dt.timedelta(days=1).total_seconds()
        ids = [(await whole.post([photo("x")])).json()["id"] for _ in range(3)]
        whole.container.blobs.put("photos/rec_never.0.webp", b"of an answer that was never committed")
        old, orphan, fresh = (f"photos/{name}.0.webp" for name in (ids[0], "rec_never", ids[1]))
        for key, days in ((old, 31), (orphan, 1), (fresh, 29)):
            path = whole.container.settings.blob_dir / key
            os.utime(path, (path.stat().st_mtime - days * day,) * 2)
        await shelf.forget_old()
        assert [path.name for path in kept(whole)] == sorted(f"{id_}.0.webp" for id_ in ids[1:])


async def test_one_erased_while_its_photo_is_prepared_is_not_kept(tmp_path: Path) -> None:
    async with serving(tmp_path) as plain:
        whole = keeping(plain)
        await whole.container.photos.keep("rec_erased_meanwhile", [photo("x")])
        assert not kept(whole)


def test_a_face_becomes_a_few_squares_and_the_rest_stays() -> None:
    picture = noise()
    out = np.asarray(unrecognisable(picture, [NEVER_HELD_FACE, (-50, -50, -10, -10), (115, 155, 125, 165)]))
    assert len(np.unique(out[20:60, 20:50].reshape(-1, 3), axis=0)) <= 25
    assert (out[80:130, :60] == np.asarray(picture)[80:130, :60]).all()


async def test_without_a_detector_the_start_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "dlib", None)
    settings = Settings(data_dir=tmp_path, photos=PhotoSettings(keep=True))
    with pytest.raises(ModelUnavailable, match="TRYON_PHOTOS__KEEP") as raised:
        await Container.build(settings, FakeEncoder())
    assert str(raised.value) == MISSING


def test_dlib_finds_nobody_where_nobody_is() -> None:
    pytest.importorskip("dlib", reason="the extra 'photos' is not installed")
    assert list(DlibFaces().faces(noise())) == []
