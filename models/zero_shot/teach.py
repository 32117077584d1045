"""After training: what a model can tell of each facet, and the temperature at which its shares mean what they say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from models.contracts import Encoder, Matrix, Preprocessor
from models.registry import FacetHead
from models.taxonomy import taxonomy
from models.training.data import Corpus, Item
from models.training.features import Advance, quiet
from models.zero_shot.calibration import expected_calibration_error, fit_temperature, softmax
from models.zero_shot.measure import photo_rows, sense_vectors, zero_shot
from models.zero_shot.pixels import families
from models.zero_shot.prompts import KIND, prompts
from models.zero_shot.source import PHOTO, SOURCE, STUDIO

TAUGHT, HELD = 3000, 1200
"""Items of `train` and of `val` that are embedded where their rows are not given: a minute on two cores."""

MOST_TAUGHT = 6_000
"""Items that a head learns from at most; more make it slower and no better."""

RIDGE = 1.2
"""Weight of the squared weights, over the number of items: 12,000 items at 1e-4 told pattern, season, usage and gender
of `val` best, with a calibration error of 0.01 to 0.04."""

SOURCE_RIDGE = 0.01
"""Studio pictures and people's photos lie far apart: of `val` 0.999 and 1.000 are told, nearly all surely."""

FEWEST = 20
"""Items that carry a value before a head may say it."""

MOST_SHOTS = 600
"""Photos of `train`, and as many studio pictures, that it is learnt from which is which: half a minute on two cores."""

FACTORS = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0)
"""By how much the temperature fitted on `train` may be too steep: a model is surer of what it was trained on. One of
these is chosen on one half of `val`; what is reported comes from the other half."""

USUAL_FACTOR = 1.5
"""Where there is nothing to choose it on; 34.7 on `train` against 22.5 on `val` with tryon-mini."""


@dataclass(frozen=True, slots=True)
class FacetCalibration:
    """What to keep beside a model.

    Attributes:
        temperature: logit scale for labels in words (`ModelSpec.temperature`).
        heads: by facet, for `encoders.facet_heads.write_heads`; and what tells whether to believe them (`source`).
        figures: accuracy and calibration error on `val`, by name.
    """

    temperature: float
    heads: Mapping[str, FacetHead]
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Items of one split and their unit image rows, shape (n, d)."""

    items: Sequence[Item]
    images: Matrix


def calibrate_facets(
    encoder: Encoder,
    corpus: Corpus,
    preprocessor: Preprocessor | None = None,
    *,
    catalogue: Matrix | None = None,
    photos: Matrix | None = None,
    seed: int = 1,
    progress: Advance = quiet,
) -> FacetCalibration:
    """Teach facet heads on `train`, fit the temperature there, temper it on half of `val` and measure on the rest.

    Args:
        preprocessor: crops people's photos as for a recommendation.
        catalogue: unit image rows of all `corpus.items` (n, d), where they are known; else some are embedded here.
        photos: unit rows of the photos of `val` in the corpus' order, views averaged; else they are embedded here.
        progress: called with a label, things done and things in all.
    Raises: ValueError when no item of `train` has a kind that the taxonomy knows.
    """
    taught = _rows(encoder, corpus, "train", catalogue, TAUGHT if catalogue is None else MOST_TAUGHT, seed)
    progress("facets", 1, 4)
    held = _rows(encoder, corpus, "val", catalogue, HELD if catalogue is None else len(corpus.items), seed)
    progress("facets", 2, 4)
    if not taught.items:
        raise ValueError("no item of the split 'train' has a kind that the taxonomy knows")
    heads = {name: head for name in FACETS if (head := _taught(name, taught)) is not None}
    source = _source(encoder, corpus, preprocessor, taught, seed)
    progress("facets", 3, 4)
    temperature, figures = _tempered(encoder, corpus, preprocessor, taught, held, photos)
    for name, head in heads.items():
        figures |= _measured(name, head, held)
    progress("facets", 4, 4)
    return FacetCalibration(temperature, heads | source, figures)


def _family(item: Item) -> str:
    colour = taxonomy().colours.get(item.colour)
    return colour.family if colour else ""


FACETS: Mapping[str, tuple[Callable[[], Sequence[str]], Callable[[Item], str]]] = {
    "colour": (families, _family),
    "gender": (lambda: tuple(taxonomy().attributes["gender"]), lambda item: item.gender),
    "pattern": (lambda: tuple(taxonomy().attributes["pattern"]), lambda item: item.pattern),
    "season": (lambda: tuple(taxonomy().attributes["season"]), lambda item: item.season),
    "usage": (lambda: tuple(taxonomy().attributes["usage"]), lambda item: item.usage),
    "age_group": (lambda: tuple(taxonomy().attributes["age_group"]), lambda item: item.age_group),
}
"""By facet, its values in order and how an item states it."""


def is_worn(item: Item) -> bool:
    """Whether the taxonomy knows an item's kind, and as something that is worn."""
    kind = taxonomy().kinds.get(item.kind)
    return kind is not None and kind.worn


