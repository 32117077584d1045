"""Builds the untrained model in open_clip's own classes, so that what is trained is what is saved and loaded."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import open_clip
import torch
from tokenizers import Tokenizer
from torch import nn

from models.encoders.open_clip_folder import CONFIG_FILE, read_config, with_local_text
from models.training.backbones import MEAN, STD, TRUNK, image_trunk, sentence_folder
from models.training.vocabulary import Vocabulary, bilingual, save_tokenizer


@dataclass(frozen=True)
class Assembled:
    """An open_clip model with pretrained towers and fresh heads, its tokenizer and its vocabulary."""

    model: nn.Module
    tokenizer: Tokenizer
    vocabulary: Vocabulary


def assemble(folder: Path, *, dims: int, size: tuple[int, int], length: int, keep: int, texts: list[str]) -> Assembled:
    """Write config and tokenizer of a new model to `folder` and build it with pretrained towers.

    Args:
        dims: length of an embedding. size: height and width of the input picture.
        length: longest text in tokens. keep: wordpieces to keep, see `vocabulary.bilingual`.
        texts: what the pruned vocabulary must still spell as before.
    """
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = bilingual(sentence_folder(), texts, keep)
    save_tokenizer(vocabulary.tokenizer, folder, length)
    (folder / "config.json").write_text(_json(text_config(vocabulary, length)))
    (folder / CONFIG_FILE).write_text(_json(clip_config(folder, dims, size, length)))
    config = with_local_text(read_config(folder), folder)["model_cfg"]
    model = open_clip.CustomTextCLIP(**{k: v for k, v in config.items() if k != "custom_text"})
    model.visual.trunk.load_state_dict(image_trunk().state_dict())
    fill_text(model.text.transformer, vocabulary)
    return Assembled(model=model.eval(), tokenizer=vocabulary.tokenizer, vocabulary=vocabulary)


def fill_text(transformer: nn.Module, vocabulary: Vocabulary) -> None:
    """Copy all-MiniLM's weights into a BERT with another vocabulary and fewer positions."""
    from transformers import BertModel

    source = BertModel.from_pretrained(sentence_folder(), add_pooling_layer=False).state_dict()
    words, places = "embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight"
    source[words] = vocabulary.table(source[words])
    source[places] = source[places][: transformer.state_dict()[places].shape[0]]
    kept = {name: value for name, value in source.items() if name in transformer.state_dict()}
    transformer.load_state_dict(kept)


def text_config(vocabulary: Vocabulary, length: int) -> dict[str, Any]:
    """The text tower's own Hugging Face config."""
    config: dict[str, Any] = json.loads((sentence_folder() / "config.json").read_text())
    for gone in ("_name_or_path", "transformers_version", "gradient_checkpointing"):
        config.pop(gone, None)
    return config | {"vocab_size": len(vocabulary), "max_position_embeddings": length}


def clip_config(folder: Path, dims: int, size: tuple[int, int], length: int) -> dict[str, Any]:
    """open_clip's config. The relative text path lets plain open_clip load it from the repository's root."""
    local = f"models/weights/{folder.name}"
    return {
        "model_cfg": {
            "embed_dim": dims,
            "custom_text": True,
            "vision_cfg": {
                "timm_model_name": TRUNK, "timm_model_pretrained": False, "timm_pool": "avg", "timm_proj": "mlp",
                "image_size": list(size),
            },
            "text_cfg": {
                "hf_model_name": local, "hf_tokenizer_name": local, "hf_model_pretrained": False,
                "hf_proj_type": "mlp", "hf_pooler_type": "mean_pooler", "context_length": length,
            },
        },
        "preprocess_cfg": {
            "mean": list(MEAN), "std": list(STD), "interpolation": "bicubic", "resize_mode": "longest",
            "fill_color": 255,
        },
    }  # fmt: skip


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2) + "\n"


def heads(model: nn.Module) -> tuple[nn.Module, nn.Module]:
    """The two parts that training changes: image head and text projection."""
    return model.get_submodule("visual.head"), model.get_submodule("text.proj")


@torch.no_grad()
def parameters(model: nn.Module) -> int:
    """How many numbers the model has."""
    return sum(p.numel() for p in model.parameters())
