"""What a shop's page narrows by: its own attributes, shoppers' sizes, and facets of an answer.

Revision ID: 0006
Revises: 0005
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.catalog.narrowing.attributes import attribute_records
from app.db import base

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PAGE = 1_000
ITEMS = sa.table("items", sa.column("id"), sa.column("attributes", base.JsonColumn))


def upgrade() -> None:
    op.create_table(
        "item_attributes",
        sa.Column("item_id", sa.String(length=128), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=128), nullable=False),
        sa.Column("label", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_item_attributes_item_id_items"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "name", "value", name=op.f("pk_item_attributes")),
    )
    op.create_index("ix_item_attributes_name_value", "item_attributes", ["name", "value"])
    # In place, never by a batch: SQLite's batch drops the old table, and with it by cascade all that hangs on it.
    op.add_column("recommendations", sa.Column("facets", base.JsonColumn, nullable=True))
    op.add_column("shoppers", sa.Column("sizes", base.JsonColumn, nullable=False, server_default=sa.text("'{}'")))
    op.add_column("events", sa.Column("size", sa.String(length=64), nullable=True))
    _fill()


def downgrade() -> None:
    op.drop_column("events", "size")
    op.drop_column("shoppers", "sizes")
    op.drop_column("recommendations", "facets")
    op.drop_table("item_attributes")


def _fill() -> None:
    """What is in the catalogue already, a page at a time."""
    own = sa.table("item_attributes", *(sa.column(name) for name in ("item_id", "name", "value", "label")))
    for page in _pages():
        records = [{"item_id": row.id} | asdict(r) for row in page for r in attribute_records(row.attributes)]
        if records:
            op.bulk_insert(own, records)


def _pages() -> Iterator[Sequence[Any]]:
    after = ""
    while True:
        query = sa.select(ITEMS).where(ITEMS.c.id > after).order_by(ITEMS.c.id).limit(PAGE)
        page = op.get_bind().execute(query).all()
        if not page:
            return
        yield page
        after = page[-1].id
