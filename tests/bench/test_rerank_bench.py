"""The bench of the closer look: a whole run over a drawn shop, whose catalogue is small enough to be known."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from app.catalog.facts import ItemFacts, facts_of
from app.catalog.feeds.mapping import ColumnMapping
from app.catalog.importing.importer import ImportRequest, run_import
from app.catalog.reindexing.reindex import reindex
from app.container import Container
from app.db.migrate import prepare
from app.jobs.settings import JobSettings
from app.settings import IndexSettings, RerankSettings, Settings
from bench.rerank import Question, agreement, look_ms, measure
from models.encoders.fake import FakeTokenEncoder
from tests.models.evaluation.conftest import drawn_shop

__all__ = ["drawn_shop"]


def item(kind: str, colour: str) -> ItemFacts:
    return facts_of(("x", "", "", "", kind, "top", colour, "", "", "", "", "", Decimal(1), None, None, 0, ""))


def test_what_is_right_and_how_far_an_answer_agrees_with_itself() -> None:
    alone = Question(0, b"", frozenset({"dress"}))
    coloured = Question(0, b"", frozenset({"dress"}), "in red", "red", "en")
    assert [alone.right(item("dress", "blue")), alone.right(item("shirt", "blue"))] == [True, False]
    assert [coloured.right(item("dress", "red")), coloured.right(item("dress", "blue"))] == [True, False]
    assert agreement([item("dress", c) for c in ("navy", "blue", "red", "red", "blue")]) == pytest.approx(0.6)
    assert agreement([]) == 0.0


def test_every_look_is_timed() -> None:
    spent = look_ms(np.ones((40, 2, 8), np.int8), 5)
    assert len(spent) > 100
    assert (spent > 0).all()


async def test_every_question_is_asked_without_and_with_the_look(drawn_shop: Path, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, jobs=JobSettings(in_process=False), index=IndexSettings(tokens=2))
    await _filled(settings, drawn_shop)
    chosen = [RerankSettings(depth=10, words=1.0, photo=1.0)]
    report = await measure(settings, drawn_shop, "val", 2, chosen, FakeTokenEncoder())
    assert report.notes["bytes an item"] == 2 * FakeTokenEncoder().spec.dims
    named = {(figure.group, figure.name): figure for figure in report.figures}
    after = named["embeddings alone", "photo, kind@10"]
    gain = named["embeddings alone", "photo, kind@10, gain"]
    assert after.value == pytest.approx(after.baselines["without"] + gain.value)
    assert ("hybrid", "photo + colour (zh), kind + colour@10") in named


async def _filled(settings: Settings, data: Path) -> None:
    async def silent(_done: int, _total: int) -> None: ...

    container = await Container.build(settings, FakeTokenEncoder())
    try:
        await prepare(container.database)
        catalogue = data / "catalog"
        request = ImportRequest(
            feed=catalogue / "items.csv",
            joins=(),
            pictures=(catalogue / "images.zip",),
            mapping=ColumnMapping.parse(["title=name"], None),
        )
        await run_import(container.database, container.blobs, settings, request, progress=silent)
        parts = (container.database, container.blobs, container.engine, container.snapshots, settings)
        await reindex(*parts, progress=silent)
    finally:
        await container.close()
