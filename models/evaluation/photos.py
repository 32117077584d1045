"""People's photos against the catalogue and the demo shop: does what is found fit the label?"""

from collections.abc import Iterable

from models.contracts import Matrix
from models.evaluation import demo, interval
from models.evaluation.bench import Bench
from models.evaluation.report import Curve, Figure, Measured
from models.evaluation.retrieval import Hits, hits, precision_curve, random_precision, shares, top
from models.evaluation.targets import Group
from models.taxonomy import taxonomy

GROUP = Group("people's photos")
KS = (1, 2, 3, 5, 10, 20, 30, 50)
SHOWN = 10
KIND = "photo → catalogue kind@10"


def photos(bench: Bench) -> Measured:
    """Photos as they are and, with a preprocessor, as the service prepares them; the gain is paired by photo."""
    if not bench.folder.shots:
        return Measured()
    wanted = wanted_articles(bench)
    control = random_precision(bench.articles, wanted)
    plain = _found(bench, bench.shots)
    figures, curves = [_figure(KIND, plain, control)], [_curve("whole photo", plain, control)]
    if bench.preprocessor is not None:
        version = bench.preprocessor.version
        prepared = _found(bench, bench.prepared)
        before, after = shares(plain, SHOWN), shares(prepared, SHOWN)
        beside = {"without preprocessing": float(before.mean())}
        figures.append(_figure(f"{KIND}, cropped ({version})", prepared, control, about=KIND, baselines=beside))
        gain = float((after - before).mean())
        spread = interval.of_gain(after, before)
        figures.append(GROUP.figure("gain from preprocessing, kind@10", gain, 0.0, len(after), interval=spread))
        curves.append(_curve(f"prepared ({version})", prepared, control))
    return Measured((*figures, *_in_the_demo_shop(bench)), tuple(curves))


def wanted_articles(bench: Bench) -> list[frozenset[str]]:
    """The article types that fit each photo of the split."""
    fits = bench.folder.corpus.fits
    return [fits.get(shot.label, frozenset()) for shot in bench.folder.shots]


def kinds_of(article_types: Iterable[str]) -> frozenset[str]:
    """Taxonomy kinds that the named article types stand for."""
    found = (taxonomy().kind_of(name) for name in article_types)
    return frozenset(kind.id for kind in found if kind)


def _found(bench: Bench, rows: Matrix) -> Hits:
    return hits(top(rows, bench.gallery, max(KS)), bench.articles, wanted_articles(bench))


def _figure(name: str, right: Hits, control: float, **more: object) -> Figure:
    each = shares(right, SHOWN)
    return GROUP.figure(name, each.mean(), control, len(each), interval=interval.of_mean(each), **more)


def _curve(label: str, right: Hits, control: float) -> Curve:
    return Curve(label, "precision@k", KS, precision_curve(right, KS), (control,) * len(KS))


def _in_the_demo_shop(bench: Bench) -> list[Figure]:
    """The first garment found among the drawn ones."""
    kinds = [kinds_of(good) for good in wanted_articles(bench)]
    shop = [flat.kind for flat in demo.gallery()]
    control = random_precision(shop, kinds)
    ways = [("", bench.shots)]
    if bench.preprocessor is not None:
        ways.append((f", cropped ({bench.preprocessor.version})", bench.prepared))
    made = []
    for suffix, rows in ways:
        first = hits(top(rows, bench.drawn, 1), shop, kinds)[:, 0]
        name = "demo photo kind, first"
        spread = interval.of_mean(first)
        made.append(GROUP.figure(name + suffix, first.mean(), control, len(first), interval=spread, about=name))
    return made
