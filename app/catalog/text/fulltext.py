"""Statements of full text search: FTS5 on SQLite, tsvector with a GIN index on PostgreSQL. Built here, run by the
repository.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, bindparam, column, select, table, text

from app.catalog.queries import effective
from app.catalog.tables import ItemRow, ItemWordsRow
from models.taxonomy.lookup import NOT_WORN

VECTOR = (
    "(setweight(to_tsvector('simple', item_words.brand), 'A')"
    " || setweight(to_tsvector('simple', item_words.codes), 'A')"
    " || setweight(to_tsvector('simple', item_words.name), 'B')"
    " || setweight(to_tsvector('simple', item_words.details), 'D'))"
)
"""As the index of migration 0005 has it, or PostgreSQL does not use it. Both databases weigh alike."""

BM25 = "bm25(item_words_fts, 8.0, 4.0, 8.0, 1.0)"

_FTS = table("item_words_fts", column("rowid"))


@dataclass(frozen=True, slots=True)
class WordQuery:
    """What is looked for.

    Attributes:
        any_of: an item must have one of these groups, all tokens of it (`words.needles`).
        besides: tokens that put an item further to the front.
    """

    any_of: tuple[tuple[str, ...], ...]
    besides: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WordHit:
    """An item that full text search found, and the tokens of its details."""

    item_id: str
    details: str


def worn_with(asked: WordQuery, backend: str, limit: int) -> Select[str, str]:
    """Ids and details of worn items that match, the most telling first; further conditions may be added."""
    shown = select(ItemWordsRow.item_id, ItemWordsRow.details)
    worn = effective("slot").not_in(("", NOT_WORN))
    if backend == "postgresql":
        groups = (asked.any_of, (*asked.any_of, *_each(asked.besides)))
        must, wide = (_formula(group, " & ", " | ") for group in groups)
        query = (
            shown.join(ItemRow, ItemRow.id == ItemWordsRow.item_id)
            .where(text(f"{VECTOR} @@ to_tsquery('simple', :must)").bindparams(bindparam("must", must)))
            .order_by(text(f"ts_rank_cd({VECTOR}, to_tsquery('simple', :wide)) DESC").bindparams(wide=wide))
        )
    else:
        must, wide = (_formula(groups, " AND ", " OR ") for groups in (asked.any_of, _each(asked.besides)))
        match = f"({must}) AND (({must}) OR {wide})" if wide else must
        query = (
            shown.select_from(_FTS)
            .join(ItemWordsRow, ItemWordsRow.id == _FTS.c.rowid)
            .join(ItemRow, ItemRow.id == ItemWordsRow.item_id)
            .where(text("item_words_fts MATCH :match").bindparams(match=match))
            .order_by(text(BM25))
        )
    return query.where(worn).order_by(ItemWordsRow.item_id).limit(limit)


def _each(tokens: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    return tuple((token,) for token in tokens)


def _formula(groups: Sequence[Sequence[str]], both: str, either: str) -> str:
    """Tokens are letters and digits alone, so quoting makes words of them that no operator hides in."""
    quote = "'{}'" if both == " & " else '"{}"'
    return either.join(f"({both.join(quote.format(token) for token in group)})" for group in groups)
