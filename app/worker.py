"""`tryon worker`: a process that runs jobs and serves nobody (TRYON_JOBS__IN_PROCESS=false on the service)."""

import asyncio
import signal

from sqlalchemy import make_url

from app.container import Container
from app.db.migrate import prepare
from app.observability.exposition import exposed
from app.observability.instruments import Instruments
from app.observability.tracing import Traces
from app.settings import Settings
from models.priority import NICENESS, yield_to_others

BESIDE_SQLITE = 5
"""While a worker writes to SQLite nobody else can: it must not wait long for a core then. Bulk threads yield more."""


async def work(settings: Settings) -> None:
    """Run jobs until SIGTERM or SIGINT; the job at hand is given back to the queue.

    The whole process yields to the services beside it: it is started before any of its threads is.
    """
    sqlite = make_url(settings.database_url).get_backend_name() == "sqlite"
    yield_to_others(BESIDE_SQLITE if sqlite else NICENESS)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stopped.set)
    traces = Traces.of(settings.traces)
    container = await Container.build(settings, instruments=Instruments(traces.tracer))
    traces.watch(container.database.engine)
    try:
        await prepare(container.database)
        with exposed(container.instruments.registry, settings.metrics):
            await container.jobs.start()
            await container.housekeeping.start()
            await stopped.wait()
    finally:
        await container.close()
        await asyncio.to_thread(traces.close)
