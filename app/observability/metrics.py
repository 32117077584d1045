"""GET /metrics, for Prometheus."""

import hmac

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from app.dependencies import ContainerDep
from app.errors import Unauthenticated
from app.observability.health import MonitorDep

router = APIRouter(tags=["operations"])


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request, container: ContainerDep, monitor: MonitorDep) -> Response:
    """Everything that is counted, in Prometheus' text format, written anew once a second at most."""
    token = container.settings.metrics.token.get_secret_value()
    given = request.headers.get("authorization", "")
    if token and not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise Unauthenticated("Metrics need the token of TRYON_METRICS__TOKEN, as 'Authorization: Bearer …'.")
    return Response(await monitor.scrape(), media_type=CONTENT_TYPE_LATEST)
