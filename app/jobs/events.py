"""A job as server-sent events (WHATWG HTML, section 9.2): what happened since an event id, and the stream of it.

An event's id is the job's `sequence`, so a reader that comes back with `Last-Event-ID` gets what it has not seen and
nothing twice. Of events that came about together only the last carries the id: who lost some of them gets all again.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import structlog
from sse_starlette import ServerSentEvent

from app.db.session import Database
from app.errors import FieldError, InvalidRequest
from app.jobs.failures import transient
from app.jobs.repository import JobRepository
from app.jobs.schemas import JobOut
from app.jobs.states import JobState
from app.jobs.tables import JobRow
from app.jobs.watching import Watchers

log = structlog.get_logger(__name__)

QUICKEST_S, SLOWEST_S, SLOWER = 0.2, 2.0, 1.5
"""How often the row is looked at: quickly while it changes, then ever more slowly. Changes made in this process are
told at once."""

PROGRESS = {"state", "stage", "attempts", "done", "total", "rate", "eta_s"}


def events_since(row: JobRow, seen: int) -> list[ServerSentEvent]:
    """What a reader who knows everything up to `seen` is told: `stage`, `progress`, `error`, `finished`."""
    if row.sequence <= seen:
        return []
    found: list[tuple[str, dict[str, Any]]] = []
    job = JobOut.of(row).model_dump(mode="json")
    if row.stage and row.stage_at > seen:
        found.append(("stage", {"stage": row.stage}))
    found += [("error", error) for error in row.errors if error.get("sequence", row.sequence) > seen]
    if JobState(row.state).final:
        found.append(("finished", job))
    else:
        found.append(("progress", {name: value for name, value in job.items() if name in PROGRESS}))
    last = len(found) - 1
    return [
        ServerSentEvent(json.dumps(data), event=name, id=str(row.sequence) if n == last else None)
        for n, (name, data) in enumerate(found)
    ]


def seen_by(last_event_id: str | None, row: JobRow) -> int:
    """The sequence that a reader has seen; one that cannot be this job's has seen nothing. Raises InvalidRequest."""
    if not last_event_id:
        return 0
    if not last_event_id.isdecimal():
        reason = "must be the id of an event of this stream, a whole number"
        raise InvalidRequest(f"Last-Event-ID {reason}.", fields=[FieldError("Last-Event-ID", reason)])
    seen = int(last_event_id)
    return seen if seen <= row.sequence else 0


async def follow(database: Database, watchers: Watchers, job_id: str, seen: int) -> AsyncIterator[ServerSentEvent]:
    """Events of a job, whichever process runs it, until it has ended or is forgotten."""
    wait_s = QUICKEST_S
    with watchers.watch(job_id) as changed:
        while True:
            changed.clear()
            try:
                async with database.unit_of_work() as session:
                    row = await JobRepository(session).get(job_id)
            except Exception as error:
                if not transient(error):
                    raise
                log.warning("job_not_seen", job=job_id)  # the database is away: the reader hears when it is back
            else:
                if row is None:
                    return
                wait_s = QUICKEST_S if row.sequence > seen else min(SLOWEST_S, wait_s * SLOWER)
                for event in events_since(row, seen):
                    yield event
                seen = max(seen, row.sequence)
                if JobState(row.state).final:
                    return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await changed.wait()
