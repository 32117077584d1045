"""A model served by its exported graphs: exported once, only past its gate, and in the original's place."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.contracts import ModelUnavailable, TokenEncoder
from models.encoders import load_encoder
from models.encoders.metadata import METADATA_FILE
from models.encoders.onnx_manifest import PARITY_FILE
from models.export import run, runtime
from models.export.parity import GATES, Gate
from models.export.run import Exported, ExportFailed
from models.export.runtime import Served, export_folder, is_current, prepare, served

WORDS = ["red dress", "a blue shirt for summer evening", "红 裙"]
_kept: dict[str, Path] = {}
_made: list[Exported] = []


def pictures() -> list[Image.Image]:
    return [Image.effect_mandelbrot(size, (-2, -1, 1, 1), 20).convert("RGB") for size in ((60, 80), (200, 90))]


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few drawings, and eight bits as near as weights that nobody trained allow."""
    monkeypatch.setattr(runtime, "FIRST_START", 8)
    monkeypatch.setitem(run.TUNING, "int8", 8)
    monkeypatch.setitem(GATES, "int8", Gate(0.9, None, loss=1))


@pytest.fixture
def exports(open_clip_folder: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both exports of the tiny model, made once for the module, in a folder of this test's own."""
    if "made" not in _kept:
        _kept["made"] = tmp_path_factory.mktemp("kept")
        _made.extend(prepare(str(open_clip_folder), "int8", _kept["made"]))
        assert len(_made) == 2
    return Path(shutil.copytree(_kept["made"], tmp_path / "exports"))


def never(*_: object) -> None:
    raise AssertionError("exported again")


@pytest.mark.parametrize(("kind", "within"), [("onnx", 1e-4), ("int8", 0.3)])
def test_it_stands_in_for_its_original(kind: runtime.Runtime, within: float, open_clip_folder: Path, exports: Path,
                                       monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(run, "export", never)
    original = load_encoder(str(open_clip_folder), device="cpu")
    found = served(str(open_clip_folder), kind, exports, device="cpu")
    assert found.queries.device == f"cpu {kind}"
    for encoder in (found.queries, found.stored):
        spec, wanted = encoder.spec, original.spec
        assert (spec.name, spec.revision, spec.origin) == (wanted.name, wanted.revision, "")
        assert (spec.preprocess_version, spec.cosine_scale) == (wanted.preprocess_version, wanted.cosine_scale)
    assert np.allclose(found.queries.encode_texts(WORDS), original.encode_texts(WORDS), atol=within)
    assert np.allclose(found.queries.encode_images(pictures()), original.encode_images(pictures()), atol=within)
    assert isinstance(original, TokenEncoder)
    assert isinstance(found.queries, TokenEncoder)
    ours, theirs = found.queries.encode_image_tokens(pictures()), original.encode_image_tokens(pictures())
    assert (ours.tokens.shape, ours.frames) == (theirs.tokens.shape, theirs.frames)


def test_what_is_kept_is_never_in_eight_bits(open_clip_folder: Path, exports: Path) -> None:
    found = served(str(open_clip_folder), "int8", exports)
    assert found.stored.device == "cpu onnx"
    original = load_encoder(str(open_clip_folder), device="cpu")
    assert np.allclose(found.stored.encode_texts(WORDS), original.encode_texts(WORDS), atol=1e-4)
    assert not np.allclose(found.queries.encode_texts(WORDS), original.encode_texts(WORDS), atol=1e-4)


def test_torch_is_the_model_itself(open_clip_folder: Path, tmp_path: Path) -> None:
    found = served(str(open_clip_folder), "torch", tmp_path, device="cpu")
    assert isinstance(found, Served)
    assert found.queries is found.stored
    assert found.queries.device == "cpu"
    assert list(tmp_path.iterdir()) == []


def test_another_model_under_the_name_is_exported_anew(
    open_clip_folder: Path, exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Path(shutil.copytree(open_clip_folder, tmp_path / "model"))
    folder = Path(shutil.move(export_folder(exports, str(open_clip_folder), "onnx"),
                              export_folder(exports, str(model), "onnx")))  # fmt: skip
    assert is_current(folder, str(model), "onnx")
    assert prepare(str(model), "onnx", exports) == []
    config = json.loads((model / "open_clip_config.json").read_text())
    config["preprocess_cfg"]["fill_color"] = 0
    (model / "open_clip_config.json").write_text(json.dumps(config))
    assert not is_current(folder, str(model), "onnx")
    asked: list[tuple[object, ...]] = []

    def noted(*given: object) -> Exported:
        asked.append(given[:3])
        assert not folder.exists()
        return _made[0]

    monkeypatch.setattr(run, "export", noted)
    prepare(str(model), "onnx", exports)
    assert asked == [(str(model), "onnx", folder)]


def test_a_new_calibration_needs_no_new_export(open_clip_folder: Path, exports: Path, tmp_path: Path) -> None:
    model = Path(shutil.copytree(open_clip_folder, tmp_path / "model"))
    shutil.move(export_folder(exports, str(open_clip_folder), "onnx"), export_folder(exports, str(model), "onnx"))
    calibration = {"scale": 3.5, "shift": 0.1, "temperature": 40}
    (model / METADATA_FILE).write_text(json.dumps({"name": "x", "calibration": calibration}))
    assert prepare(str(model), "onnx", exports) == []
    spec = served(str(model), "onnx", exports).queries.spec
    assert (spec.cosine_scale, spec.cosine_shift, spec.temperature) == (3.5, 0.1, 40)


def test_a_failed_gate_says_what_failed_and_keeps_nothing(
    open_clip_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(GATES, "onnx", Gate(1.1, None))
    with pytest.raises(ExportFailed, match=r"image cosine 1\.0000 on average, 1\.1 asked") as raised:
        served(str(open_clip_folder), "onnx", tmp_path / "exports")
    assert "\n" not in str(raised.value)
    assert list((tmp_path / "exports").iterdir()) == []


def test_an_export_past_its_gate_is_not_served(open_clip_folder: Path, exports: Path) -> None:
    """`tryon export --no-gate` writes one, for whoever measures."""
    said = {"passed": False, "failures": ["text cosine 0.9 on average, 0.98 asked"]}
    (export_folder(exports, str(open_clip_folder), "int8") / PARITY_FILE).write_text(json.dumps(said))
    with pytest.raises(ModelUnavailable, match=r"text cosine 0\.9"):
        served(str(open_clip_folder), "int8", exports)


def test_what_another_process_exported_meanwhile_is_taken(
    open_clip_folder: Path, exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, name = tmp_path / "mine", str(open_clip_folder)

    def beaten(_name: str, form: runtime.Form, out: Path, *_: object) -> None:
        shutil.copytree(export_folder(exports, name, form), out)
        raise ExportFailed(f"{out} was written meanwhile")

    monkeypatch.setattr(run, "export", beaten)
    assert served(name, "int8", mine).queries.device == "cpu int8"


@pytest.mark.parametrize(
    ("kind", "device", "precision", "said"),
    [("int8", "cuda", "auto", "eight-bit"), ("onnx", "mps", "auto", "mps"), ("onnx", "cpu", "bf16", "bf16")],
)
def test_what_cannot_be_is_said_before_anything_is_exported(
    kind: runtime.Runtime, device: str, precision: str, said: str, open_clip_folder: Path, tmp_path: Path
) -> None:
    with pytest.raises(ModelUnavailable, match=said):
        served(str(open_clip_folder), kind, tmp_path / "exports", device=device, precision=precision)
    assert not (tmp_path / "exports").exists()


def test_without_the_package_its_extra_is_named(
    open_clip_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ModelUnavailable, match=r"tryon\[export\]"):
        served(str(open_clip_folder), "onnx", tmp_path)


def test_an_export_named_as_the_model_is_served_as_it_is(open_clip_folder: Path, exports: Path) -> None:
    folder = str(export_folder(exports, str(open_clip_folder), "onnx"))
    for kind in ("torch", "onnx"):
        assert served(folder, kind, exports).queries.spec.origin
    with pytest.raises(ModelUnavailable, match="an export already"):
        served(folder, "int8", exports)
