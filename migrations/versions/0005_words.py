"""Items by their own words: full text search.

Revision ID: 0005
Revises: 0004
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.catalog.text.words import item_words
from app.db import base

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PAGE = 1_000
COLUMNS = ("brand", "name", "codes", "details")

ITEMS = sa.table(
    "items",
    *(sa.column(name) for name in ("id", "title", "title_zh", "description", "brand", "group_id")),
    sa.column("attributes", base.JsonColumn),
)

ADD = (
    "INSERT INTO item_words_fts (rowid, brand, name, codes, details)"
    " VALUES (new.id, new.brand, new.name, new.codes, new.details);"
)
REMOVE = (
    "INSERT INTO item_words_fts (item_words_fts, rowid, brand, name, codes, details)"
    " VALUES ('delete', old.id, old.brand, old.name, old.codes, old.details);"
)

ON_SQLITE = (
    f"CREATE VIRTUAL TABLE item_words_fts USING fts5({', '.join(COLUMNS)}, content='item_words', content_rowid='id', "
    "tokenize='unicode61 remove_diacritics 0')",
    "CREATE TRIGGER item_words_added AFTER INSERT ON item_words BEGIN {add} END",
    "CREATE TRIGGER item_words_removed AFTER DELETE ON item_words BEGIN {remove} END",
    "CREATE TRIGGER item_words_changed AFTER UPDATE ON item_words BEGIN {remove} {add} END",
)
"""FTS5 over another table's content, kept in step as its manual asks (sqlite.org/fts5.html, section 4.4.3)."""

ON_POSTGRESQL = (
    "CREATE INDEX ix_item_words_text ON item_words USING gin ("
    "(setweight(to_tsvector('simple', brand), 'A') || setweight(to_tsvector('simple', codes), 'A')"
    " || setweight(to_tsvector('simple', name), 'B') || setweight(to_tsvector('simple', details), 'D')))"
)


def upgrade() -> None:
    op.create_table(
        "item_words",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=128), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in COLUMNS),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_item_words_item_id_items"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_words")),
        sa.UniqueConstraint("item_id", name=op.f("uq_item_words_item_id")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(ON_POSTGRESQL)
    else:
        for statement in ON_SQLITE:
            op.execute(statement.replace("{add}", ADD).replace("{remove}", REMOVE))
    _fill()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE item_words_fts")
    op.drop_table("item_words")


def _fill() -> None:
    """What is in the catalogue already, a page at a time."""
    words = sa.table("item_words", sa.column("item_id"), *(sa.column(name) for name in COLUMNS))
    for page in _pages():
        op.bulk_insert(words, [asdict(item_words(row)) for row in page])


def _pages() -> Iterator[Sequence[Any]]:
    after = ""
    while True:
        query = sa.select(ITEMS).where(ITEMS.c.id > after).order_by(ITEMS.c.id).limit(PAGE)
        page = op.get_bind().execute(query).all()
        if not page:
            return
        yield page
        after = page[-1].id
