"""Shoppers, what they did, and whose an answer is.

Revision ID: 0004
Revises: 0003
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from app.db import base

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHOSE = "fk_recommendations_shopper_id_shoppers"


def upgrade() -> None:
    op.create_table(
        "shoppers",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shoppers")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_shoppers_token_digest")),
    )
    # In place, never by a batch: SQLite's batch drops the old table, and with it by cascade every suggestion and outfit.
    whose = sa.ForeignKey("shoppers.id", name=op.f(WHOSE), ondelete="CASCADE")
    op.add_column(
        "recommendations", sa.Column("shopper_id", sa.String(length=128), whose, nullable=True), inline_references=True
    )
    op.create_index(
        "ix_recommendations_shopper_id_created_at_id", "recommendations", ["shopper_id", "created_at", "id"]
    )
    op.create_table(
        "events",
        sa.Column("shopper_id", sa.String(length=128), nullable=False),
        sa.Column("event_id", sa.String(length=128), nullable=False),
        sa.Column("event", sa.String(length=16), nullable=False),
        sa.Column("item_id", sa.String(length=128), nullable=False),
        sa.Column("recommendation_id", sa.String(length=128), nullable=True),
        sa.Column("outfit_rank", sa.Integer(), nullable=True),
        sa.Column("at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("received_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["shopper_id"], ["shoppers.id"], name=op.f("fk_events_shopper_id_shoppers"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["recommendations.id"],
            name=op.f("fk_events_recommendation_id_recommendations"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("shopper_id", "event_id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_shopper_id_at", "events", ["shopper_id", "at"])
    op.create_index("ix_events_item_id_event", "events", ["item_id", "event"])
    op.create_index(op.f("ix_events_recommendation_id"), "events", ["recommendation_id"])
    op.create_index(op.f("ix_events_at"), "events", ["at"])


def downgrade() -> None:
    op.drop_table("events")
    op.drop_index("ix_recommendations_shopper_id_created_at_id", table_name="recommendations")
    op.drop_column("recommendations", "shopper_id")
    op.drop_table("shoppers")
