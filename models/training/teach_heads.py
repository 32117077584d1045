"""The last step of a training: what the finished folder's vectors can tell of each facet, and how sure it may sound."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from models.contracts import Matrix
from models.encoders.facet_heads import read_heads, write_heads
from models.encoders.load import load_encoder
from models.preprocess.image import GarmentPreprocessor
from models.training.calibrate import Calibration
from models.training.data import Corpus
from models.training.features import Advance, quiet
from models.zero_shot.source import SOURCE
from models.zero_shot.teach import calibrate_facets, is_worn


def teach_heads(
    folder: Path,
    corpus: Corpus,
    catalogue: Matrix,
    calibration: Calibration,
    progress: Advance = quiet,
    *,
    start: Path | None = None,
) -> tuple[Calibration, Mapping[str, float]]:
    """Teach facet heads to the model in `folder` and write them beside it; photos are seen as the service sees them.

    Those of an earlier training into the same folder go, even where there are no new ones: vectors have changed. Only
    what tells photos from studio pictures stays as it was in `start`, where there are no photos to learn it from anew.

    Args: catalogue: unit image rows of all `corpus.items`, shape (n, dims). calibration: what the folder has so far.
    Returns: the calibration with the temperature that labels in words need, and what was measured on `val`; as it was
        and nothing where no item of `train` is worn, for then there is nothing to learn from.
    """
    if not any(item.split == "train" and is_worn(item) for item in corpus.items):
        write_heads(folder, {})
        return calibration, {}
    cropping = GarmentPreprocessor() if corpus.photos else None
    encoder = load_encoder(str(folder), device="cpu")
    found = calibrate_facets(encoder, corpus, cropping, catalogue=catalogue, progress=progress)
    known = read_heads(start) if start is not None else {}
    write_heads(folder, {name: head for name, head in known.items() if name == SOURCE} | dict(found.heads))
    return replace(calibration, temperature=found.temperature), found.figures
