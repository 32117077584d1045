"""One input through the encoder, stage by stage: what the batcher is given, hands back, and the cache keeps."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from models.contracts import RGB, WHOLE, Box, Encoder, Landing, Ready, Rows, StagedEncoder, TokenEncoder, Vector
from models.engine.threads import Cores


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


@dataclass(slots=True, eq=False)
class Job:
    """One input for the encoder; a catalogue's pictures need no `tokens`.

    Attributes:
        bulk: its vector is compared with many.
        expires: when nobody can use the answer any more, by the engine's clock. Whoever joins may move it on.
        ready: the picture as the model takes it, once it was prepared.
    """

    item: RGB | str
    tokens: bool
    bulk: bool = False
    expires: float = math.inf
    ready: Ready | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The jobs of one batch that went through one tower together: their places in the batch."""

    places: tuple[int, ...]
    landing: Landing


class Towers:
    """The three stages of a batch, for the encoder of queries and for the one of what is stored; mostly they are one.

    Pictures and texts, with tokens and without, come mixed: each sort is a forward pass of its own.
    """

    def __init__(self, encoder: Encoder, stored: Encoder) -> None:
        self.cores = Cores()
        self._queries = encoder if isinstance(encoder, StagedEncoder) else Undivided(encoder)
        same = stored is encoder
        self._stored = self._queries if same else stored if isinstance(stored, StagedEncoder) else Undivided(stored)

    def prepare(self, job: Job) -> None:
        """Make a picture ready. Any number of threads may be in here."""
        if not isinstance(job.item, str) and job.ready is None:
            job.ready = self._of(job.bulk).prepare(job.item)

    def forward(self, batch: Sequence[Job]) -> list[Part]:
        """Tell the device what to compute."""
        parts: list[Part] = []
        for tokens, bulk, text in product((True, False), repeat=3):
            sort = (tokens, bulk, text)
            places = tuple(n for n, job in enumerate(batch) if _sort(job) == sort)
            if places:
                jobs = [batch[n] for n in places]
                with self.cores.spread(len(jobs)):
                    parts.append(Part(places, self._of(bulk).begin(self._inputs(jobs), tokens=tokens)))
        return parts

    def finish(self, parts: Sequence[Part]) -> list[Encoded]:
        """Wait for the device: one result a job, in the batch's order."""
        found = {place: one for part in parts for place, one in zip(part.places, _split(part), strict=True)}
        return [found[place] for place in range(len(found))]

    def _of(self, bulk: bool) -> StagedEncoder:
        return self._stored if bulk else self._queries

    def _inputs(self, jobs: Sequence[Job]) -> list[Ready] | list[str]:
        if isinstance(jobs[0].item, str):
            return [job.item for job in jobs if isinstance(job.item, str)]
        for job in jobs:
            self.prepare(job)
        return [job.ready for job in jobs if job.ready is not None]


def pixels(job: Job) -> int:
    """What a prepared job adds to a batch's size: pixels of a picture; a text's length is the model's own to limit."""
    return 0 if job.ready is None else job.ready.pixels


class Undivided:
    """An encoder that does not come apart, as one that does: all its work is in `begin`."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.spec, self.device = encoder.spec, encoder.device
        self.encode_images, self.encode_texts = encoder.encode_images, encoder.encode_texts

    def prepare(self, picture: RGB) -> Ready:
        """As it is."""
        return Ready(picture, picture.width * picture.height)

    def begin(self, inputs: Sequence[Ready] | Sequence[str], *, tokens: bool) -> "Landed":
        """Blocks until it is done."""
        texts = [one for one in inputs if isinstance(one, str)]
        pictures = [one.value for one in inputs if isinstance(one, Ready)]
        encoder = self._encoder
        if not (tokens and isinstance(encoder, TokenEncoder)):
            return Landed(Rows(encoder.encode_texts(texts) if texts else encoder.encode_images(pictures)))
        if texts:
            said = encoder.encode_text_tokens(texts)
            return Landed(Rows(said.vectors, [one.astype(np.float16) for one in said.tokens]))
        seen = encoder.encode_image_tokens(pictures)
        return Landed(Rows(seen.vectors, list(seen.tokens.astype(np.float16)), seen.frames))


@dataclass(frozen=True, slots=True)
class Landed:
    """A batch that is done."""

    done: Rows

    def rows(self) -> Rows:
        return self.done


def _sort(job: Job) -> tuple[bool, bool, bool]:
    return job.tokens, job.bulk, isinstance(job.item, str)


def _split(part: Part) -> list[Encoded]:
    rows = part.landing.rows()
    if rows.tokens is None:
        return [Encoded(vector) for vector in rows.vectors]
    frames = rows.frames or [WHOLE] * len(rows.vectors)
    return [Encoded(*one) for one in zip(rows.vectors, rows.tokens, frames, strict=True)]
