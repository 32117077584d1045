"""A job's server-sent events, read as they come."""

import json
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

import httpx
from httpx_sse import ServerSentEvent

from tryon_client.admin_models import Job
from tryon_client.calls import Call, path
from tryon_client.errors import TryonError

EventName: TypeAlias = Literal["stage", "progress", "error", "finished"]
SILENCE_S = 45.0
"""So long a stream may say nothing, whatever a call may take: the service does so for 15 seconds at the most."""

BARREN = 5
"""Streams in a row that may end with nothing new in them before that is an error."""


@dataclass(frozen=True, slots=True)
class JobEvent:
    """`stage` and `error` as they come, `progress`, and at the end `finished` with the whole `job`."""

    name: EventName
    data: dict[str, Any]
    job: Job | None = None


@dataclass(slots=True)
class Watch:
    """Where a reader is in a job's events: what survives a lost connection."""

    job_id: str
    last_id: str = ""
    finished: bool = False
    barren: int = 0

    @staticmethod
    def patience(timeout: httpx.Timeout) -> httpx.Timeout:
        """A client's `timeout`, for a stream."""
        read = None if timeout.read is None else max(timeout.read, SILENCE_S)
        return httpx.Timeout(connect=timeout.connect, read=read, write=timeout.write, pool=timeout.pool)

    @property
    def call(self) -> Call[None]:
        """The stream from here on."""
        seen = {"Last-Event-ID": self.last_id} if self.last_id else {}
        headers = {"Accept": "text/event-stream", **seen}
        return Call("GET", path("/v1/admin/jobs/{}/events", self.job_id), lambda _: None, headers=headers)

    def opened(self, response: httpx.Response) -> None:
        """204: everything was seen."""
        self.finished = response.status_code == httpx.codes.NO_CONTENT
        self.barren += 1
        if self.barren > BARREN:
            raise TryonError(f"The events of job {self.job_id} end again and again with nothing new.")

    def take(self, event: ServerSentEvent) -> JobEvent:
        """One event, noted: after a reconnection what has been read does not come again."""
        self.last_id, self.barren = event.id or self.last_id, 0
        self.finished = event.event == "finished"
        data = json.loads(event.data)
        job = Job.model_validate(data) if self.finished else None
        return JobEvent(cast(EventName, event.event), data, job)
