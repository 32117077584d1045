"""Tokens of open_clip's towers in the joint space, with the vector, from one forward pass.

The projection that ends a tower is applied to each location as if it were the whole picture: MaskCLIP's dense
prediction (Zhou et al. 2022, arXiv:2112.01071) without its change to the last attention.
"""

from collections.abc import Callable
from typing import Any

import torch
from open_clip.hf_model import HFTextEncoder
from open_clip.timm_model import TimmModel
from open_clip.transformer import VisionTransformer
from torch import Tensor, nn

ImageForward = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Input pictures (n, 3, h, w) → vectors (n, d) and tokens (n, rows, cols, d), of any length."""

TextForward = Callable[[Tensor], tuple[Tensor, Tensor, Tensor]]
"""Token ids (n, t) → vectors (n, d), tokens (n, t, d) of any length, and which tokens are no padding, bool (n, t)."""

MAP, SEQUENCE = 4, 3
"""Dimensions of a convolutional and of a transformer trunk's output."""


def image_forward(model: Any) -> ImageForward | None:
    """How `model` gives image tokens; None for a tower whose pooling does not work on a single location."""
    visual = model.visual
    if isinstance(visual, TimmModel) and not hasattr(visual.head, "pool") and hasattr(visual.trunk, "forward_head"):
        return lambda batch: _timm(model.visual, batch)
    if isinstance(visual, VisionTransformer) and visual.attn_pool is None:
        return lambda batch: _vision_transformer(model.visual, batch)
    return None


def text_forward(model: Any) -> TextForward | None:
    """How `model` gives text tokens; None for a text tower not known here."""
    text = getattr(model, "text", None)
    if isinstance(text, HFTextEncoder):
        return lambda ids: _hugging_face(text, ids)
    if hasattr(model, "text_projection") or hasattr(text, "text_projection"):
        return lambda ids: _text_transformer(model, ids)
    return None


def _timm(visual: Any, batch: Tensor) -> tuple[Tensor, Tensor]:
    """A trunk's map is pooled for the vector; for a token one location is pooled alone."""
    trunk = visual.trunk
    features = trunk.forward_features(batch)
    if features.ndim == MAP:
        width = trunk.num_features
        first = features.shape[1] == width
        grid = features.permute(0, 2, 3, 1) if first else features
        rows, cols = grid.shape[1:3]
        one_each = grid.reshape((-1, width, 1, 1) if first else (-1, 1, 1, width))
    else:
        prefix = int(getattr(trunk, "num_prefix_tokens", 0))
        rows, cols = grid_of(trunk, features.shape[1] - prefix, batch)
        # A sequence of nothing but this token: its mean, its first one and attention over it are all the token's own.
        one_each = features[:, prefix:].reshape(-1, 1, features.shape[-1]).expand(-1, prefix + 1, -1)
    vectors = visual.head(trunk.forward_head(features))
    tokens = visual.head(trunk.forward_head(one_each))
    return vectors, tokens.reshape(batch.shape[0], rows, cols, -1)  # len() would fix the batch of an exported graph


def grid_of(trunk: nn.Module, tokens: int, batch: Tensor) -> tuple[int, int]:
    """Rows and columns of a transformer trunk's patches; of the input's own shape where the trunk does not say."""
    known = getattr(getattr(trunk, "patch_embed", None), "grid_size", None)
    if known is not None and known[0] * known[1] == tokens:
        return int(known[0]), int(known[1])
    rows = max(1, round((tokens * batch.shape[2] / batch.shape[3]) ** 0.5))
    return (rows, tokens // rows) if tokens % rows == 0 else (1, tokens)


def _vision_transformer(visual: Any, batch: Tensor) -> tuple[Tensor, Tensor]:
    out = visual.forward_intermediates(batch, indices=1, normalize_intermediates=True)
    tokens = out["image_intermediates"][-1].permute(0, 2, 3, 1)
    return out["image_features"], tokens @ visual.proj if visual.proj is not None else tokens


def _hugging_face(text: Any, ids: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    mask = ids != text.config.pad_token_id
    out = text.transformer(input_ids=ids, attention_mask=mask.long())
    return text.proj(text.pooler(out, mask.long())), text.proj(out.last_hidden_state), mask


def _text_transformer(model: Any, ids: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """CLIP's own tower. What it pads with is not said anywhere, so a repeated last id counts as padding."""
    out = model.forward_intermediates(text=ids, text_indices=1, normalize_intermediates=True, normalize=False)
    projection = getattr(model, "text", model).text_projection
    tokens = out["text_intermediates"][-1]
    if projection is not None:
        tokens = projection(tokens) if isinstance(projection, nn.Linear) else tokens @ projection
    return out["text_features"], tokens, spoken(ids)[:, : tokens.shape[1]]


def spoken(ids: Tensor) -> Tensor:
    """Bool (n, t): the ids up to and with the first of the run that ends a row; at least one of each row."""
    differs = ids != ids[:, -1:]
    places = torch.arange(ids.shape[1], device=ids.device)
    last = torch.where(differs, places, -1).amax(dim=1, keepdim=True)
    return places <= last + 1 if ids.shape[1] > 1 else torch.ones_like(differs)
