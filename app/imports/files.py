"""Where uploads lie until their import has ended: `imports/<job id>/` in the data folder."""

import asyncio
import datetime as dt
import re
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.db.base import now
from app.db.session import Database
from app.jobs.repository import JobRepository
from app.jobs.states import JobState
from models.durable import PART

FEED, PICTURES = "feed", "pictures"
UNSAFE = re.compile(r"[^\w.-]+", re.ASCII)
NAME_CHARS = 100
UPLOADING = dt.timedelta(hours=6)
"""A folder without a job is an upload under way, or one whose process died: older than this it is the latter."""


@dataclass(frozen=True, slots=True)
class ImportFiles:
    """The files of imports."""

    root: Path

    def folder(self, job_id: str) -> Path:
        return self.root / job_id

    def feed(self, job_id: str) -> Path | None:
        """The feed that was uploaded or downloaded for a job."""
        return _only_file(self.folder(job_id) / FEED)

    def pictures(self, job_id: str) -> Path | None:
        """The archive of pictures that came with it."""
        return _only_file(self.folder(job_id) / PICTURES)

    async def remove(self, job_id: str) -> None:
        """Everything of a job; nothing there is fine."""
        await asyncio.to_thread(shutil.rmtree, self.folder(job_id), ignore_errors=True)


def safe_name(name: str, default: str) -> str:
    """A file's own name as one that is safe on every disk."""
    plain = UNSAFE.sub("_", name.replace("\\", "/").rpartition("/")[2]).strip("._")
    return plain[-NAME_CHARS:].strip("._") or default


async def remove_ended(database: Database, files: ImportFiles, keep_failed_h: float) -> None:
    """Remove what belongs to imports that ended for good, or that never began. May be run by many at once."""
    for folder in await asyncio.to_thread(_folders, files.root):
        async with database.unit_of_work() as session:
            job = await JobRepository(session).get(folder.name)
        if job is None:
            ended = now() - await asyncio.to_thread(_touched, folder) > UPLOADING
        else:
            kept = dt.timedelta(hours=0 if job.state == JobState.succeeded else keep_failed_h)
            ended = job.finished_at is not None and JobState(job.state).final and now() - job.finished_at >= kept
        if ended:
            await files.remove(folder.name)


def _folders(root: Path) -> list[Path]:
    return [path for path in root.iterdir() if path.is_dir()] if root.is_dir() else []


def _touched(folder: Path) -> dt.datetime:
    """When anything in a folder was last written; long ago for one that has just gone."""
    last = 0.0
    for path in (folder, *folder.rglob("*")):
        with suppress(FileNotFoundError):  # whoever else clears up was here first
            last = max(last, path.stat().st_mtime)
    return dt.datetime.fromtimestamp(last, dt.UTC)


def _only_file(folder: Path) -> Path | None:
    """The whole file in a folder; what a killed download left of one is none."""
    if not folder.is_dir():
        return None
    return next((path for path in folder.iterdir() if path.is_file() and not path.name.startswith(PART)), None)
