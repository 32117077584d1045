"""Whether the service can answer shoppers, and what is not as it should be though it can. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from app.catalog.live.catalog import LiveView
from app.jobs.states import JobState
from app.observability.repository import KindOfJob
from models.registry import ModelSpec

Part: TypeAlias = Literal["model", "index", "database"]
PARTS: tuple[Part, ...] = ("model", "index", "database")

Weakness: TypeAlias = Literal["index_stands_in", "index_not_newest", "index_behind", "index_damaged", "disk", "jobs"]
WEAKNESSES: tuple[Weakness, ...] = (
    "index_stands_in", "index_not_newest", "index_behind", "index_damaged", "disk", "jobs",
)  # fmt: skip

WAITED_TOO_LONG = dt.timedelta(minutes=10)
"""After so long in the queue, with none of its kind at work, nobody seems to take up jobs."""

ROOM_BYTES = 1_000_000_000
"""What the disk must have free beside room for one more index version."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of the parts at one moment.

    Attributes:
        at: when.
        faults: what is wrong with a part that is not ready, in words for the operator.
        spec, device: of the model in use.
        view: what is searched; None while there is none.
        revision: of the catalogue in the database; None while that is away.
        pointer: the version that should be live.
        damaged: versions that cannot be read, and why.
        jobs: by kind, empty while the database is away.
        disk_free, disk_bytes: of the disk that holds the data folder.
    """

    at: dt.datetime
    faults: Mapping[Part, str]
    spec: ModelSpec
    device: str
    view: LiveView | None
    revision: int | None
    pointer: str | None
    damaged: Mapping[str, str]
    jobs: Mapping[str, KindOfJob] = field(default_factory=dict)
    disk_free: int = 0
    disk_bytes: int = 0

    @property
    def ready(self) -> bool:
        return not self.faults

    @property
    def not_ready(self) -> Sequence[Part]:
        return [part for part in PARTS if part in self.faults]

    @property
    def skipped(self) -> dict[str, str]:
        """Versions that cannot be used, and why; the one that should be live among them when another stands in."""
        found = dict(self.damaged)
        if self.view is not None and self.view.pointer not in (None, self.view.version):
            found.setdefault(self.view.pointer or "", "It differs from what was written: the log has the file.")
        return found

    @property
    def lag(self) -> int:
        """Commits of the catalogue that searches do not know of yet."""
        if self.view is None or self.revision is None:
            return 0
        return max(0, self.revision - self.view.complete)


def weaknesses(look: Look) -> dict[Weakness, str]:
    """Why the service, ready or not, needs somebody's attention."""
    found: dict[Weakness, str] = {}
    if look.view is not None:
        found |= _of_index(look, look.view)
    spare = {version: fault for version, fault in look.damaged.items() if version != look.pointer}
    if spare:
        told = "; ".join(f"{version}: {fault}" for version, fault in spare.items())
        found["index_damaged"] = f"Index versions that cannot be read are passed over: {told}."
    needed = ROOM_BYTES + (sum(look.view.snapshot.base.manifest.sizes.values()) if look.view else 0)
    if look.disk_bytes and look.disk_free < needed:
        found["disk"] = (
            f"The disk of the data folder has {look.disk_free // 1_000_000:,} MB left; the next reindex needs "
            f"{needed // 1_000_000:,} MB."
        )
    waiting = [kind for kind, jobs in look.jobs.items() if _nobody_takes(jobs, look.at)]
    if waiting:
        found["jobs"] = (
            f"Jobs have waited for more than {WAITED_TOO_LONG.seconds // 60} minutes and none runs: "
            f"{', '.join(waiting)}. Start 'tryon worker', or set TRYON_JOBS__IN_PROCESS."
        )
    return found


def _of_index(look: Look, view: LiveView) -> dict[Weakness, str]:
    found: dict[Weakness, str] = {}
    if view.pointer is not None and view.pointer != view.version:
        found["index_stands_in"] = (
            f"The live index {view.pointer} is damaged; {view.version} stands in. Run 'tryon reindex --force'."
        )
    elif look.pointer is not None and look.pointer != view.pointer:
        found["index_not_newest"] = f"Index {look.pointer} is live, this process still serves {view.version}."
    if view.behind:
        found["index_behind"] = f"{look.lag} changes of the catalogue are still being read."
    return found


def _nobody_takes(jobs: KindOfJob, at: dt.datetime) -> bool:
    since = jobs.oldest_queued
    return since is not None and at - since > WAITED_TOO_LONG and not jobs.count[JobState.running]
