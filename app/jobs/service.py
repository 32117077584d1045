"""Use cases over jobs and index versions."""

import asyncio
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from app.catalog.live import LiveCatalog, same_space
from app.errors import IndexVersionNotFound, JobNotFound, ModelMismatch
from app.jobs.repository import JobQuery, JobRepository
from app.jobs.schemas import IndexOut
from app.jobs.tables import JobRow
from app.paging import bad_cursor, decode_cursor, encode_cursor
from models.index import SnapshotStore
from models.registry import ModelSpec


@dataclass(frozen=True, slots=True)
class JobService:
    """Reading and cancelling jobs."""

    jobs: JobRepository

    async def page(
        self,
        cursor: str | None,
        limit: int,
        query: JobQuery = JobQuery(),  # noqa: B008 - frozen and empty
    ) -> tuple[list[JobRow], str | None]:
        """Jobs, newest first, and the cursor of the next page. Raises InvalidRequest for a foreign cursor."""
        rows = await self.jobs.page(_position(cursor) if cursor else None, limit + 1, query)
        shown = rows[:limit]
        following = encode_cursor(shown[-1].created_at.isoformat(), shown[-1].id) if len(rows) > limit else None
        return shown, following

    async def get(self, job_id: str) -> JobRow:
        """Raises JobNotFound."""
        row = await self.jobs.get(job_id)
        if row is None:
            raise JobNotFound(f"There is no job '{job_id[:64]}'. GET /v1/admin/jobs lists them.")
        return row

    async def cancel(self, job_id: str) -> JobRow:
        """The job, cancelled or asked to stop; a finished one as it is. Raises JobNotFound."""
        await self.get(job_id)
        await self.jobs.cancel(job_id)
        return await self.get(job_id)


@dataclass(frozen=True, slots=True)
class IndexService:
    """Listing index versions and switching between them."""

    snapshots: SnapshotStore
    live: LiveCatalog
    spec: ModelSpec
    root: Path

    async def versions(self) -> list[IndexOut]:
        """Every version on disk, newest first."""
        return await asyncio.to_thread(self._versions)

    async def activate(self, version: str) -> IndexOut:
        """Make `version` the live one.

        Raises:
            IndexVersionNotFound, ModelMismatch: nothing is switched.
        """
        found = next((index for index in await self.versions() if index.version == version), None)
        if found is None:
            raise IndexVersionNotFound(f"There is no index version '{version[:64]}'. GET /v1/admin/indexes lists them.")
        if not found.usable:
            raise ModelMismatch(
                f"Index {version} was built by model '{found.model.name}' ({found.model.revision}), but "
                f"'{self.spec.name}' ({self.spec.revision}) is loaded. Reindex, or start with that model."
            )
        await asyncio.to_thread(self.snapshots.activate, version)
        await self.live.refresh()
        return found.model_copy(update={"live": True})

    def _versions(self) -> list[IndexOut]:
        current = self.snapshots.current_version()
        return [
            IndexOut.of(
                manifest,
                live=manifest.version == current,
                usable=same_space(manifest, self.spec),
                size_bytes=_size(self.root / manifest.version),
            )
            for manifest in reversed(self.snapshots.manifests())
        ]


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def _position(cursor: str) -> tuple[dt.datetime, str]:
    moment, job_id = decode_cursor(cursor, parts=2)
    try:
        at = dt.datetime.fromisoformat(moment)
    except ValueError:
        raise bad_cursor() from None
    if at.tzinfo is None:
        raise bad_cursor()
    return at, job_id
