"""Labels without training: photos against their ten labels, products against the values that their table
uses."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics
from sklearn.dummy import DummyClassifier

from models.contracts import Matrix
from models.evaluation import interval
from models.evaluation.bench import Bench
from models.evaluation.folder import Article
from models.evaluation.report import Classes, ClassScore, Confusion, Figure, Measured
from models.evaluation.targets import Group
from models.taxonomy import taxonomy
from models.zero_shot.calibration import expected_calibration_error, softmax
from models.zero_shot.labels import read_labels
from models.zero_shot.prompts import ensembles

PHOTOS = Group("zero-shot labels of people's photos")
PRODUCTS = Group("zero-shot classes of products")
SHOWN = 24
"""Classes of a confusion matrix at most, the commonest."""

OTHERS = "others"
FACETS = ("kind", "colour", "gender", "age_group", "season", "usage")

Truth = Sequence[str]


def photo_labels(bench: Bench) -> Measured:
    """Every photo of the split against the labels of the folder, as `POST /v1/tags` would tell them apart."""
    truth = [shot.label for shot in bench.folder.shots]
    if not truth:
        return Measured()
    labels = sorted(set(bench.folder.corpus.fits) | set(truth))
    chances = told(bench, "photo labels", bench.prepared, labels)
    best, sure = chances.argmax(axis=1), chances.max(axis=1)
    right = np.array([labels[n] == label for n, label in zip(best, truth, strict=True)])
    error = expected_calibration_error(sure, right)
    name = "zero-shot photo labels"
    figures = [
        _accuracy(PHOTOS, f"{name}, accuracy", right, truth),
        PHOTOS.figure(f"{name}, ECE", error, None, len(right), baselines={"mean confidence": float(sure.mean())}),
    ]
    predicted = [labels[n] for n in best]
    return Measured(tuple(figures), (), (confusion(name, truth, predicted),), (class_report(name, truth, predicted),))


def products(bench: Bench) -> Measured:
    """Pictures of the split's products against every value that products have; rows without a value are left out."""
    own = [bench.folder.gallery[row] for row in bench.folder.targets]
    found = [one for facet in FACETS if (one := _facet(bench, facet, own)) is not None]
    return Measured(
        tuple(figure for one in found for figure in one.figures),
        (),
        tuple(confusion for one in found for confusion in one.confusions),
        tuple(classes for one in found for classes in one.classes),
    )


def _facet(bench: Bench, facet: str, own: Sequence[Article]) -> Measured | None:
    """One facet, or None where there is nothing to tell apart."""
    values = sorted({value_of(article, facet) for article in bench.folder.gallery} - {""})
    rows = [n for n, article in enumerate(own) if value_of(article, facet)]
    if not rows or len(values) < 2:  # noqa: PLR2004 - one value needs no telling apart
        return None
    truth = [value_of(own[n], facet) for n in rows]
    best = told(bench, f"{facet} labels", bench.own[rows], [_word(facet, v) for v in values]).argmax(axis=1)
    predicted = [values[n] for n in best]
    report = class_report(facet, truth, predicted)
    right = np.array(truth) == np.array(predicted)
    beside = {"macro precision": report.macro.precision, "macro recall": report.macro.recall}
    chance = class_report(facet, truth, _guess(truth, values)).macro.f1
    figures = (
        _accuracy(PRODUCTS, f"{facet}, accuracy", right, truth, len(values)),
        PRODUCTS.figure(f"{facet}, macro F1", report.macro.f1, chance, len(rows), baselines=beside),
    )
    matrices = (confusion("kind of products", truth, predicted),) if facet == "kind" else ()
    return Measured(figures, (), matrices, (report,))


def value_of(article: Article, facet: str) -> str:
    """The product's value as an id of the taxonomy: what the service would call it."""
    return str(getattr(article.item, facet))


def _word(facet: str, value: str) -> str:
    known = taxonomy()
    if facet == "kind":
        return known.kinds[value].name("en")
    return (known.colours[value] if facet == "colour" else known.attributes[facet][value]).name("en")


def told(bench: Bench, name: str, rows: Matrix, labels: Sequence[str]) -> NDArray[np.float64]:
    """Probabilities of each label for each row, shape (n, labels), as `POST /v1/tags` gives them."""
    read = read_labels(labels)
    prompts = bench.texts(name, [prompt for sense in read.distinct for prompt in sense])
    vectors = dict(zip(read.distinct, ensembles(read.distinct, prompts), strict=True))
    return softmax(bench.encoder.spec.temperature * read.cosines(rows, vectors).astype(np.float64))


def class_report(name: str, truth: Truth, predicted: Truth) -> Classes:
    """Precision, recall and F1 of every class that occurs, and their plain mean (scikit-learn's report)."""
    told: dict[str, Any] = metrics.classification_report(truth, predicted, output_dict=True, zero_division=0.0)
    present = sorted(set(truth))
    macro = told["macro avg"]
    scores = tuple(_score(label, told[label]) for label in present)
    # scikit-learn's macro mean counts classes that were only ever guessed; a mean over what there is says more.
    means = {
        key: float(np.mean([told[label][key] for label in present])) for key in ("precision", "recall", "f1-score")
    }
    return Classes(name, scores, _score("macro mean", means | {"support": macro["support"]}))


def confusion(name: str, truth: Truth, predicted: Truth, shown: int = SHOWN) -> Confusion:
    """Counts of the commonest classes; the rest are one class, 'others'."""
    labels, counts = np.unique(np.asarray(truth), return_counts=True)
    kept = [str(label) for label in labels[np.argsort(-counts, kind="stable")][:shown]]
    known = frozenset(kept)
    rows, columns = ([label if label in known else OTHERS for label in side] for side in (truth, predicted))
    names = [*kept, *([OTHERS] if OTHERS in {*rows, *columns} else [])]
    matrix = metrics.confusion_matrix(rows, columns, labels=names)
    return Confusion(name, tuple(names), tuple(tuple(map(int, row)) for row in matrix))


def _score(label: str, entry: dict[str, float]) -> ClassScore:
    return ClassScore(label, entry["precision"], entry["recall"], entry["f1-score"], int(entry["support"]))


def _accuracy(group: Group, name: str, right: NDArray[np.bool_], truth: Truth, classes: int = 0) -> Figure:
    """Beside what always saying the commonest label gives."""
    commonest = DummyClassifier(strategy="most_frequent").fit(np.zeros(len(truth)), truth).score(None, truth)
    chance = 1 / (classes or len(set(truth)))
    spread = interval.of_mean(right)
    beside = {"always the commonest": float(commonest)}
    return group.figure(name, right.mean(), chance, len(right), interval=spread, baselines=beside)


def _guess(truth: Truth, values: Sequence[str]) -> list[str]:
    dice = np.random.default_rng(interval.SEED)
    return [values[n] for n in dice.integers(len(values), size=len(truth))]
