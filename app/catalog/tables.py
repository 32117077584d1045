"""Items, their variants and pictures, their stored embeddings, and the catalogue's revision."""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, now

ID_CHARS = 128
ID = String(ID_CHARS)


class ItemRow(Base):
    """One colourway of a product, under the feed's own id. Empty strings mean that the feed did not say."""

    __tablename__ = "items"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    title: Mapped[str] = mapped_column(Text, default="")
    title_zh: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[str] = mapped_column(Text, default="")
    brand: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[str] = mapped_column(String(64), default="", index=True)
    slot: Mapped[str] = mapped_column(String(32), default="none", index=True)
    colour: Mapped[str] = mapped_column(String(64), default="")
    gender: Mapped[str] = mapped_column(String(16), default="")
    age_group: Mapped[str] = mapped_column(String(16), default="")
    season: Mapped[str] = mapped_column(String(16), default="")
    usage: Mapped[str] = mapped_column(String(32), default="")
    pattern: Mapped[str] = mapped_column(String(32), default="")
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    currency: Mapped[str] = mapped_column(String(3), default="")
    price: Mapped[Decimal | None]
    sale_price: Mapped[Decimal | None]
    rating: Mapped[float | None]
    link: Mapped[str] = mapped_column(Text, default="")
    group_id: Mapped[str] = mapped_column(ID, default="")
    content_hash: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(default=now, onupdate=now)

    variants: Mapped[list["VariantRow"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="VariantRow.position"
    )
    pictures: Mapped[list["PictureRow"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="PictureRow.position"
    )
    inferred: Mapped[list["InferredRow"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="InferredRow.name"
    )


class VariantRow(Base):
    """One size of an item. `stock` None: the shop does not count it, so it is taken as available."""

    __tablename__ = "variants"

    item_id: Mapped[str] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), primary_key=True)
    size: Mapped[str] = mapped_column(String(64), primary_key=True)
    position: Mapped[int] = mapped_column(default=0)
    stock: Mapped[int | None]


class PictureRow(Base):
    """One picture of an item, kept in the blob store under `blob_key`.

    `sha256` is of the file as it came; JPEG, PNG and WebP are stored unchanged.
    """

    __tablename__ = "pictures"

    item_id: Mapped[str] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    blob_key: Mapped[str] = mapped_column(String(200), index=True)
    sha256: Mapped[str] = mapped_column(String(64))
    width: Mapped[int]
    height: Mapped[int]


class EmbeddingRow(Base):
    """A stored vector, so that a reindex encodes only what is new or changed.

    `source_hash` is of what was embedded (pictures or words); `vector` is float16 little-endian, shape (dims,).
    """

    __tablename__ = "embeddings"

    item_id: Mapped[str] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), primary_key=True)
    signal: Mapped[str] = mapped_column(String(8), primary_key=True)
    model_revision: Mapped[str] = mapped_column(String(64), primary_key=True)
    preprocess_version: Mapped[str] = mapped_column(String(64), primary_key=True)
    source_hash: Mapped[str] = mapped_column(String(64))
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class InferenceRow(Base):
    """That an item was looked at for what its feed left out; `stamp` is of all that the outcome depended on."""

    __tablename__ = "inferences"

    item_id: Mapped[str] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), primary_key=True)
    stamp: Mapped[str] = mapped_column(String(64))


class InferredRow(Base):
    """One attribute that the feed left out, told from title or picture. Never the shop's word: a feed's value wins.

    `source` is `title` or `picture`; `confidence` its probability, 0 to 1; `used` says whether that is enough for
    filters and ranking.
    """

    __tablename__ = "inferred_attributes"
    __table_args__ = (Index("ix_inferred_attributes_name_value", "name", "value"),)

    item_id: Mapped[str] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    value: Mapped[str] = mapped_column(String(64))
    confidence: Mapped[float]
    source: Mapped[str] = mapped_column(String(8))
    used: Mapped[bool]


class ItemAttributeRow(Base):
    """One value of one of the shop's own attributes, as filters compare it (`attributes.attribute_records`).

    `label` is how the shop writes it.
    """

    __tablename__ = "item_attributes"
    __table_args__ = (Index("ix_item_attributes_name_value", "name", "value"),)

    item_id: Mapped[str] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(128), primary_key=True)
    label: Mapped[str] = mapped_column(String(128))


class ItemWordsRow(Base):
    """An item's tokens for full text search (`words.item_words`). Triggers keep SQLite's FTS5 table in step with it;
    PostgreSQL has a GIN index over it. Migration 0005 makes both.
    """

    __tablename__ = "item_words"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), unique=True)
    brand: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    codes: Mapped[str] = mapped_column(Text)
    details: Mapped[str] = mapped_column(Text)


class CatalogStateRow(Base):
    """One row whose `revision` grows with every committed change, so that every process sees it cheaply.

    `log_floor`: changes up to this revision are no longer in the log.
    """

    __tablename__ = "catalog_state"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    revision: Mapped[int] = mapped_column(default=0)
    log_floor: Mapped[int] = mapped_column(default=0)


class ChangeRow(Base):
    """The change log: which items were written or removed by the commit that brought the catalogue to `revision`.

    The state row is locked from its bump to its commit, so revisions become visible in order and none is skipped.
    What an item is now is read from its own row; where there is none, it was removed.
    """

    __tablename__ = "catalog_changes"

    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_id: Mapped[str] = mapped_column(ID, primary_key=True)
