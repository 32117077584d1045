"""Where a suggestion's score came from, and what in the photos mattered.

Revision ID: 0003
Revises: 0002
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from app.db import base

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("suggestions") as table:
        table.add_column(sa.Column("shares", base.JsonColumn, nullable=True))
        table.add_column(sa.Column("relevance", base.JsonColumn, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("suggestions") as table:
        table.drop_column("relevance")
        table.drop_column("shares")
