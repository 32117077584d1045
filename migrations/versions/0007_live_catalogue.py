"""A catalogue that is always live: its change log, jobs that resume, what became of a feed's rows, fetched pictures.

Revision ID: 0007
Revises: 0006
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from app.db import base

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ZERO, NOTHING = sa.text("0"), sa.text("''")
RUNNING = sa.text("state = 'running'")


def upgrade() -> None:
    op.create_table(
        "catalog_changes",
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("revision", "item_id", name=op.f("pk_catalog_changes")),
    )
    op.create_table(
        "job_rows",
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=128), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("issues", base.JsonColumn, nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_rows_job_id_jobs"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", "position", name=op.f("pk_job_rows")),
    )
    op.create_index("ix_job_rows_job_id_outcome_position", "job_rows", ["job_id", "outcome", "position"])
    op.create_table(
        "fetched_files",
        sa.Column("url_hash", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("answered_url", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("blob_key", sa.String(length=200), nullable=False),
        sa.Column("checked_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("url_hash", name=op.f("pk_fetched_files")),
    )
    op.create_index("ix_fetched_files_checked_at", "fetched_files", ["checked_at"])
    op.create_index("ix_pictures_blob_key", "pictures", ["blob_key"])
    # In place, never by a batch: SQLite's batch drops the old table, and with it by cascade all that hangs on it.
    op.add_column("catalog_state", sa.Column("log_floor", sa.Integer(), nullable=False, server_default=ZERO))
    op.execute("UPDATE catalog_state SET log_floor = revision")
    op.add_column("jobs", sa.Column("lane", sa.String(length=32), nullable=True))
    op.add_column("jobs", sa.Column("stage", sa.String(length=32), nullable=False, server_default=NOTHING))
    op.add_column("jobs", sa.Column("stage_at", sa.Integer(), nullable=False, server_default=ZERO))
    op.add_column("jobs", sa.Column("exclusive_as", sa.String(length=32), nullable=True))
    op.add_column("jobs", sa.Column("sequence", sa.Integer(), nullable=False, server_default=ZERO))
    op.add_column("jobs", sa.Column("attempts", sa.Integer(), nullable=False, server_default=ZERO))
    op.add_column("jobs", sa.Column("checkpoint", base.JsonColumn, nullable=True))
    op.add_column("jobs", sa.Column("not_before", base.UtcDateTime(timezone=True), nullable=True))
    op.create_index(
        "uq_jobs_lane_running", "jobs", ["lane"], unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING
    )


def downgrade() -> None:
    op.drop_index("uq_jobs_lane_running", "jobs")
    for name in ("not_before", "checkpoint", "attempts", "sequence", "exclusive_as", "stage_at", "stage", "lane"):
        op.drop_column("jobs", name)
    op.drop_column("catalog_state", "log_floor")
    op.drop_index("ix_pictures_blob_key", "pictures")
    op.drop_table("fetched_files")
    op.drop_table("job_rows")
    op.drop_table("catalog_changes")
