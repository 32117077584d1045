"""One input through the encoder: what the batcher hands back and the cache keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from models.contracts import RGB, WHOLE, Box, Encoder, TokenEncoder, Vector


@dataclass(frozen=True, slots=True)
class Encoded:
    """A vector, and the tokens that a query has beside it.

    Attributes:
        vector: unit, shape (d,), float32.
        tokens: unit float16, shape (rows, cols, d) of a picture or (t, d) of a text; None where none were asked for.
        frame: where in the grid the picture lies, see `ImageTokens.frames`.
    """

    vector: Vector
    tokens: NDArray[np.float16] | None = None
    frame: Box = WHOLE

    @property
    def nbytes(self) -> int:
        return self.vector.nbytes + (0 if self.tokens is None else self.tokens.nbytes)

    def frozen(self) -> "Encoded":
        """A copy that nobody can change."""
        vector, tokens = self.vector.copy(), None if self.tokens is None else self.tokens.copy()
        vector.flags.writeable = False
        if tokens is not None:
            tokens.flags.writeable = False
        return Encoded(vector, tokens, self.frame)


@dataclass(frozen=True, slots=True)
class Job:
    """One input for the encoder; a catalogue's pictures need no `tokens`. `bulk`: its vector is compared with many."""

    item: RGB | str
    tokens: bool
    bulk: bool = False


def forward(encoder: Encoder, stored: Encoder, batch: Sequence[Job]) -> list[Encoded]:
    """Pictures and texts mixed, with tokens and without: each sort in one forward pass, handed back in order.

    Bulk goes through `stored`, all else through `encoder`; mostly they are one.
    """
    out: dict[int, Encoded] = {}
    for tokens, bulk in product((True, False), repeat=2):
        sort = {n: job.item for n, job in enumerate(batch) if (job.tokens, job.bulk) == (tokens, bulk)}
        pictures = {n: item for n, item in sort.items() if not isinstance(item, str)}
        texts = {n: item for n, item in sort.items() if isinstance(item, str)}
        by = stored if bulk else encoder
        if pictures:
            out |= zip(pictures, _pictures(by, list(pictures.values()), tokens), strict=True)
        if texts:
            out |= zip(texts, _texts(by, list(texts.values()), tokens), strict=True)
    return [out[n] for n in range(len(batch))]


def _pictures(encoder: Encoder, pictures: Sequence[RGB], tokens: bool) -> list[Encoded]:
    if not (tokens and isinstance(encoder, TokenEncoder)):
        return [Encoded(vector) for vector in encoder.encode_images(pictures)]
    seen = encoder.encode_image_tokens(pictures)
    halves = seen.tokens.astype(np.float16)
    return [Encoded(*each) for each in zip(seen.vectors, halves, seen.frames, strict=True)]


def _texts(encoder: Encoder, texts: Sequence[str], tokens: bool) -> list[Encoded]:
    if not (tokens and isinstance(encoder, TokenEncoder)):
        return [Encoded(vector) for vector in encoder.encode_texts(texts)]
    said = encoder.encode_text_tokens(texts)
    return [
        Encoded(vector, tokens.astype(np.float16)) for vector, tokens in zip(said.vectors, said.tokens, strict=True)
    ]
