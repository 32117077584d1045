"""The catalogue as its merchandiser looks through it: by words and by what is wrong. The only SQL of that view."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.embeddings import of_key
from app.catalog.facts import STATED
from app.catalog.narrowing.filters import Criteria
from app.catalog.queries import MAY_BE_WORN, effective, unsaid
from app.catalog.records import EmbeddingKey
from app.catalog.repository import ItemRepository
from app.catalog.tables import EmbeddingRow, InferredRow, ItemRow, PictureRow
from models.registry import ModelSpec
from models.taxonomy.lookup import NOT_WORN

SIGNALS = ("image", "text")
"""Vectors without which an item is in no index."""

SEARCHED = (ItemRow.id, ItemRow.title, ItemRow.title_zh, ItemRow.brand, ItemRow.group_id)


class Problem(StrEnum):
    """Why an item is not suggested, or only by guesses."""

    no_picture = "no_picture"
    no_kind = "no_kind"
    not_worn = "not_worn"
    not_indexed = "not_indexed"
    no_price = "no_price"
    inferred = "inferred"


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked for: items that hold each of `words` in id, title, brand or group, and have `problem`.

    `spec` is the loaded model: an item without its vectors is not indexed.
    """

    spec: ModelSpec
    words: tuple[str, ...] = ()
    problem: Problem | None = None

    def narrowed(self, problem: Problem | None) -> "Look":
        return Look(self.spec, self.words, problem)


class InspectionRepository(ItemRepository):
    """Items as `ItemRepository` reads them, only those that a look is for."""

    def __init__(self, session: AsyncSession, look: Look) -> None:
        super().__init__(session)
        self._look = look

    async def problem_counts(self, criteria: Criteria) -> dict[Problem, int]:
        """How many of the items found have each problem, whichever problem is looked for; one statement."""
        everything = await InspectionRepository(self._session, self._look.narrowed(None))._clauses(criteria)
        counted = [func.count().filter(_has(problem, self._look.spec)).label(problem.value) for problem in Problem]
        row = (await self._session.execute(select(*counted).select_from(ItemRow).where(*everything))).one()
        return dict(zip(Problem, map(int, row), strict=True))

    async def problems(self, ids: Sequence[str]) -> dict[str, list[Problem]]:
        """Item id → its problems, for up to a page of items."""
        marks = [_has(problem, self._look.spec).label(problem.value) for problem in Problem]
        rows = await self._session.execute(select(ItemRow.id, *marks).where(ItemRow.id.in_(ids)))
        return {
            item_id: [problem for problem, has in zip(Problem, found, strict=True) if has] for item_id, *found in rows
        }

    async def embeddings(self, item_id: str) -> list[tuple[str, str, str]]:
        """(signal, model revision, preprocess version) of every vector stored for an item."""
        columns = (EmbeddingRow.signal, EmbeddingRow.model_revision, EmbeddingRow.preprocess_version)
        query = select(*columns).where(EmbeddingRow.item_id == item_id)
        rows = await self._session.execute(query.order_by(*reversed(columns)))
        return [(signal, revision, version) for signal, revision, version in rows]

    async def _clauses(self, criteria: Criteria) -> list[Any]:
        clauses = [*await super()._clauses(criteria), *map(_holds, self._look.words)]
        if self._look.problem is not None:
            clauses.append(_has(self._look.problem, self._look.spec))
        return clauses


def _holds(word: str) -> ColumnElement[bool]:
    return or_(*(column.icontains(word, autoescape=True) for column in SEARCHED))


def _has(problem: Problem, spec: ModelSpec) -> ColumnElement[bool]:
    match problem:
        case Problem.no_picture:
            return ~_pictured()
        case Problem.no_kind:
            return effective("kind") == ""
        case Problem.not_worn:
            return and_(effective("kind") != "", effective("slot").in_(("", NOT_WORN)))
        case Problem.not_indexed:
            # As the reindex chooses: what has a picture and may be worn as far as we know.
            return and_(_pictured(), MAY_BE_WORN, or_(*(~_embedded(signal, spec) for signal in SIGNALS)))
        case Problem.no_price:
            return ItemRow.price.is_(None)
        case Problem.inferred:
            guessed = or_(*(and_(InferredRow.name == name, unsaid(name)) for name in STATED))
            return exists().where(InferredRow.item_id == ItemRow.id, guessed).correlate(ItemRow)


def _pictured() -> ColumnElement[bool]:
    return exists().where(PictureRow.item_id == ItemRow.id).correlate(ItemRow)


def _embedded(signal: str, spec: ModelSpec) -> ColumnElement[bool]:
    own = of_key(EmbeddingKey.of(signal, spec))
    return exists().where(EmbeddingRow.item_id == ItemRow.id, *own).correlate(ItemRow)


def words_of(text: str | None) -> tuple[str, ...]:
    """The words of a search line, each once."""
    return tuple(dict.fromkeys((text or "").split()))