def _rows(encoder: Encoder, corpus: Corpus, split: str, catalogue: Matrix | None, most: int, seed: int) -> _Rows:
    places = [n for n, item in enumerate(corpus.items) if item.split == split and is_worn(item)]
    if len(places) > most:
        picked = np.random.default_rng(seed).choice(len(places), most, replace=False)
        places = [places[i] for i in sorted(picked)]
    items = [corpus.items[n] for n in places]
    if catalogue is not None:
        return _Rows(items, catalogue[places])
    chunks = [items[i : i + 128] for i in range(0, len(items), 128)]
    parts = [encoder.encode_images([corpus.best_picture(item) for item in chunk]) for chunk in chunks]
    return _Rows(items, np.concatenate(parts) if parts else np.zeros((0, encoder.spec.dims), np.float32))


def _stated(name: str, rows: _Rows, values: Sequence[str]) -> tuple[Matrix, NDArray[np.int64]]:
    """Rows whose item states one of `values`, shape (m, d), and which one, shape (m,)."""
    place = {value: n for n, value in enumerate(values)}
    found = [(n, place[value]) for n, item in enumerate(rows.items) if (value := FACETS[name][1](item)) in place]
    which = np.array([n for n, _ in found], dtype=np.intp)
    return rows.images[which], np.array([value for _, value in found], dtype=np.int64)


def _taught(name: str, rows: _Rows) -> FacetHead | None:
    """The head of one facet; None where fewer than two of its values are seen often enough."""
    counts = np.bincount(_stated(name, rows, FACETS[name][0]())[1], minlength=len(FACETS[name][0]()))
    values = tuple(value for value, count in zip(FACETS[name][0](), counts, strict=True) if count >= FEWEST)
    if len(values) < 2:  # noqa: PLR2004 - one value alone is no choice
        return None
    return fit_head(values, *_stated(name, rows, values))


def _source(
    encoder: Encoder, corpus: Corpus, preprocessor: Preprocessor | None, taught: _Rows, seed: int
) -> dict[str, FacetHead]:
    """The head that tells studio pictures from people's photos; none where nobody took any, or hardly any."""
    shots = [photo for photo in corpus.photos if photo.split == "train"]
    count = min(MOST_SHOTS, len(shots), len(taught.images))
    if count < FEWEST:
        return {}
    dice = np.random.default_rng(seed)
    drawn = [shots[i] for i in sorted(dice.choice(len(shots), count, replace=False))]
    studio = taught.images[dice.choice(len(taught.images), count, replace=False)]
    rows = np.concatenate([studio, photo_rows(encoder, corpus, drawn, preprocessor)])
    return {SOURCE: fit_head((STUDIO, PHOTO), rows, np.repeat([0, 1], count), SOURCE_RIDGE)}


