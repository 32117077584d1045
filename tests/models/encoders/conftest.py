"""Tiny models with random weights, saved in the real formats: nothing here may touch the network."""

import json
from collections.abc import Iterator
from pathlib import Path

import open_clip
import pytest
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

WORDS = ["red", "blue", "green", "dress", "shoe", "a", "for", "summer", "红", "裙", "evening", "shirt"]


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test here may ask the hub."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


@pytest.fixture(autouse=True, scope="session")
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(min(2, before))
    yield
    torch.set_num_threads(before)


def word_tokenizer(folder: Path, length: int, *, end: str = "[SEP]", end_first: bool = False) -> None:
    """A word-level tokenizer in transformers' files. `end_first` gives the end token id 1, as SigLIP has it."""
    special = ["[PAD]", end, "[UNK]", "[CLS]"] if end_first else ["[PAD]", "[UNK]", "[CLS]", end]
    vocabulary = {word: n for n, word in enumerate([*special, *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"[CLS] $A {end}", special_tokens=[("[CLS]", vocabulary["[CLS]"]), (end, vocabulary[end])]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": length, "pad_token": "[PAD]"}
    config |= {"unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": end, "eos_token": end, "bos_token": "[CLS]"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


@pytest.fixture(scope="session")
def open_clip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A timm image tower and a Hugging Face text tower whose `hf_model_name` names something that does not exist."""
    folder = tmp_path_factory.mktemp("tiny-open-clip")
    word_tokenizer(folder, 16)
    text = {"model_type": "bert", "vocab_size": 16, "hidden_size": 16, "num_hidden_layers": 1, "pad_token_id": 0}
    text |= {"num_attention_heads": 2, "intermediate_size": 32, "max_position_embeddings": 16}
    (folder / "config.json").write_text(json.dumps(text))
    vision = {"timm_model_name": "test_efficientnet", "timm_pool": "avg", "timm_proj": "mlp", "image_size": [64, 48]}
    tower = {"hf_model_name": "nobody/nothing", "hf_tokenizer_name": "nobody/nothing", "hf_proj_type": "mlp"}
    tower |= {"hf_pooler_type": "mean_pooler", "context_length": 16}
    config = {"embed_dim": 24, "vision_cfg": vision, "text_cfg": tower}
    preprocess = {"mean": [0.5] * 3, "std": [0.5] * 3, "resize_mode": "longest", "fill_color": 255}
    (folder / "open_clip_config.json").write_text(json.dumps({"model_cfg": config, "preprocess_cfg": preprocess}))
    torch.manual_seed(0)
    local = {**tower, "hf_model_name": str(folder), "hf_model_pretrained": False}
    model = open_clip.CustomTextCLIP(embed_dim=24, vision_cfg=vision, text_cfg=local)
    _unsettle(model)
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, folder / "open_clip_model.safetensors")
    return folder


@pytest.fixture(scope="session")
def clip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel

    folder = tmp_path_factory.mktemp("tiny-clip")
    word_tokenizer(folder, 16)
    size = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    text = size | {
        "vocab_size": 16,
        "max_position_embeddings": 16,
        "eos_token_id": 3,
        "pad_token_id": 0,
        "bos_token_id": 2,
    }
    vision = size | {"image_size": 32, "patch_size": 16}
    torch.manual_seed(0)
    CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=12)).save_pretrained(folder)
    CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}).save_pretrained(folder)
    _name_processor(folder, "CLIPProcessor")
    return folder


@pytest.fixture(scope="session")
def siglip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from transformers import SiglipConfig, SiglipImageProcessor, SiglipModel

    folder = tmp_path_factory.mktemp("tiny-siglip")
    word_tokenizer(folder, 16, end="</s>", end_first=True)
    size = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    text = size | {"vocab_size": 16, "max_position_embeddings": 16, "pad_token_id": 0, "eos_token_id": 1}
    vision = size | {"image_size": 32, "patch_size": 16}
    torch.manual_seed(0)
    SiglipModel(SiglipConfig(text_config=text, vision_config=vision)).save_pretrained(folder)
    SiglipImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)
    _name_processor(folder, "SiglipProcessor")
    return folder


@pytest.fixture(scope="session")
def onnx_folder(open_clip_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny open_clip model as ONNX Runtime computes it."""
    from models.export.run import Options, export

    return export(str(open_clip_folder), "onnx", tmp_path_factory.mktemp("onnx") / "tiny", Options(size=8)).folder


def _name_processor(folder: Path, name: str) -> None:
    """AutoProcessor asks the image processor's file which processor joins it with the tokenizer."""
    path = folder / "preprocessor_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"processor_class": name}))


def _unsettle(model: torch.nn.Module) -> None:
    """Give batch norms statistics that folding them could get wrong."""
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.running_mean, -0.5, 0.5)
            torch.nn.init.uniform_(module.running_var, 0.5, 2.0)
