"""The model that is exported, and the preprocessing files that must lie beside its graphs."""

import json
import shutil
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.contracts import Encoder, ModelUnavailable
from models.encoders import SHIPPED, load_encoder
from models.encoders.load import HUB, LOCAL, shipped_folder
from models.encoders.metadata import METADATA_FILE, OURS
from models.encoders.onnx_manifest import Front
from models.encoders.open_clip import OpenClipEncoder, padding
from models.encoders.open_clip_folder import CONFIG_FILE, read_config
from models.encoders.transformers import TransformersEncoder

Exportable = OpenClipEncoder | TransformersEncoder


@dataclass(frozen=True, slots=True)
class Original:
    """A model in torch, float32, on the CPU. `folder` is None for one that is not on disk as a folder."""

    name: str
    encoder: Exportable
    folder: Path | None


def open_original(name: str) -> Original:
    """Raises ModelUnavailable for a model that can't be had, or that is an export itself."""
    encoder: Encoder = load_encoder(name, device="cpu", precision="fp32")
    if not isinstance(encoder, Exportable):
        raise ModelUnavailable(f"model {name} is not a torch model; export the one it was made from")
    return Original(name, encoder, folder_of(name))


def folder_of(name: str) -> Path | None:
    """The folder that a model's name stands for, None where it stands for none."""
    if name == SHIPPED:
        return shipped_folder()
    folder = Path(name.removeprefix(LOCAL)).expanduser()
    return folder if folder.is_dir() else None


def write_front(original: Original, folder: Path) -> Front:
    """Write preprocessing config and tokenizer into `folder`, and say how they are used.

    Raises ModelUnavailable for a tokenizer that can't be written down.
    """
    encoder = original.encoder
    if isinstance(encoder, OpenClipEncoder):
        return _open_clip(original, encoder, folder)
    encoder.image_processor.save_pretrained(folder)
    encoder.tokenizer.save_pretrained(folder)
    kind, length = encoder.text_padding
    padded = "longest" if kind == "longest" else "max_length"
    return Front(kind="transformers", pad=encoder.tokenizer.pad_token_id, padding=padded, length=length)


def write_metadata(original: Original, folder: Path) -> None:
    """The original's own files on its vectors (calibration, facet heads) as they are: the space is the same."""
    for name in OURS:
        if original.folder is not None and (original.folder / name).is_file():
            shutil.copyfile(original.folder / name, folder / name)
    if not (folder / METADATA_FILE).is_file():
        spec = original.encoder.spec
        found = {"scale": spec.cosine_scale, "shift": spec.cosine_shift, "temperature": spec.temperature}
        entry = {"name": original.name, "calibration": found}
        (folder / METADATA_FILE).write_text(json.dumps(entry, indent=2) + "\n", "utf-8")


def _open_clip(original: Original, encoder: OpenClipEncoder, folder: Path) -> Front:
    from open_clip.tokenizer import HFTokenizer, SimpleTokenizer

    tokenizer, network = encoder.tokenizer, encoder.network
    text = dict(_model_config(original)["text_cfg"])
    text.pop("hf_tokenizer_name", None)
    if isinstance(tokenizer, HFTokenizer):
        tokenizer.save_pretrained(folder)
        text["hf_tokenizer_name"] = "."  # open_clip looks beside the config whatever it says, but it must say something
    elif not isinstance(tokenizer, SimpleTokenizer):
        raise ModelUnavailable(
            f"model {original.name} has a {type(tokenizer).__name__}, which cannot be kept in a folder; "
            "export it from a folder in open_clip's format"
        )
    config = {"model_cfg": {"text_cfg": text}, "preprocess_cfg": dict(network.visual.preprocess_cfg)}
    (folder / CONFIG_FILE).write_text(json.dumps(config, indent=2) + "\n", "utf-8")
    pad = padding(network)
    longest = "longest" if pad is not None else "max_length"
    return Front(kind="open_clip", pad=pad, padding=longest, length=int(tokenizer.context_length))


def _model_config(original: Original) -> dict[str, Any]:
    import open_clip

    if original.folder is not None:
        found: dict[str, Any] = read_config(original.folder)["model_cfg"]
        return found
    name = original.name if original.name.startswith(HUB) else original.name.replace("/", ":").partition(":")[0]
    return deepcopy(open_clip.get_model_config(name))
