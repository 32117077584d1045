"""Answers as they were given."""

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, JsonColumn, now

ID = String(128)
JSON_OR_NULL = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""Nothing to say is SQL's NULL, as in rows that are older than the column, and not JSON's null."""


class RecommendationRow(Base):
    """One answered request. Neither the photo nor the words are kept, only what was understood of them.

    `shopper_id` says whose it is, where somebody was named; it is erased with them. `facets` count what the best
    candidates have; None in semantic mode and in answers older than the column.
    """

    __tablename__ = "recommendations"
    __table_args__ = (Index("ix_recommendations_shopper_id_created_at_id", "shopper_id", "created_at", "id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    created_at: Mapped[dt.datetime] = mapped_column(default=now, index=True)
    locale: Mapped[str] = mapped_column(String(8))
    mode: Mapped[str] = mapped_column(String(16))
    model_name: Mapped[str] = mapped_column(Text)
    model_revision: Mapped[str] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(64))
    index_version: Mapped[str] = mapped_column(String(64))
    shopper_id: Mapped[str | None] = mapped_column(ForeignKey("shoppers.id", ondelete="CASCADE"))
    query: Mapped[dict[str, Any]]
    note: Mapped[dict[str, Any] | None] = mapped_column(JsonColumn)
    facets: Mapped[dict[str, Any] | None] = mapped_column(JSON_OR_NULL)
    timings_ms: Mapped[dict[str, Any]]

    suggestions: Mapped[list["SuggestionRow"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="SuggestionRow.rank"
    )
    outfits: Mapped[list["OutfitRow"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="OutfitRow.rank"
    )


class SuggestionRow(Base):
    """One suggested item. `item` is what the shopper saw then: prices and stock move on, an answer does not.

    `shares` says where the score came from, `relevance` what in the photo mattered (`relevance.packed`); each is
    None where there is nothing to say, and in answers older than the columns.
    """

    __tablename__ = "suggestions"

    recommendation_id: Mapped[str] = mapped_column(
        ForeignKey("recommendations.id", ondelete="CASCADE"), primary_key=True
    )
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_id: Mapped[str] = mapped_column(ID, index=True)
    score: Mapped[float]
    parts: Mapped[dict[str, Any]]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JsonColumn)
    item: Mapped[dict[str, Any]]
    shares: Mapped[dict[str, Any] | None] = mapped_column(JSON_OR_NULL)
    relevance: Mapped[dict[str, Any] | None] = mapped_column(JSON_OR_NULL)


class OutfitRow(Base):
    """One complete look."""

    __tablename__ = "outfits"

    recommendation_id: Mapped[str] = mapped_column(
        ForeignKey("recommendations.id", ondelete="CASCADE"), primary_key=True
    )
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    score: Mapped[float]
    total_price: Mapped[dict[str, Any] | None] = mapped_column(JsonColumn)
    advice: Mapped[str] = mapped_column(Text)
    items: Mapped[list[dict[str, Any]]] = mapped_column(JsonColumn)
