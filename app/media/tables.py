"""What web addresses gave when they were last asked."""

import datetime as dt

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, now


class FetchedFileRow(Base):
    """What a web address gave when last asked: its validators (RFC 9110, section 8.8) and where the file lies.

    `answered_url` is where its redirects ended: the validators are that address's own.
    """

    __tablename__ = "fetched_files"

    url_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    answered_url: Mapped[str] = mapped_column(Text)
    etag: Mapped[str] = mapped_column(Text, default="")
    last_modified: Mapped[str] = mapped_column(Text, default="")
    sha256: Mapped[str] = mapped_column(String(64))
    blob_key: Mapped[str] = mapped_column(String(200))
    checked_at: Mapped[dt.datetime] = mapped_column(default=now, index=True)
