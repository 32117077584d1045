"""A tiny random model folder in the real format, and a recipe that tunes it."""

import json
from pathlib import Path
from typing import Any

import open_clip
import torch
import yaml
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
from transformers import BertConfig

from models.encoders.open_clip_folder import CONFIG_FILE, with_local_text
from models.training import run
from models.training.calibrate import Calibration
from models.training.export import write_metadata, write_weights
from models.training.vocabulary import SPECIAL, save_tokenizer

SHOP_RECIPE = Path(run.__file__).parent / "configs" / "finetune.yaml"
WORDS = ("maker", "red", "blue", "green", "dress", "dresses", "shirt", "shirts", "heels", "summer", "party", "dance")


def tiny_model(folder: Path) -> Path:
    """An untrained model of 32 dimensions over 64x48 pixels, as `tryon train` writes one."""
    folder.mkdir(parents=True)
    words = Tokenizer(models.WordLevel({word: n for n, word in enumerate((*SPECIAL, *WORDS))}, unk_token="[UNK]"))
    words.normalizer, words.pre_tokenizer = normalizers.Lowercase(), pre_tokenizers.Whitespace()
    save_tokenizer(words, folder, 16)
    bert = BertConfig(
        vocab_size=words.get_vocab_size(), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=16,
    )  # fmt: skip
    (folder / "config.json").write_text(json.dumps(bert.to_dict() | {"architectures": ["BertModel"]}))
    vision = {
        "timm_model_name": "test_efficientnet", "timm_model_pretrained": False, "timm_pool": "avg", "timm_proj": "mlp",
        "image_size": [64, 48],
    }  # fmt: skip
    text = {
        "hf_model_name": "tiny", "hf_tokenizer_name": "tiny", "hf_model_pretrained": False, "hf_proj_type": "mlp",
        "hf_pooler_type": "mean_pooler", "context_length": 16,
    }  # fmt: skip
    pixels = {"mean": [0.5] * 3, "std": [0.5] * 3, "interpolation": "bicubic", "resize_mode": "longest",
              "fill_color": 255}  # fmt: skip
    config: dict[str, Any] = {
        "model_cfg": {"embed_dim": 32, "custom_text": True, "vision_cfg": vision, "text_cfg": text},
        "preprocess_cfg": pixels,
    }
    (folder / CONFIG_FILE).write_text(json.dumps(config))
    torch.manual_seed(3)
    made = with_local_text(config, folder)["model_cfg"]
    model = open_clip.CustomTextCLIP(**{k: v for k, v in made.items() if k != "custom_text"})
    write_weights(model, folder)
    write_metadata(folder, "tiny", Calibration(10.0, 0.3, 50.0), {})
    return folder


def tiny_recipe(path: Path, start: Path, **changes: Any) -> Path:
    """The shipped recipe made tiny, in YAML or, by its suffix, TOML."""
    recipe: dict[str, Any] = yaml.safe_load(SHOP_RECIPE.read_text())
    recipe |= {"start": str(start), "frozen_stages": 2, "captions": 2, "photo_views": 1, "catalogue_views": 1}
    recipe |= {"steps": 20, "warmup": 2, "report_every": 10, "memory": 16, "averaging": 0.5, "rate": 0.003}
    recipe |= {"batch": {"catalogue": 16, "photos": 4, "flats": 0, "grouped": 0, "other_names": 4, "pairs": 4}}
    recipe |= changes
    path.write_text(yaml.safe_dump(recipe) if path.suffix == ".yaml" else _toml(recipe))
    return path


def _toml(recipe: dict[str, Any]) -> str:
    """Plain values, then tables; JSON's numbers, strings and lists are TOML's too."""
    tables = {key: value for key, value in recipe.items() if isinstance(value, dict)}
    lines = [f"{key} = {json.dumps(value)}" for key, value in recipe.items() if key not in tables]
    for key, table in tables.items():
        lines += [f"[{key}]", *(f"{name} = {json.dumps(value)}" for name, value in table.items())]
    return "\n".join(lines)
