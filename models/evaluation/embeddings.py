"""Embeddings kept on disk under what they are of: a second evaluation takes seconds, a stopped one goes on."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.contracts import RGB, Encoder, Matrix, TokenEncoder
from models.encoders.batches import precision_of
from models.fusion import mean_unit
from models.training.features import Advance, quiet

BLOCK = 1024
"""Rows of one file: what is lost when a run is stopped."""

CHUNK = 64
"""Pictures decoded ahead while the ones before are embedded."""

Views = Callable[[], Sequence[RGB]]
"""Reads one thing's pictures: views whose mean stands for it."""

Rows = NDArray[np.floating[Any]]
Grids = NDArray[np.float32]
Thing = TypeVar("Thing")
Embed = Callable[[Sequence[Thing]], Iterator[Rows]]


@dataclass(frozen=True, slots=True)
class Embeddings:
    """An encoder that remembers.

    Attributes:
        folder: where rows are kept, by model revision, preprocess version, precision and content; None keeps
            none.
        progress: called with a label, rows done and rows in all.
    """

    encoder: Encoder
    folder: Path | None = None
    progress: Advance = quiet

    def pictures(self, name: str, keys: Sequence[str], reads: Sequence[Views]) -> Matrix:
        """Unit image rows (n, d): for each thing the mean of its views.

        Args:
            name: what the progress is called.
            keys: what tells the content of each apart from any other, aligned with `reads`.
        """
        return self._rows(name, [f"picture {key}" for key in keys], reads, partial(_in_chunks, self._means))

    def texts(self, name: str, texts: Sequence[str]) -> Matrix:
        """Unit text rows (n, d)."""
        return self._rows(name, [f"text {text}" for text in texts], texts, self._read)

    def tokens(self, name: str, keys: Sequence[str], reads: Sequence[Views]) -> Grids | None:
        """Token grids (n, rows, cols, d) of each thing's first view; None from an encoder that gives none."""
        encoder = self.encoder
        if not isinstance(encoder, TokenEncoder) or not keys:
            return None
        firsts = partial(
            _in_chunks, lambda views: encoder.encode_image_tokens([v[0] for v in views]).tokens.astype(np.float16)
        )
        return self._rows(name, [f"tokens {key}" for key in keys], reads, firsts).astype(np.float32)

    def _rows(self, name: str, keys: Sequence[str], things: Sequence[Thing], embed: Embed[Thing]) -> NDArray[Any]:
        parts = []
        for start in range(0, len(keys), BLOCK):
            block = slice(start, start + BLOCK)
            path = self._path(keys[block])
            if path is not None and path.is_file():
                rows: NDArray[Any] = np.load(path)
            else:
                rows = np.concatenate(list(self._counted(name, start, len(keys), embed(things[block]))))
                _keep(path, rows)
            parts.append(rows)
        return np.concatenate(parts) if parts else np.zeros((0, self.encoder.spec.dims), np.float32)

    def _counted(self, name: str, start: int, total: int, made: Iterable[Rows]) -> Iterator[Rows]:
        done = start
        for rows in made:
            done += len(rows)
            self.progress(name, done, total)
            yield rows

    def _means(self, views: Sequence[Sequence[RGB]]) -> Matrix:
        rows = iter(self.encoder.encode_images([picture for group in views for picture in group]))
        return np.stack([mean_unit([next(rows) for _ in group]) for group in views])

    def _read(self, texts: Sequence[str]) -> Iterator[Matrix]:
        for at in range(0, len(texts), CHUNK):
            yield self.encoder.encode_texts(texts[at : at + CHUNK])

    def _path(self, keys: Sequence[str]) -> Path | None:
        if self.folder is None:
            return None
        spec = self.encoder.spec
        content = "\0".join([spec.revision, spec.preprocess_version, precision_of(self.encoder), *keys])
        return self.folder / "evaluation" / f"{hashlib.sha256(content.encode()).hexdigest()[:24]}.npy"


def _in_chunks(embed: Callable[[Sequence[Sequence[RGB]]], Rows], reads: Sequence[Views]) -> Iterator[Rows]:
    """Chunks of rows; the next chunk's pictures are decoded while this one's are embedded."""
    with ThreadPoolExecutor(1) as pool:
        chunks = [reads[at : at + CHUNK] for at in range(0, len(reads), CHUNK)]
        ahead = pool.submit(_decoded, chunks[0])
        for following in (*chunks[1:], ()):
            views = ahead.result()
            ahead = pool.submit(_decoded, following)
            yield embed(views)


def _decoded(reads: Sequence[Views]) -> list[Sequence[RGB]]:
    return [read() for read in reads]


def _keep(path: Path | None, rows: Rows) -> None:
    """Written beside and then moved, so that a stopped run leaves no half file."""
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.save(file, rows)
    part.replace(path)
