"""Shoppers by pseudonym, and what each of them did."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, now

ID = String(128)


class ShopperRow(Base):
    """Somebody, known by an id alone. Everything that is theirs goes with this row; the database cascades.

    `token_digest` is the SHA-256 of the token that names them from a browser (it is random, 256 bits, so a slow hash
    would add nothing); None for one whom the shop's own server named by an id of the shop's. `sizes` are those the
    shopper said they wear, by slot.
    """

    __tablename__ = "shoppers"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    token_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    sizes: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'"))
    created_at: Mapped[dt.datetime] = mapped_column(default=now)


class EventRow(Base):
    """One thing a shopper did with an item. `event_id` is the client's own: what makes a retry harmless.

    `digest` is of the event as it was sent, so that another one under the same id is told apart from a repeated one.
    An item may leave the catalogue and come back: its events stay. An answer that is erased is no longer named.
    `size` is the one that was carted, bought or sent back, as far as the shop says it.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_shopper_id_at", "shopper_id", "at"),
        Index("ix_events_item_id_event", "item_id", "event"),
    )

    shopper_id: Mapped[str] = mapped_column(ForeignKey("shoppers.id", ondelete="CASCADE"), primary_key=True)
    event_id: Mapped[str] = mapped_column(ID, primary_key=True)
    event: Mapped[str] = mapped_column(String(16))
    item_id: Mapped[str] = mapped_column(ID)
    recommendation_id: Mapped[str | None] = mapped_column(
        ForeignKey("recommendations.id", ondelete="SET NULL"), index=True
    )
    outfit_rank: Mapped[int | None]
    size: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[dt.datetime] = mapped_column(index=True)
    received_at: Mapped[dt.datetime] = mapped_column(default=now)
    digest: Mapped[str] = mapped_column(String(64))
