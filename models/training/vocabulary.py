"""Makes a sentence encoder's vocabulary smaller and bilingual.

Wordpieces nobody here types are dropped, whole Chinese words are added and matched greedily before anything is split,
and each new word starts as the mean of its English gloss's pieces, to be taught further by `distil`.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import AddedToken, Tokenizer
from torch import Tensor

from models.training.lexicon import characters, lexicon

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")

PUNCTUATION = dict(zip("，。！？、；：（）～“”《》", ',.!?,;:()~""""', strict=True))
"""Full-width marks, which the original vocabulary lacks, as the marks it has."""


@dataclass(frozen=True)
class Vocabulary:
    """A tokenizer and where each of its rows comes from in the original embedding table.

    `rows[i]` lists the original rows whose mean starts new row i; `added` is the first row that is a new word.
    """

    tokenizer: Tokenizer
    rows: tuple[tuple[int, ...], ...]
    added: int

    def __len__(self) -> int:
        return len(self.rows)

    def table(self, original: Tensor) -> Tensor:
        """The new embedding table, shape (len(self), width), from the `original` one."""
        return torch.stack([original[list(rows)].mean(0) for rows in self.rows])


def bilingual(folder: Path, texts: Iterable[str], keep: int) -> Vocabulary:
    """Vocabulary for `folder`'s tokenizer: its `keep` commonest pieces, every piece of `texts`, and Chinese words.

    Args:
        folder: Hugging Face folder with a BERT `tokenizer.json`.
        texts: what must not be split further than before.
        keep: how many ASCII pieces survive; BERT's vocabulary lists commoner ones first.
    """
    original = Tokenizer.from_file(str(folder / "tokenizer.json"))
    original.no_padding()
    original.no_truncation()
    glosses = PUNCTUATION | characters() | lexicon()
    pruned = _pruned(original, [*texts, *glosses.values()], keep)
    ids = original.get_vocab()
    kept = [ids[piece] for piece in pruned]
    small = _rebuilt(original, pruned)
    words = list(glosses)
    small.add_tokens([AddedToken(word, normalized=True, single_word=False) for word in words])
    new = [tuple(original.encode(glosses[word], add_special_tokens=False).ids) or (0,) for word in words]
    # A word of the same spelling as an existing piece keeps that piece's row, so count what was really added.
    rows: list[tuple[int, ...]] = [(row,) for row in kept] + [()] * (small.get_vocab_size() - len(kept))
    places = small.get_vocab()
    for word, pieces in zip(words, new, strict=True):
        if places[word] >= len(kept):
            rows[places[word]] = pieces
    return Vocabulary(tokenizer=small, rows=tuple(rows), added=len(kept))


def grown(tokenizer: Tokenizer) -> Vocabulary:
    """The vocabulary of a trained model with those words of the lexicon that came after it, each behind all others.

    `rows` then count in the trained embedding table.
    """
    known, glosses = tokenizer.get_vocab(), characters() | lexicon()
    new = [word for word in glosses if word not in known]
    pieces = [tuple(tokenizer.encode(glosses[word], add_special_tokens=False).ids) or (0,) for word in new]
    whole = Tokenizer.from_str(tokenizer.to_str())
    whole.add_tokens([AddedToken(word, normalized=True, single_word=False) for word in new])
    taught = [place for place, token in whole.get_added_tokens_decoder().items() if not token.special]
    rows = (*((row,) for row in range(len(known))), *pieces)
    return Vocabulary(tokenizer=whole, rows=rows, added=min(taught, default=len(rows)))


def save_tokenizer(tokenizer: Tokenizer, folder: Path, length: int) -> None:
    """Write the two files transformers loads as they are, whatever the text tower's `model_type`."""
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": length, "clean_up_tokenization_spaces": False,
        "pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]",
    }  # fmt: skip
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")


def _pruned(tokenizer: Tokenizer, texts: Iterable[str], keep: int) -> list[str]:
    """Pieces that stay, in their old order."""
    ids: Mapping[str, int] = tokenizer.get_vocab()
    ordered = sorted(ids, key=lambda piece: ids[piece])
    plain = [p for p in ordered if p.isascii() and not p.startswith("[unused") and p not in SPECIAL]
    letters = {p for p in plain if len(p.removeprefix("##")) == 1}
    seen = {piece for encoding in tokenizer.encode_batch(list(texts)) for piece in encoding.tokens}
    wanted = {*SPECIAL, *letters, *seen, *plain[:keep]}
    return [piece for piece in ordered if piece in wanted and piece != ""]


def _rebuilt(tokenizer: Tokenizer, pieces: list[str]) -> Tokenizer:
    """The same tokenizer over `pieces` alone, renumbered from 0; [PAD] comes first and so stays 0."""
    state: dict[str, Any] = json.loads(tokenizer.to_str())
    number = {piece: i for i, piece in enumerate(pieces)}
    state["model"]["vocab"] = number
    for token in state["added_tokens"]:
        token["id"] = number[token["content"]]
    for name, token in state["post_processor"]["special_tokens"].items():
        token["ids"] = [number[name]]
    return Tokenizer.from_str(json.dumps(state))
