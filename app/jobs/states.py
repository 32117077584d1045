"""The states of a job, how fast it goes, and who runs it: pure."""

import datetime as dt
import os
import socket
import uuid
from dataclasses import dataclass
from enum import StrEnum

STALE_AFTER = dt.timedelta(seconds=60)
"""A running job whose heart has not beaten for this long lost its process."""

SURELY_STALE_AFTER = dt.timedelta(minutes=10)


class JobState(StrEnum):
    queued = "queued"
    running = "running"
    succeeded = "succeeded"
    failed = "failed"
    cancelled = "cancelled"

    @property
    def final(self) -> bool:
        return self not in (JobState.queued, JobState.running)


@dataclass(frozen=True, slots=True)
class Worker:
    """One process that runs jobs, told apart from an earlier one with the same process number."""

    host: str
    pid: int
    token: str

    @classmethod
    def this(cls) -> "Worker":
        return cls(socket.gethostname()[:64], os.getpid(), uuid.uuid4().hex[:8])

    @classmethod
    def parse(cls, text: str) -> "Worker | None":
        host, _, rest = text.partition("/")
        pid, _, token = rest.partition("/")
        return cls(host, int(pid), token) if pid.isdigit() else None

    def __str__(self) -> str:
        return f"{self.host}/{self.pid}/{self.token}"


def orphaned(worker: str, heartbeat: dt.datetime | None, me: Worker, moment: dt.datetime) -> bool:
    """Whether nobody runs a job any more, asked by an idle worker.

    At once when it was this very worker (it failed to write the end down) or a process of this machine that is gone,
    after a while when it was another machine's. A process of this machine that lives but is silent for very long is
    another one by now: process numbers come round again, after a restart of the machine soon.
    """
    silent = None if heartbeat is None else moment - heartbeat
    owner = Worker.parse(worker)
    if owner is not None and owner.host == me.host:
        gone = owner.pid == me.pid or not _alive(owner.pid)
        return gone or silent is None or silent > SURELY_STALE_AFTER
    return silent is None or silent > STALE_AFTER


def pace(done: int, total: int | None, elapsed_s: float) -> tuple[float | None, float | None]:
    """(units a second, seconds left), each None while it cannot be told."""
    if done <= 0 or elapsed_s <= 0:
        return None, None
    rate = done / elapsed_s
    return rate, None if total is None else max(0.0, (total - done) / rate)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
