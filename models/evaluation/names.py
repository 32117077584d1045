"""Names and pictures of the split find each other among all products."""

import numpy as np

from models.evaluation import interval
from models.evaluation.bench import Bench
from models.evaluation.report import Curve, Figure, Measured
from models.evaluation.retrieval import Places, random_recall, ranks, recall_at, recall_curve
from models.evaluation.targets import Group

GROUP = Group("names and pictures")
KS = (1, 2, 3, 5, 10, 20, 30, 50, 100)
SHOWN = (1, 5, 10)


def names(bench: Bench) -> Measured:
    """Catalogue name → its picture among all pictures; picture → its name among all distinct names."""
    targets, gallery = bench.folder.targets, bench.folder.gallery
    if not targets:
        return Measured()
    own = [gallery[row].item.name for row in targets]
    to_picture = ranks(bench.texts("names of the split", own), bench.gallery, targets)
    distinct = list(dict.fromkeys(article.item.name for article in gallery))
    place = {name: n for n, name in enumerate(distinct)}
    to_name = ranks(bench.own, bench.texts("all names", distinct), [place[name] for name in own])
    both = (("name → picture", to_picture, len(gallery)), ("picture → name", to_name, len(distinct)))
    return Measured(
        figures=tuple(figure for label, places, total in both for figure in _figures(label, places, total)),
        curves=tuple(_curve(label, places, total) for label, places, total in both),
    )


def _figures(label: str, places: Places, total: int) -> list[Figure]:
    made = [
        GROUP.figure(
            f"{label} R@{k}", recall_at(places, k), random_recall(total, k), len(places),
            interval=interval.of_mean(places <= k),
        )
        for k in SHOWN
    ]  # fmt: skip
    both = ((places <= 1) + 0.0 + (places <= 10)) / 2  # noqa: PLR2004 - R@1 and R@10, as published
    chance = (random_recall(total, 1) + random_recall(total, 10)) / 2
    made.append(
        GROUP.figure(f"{label} mean(R@1, R@10)", both.mean(), chance, len(places), interval=interval.of_mean(both))
    )
    median = float(np.median(places))
    made.append(
        GROUP.figure(
            f"{label} median rank of {total:,}", median, (total + 1) / 2, len(places), unit="th",
            interval=interval.of_median(places),
        )
    )  # fmt: skip
    return made


def _curve(label: str, places: Places, total: int) -> Curve:
    control = tuple(random_recall(total, k) for k in KS)
    return Curve(label, "recall@k", KS, recall_curve(places, KS), control)
