"""A CLIP ViT-B/32 with random weights in the files that transformers writes: as fast as a trained one."""

import json
from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel

WORDS = ("red", "blue", "dress", "shirt", "photo", "of", "a")
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
LENGTH = 77


def random_vit_b_32(folder: Path) -> Path:
    """`folder`, with the model in it: made once."""
    if (folder / "preprocessor_config.json").is_file():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    _tokenizer(folder)
    text = {"vocab_size": len(WORDS) + len(SPECIAL), "pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 3}
    torch.manual_seed(0)
    CLIPModel(CLIPConfig(text_config=text)).save_pretrained(folder)  # the configuration's own defaults are ViT-B/32
    CLIPImageProcessor().save_pretrained(folder)
    path = folder / "preprocessor_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"processor_class": "CLIPProcessor"}))
    return folder


def _tokenizer(folder: Path) -> None:
    vocabulary = {word: n for n, word in enumerate((*SPECIAL, *WORDS))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token"), SPECIAL, strict=True))
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": LENGTH, **names}
    config |= {"bos_token": "[CLS]", "eos_token": "[SEP]"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
