"""Long-running work, as every process sees it."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, JsonColumn, now

RUNNING = text("state = 'running'")


class JobRow(Base):
    """One piece of work. `done`, `total`, `rate` (a second) and `eta_s` are what it last reported.

    `exclusive` is set while a job that tolerates no second one is queued or running, and None afterwards: the unique
    constraint keeps two processes from starting the same work; `exclusive_as` remembers it for a retry. Of the jobs in
    one `lane` at most one runs at a time, the others wait in the queue. `worker` names the process that runs it,
    `attempts` counts how often one began: both together are a claim, and only its holder writes.

    `sequence` grows with every write but a mere heartbeat, so that whoever watches sees what is new; `stage_at` is
    what it was when the stage began, and each of `errors` carries its own. `checkpoint` is what a handler wrote down to
    go on from after its process died; nobody claims a job before `not_before`.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_state_created_at", "state", "created_at"),
        Index("uq_jobs_lane_running", "lane", unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16), default="queued")
    params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    exclusive: Mapped[str | None] = mapped_column(String(32), unique=True)
    lane: Mapped[str | None] = mapped_column(String(32))
    exclusive_as: Mapped[str | None] = mapped_column(String(32))
    stage: Mapped[str] = mapped_column(String(32), default="")
    stage_at: Mapped[int] = mapped_column(default=0)
    sequence: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    checkpoint: Mapped[dict[str, Any] | None]
    not_before: Mapped[dt.datetime | None]
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


class JobOutcomeRow(Base):
    """What became of one row of a feed: `created`, `changed`, `unchanged`, `folded`, `failed`, …

    `line` is the feed's own (from 1); `issues` are `{"field", "reason", "level": "error" | "warning"}`.
    """

    __tablename__ = "job_rows"
    __table_args__ = (Index("ix_job_rows_job_id_outcome_position", "job_id", "outcome", "position"),)

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    line: Mapped[int]
    item_id: Mapped[str] = mapped_column(String(128), default="")
    outcome: Mapped[str] = mapped_column(String(16))
    issues: Mapped[list[Any]] = mapped_column(JsonColumn, default=list)
