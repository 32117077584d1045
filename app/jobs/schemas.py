"""The wire: jobs."""

import datetime as dt
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.jobs.states import JobState
from app.jobs.tables import JobRow

Unsaid: Any = Field(default=None, exclude_if=lambda value: value is None)
"""A field that is only there where it says something."""


class ReindexIn(BaseModel):
    """What to rebuild. `force` builds though nothing changed; `reencode` embeds every picture and text again; `model`
    is the one to go over to, named as in TRYON_MODEL__NAME.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    model: str | None = Field(default=None, min_length=1, max_length=500)
    force: bool = False
    reencode: bool = False


class JobError(BaseModel):
    """What went wrong with the job, an item, or (`row`) a row of the feed; `sequence`: when, among the job's events."""

    reason: str
    sequence: int | None = Unsaid
    attempt: int | None = Unsaid
    item: str | None = Unsaid
    line: int | None = Unsaid
    field: str | None = Unsaid
    row: bool | None = Unsaid


class JobParams(BaseModel):
    """What was asked for: of a reindex `model`, `force` and `reencode`; the others of an import."""

    model: str | None = Unsaid
    force: bool | None = Unsaid
    reencode: bool | None = Unsaid
    feed: str | None = Unsaid
    url: str | None = Unsaid
    format: str | None = Unsaid
    mapping: dict[str, str | list[str]] | None = Unsaid
    dry_run: bool | None = Unsaid
    full: bool | None = Unsaid
    retire_up_to: float | None = Unsaid


class ImportResult(BaseModel):
    """What an import did: its rows by what became of them, warnings, and where the rows can be read."""

    dry_run: bool
    full: bool
    format: str
    rows: int
    created: int
    changed: int
    unchanged: int
    folded: int
    failed: int
    skipped: int
    retired: int
    warned: int
    rows_url: str


class ReindexResult(BaseModel):
    """What a reindex did: the version live afterwards (the one before, where it was `unchanged`), items in it, items
    embedded and looked at now, versions deleted.
    """

    version: str
    unchanged: bool
    items: int
    encoded_images: int
    encoded_texts: int
    encoded_tokens: int = 0
    inferred: int = 0
    pruned: list[str] = []


class JobOut(BaseModel):
    """A job; `rate` in units a second, `eta_s` in seconds. `done` and `total` are of the present `stage`.

    `params` is what was asked for; of an import that was sent as a file, `feed` is that file's name.
    Each of `errors` has a `reason` and the `sequence` at which it came; `attempts` counts how often the job was begun.
    """

    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: str
    params: JobParams
    state: JobState
    stage: str
    attempts: int
    sequence: int
    done: int
    total: int | None
    rate: float | None
    eta_s: float | None
    errors: list[JobError]
    result: ImportResult | ReindexResult | None
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None

    @classmethod
    def of(cls, row: JobRow) -> "JobOut":
        return cls.model_validate(row)
