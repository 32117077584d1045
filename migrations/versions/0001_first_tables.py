"""The first tables: keys, catalogue, jobs, answers.

Revision ID: 0001
Revises:
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from app.db import base

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=16), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_keys_digest")),
    )
    op.create_table(
        "catalog_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalog_state")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("route", sa.String(length=128), nullable=False),
        sa.Column("principal", sa.String(length=64), nullable=False),
        sa.Column("body_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("response", base.JsonColumn, nullable=True),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", "route", "principal", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "items",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("brand", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("slot", sa.String(length=32), nullable=False),
        sa.Column("colour", sa.String(length=64), nullable=False),
        sa.Column("gender", sa.String(length=16), nullable=False),
        sa.Column("age_group", sa.String(length=16), nullable=False),
        sa.Column("season", sa.String(length=16), nullable=False),
        sa.Column("usage", sa.String(length=32), nullable=False),
        sa.Column("pattern", sa.String(length=32), nullable=False),
        sa.Column("attributes", base.JsonColumn, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("price", base.Amount(), nullable=True),
        sa.Column("sale_price", base.Amount(), nullable=True),
        sa.Column("rating", sa.Double(), nullable=True),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("group_id", sa.String(length=128), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
    )
    op.create_index(op.f("ix_items_kind"), "items", ["kind"], unique=False)
    op.create_index(op.f("ix_items_slot"), "items", ["slot"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("params", base.JsonColumn, nullable=False),
        sa.Column("exclusive", sa.String(length=32), nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("rate", sa.Double(), nullable=True),
        sa.Column("eta_s", sa.Double(), nullable=True),
        sa.Column("errors", base.JsonColumn, nullable=False),
        sa.Column("result", base.JsonColumn, nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("worker", sa.String(length=128), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("started_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("finished_at", base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("heartbeat", base.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("exclusive", name=op.f("uq_jobs_exclusive")),
    )
    op.create_index("ix_jobs_state_created_at", "jobs", ["state", "created_at"], unique=False)
    op.create_table(
        "recommendations",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("created_at", base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("mode", sa.String(length=16), nullable=False),
        sa.Column("model_name", sa.Text(), nullable=False),
        sa.Column("model_revision", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("index_version", sa.String(length=64), nullable=False),
        sa.Column("query", base.JsonColumn, nullable=False),
        sa.Column("note", base.JsonColumn, nullable=True),
        sa.Column("timings_ms", base.JsonColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendations")),
    )
    op.create_index(op.f("ix_recommendations_created_at"), "recommendations", ["created_at"], unique=False)
    op.create_table(
        "embeddings",
        sa.Column("item_id", sa.String(length=128), nullable=False),
        sa.Column("signal", sa.String(length=8), nullable=False),
        sa.Column("model_revision", sa.String(length=64), nullable=False),
        sa.Column("preprocess_version", sa.String(length=64), nullable=False),
        sa.Column("source_hash", sa.String(length=64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f("fk_embeddings_item_id_items"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "item_id", "signal", "model_revision", "preprocess_version", name=op.f("pk_embeddings")
        ),
    )
    op.create_table(
        "outfits",
        sa.Column("recommendation_id", sa.String(length=128), nullable=False),
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("total_price", base.JsonColumn, nullable=True),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("items", base.JsonColumn, nullable=False),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["recommendations.id"],
            name=op.f("fk_outfits_recommendation_id_recommendations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recommendation_id", "rank", name=op.f("pk_outfits")),
    )
    op.create_table(
        "pictures",
        sa.Column("item_id", sa.String(length=128), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("blob_key", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_pictures_item_id_items"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", "position", name=op.f("pk_pictures")),
    )
    op.create_table(
        "suggestions",
        sa.Column("recommendation_id", sa.String(length=128), nullable=False),
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.String(length=128), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("parts", base.JsonColumn, nullable=False),
        sa.Column("reasons", base.JsonColumn, nullable=False),
        sa.Column("item", base.JsonColumn, nullable=False),
        sa.ForeignKeyConstraint(
            ["recommendation_id"],
            ["recommendations.id"],
            name=op.f("fk_suggestions_recommendation_id_recommendations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recommendation_id", "rank", name=op.f("pk_suggestions")),
    )
    op.create_index(op.f("ix_suggestions_item_id"), "suggestions", ["item_id"], unique=False)
    op.create_table(
        "variants",
        sa.Column("item_id", sa.String(length=128), nullable=False),
        sa.Column("size", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_variants_item_id_items"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("item_id", "size", name=op.f("pk_variants")),
    )


def downgrade() -> None:
    op.drop_table("variants")
    op.drop_index(op.f("ix_suggestions_item_id"), table_name="suggestions")
    op.drop_table("suggestions")
    op.drop_table("pictures")
    op.drop_table("outfits")
    op.drop_table("embeddings")
    op.drop_index(op.f("ix_recommendations_created_at"), table_name="recommendations")
    op.drop_table("recommendations")
    op.drop_index("ix_jobs_state_created_at", table_name="jobs")
    op.drop_table("jobs")
    op.drop_index(op.f("ix_items_slot"), table_name="items")
    op.drop_index(op.f("ix_items_kind"), table_name="items")
    op.drop_table("items")
    op.drop_index(op.f("ix_idempotency_keys_created_at"), table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_table("catalog_state")
    op.drop_table("api_keys")
