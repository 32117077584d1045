"""What was inferred about items, apart from what their feed says.

Revision ID: 0002
Revises: 0001
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "inferences",
        sa.Column("item_id", sa.String(length=128), nullable=False),
        sa.Column("stamp", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_inferences_item_id_items"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_inferences")),
    )
    op.create_table(
        "inferred_attributes",
        sa.Column("item_id", sa.String(length=128), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_inferred_attributes_item_id_items"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("item_id", "name", name=op.f("pk_inferred_attributes")),
    )
    op.create_index("ix_inferred_attributes_name_value", "inferred_attributes", ["name", "value"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_inferred_attributes_name_value", table_name="inferred_attributes")
    op.drop_table("inferred_attributes")
    op.drop_table("inferences")
