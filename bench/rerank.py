"""What looking again at the best candidates, token by token, changes: in answers, and in a bare search by embeddings.

`python -m bench.rerank --data-dir FOLDER` on a folder that `tryon import` and `tryon reindex` filled. Every question is
asked in this process without the closer look and with it; answers are not kept. `--split train --words 0.2 --words 0.4`
compares weights: `train` is for choosing them, `val` for reporting.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.facts import ItemFacts
from app.catalog.live.catalog import LiveView
from app.container import Container
from app.db.migrate import prepare
from app.errors import NotReady
from app.jobs.settings import JobSettings
from app.media.photo import decode
from app.observability.logging import configure_logging
from app.recommendations.endpoints import service_of
from app.recommendations.ranking import Calibration, Nudge, nudged
from app.recommendations.rerank import closer_look
from app.recommendations.service import RecommendationRequest
from app.settings import RerankSettings, Settings
from bench.hybrid import LANGUAGES, TOP, people, share
from models.contracts import Encoder
from models.evaluation import composed, interval
from models.evaluation.report import Figure, Report
from models.index.delta import Stitched
from models.interaction import ItemTokens, max_sim
from models.preprocess.text import parse
from models.training.data import read_corpus

OFF = RerankSettings(depth=0)
ROUNDS, QUERY_TOKENS = 200, 20


@dataclass(frozen=True, slots=True)
class Question:
    """Photo number `number` alone, or in a colour, in one language; and the kinds that fit it."""

    number: int
    photo: bytes
    fitting: frozenset[str]
    text: str = ""
    colour: str = ""
    language: str = ""

    def right(self, item: ItemFacts) -> bool:
        """Whether an item is of a fitting kind, in the colour asked for."""
        return item.kind in self.fitting and self.colour in ("", item.colour)


@dataclass(frozen=True, slots=True)
class Way:
    """The service as it ranks with `rerank`."""

    container: Container
    view: LiveView
    rerank: RerankSettings

    async def answer(self, question: Question) -> list[ItemFacts]:
        """The first items of one hybrid answer, which is rolled back."""
        ranking = self.container.settings.ranking.model_copy(update={"rerank": self.rerank})
        container = replace(self.container, settings=self.container.settings.model_copy(update={"ranking": ranking}))
        asked = RecommendationRequest(photos=(question.photo,), description=question.text, limit=TOP, outfits=0)
        async with AsyncSession(container.database.engine) as session:
            answer = await service_of(container, session).recommend(asked)
        rows = [self.view.snapshot.row_of[one.item.id] for one in answer.suggestions]
        return [self.view.columns.facts(row) for row in rows]

    async def nearest(self, question: Question) -> list[ItemFacts]:
        """The first items by embeddings alone, looked at again or not."""
        photo = await asyncio.to_thread(decode, question.photo, self.container.settings.limits)
        words = parse(question.text).positive if question.text else None
        query = await self.container.engine.encode_query([photo], words)
        snapshot, spec = self.view.snapshot, self.container.engine.spec
        hits = snapshot.search(query.parts[0].fused.vector, max(TOP, self.rerank.depth))
        rows, cosines = [hit.row for hit in hits], np.array([hit.score for hit in hits], np.float32)
        scores = Calibration(spec.cosine_scale, spec.cosine_shift)(cosines)
        look = closer_look(query.parts[0], query.text_tokens, snapshot.tokens, self.rerank)
        if look is not None:
            scores = nudged(scores, [Nudge(np.nan_to_num(look(rows, scores)), look.weight)])
        return [self.view.columns.facts(rows[n]) for n in np.argsort(-scores, kind="stable")[:TOP]]


def main(
    data: Annotated[Path, typer.Option(exists=True, file_okay=False, help="Laid out like ../shared/data.")] = Path(
        "../shared/data"
    ),
    data_dir: Annotated[Path, typer.Option(help="The service's folder, imported and indexed.")] = Path("var/full"),
    split: str = "val",
    photos: Annotated[int, typer.Option(min=2, help="People's photos asked with.")] = 80,
    words: Annotated[list[float] | None, typer.Option(help="Weights of the words' tokens to compare; repeat.")] = None,
    photo: Annotated[list[float] | None, typer.Option(help="Weights of the photo's tokens to compare; repeat.")] = None,
    depth: Annotated[int, typer.Option(min=1, help="Candidates looked at again.")] = 50,
    out: Annotated[Path | None, typer.Option(dir_okay=False, help="Where the JSON goes.")] = None,
) -> None:
    """Measure answers with and without reranking, over the whole catalogue."""
    configure_logging("WARNING")
    settings = Settings(data_dir=data_dir, jobs=JobSettings(in_process=False))
    now = settings.ranking.rerank.model_copy(update={"depth": depth})
    chosen = [now.model_copy(update={"words": value}) for value in words or ()]
    chosen += [now.model_copy(update={"photo": value}) for value in photo or ()]
    report = asyncio.run(measure(settings, data, split, photos, chosen or [now]))
    Console().print(report)
    if out is not None:
        report.save(out)


async def measure(
    settings: Settings,
    data: Path,
    split: str,
    photos: int,
    chosen: Sequence[RerankSettings],
    encoder: Encoder | None = None,
) -> Report:
    """Every figure. `encoder` replaces the model that the settings name.

    Raises: NotReady where the folder holds no index with tokens, ModelUnavailable without the model.
    """
    container = await Container.build(settings, encoder)
    try:
        await prepare(container.database)
        view = await container.live.view()
        tokens = view.snapshot.tokens
        if tokens is None:
            raise NotReady("The index holds no tokens: set TRYON_INDEX__TOKENS and run 'tryon reindex'.")
        ways = [Way(container, view, rerank) for rerank in (OFF, *chosen)]
        asked = questions(view, people(read_corpus(data), split, photos))
        figures = await compared(ways, asked)
        spec = container.engine.spec
    finally:
        await container.close()
    spent = look_ms(tokens, chosen[0].depth)
    notes = {
        "weights": ", ".join(f"words {one.words:g} photo {one.photo:g}" for one in chosen),
        "items": len(tokens),
        "bytes an item": int(tokens[0].nbytes),
        "depth": chosen[0].depth,
        "a closer look takes, ms p50 / p95": " / ".join(f"{np.quantile(spent, q):.2f}" for q in (0.5, 0.95)),
    }
    return Report(f"reranked answers, {spec.name}", spec.revision, split, tuple(figures), notes)


def questions(view: LiveView, shots: Sequence[tuple[bytes, frozenset[str]]]) -> list[Question]:
    """Each photo alone, and in colours that the catalogue has of what it shows."""
    items = [view.columns.facts(row) for row in range(len(view.columns))]
    wanted = [fitting for _, fitting in shots]
    asked = [Question(number, photo, fitting) for number, (photo, fitting) in enumerate(shots)]
    coloured = composed.questions(wanted, [i.kind for i in items], [i.colour for i in items])
    for language in LANGUAGES:
        asked += [
            Question(q.photo, *shots[q.photo], composed.WORDS[language](q.colour), q.colour, language) for q in coloured
        ]
    return asked


async def compared(ways: Sequence[Way], asked: Sequence[Question]) -> list[Figure]:
    """For each sort of question and each way that reranks: what is right among the first ten, and what it gained."""
    found: dict[tuple[str, int], list[list[ItemFacts]]] = {}
    for question in track(asked, "asking", transient=True):
        for number, way in enumerate(ways):
            found.setdefault(("hybrid", number), []).append(await way.answer(question))
            found.setdefault(("embeddings alone", number), []).append(await way.nearest(question))
    figures = []
    for mode in ("embeddings alone", "hybrid"):
        for language in ("", *LANGUAGES):
            mine = [n for n, question in enumerate(asked) if question.language == language]
            part = [asked[n] for n in mine]
            answers = [[found[mode, number][n] for n in mine] for number in range(len(ways))]
            sort = f"photo + colour ({language}), kind + colour@10" if language else "photo, kind@10"
            figures += _figures(mode, sort, ways, part, [_right(part, each) for each in answers])
            if not language:
                agreed = [np.array([agreement(items) for items in each]) for each in answers]
                figures += _figures(mode, "photo, commonest colour@10", ways, part, agreed)
    return figures


def agreement(items: Sequence[ItemFacts]) -> float:
    """How many of `items` are of the colour family that most are of; 0 for none."""
    counted = Counter(item.colour_family for item in items)
    return max(counted.values()) / len(items) if items else 0.0


def look_ms(tokens: ItemTokens | Stitched[np.int8], depth: int) -> NDArray[np.float64]:
    """Milliseconds of each of many looks at `depth` random items, read from disk or its cache."""
    dice = np.random.default_rng(0)
    query = dice.normal(size=(QUERY_TOKENS, tokens.shape[2])).astype(np.float32)
    spent = []
    for _ in range(ROUNDS):
        rows = dice.integers(len(tokens), size=depth)
        started = perf_counter()
        max_sim(query, np.asarray(tokens[rows]))
        spent.append((perf_counter() - started) * 1000)
    return np.array(spent)


def _right(asked: Sequence[Question], answers: Sequence[Sequence[ItemFacts]]) -> NDArray[np.float64]:
    return np.array([share(items, question.right) for question, items in zip(asked, answers, strict=True)])


def _figures(
    mode: str, sort: str, ways: Sequence[Way], asked: Sequence[Question], values: Sequence[NDArray[np.float64]]
) -> list[Figure]:
    """The figure of each way that reranks beside the one that does not, and the gain, by photo."""
    of_photo = partial(interval.by_group, groups=[question.number for question in asked])
    before, *after = values
    figures = []
    for way, each in zip(ways[1:], after, strict=True):
        one_of_many = f", words {way.rerank.words:g} photo {way.rerank.photo:g}" if len(after) > 1 else ""
        title = sort + one_of_many
        spread = interval.of_mean(of_photo(each))
        beside = {"without": float(before.mean())}
        figures.append(Figure(title, float(each.mean()), None, len(each), None, mode, spread, beside))
        gain = interval.of_gain(of_photo(each), of_photo(before))
        figures.append(Figure(f"{title}, gain", float((each - before).mean()), None, len(each), None, mode, gain))
    return figures


if __name__ == "__main__":
    typer.run(main)