def fit_head(values: Sequence[str], images: Matrix, wanted: NDArray[np.int64], ridge: float = RIDGE) -> FacetHead:
    """Multinomial logistic regression with a ridge, by L-BFGS: convex, so the same rows give the same head.

    Args: images: unit rows (n, d). wanted: place in `values` of each, shape (n,). ridge: see `RIDGE`.
    """
    rows, places = torch.from_numpy(images).float(), torch.from_numpy(wanted)
    weights = torch.zeros(len(values), rows.shape[1], requires_grad=True)
    bias = torch.zeros(len(values), requires_grad=True)
    optimizer: Any = torch.optim.LBFGS([weights, bias], max_iter=60, line_search_fn="strong_wolfe")

    def closure() -> float:
        optimizer.zero_grad()
        loss = functional.cross_entropy(rows @ weights.T + bias, places) + ridge / len(rows) * weights.square().sum()
        torch.autograd.backward(loss)
        return loss.item()

    optimizer.step(closure)
    return FacetHead(tuple(values), weights.detach().numpy(), bias.detach().numpy())


def _measured(name: str, head: FacetHead, held: _Rows) -> dict[str, float]:
    images, wanted = _stated(name, held, head.values)
    if not len(images):
        return {}
    chances = softmax(head.logits(images))
    right = chances.argmax(axis=1) == wanted
    ece = expected_calibration_error(chances.max(axis=1), right)
    return {f"{name} accuracy": float(right.mean()), f"{name} ECE": ece}


def _tempered(
    encoder: Encoder, corpus: Corpus, preprocessor: Preprocessor | None, taught: _Rows, held: _Rows,
    photos: Matrix | None,
) -> tuple[float, dict[str, float]]:  # fmt: skip
    """The temperature, and what it comes to on the half of `val` that did not choose it."""
    steep = fit_temperature(*_kinds(encoder, taught))
    sets: list[tuple[NDArray[np.float64], NDArray[np.bool_]]] = []
    names: list[str] = []
    shots = [photo for photo in corpus.photos if photo.split == "val"]
    if shots:
        rows = photo_rows(encoder, corpus, shots, preprocessor) if photos is None else photos
        told = zero_shot(encoder, corpus, "val", images=rows, temperature=1.0)
        sets.append((np.log(told.probabilities), np.eye(len(told.labels), dtype=np.bool_)[told.wanted]))
        names.append("photo labels")
    if held.items:
        sets.append(_kinds(encoder, held))
        names.append("catalogue kinds")
    if not sets:
        return steep / USUAL_FACTOR, {}
    factor = min(FACTORS, key=lambda f: max(_error(c[::2], r[::2], steep / f)[1] for c, r in sets))
    figures: dict[str, float] = {"temperature on train": steep, "tempered by": factor}
    for name, (cosines, right) in zip(names, sets, strict=True):
        figures[f"{name} accuracy"], _ = _error(cosines, right, steep / factor)
        _, figures[f"{name} ECE, other half of val"] = _error(cosines[1::2], right[1::2], steep / factor)
        _, figures[f"{name} ECE"] = _error(cosines, right, steep / factor)
    return steep / factor, figures


def _kinds(encoder: Encoder, rows: _Rows) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Cosines of items with every worn kind, shape (n, kinds), and which is right."""
    kinds = [kind for kind in taxonomy().kinds.values() if kind.worn]
    senses = [prompts(kind.en, KIND) for kind in kinds]
    vectors = sense_vectors(encoder, senses)
    place = {kind.id: n for n, kind in enumerate(kinds)}
    wanted = [place[item.kind] for item in rows.items]
    labels = np.stack([vectors[sense] for sense in senses])
    return (rows.images @ labels.T).astype(np.float64), np.eye(len(kinds), dtype=np.bool_)[wanted]


def _error(cosines: NDArray[np.float64], right: NDArray[np.bool_], scale: float) -> tuple[float, float]:
    """Accuracy and calibration error at a logit scale."""
    chances = softmax(scale * cosines)
    hit = right[np.arange(len(right)), chances.argmax(axis=1)]
    return float(hit.mean()), expected_calibration_error(chances.max(axis=1), hit)
