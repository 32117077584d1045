"""Zero-shot on people's photos: accuracy and calibration error (F11)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.contracts import RGB, Encoder, Matrix, Preprocessor, Vector
from models.fusion import mean_unit
from models.training.data import Corpus, Photo
from models.zero_shot.calibration import expected_calibration_error, softmax
from models.zero_shot.labels import Sense, read_labels
from models.zero_shot.prompts import ensembles

CHUNK = 64


@dataclass(frozen=True, slots=True)
class ZeroShot:
    """What was found on one split.

    Attributes:
        labels: those that photos carry, sorted.
        wanted: the right one of each photo, shape (n,), by place in `labels`.
        probabilities: shape (n, labels), rows sum to 1.
    """

    labels: tuple[str, ...]
    wanted: NDArray[np.int64]
    probabilities: NDArray[np.float64]

    @property
    def correct(self) -> NDArray[np.bool_]:
        """Whether the likeliest label is right, shape (n,)."""
        right: NDArray[np.bool_] = self.probabilities.argmax(axis=1) == self.wanted
        return right

    @property
    def accuracy(self) -> float:
        return float(self.correct.mean())

    @property
    def ece(self) -> float:
        """Expected calibration error in 15 bins (Guo et al. 2017)."""
        return expected_calibration_error(self.probabilities.max(axis=1), self.correct)


def zero_shot(
    encoder: Encoder,
    corpus: Corpus,
    split: str,
    preprocessor: Preprocessor | None = None,
    *,
    images: Matrix | None = None,
    temperature: float | None = None,
) -> ZeroShot:
    """Classify the photos of `split` against all the labels that photos of the corpus carry.

    Args:
        preprocessor: what crops each photo, as for a recommendation; None embeds it as it is.
        images: the photos' unit rows (n, d) in the corpus' order, where they are known already.
        temperature: logit scale; None takes the encoder's own.
    Raises: ValueError when the split has no photos.
    """
    photos = [photo for photo in corpus.photos if photo.split == split]
    if not photos:
        raise ValueError(f"there are no photos in the split {split!r}")
    labels = tuple(sorted({photo.label for photo in corpus.photos}))
    rows = photo_rows(encoder, corpus, photos, preprocessor) if images is None else images
    scale = encoder.spec.temperature if temperature is None else temperature
    return ZeroShot(
        labels=labels,
        wanted=np.array([labels.index(photo.label) for photo in photos], dtype=np.int64),
        probabilities=softmax(scale * label_cosines(encoder, labels, rows).astype(np.float64)),
    )


def label_cosines(encoder: Encoder, labels: Sequence[str], images: Matrix) -> NDArray[np.float32]:
    """Of pictures, (n, d), with labels in words, shape (n, labels)."""
    read = read_labels(labels)
    return read.cosines(images, sense_vectors(encoder, read.distinct))


def sense_vectors(encoder: Encoder, senses: Sequence[Sense]) -> dict[Sense, Vector]:
    """A unit vector, shape (d,), for each sense."""
    rows = encoder.encode_texts([prompt for sense in senses for prompt in sense])
    return dict(zip(senses, ensembles(senses, rows), strict=True))


def photo_rows(encoder: Encoder, corpus: Corpus, photos: Sequence[Photo], preprocessor: Preprocessor | None) -> Matrix:
    """Unit rows (n, d): each photo's views of its first garment, averaged as the engine does it."""
    rows: list[Vector] = []
    for chunk in _chunks(photos):
        views = [_views(corpus.shots.picture(photo.id), preprocessor) for photo in chunk]
        vectors = iter(encoder.encode_images([view for one in views for view in one]))
        rows += [mean_unit([next(vectors) for _ in one]) for one in views]
    return np.stack(rows)


def _views(photo: RGB, preprocessor: Preprocessor | None) -> Sequence[RGB]:
    if preprocessor is None:
        return (photo,)
    prepared = preprocessor.prepare(photo, "garment")
    parts = [region.part for region in prepared.regions] or [""] * len(prepared.crops)
    return [crop for crop, part in zip(prepared.crops, parts, strict=True) if part == parts[0]]


def _chunks(photos: Sequence[Photo]) -> Iterator[Sequence[Photo]]:
    return (photos[i : i + CHUNK] for i in range(0, len(photos), CHUNK))
