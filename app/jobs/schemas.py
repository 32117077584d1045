"""The wire: jobs."""

import datetime as dt
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.jobs.states import JobState
from app.jobs.tables import JobRow


class ReindexIn(BaseModel):
    """What to rebuild. `force` builds though nothing changed; `reencode` embeds every picture and text again; `model`
    is the one to go over to, named as in TRYON_MODEL__NAME.
    """

    model_config = ConfigDict(extra="forbid")

    model: str | None = Field(default=None, min_length=1, max_length=500)
    force: bool = False
    reencode: bool = False


class JobOut(BaseModel):
    """A job; `rate` in units a second, `eta_s` in seconds. `done` and `total` are of the present `stage`.

    `params` is what was asked for; of an import that was sent as a file, `feed` is that file's name.
    Each of `errors` has a `reason` and the `sequence` at which it came; `attempts` counts how often the job was begun.
    """

    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: str
    params: dict[str, Any]
    state: JobState
    stage: str
    attempts: int
    sequence: int
    done: int
    total: int | None
    rate: float | None
    eta_s: float | None
    errors: list[Any]
    result: dict[str, Any] | None
    created_at: dt.datetime
    started_at: dt.datetime | None
    finished_at: dt.datetime | None

    @classmethod
    def of(cls, row: JobRow) -> "JobOut":
        return cls.model_validate(row)
