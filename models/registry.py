"""What identifies a model: everything that makes two vectors comparable."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A loaded model, frozen.

    Two vectors may be compared only when their `revision` and `preprocess_version` agree.

    Attributes:
        name: what the operator asked for (`tryon-mini`, `ViT-B-32:openai`, a folder, a hub id).
        revision: short content hash of the weights and config; changes whenever a vector could.
        dims: length of an embedding.
        preprocess_version: version of everything that happens to pixels and words before the encoder.
        cosine_scale: slope of the logistic curve that turns a cosine into a score from 0 to 1.
        cosine_shift: the cosine that scores 0.5 on that curve.
        temperature: logit scale (1 / softmax temperature) for zero-shot classification.
    """

    name: str
    revision: str
    dims: int
    preprocess_version: str
    cosine_scale: float = 10.0
    cosine_shift: float = 0.3
    temperature: float = 100.0
