"""The import as a job: its handler, and its journal in the job table."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.feeds.mapping import ColumnMapping
from app.catalog.importing.importer import ImportRequest, run_import
from app.catalog.importing.outcomes import RowReport
from app.catalog.importing.report import ImportReport
from app.db.session import Database
from app.errors import ImportFailed
from app.imports.files import FEED, ImportFiles, safe_name
from app.imports.repository import OutcomeRepository
from app.jobs.context import Handler, JobContext
from app.media.fetching.fetcher import PictureFetcher
from app.media.storage import BlobStore
from app.settings import Settings

IMPORT = "import"
"""The job's kind, and the lane in which one waits for the other."""

ERRORS_TOLD = 20
BREATH_S = 0.001


@dataclass(frozen=True, slots=True)
class JobJournal:
    """What became of rows stands in the job table, committed with the rows themselves."""

    context: JobContext

    @property
    def restored(self) -> Mapping[str, Any]:
        return self.context.restored

    async def stage(self, name: str) -> None:
        await self.context.stage(name)

    async def progress(self, done: int, total: int) -> None:
        await self.context.progress(done, total)

    async def write(self, session: AsyncSession, rows: Sequence[RowReport], checkpoint: Mapping[str, Any]) -> None:
        await OutcomeRepository(session).add(self.context.job_id, rows)
        await self.context.checkpoint_in(session, checkpoint)


def import_handler(database: Database, blobs: BlobStore, settings: Settings) -> Handler:
    """Runs imports that were asked for over HTTP."""
    files = ImportFiles(settings.imports_dir)

    async def run(context: JobContext, params: Mapping[str, Any]) -> dict[str, Any]:
        try:
            if params.get("url"):
                await _download(database, blobs, settings, context, str(params["url"]), files)
            report = await run_import(
                database,
                blobs,
                settings,
                _request(context.job_id, params, files),
                journal=JobJournal(context),
                folder=files.folder(context.job_id),
                breath_s=BREATH_S,
            )
        except ImportFailed:
            await files.remove(context.job_id)  # the same file fails again
            raise
        _tell(context, report)
        await files.remove(context.job_id)
        return {**report.counts(), "rows_url": f"/v1/admin/jobs/{context.job_id}/rows"}

    return run


def _request(job_id: str, params: Mapping[str, Any], files: ImportFiles) -> ImportRequest:
    feed, pictures = files.feed(job_id), files.pictures(job_id)
    if feed is None:
        raise ImportFailed("The feed is no longer here. Send it again.")
    share = params.get("retire_up_to")
    return ImportRequest(
        feed=feed,
        format=str(params.get("format", "auto")),
        pictures=(pictures,) if pictures is not None else (),
        mapping=ColumnMapping.of(params.get("mapping") or {}),
        dry_run=bool(params.get("dry_run")),
        full=bool(params.get("full")),
        retire_up_to=None if share is None else float(share),
    )


async def _download(
    database: Database, blobs: BlobStore, settings: Settings, context: JobContext, url: str, files: ImportFiles
) -> None:
    """The feed at `url`, unless an attempt before got it. Raises ImportFailed."""
    if files.feed(context.job_id) is not None:
        return
    await context.stage("downloading")
    to: Path = files.folder(context.job_id) / FEED / safe_name(url.partition("?")[0], FEED)
    await asyncio.to_thread(to.parent.mkdir, parents=True, exist_ok=True)
    async with PictureFetcher(settings, database, blobs) as fetcher:
        await fetcher.download(url, to, settings.imports.feed_bytes)


def _tell(context: JobContext, report: ImportReport) -> None:
    """The first failures for who looks at the job; all of them stand in its rows."""
    for issue in report.errors[:ERRORS_TOLD]:
        context.errors.append(
            {"reason": issue.reason, "field": issue.field, "line": issue.line, "item": issue.id, "row": True}
        )
    if report.failed > ERRORS_TOLD:
        context.errors.append({"reason": f"{report.failed:,} rows failed in all; see the job's rows"})
