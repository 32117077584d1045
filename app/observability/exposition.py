"""Metrics of a process that serves nobody."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server

from app.errors import ConfigurationFault
from app.observability.settings import MetricsSettings


@contextmanager
def exposed(registry: CollectorRegistry, settings: MetricsSettings) -> Iterator[None]:
    """Show `registry` at `worker_port` while the block lasts; nowhere where that is 0. Raises ConfigurationFault."""
    if not settings.worker_port:
        yield
        return
    try:
        server, thread = start_http_server(settings.worker_port, settings.worker_host, registry)
    except OSError as error:
        place = f"{settings.worker_host}:{settings.worker_port}"
        raise ConfigurationFault(f"TRYON_METRICS__WORKER_PORT: metrics cannot be shown at {place}: {error}.") from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
