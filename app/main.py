"""The ASGI application."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import structlog
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.admission.bodies import BodyLimit, budgets
from app.admission.door import Door
from app.api import ROUTERS
from app.auth.trail import Trail
from app.container import Container
from app.db.migrate import prepare
from app.docs import documented
from app.draining import Drain, Leaving
from app.feedback.naming import ID_HEADER, TOKEN_HEADER
from app.guard import check_keys, check_settings
from app.headers import SecurityHeaders
from app.middleware import CatchAll, CleanAddress, RequestId, install_error_handlers
from app.observability.access import Measure
from app.observability.collectors import StateCollector
from app.observability.instruments import Instruments
from app.observability.logging import configure_logging
from app.observability.monitor import Monitor
from app.observability.tracing import Traces
from app.settings import Settings
from models.contracts import Encoder

EXPOSED = ["Location", "Retry-After", "X-Request-ID"]


def create_app(
    settings: Settings | None = None, *, encoder: Encoder | None = None, traces: Traces | None = None
) -> FastAPI:
    """The service. `encoder` replaces the model that the settings name, `traces` where spans go (for tests and
    embedding). Raises ConfigurationFault when traces are wanted and cannot be made.
    """
    settings = settings or Settings()
    if not structlog.is_configured():  # its own default would print every local variable of a traceback, keys too
        configure_logging(settings.log_level, settings.log_format)
    traces = traces or Traces.of(settings.traces)
    instruments = Instruments(traces.tracer)
    app = documented(
        title="tryon",
        summary="Photo and words in, garments and outfits out.",
        version="1",
        lifespan=_lifespan(settings, encoder, instruments, traces),
        telemetry=traces.telemetry(),
    )
    install_error_handlers(app)
    # The last added stands outermost: who calls, request id, headers, numbers, CORS, then what may refuse or fail.
    app.add_middleware(BodyLimit, budget_of=budgets(settings))
    app.add_middleware(Door)
    app.state.drain = Drain()
    app.add_middleware(Leaving, drain=app.state.drain)
    app.add_middleware(CleanAddress)
    app.add_middleware(CatchAll)
    app.add_middleware(Trail)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.auth.cors_origins,
        allow_methods=["GET", "POST", "DELETE", "PUT", "PATCH"],
        allow_headers=[
            *("Authorization", "Content-Type", "Idempotency-Key", "X-Request-ID", "Last-Event-ID"),
            *(TOKEN_HEADER, ID_HEADER),
        ],
        expose_headers=EXPOSED,
    )
    routes = [route for router in ROUTERS for route in router.routes]
    app.add_middleware(Measure, instruments=instruments, routes=routes)
    app.add_middleware(SecurityHeaders, hsts_s=settings.server.hsts_s)
    app.add_middleware(RequestId)
    # Here and not in the server, so that the same proxies are believed whatever runs this application.
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.server.trusted_proxies)
    for router in ROUTERS:
        app.include_router(router)
    return app


def _lifespan(
    settings: Settings, encoder: Encoder | None, instruments: Instruments, traces: Traces
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        check_settings(settings)
        container = await Container.build(settings, encoder, instruments)
        traces.watch(container.database.engine)
        monitor = Monitor(container)
        collector = StateCollector(container, monitor)
        instruments.registry.register(collector)
        app.state.container, app.state.monitor = container, monitor
        try:
            await prepare(container.database)
            await check_keys(settings, container.database)
            await container.start()
            yield
        finally:
            instruments.registry.unregister(collector)
            await monitor.close()
            await container.close()
            await asyncio.to_thread(traces.close)

    return lifespan
