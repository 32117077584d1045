"""The wire: jobs and index versions."""

import datetime as dt
from typing import Any

from pydantic import BaseModel, ConfigDict

from app.jobs.states import JobState
from app.jobs.tables import JobRow
from models.index import Manifest


class ReindexIn(BaseModel):
    """What to rebuild. `force` builds though nothing changed; `reencode` embeds every picture and text again."""

    model_config = ConfigDict(extra="forbid")

    model: str | None = None
    force: bool = False
    reencode: bool = False


class JobOut(BaseModel):
    """A job; `rate` in units a second, `eta_s` in seconds. `done` and `total` are of the present `stage`.

    Each of `errors` has a `reason` and the `sequence` at which it came; `attempts` counts how often the job was begun.
    """

    id: str
    kind: str
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
        return cls.model_validate({name: getattr(row, name) for name in cls.model_fields})


class IndexModelOut(BaseModel):
    name: str
    revision: str
    preprocess_version: str


class IndexOut(BaseModel):
    """One built version. `usable`: the loaded model can search it."""

    version: str
    live: bool
    usable: bool
    created_at: str
    model: IndexModelOut
    dims: int
    count: int
    kind: str
    size_bytes: int
    checks: dict[str, float]

    @classmethod
    def of(cls, manifest: Manifest, *, live: bool, usable: bool, size_bytes: int) -> "IndexOut":
        return cls(
            version=manifest.version,
            live=live,
            usable=usable,
            created_at=manifest.created_at,
            model=IndexModelOut(
                name=manifest.model, revision=manifest.revision, preprocess_version=manifest.preprocess_version
            ),
            dims=manifest.dims,
            count=manifest.count,
            kind=manifest.kind,
            size_bytes=size_bytes,
            checks=dict(manifest.checks),
        )
