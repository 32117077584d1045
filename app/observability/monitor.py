"""Looks at the parts of a running service: model, index, database, jobs, disk."""

import asyncio
import datetime as dt
import math
import shutil
import time
from collections.abc import Mapping

import structlog
from prometheus_client import generate_latest
from sqlalchemy.exc import SQLAlchemyError

from app.catalog.changelog import ChangeLog
from app.catalog.live.catalog import LiveCatalog, LiveView
from app.container import Container
from app.db.base import now
from app.errors import AppError, NotReady
from app.observability.readiness import Look, Part
from app.observability.repository import KindOfJob, MonitoringRepository
from models.engine import Engine, EngineClosed, EngineOverloaded

log = structlog.get_logger(__name__)

FRESH_S = 15.0
"""A model that computed something so lately works."""

PATIENCE_S = 5.0
"""How long one part may take to answer."""

KEEP_S = 3.0
"""For so long a look is good enough for metrics, so that scraping costs the database next to nothing."""

REUSE_S = 1.0
"""For so long a scrape is handed out again: whoever asks for it without pause costs no more than that."""

AWAY = "The database cannot be reached."


class Monitor:
    """Asks every part, each once however many want to know at a time."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._looking: asyncio.Task[Look] | None = None
        self.last: Look | None = None
        self._scraping = asyncio.Lock()
        self._scraped: tuple[float, bytes] = (-math.inf, b"")

    async def look(self, *, within_s: float = 0.0) -> Look:
        """What the parts say now, or said at most `within_s` seconds ago. Raises nothing that a part may raise."""
        if self.last is not None and now() - self.last.at < dt.timedelta(seconds=within_s):
            return self.last
        if self._looking is None:
            self._looking = asyncio.create_task(self._look(), name="monitor")
            self._looking.add_done_callback(self._looked)
        return await asyncio.shield(self._looking)

    async def scrape(self) -> bytes:
        """All metrics in Prometheus' text format (0.0.4), at most `REUSE_S` old, over a look at most `KEEP_S` old."""
        async with self._scraping:
            if time.monotonic() - self._scraped[0] >= REUSE_S:
                await self.look(within_s=KEEP_S)
                text = await asyncio.to_thread(generate_latest, self._container.instruments.registry)
                self._scraped = (time.monotonic(), text)
            return self._scraped[1]

    def _looked(self, task: asyncio.Task[Look]) -> None:
        self._looking = None
        if not task.cancelled() and task.exception() is None:
            self.last = task.result()

    async def close(self) -> None:
        """Stop what is under way."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])

    async def _look(self) -> Look:
        faults: dict[Part, str] = {}
        serving = self._container.models.now  # a model and its index belong together
        fault, stored = await asyncio.gather(self._model_fault(serving.engine), self._stored())
        if fault:
            faults["model"] = fault
        view = serving.live.current
        revision: int | None = None
        jobs: Mapping[str, KindOfJob] = {}
        if isinstance(stored, str):
            faults["database"] = stored
        else:
            revision, jobs = stored
        try:
            # Without a database the index is as good as ever, but nobody can be answered.
            view = view if revision is None else await _view(serving.live)
        except AppError as error:
            faults["index"] = error.detail
        if view is None and "index" not in faults:
            faults["index"] = "No index was loaded yet."
        snapshots = self._container.snapshots
        disk = shutil.disk_usage(self._container.settings.data_dir)
        return Look(
            at=now(),
            faults=faults,
            spec=serving.engine.spec,
            device=serving.engine.device,
            view=view,
            revision=revision,
            pointer=snapshots.current_version(),
            damaged=await asyncio.to_thread(snapshots.damaged),
            jobs=jobs,
            disk_free=disk.free,
            disk_bytes=disk.total,
        )

    async def _stored(self) -> tuple[int, Mapping[str, KindOfJob]] | str:
        """The catalogue's revision and the jobs; or what is wrong with the database."""
        try:
            async with asyncio.timeout(PATIENCE_S), self._container.database.unit_of_work() as session:
                state = await ChangeLog(session).state()
                return state.revision, await MonitoringRepository(session).jobs(self._container.jobs.kinds)
        except TimeoutError:
            return f"The database did not answer within {PATIENCE_S:g} seconds."
        except (SQLAlchemyError, AppError, OSError) as error:
            log.warning("database_away", reason=type(error).__name__)
            return AWAY

    async def _model_fault(self, engine: Engine) -> str | None:
        """What is wrong with the model: it is asked something short, unless it has just worked for others."""
        if time.time() - self._container.instruments.worked_at < FRESH_S:
            return None
        try:
            async with asyncio.timeout(PATIENCE_S):
                await engine.probe()
        except TimeoutError:
            return f"The model did not answer within {PATIENCE_S:g} seconds."
        except EngineClosed:
            return "This process is shutting down."
        except EngineOverloaded as error:
            return f"The model has done nothing for {FRESH_S:g} seconds, and {error}."
        except Exception as error:  # whatever a model or its driver raises; readiness is the news, the log has the rest
            log.warning("model_fails", exc_info=error)
            return f"The model fails: {type(error).__name__}. Restart the service; if it stays, look into its log."
        return None


async def _view(live: LiveCatalog) -> LiveView:
    """What is searched, waited for as long as a part may take. Raises NotReady."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await live.view()
    except TimeoutError:
        if (view := live.current) is not None:
            return view
        raise NotReady("The index is still being loaded.") from None
