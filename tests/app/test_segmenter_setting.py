"""TRYON_PREPROCESS__SEGMENTER chooses who cuts photos out; what cannot be had ends the start with one line."""

import sys

import pytest
from PIL import Image
from pydantic import ValidationError

from app.engines import build_engine
from app.settings import ModelSettings, PreprocessSettings, Settings
from models.contracts import ModelUnavailable
from models.encoders.fake import FakeEncoder


def test_the_shipped_segmenter_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().preprocess.segmenter == "tryon-cut"
    monkeypatch.setenv("TRYON_PREPROCESS__SEGMENTER", "rembg:isnet-general-use")
    assert Settings().preprocess.segmenter == "rembg:isnet-general-use"


@pytest.mark.parametrize("name", ["", "sam", "rembg:", "rembg:a b", "../weights"])
def test_a_segmenter_there_is_none_of_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        PreprocessSettings(segmenter=name)


async def test_the_engine_cuts_as_the_setting_says() -> None:
    photo = Image.new("RGB", (120, 160), (240, 240, 240))
    photo.paste((160, 20, 30), (40, 40, 80, 120))
    crops = {}
    for name in ("none", "classical"):
        engine = await build_engine(ModelSettings(), FakeEncoder(), PreprocessSettings(segmenter=name))
        (part,) = (await engine.encode_query([photo], None)).parts
        crops[name] = [crop.size for crop in part.crops]
        await engine.close()
    assert crops["none"] == [photo.size]
    assert len(crops["classical"]) == 2


async def test_rembg_that_is_not_there_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rembg", None)
    with pytest.raises(ModelUnavailable, match="pip install"):
        await build_engine(ModelSettings(), FakeEncoder(), PreprocessSettings(segmenter="rembg:u2netp"))
