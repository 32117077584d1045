"""Long-running work, as every process sees it."""

import datetime as dt
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, JsonColumn, now


class JobRow(Base):
    """One piece of work. `done`, `total`, `rate` (a second) and `eta_s` are what it last reported.

    `exclusive` is set while a job that tolerates no second one is queued or running, and None afterwards: the unique
    constraint keeps two processes from starting the same work. `worker` names the process that runs it.
    """

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_state_created_at", "state", "created_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16), default="queued")
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    exclusive: Mapped[str | None] = mapped_column(String(32), unique=True)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    rate: Mapped[float | None]
    eta_s: Mapped[float | None]
    errors: Mapped[list[Any]] = mapped_column(JsonColumn, default=list)
    result: Mapped[dict[str, Any] | None]
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    worker: Mapped[str] = mapped_column(String(128), default="")
    created_at: Mapped[dt.datetime] = mapped_column(default=now)
    started_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    heartbeat: Mapped[dt.datetime | None]
