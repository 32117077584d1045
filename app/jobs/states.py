"""The states of a job, how fast it goes, and who runs it: pure but for asking the system about processes."""

import datetime as dt
import os
import socket
import uuid
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import psutil

CLOCK_STEP_S = 1.5
"""A process's start is told from the time of boot, which moves by a tick when the clock is set."""

LONGEST_PAUSE_S = 60.0


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
    """One runner of jobs.

    Attributes:
        host: its name, for people.
        machine: what process numbers are counted in (`machine_id`).
        pid, started: its process; a later one with the same number began at another time (seconds since 1970).
        token: tells apart runners of one process.
    """

    host: str
    machine: str
    pid: int
    started: float
    token: str

    @classmethod
    def this(cls) -> "Worker":
        me = psutil.Process()
        return cls(socket.gethostname()[:48], machine_id(), me.pid, round(me.create_time(), 2), uuid.uuid4().hex[:8])

    @classmethod
    def parse(cls, text: str) -> "Worker | None":
        try:
            host, machine, pid, started, token = text.split("/")
            return cls(host, machine, int(pid), float(started), token)
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.host}/{self.machine}/{self.pid}/{self.started:.2f}/{self.token}"


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt at one job. Whoever wants to write to the job must still hold it."""

    job_id: str
    worker: str
    attempt: int


@cache
def machine_id() -> str:
    """What process numbers are counted in: a boot of a machine, and on Linux the container's own numbering.

    Names of hosts do not tell: containers may share one, and each has a process 1.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()[:8]
        return f"{boot}-{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return f"{socket.gethostname()[:24]}-{int(psutil.boot_time())}"


def orphaned(worker: str, heartbeat: dt.datetime | None, me: Worker, moment: dt.datetime, lease: dt.timedelta) -> bool:
    """Whether nobody runs a job any more, asked by a worker that does not run it.

    At once when it was this very worker (it could not write the end down) or a process of this machine that is gone;
    else when it was silent for longer than `lease`.
    """
    owner = Worker.parse(worker)
    if owner is not None and owner.machine == me.machine and (owner.token == me.token or not _alive(owner)):
        return True
    return heartbeat is None or moment - heartbeat > lease


def pause(attempt: int, base_s: float) -> dt.timedelta:
    """How long to wait after the `attempt`-th failure (from 1): doubling from `base_s`, a minute at most."""
    return dt.timedelta(seconds=min(LONGEST_PAUSE_S, base_s * 2.0 ** min(attempt - 1, 30)))


def pace(done: int, total: int | None, elapsed_s: float) -> tuple[float | None, float | None]:
    """(units a second, seconds left), each None while it cannot be told."""
    if done <= 0 or elapsed_s <= 0:
        return None, None
    rate = done / elapsed_s
    return rate, None if total is None else max(0.0, (total - done) / rate)


def _alive(worker: Worker) -> bool:
    if worker.pid == os.getpid():
        return abs(psutil.Process().create_time() - worker.started) < CLOCK_STEP_S
    try:
        process = psutil.Process(worker.pid)
        return process.status() != psutil.STATUS_ZOMBIE and abs(process.create_time() - worker.started) < CLOCK_STEP_S
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True
