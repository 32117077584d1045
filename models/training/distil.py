"""Teaches new words by translation: the Chinese sentence shall land where the frozen encoder puts the English one.

After Reimers and Gurevych (2020), 'Making Monolingual Sentence Embeddings Multilingual', with only the embedding rows
of the new words free, so whatever the encoder knew before stays as it was.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from models.training.features import Advance, Features, quiet

Sentences = Callable[[Tensor, Tensor], Tensor]
"""Token ids and mask, both (n, length) int64 → sentence embeddings (n, width)."""


def padded(tokenizer: Tokenizer, texts: Sequence[str], length: int) -> tuple[Tensor, Tensor]:
    """Ids and mask of `texts`, both (n, longest) int64, cut at `length` tokens."""
    rows = [encoding.ids[:length] for encoding in tokenizer.encode_batch(list(texts))]
    ids = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = torch.tensor(row)
    return ids, (ids != 0).long()


def mean_pooled(transformer: nn.Module, head: nn.Module | None = None) -> Sentences:
    """Sentence embedding as open_clip's `mean_pooler` takes it: the mean of the unmasked positions; through `head`."""

    def embed(ids: Tensor, mask: Tensor) -> Tensor:
        states: Tensor = transformer(input_ids=ids, attention_mask=mask).last_hidden_state
        pooled = (states * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True)
        return pooled if head is None else _led(head, pooled)

    return embed


def _led(head: nn.Module, pooled: Tensor) -> Tensor:
    out: Tensor = head(pooled)
    return functional.normalize(out, dim=-1)


@torch.inference_mode()
def embed_texts(
    transformer: nn.Module, tokenizer: Tokenizer, texts: Sequence[str], length: int, advance: Advance = quiet
) -> Features:
    """Sentence embeddings of `texts`, shape (n, width), float16. Sorted by length inside, so little is padding."""
    sentences = mean_pooled(transformer)
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    out: Features | None = None
    for start in range(0, len(order), 256):
        rows = order[start : start + 256]
        with torch.autocast("cpu", torch.bfloat16):
            values = sentences(*padded(tokenizer, [texts[i] for i in rows], length)).half().numpy()
        out = np.zeros((len(texts), values.shape[1]), np.float16) if out is None else out
        out[rows] = values
        advance("texts", start + len(rows), len(order))
    return out if out is not None else np.zeros((0, 0), np.float16)


def teach(
    transformer: nn.Module,
    tokenizer: Tokenizer,
    pairs: Sequence[tuple[str, str]],
    *,
    first: int,
    length: int,
    epochs: int,
    batch: int = 64,
    rate: float = 1e-3,
    head: nn.Module | None = None,
    advance: Advance = quiet,
) -> float:
    """Train embedding rows from `first` on so that each pair's Chinese meets its English. In place.

    Args:
        pairs: (English, Chinese) sentences of one meaning.
        head: where they meet, on the unit sphere behind a projection (n, width) → (n, dims); None: as sentences.
    Returns: the mean cosine between the two over the last tenth of the steps.
    """
    targets = torch.from_numpy(embed_texts(transformer, tokenizer, [en for en, _ in pairs], length)).float()
    if head is not None:
        with torch.inference_mode():
            targets = _led(head.requires_grad_(False), targets)
        targets = targets.clone()  # out of inference mode, as a loss needs it
    table = transformer.get_parameter("embeddings.word_embeddings.weight")
    transformer.requires_grad_(False)
    table.requires_grad_(True)
    optimizer = torch.optim.Adam([table], lr=rate)
    steps = epochs * (len(pairs) // batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    sentences, cosines = mean_pooled(transformer, head), []
    generator = torch.Generator().manual_seed(0)
    for step in range(steps):
        rows = torch.randint(len(pairs), (batch,), generator=generator)
        with torch.autocast("cpu", torch.bfloat16):
            out = sentences(*padded(tokenizer, [pairs[i][1] for i in rows.tolist()], length)).float()
        cosine = functional.cosine_similarity(out, targets[rows])
        loss = (1 - cosine).mean() + functional.mse_loss(out, targets[rows])
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        if table.grad is not None:
            table.grad[:first] = 0.0  # Adam leaves alone what never had a gradient
        optimizer.step()
        schedule.step()
        cosines.append(float(cosine.mean().detach()))
        advance("teach Chinese", step + 1, steps)
    table.requires_grad_(False)
    return float(np.mean(cosines[-max(1, steps // 10) :])) if cosines else 0.0
