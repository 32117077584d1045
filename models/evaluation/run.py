"""`tryon eval`: one encoder against the pictures, names and photos of a split, and against the demo shop."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from models.contracts import Encoder, Preprocessor
from models.evaluation import classification, composed, latency, names, photos, words
from models.evaluation.bench import Bench
from models.evaluation.embeddings import Embeddings
from models.evaluation.errors import CannotEvaluate
from models.evaluation.folder import read_folder
from models.evaluation.report import Measured, Report
from models.training.features import Advance, quiet

MEASURES: Mapping[str, Callable[[Bench], Measured]] = {
    "photos": photos.photos,
    "names": names.names,
    "words": words.words,
    "composed": composed.composed,
    "labels": classification.photo_labels,
    "classes": classification.products,
}
"""Every measure, by the name it is asked for with; latency comes after them."""

LATENCY = "latency"
TIMED_PHOTOS = 32


def evaluate(
    encoder: Encoder,
    data: Path,
    split: str = "val",
    cache: Path | None = None,
    *,
    preprocessor: Preprocessor | None = None,
    progress: Advance = quiet,
    sample: int | None = None,
    only: Iterable[str] = (),
    also: Sequence[Encoder] = (),
) -> Report:
    """Measure `encoder` on `split` of the data folder, by its embeddings alone.

    Args:
        cache: where embeddings are kept by model revision, preprocess version, precision and content; None keeps none.
        preprocessor: when given, photos are measured with and without what it does to them.
        progress: called with a label, rows done and rows in all.
        sample: products and photos to keep at most, for a quick look that is labelled as one; None keeps all.
        only: names of the measures to take; empty takes all.
        also: further encoders, whose latency alone is measured.
    Returns: figures with control, baselines, target and interval.
    Raises: CannotEvaluate when the folder, split or a measure is not there.
    """
    wanted = _wanted(only)
    folder = read_folder(data, split, sample)
    bench = Bench(Embeddings(encoder, cache, progress), folder, split, preprocessor)
    measured = []
    for number, (name, measure) in enumerate(MEASURES.items()):
        progress("measures", number, len(MEASURES))
        if name in wanted:
            measured.append(measure(bench))
    progress("measures", len(MEASURES), len(MEASURES))
    notes: dict[str, Any] = {"gallery": len(folder.gallery), "split's products": len(folder.targets)}
    notes["split's photos"] = len(folder.shots)
    for one in measured:
        notes |= one.notes
    figures = [figure for one in measured for figure in one.figures]
    if LATENCY in wanted:
        shots = [folder.corpus.shots.picture(shot.id) for shot in folder.shots[:TIMED_PHOTOS]]
        figures += latency.latency(encoder, shots, also)
        notes["latency measured on"] = latency.machine(encoder.device)
    return Report(
        encoder.spec.name, encoder.spec.revision, split, tuple(figures), notes, folder.sample,
        tuple(curve for one in measured for curve in one.curves),
        tuple(confusion for one in measured for confusion in one.confusions),
        tuple(classes for one in measured for classes in one.classes),
    )  # fmt: skip


def _wanted(only: Iterable[str]) -> frozenset[str]:
    known = (*MEASURES, LATENCY)
    wanted = frozenset(only) or frozenset(known)
    unknown = sorted(wanted - set(known))
    if unknown:
        raise CannotEvaluate(f"there is no measure {unknown[0]!r}; choose among {', '.join(known)}")
    return wanted
