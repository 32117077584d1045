"""The ASGI application."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import structlog
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi_offline import FastAPIOffline

from app.api import ROUTERS
from app.container import Container
from app.db.migrate import prepare
from app.errors import PROBLEM_RESPONSES
from app.feedback.naming import ID_HEADER, TOKEN_HEADER
from app.imports.endpoints import ROUTE as IMPORTS
from app.middleware import BodyLimit, CatchAll, CleanAddress, RequestId, install_error_handlers
from app.observability.logging import configure_logging
from app.observability.metrics import Measure
from app.settings import Settings
from models.contracts import Encoder

EXPOSED = ["Location", "Retry-After", "X-Request-ID"]


def create_app(settings: Settings | None = None, *, encoder: Encoder | None = None) -> FastAPI:
    """The service. `encoder` replaces the model that the settings name (for tests and embedding)."""
    settings = settings or Settings()
    if not structlog.is_configured():  # its own default would print every local variable of a traceback, keys too
        configure_logging(settings.log_level)
    app = FastAPIOffline(  # /docs and /redoc without a CDN
        title="tryon",
        summary="Photo and words in, garments and outfits out.",
        version="1",
        responses=PROBLEM_RESPONSES,
        lifespan=_lifespan(settings, encoder),
    )
    install_error_handlers(app)
    # The last added stands outermost: request id, then numbers, then CORS, then what may refuse or fail.
    app.add_middleware(CatchAll)
    app.add_middleware(CleanAddress)
    app.add_middleware(BodyLimit, limit=settings.limits.request_bytes, larger={IMPORTS: settings.imports.feed_bytes})
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
    app.add_middleware(Measure)
    app.add_middleware(RequestId)
    for router in ROUTERS:
        app.include_router(router)
    return app


def _lifespan(settings: Settings, encoder: Encoder | None) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        container = await Container.build(settings, encoder)
        app.state.container = container
        try:
            await prepare(container.database)
            await container.start()
            yield
        finally:
            await container.close()

    return lifespan
