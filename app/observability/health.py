"""Liveness and readiness, the truth about model, index and database."""

from typing import Annotated, Literal, cast

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from app.draining import LEAVING, Drain
from app.observability.monitor import Monitor
from app.observability.readiness import Part, Weakness, weaknesses

router = APIRouter(tags=["operations"])


def monitor_of(request: Request) -> Monitor:
    return cast(Monitor, request.app.state.monitor)


MonitorDep = Annotated[Monitor, Depends(monitor_of)]


class Healthy(BaseModel):
    status: Literal["ok"] = "ok"


class SkippedIndex(BaseModel):
    """An index version that cannot be used, and why."""

    version: str
    fault: str


class Ready(BaseModel):
    """Ready only when model, index and database are: `not_ready` names those that are not, `problems` says why.

    `degraded` names what needs attention though shoppers are answered, `warnings` says it in words.
    """

    ready: bool
    not_ready: list[Part]
    degraded: list[Weakness]
    model: str
    revision: str
    device: str
    index_version: str | None
    items: int
    database: Literal["ok", "unreachable"]
    skipped: list[SkippedIndex] = Field(description="Index versions that are damaged and were passed over.")
    problems: list[str]
    warnings: list[str]


@router.get("/healthz", summary="Alive")
async def healthz() -> Healthy:
    """The process is alive."""
    return Healthy()


@router.get("/readyz", summary="Ready", responses={503: {"model": Ready, "description": "Not ready; it says why."}})
async def readyz(monitor: MonitorDep, request: Request, response: Response) -> Ready:
    """Whether the service can answer shoppers: model, index and database, each by name."""
    look = await monitor.look()
    weak = weaknesses(look)
    drain: Drain = request.app.state.drain
    ready = look.ready and not drain.leaving
    response.status_code = 200 if ready else 503
    response.headers["Cache-Control"] = "no-store"
    return Ready(
        ready=ready,
        not_ready=list(look.not_ready),
        degraded=list(weak),
        model=look.spec.name,
        revision=look.spec.revision,
        device=look.device,
        index_version=look.view.version if look.view else None,
        items=look.view.columns.words.items if look.view else 0,
        database="unreachable" if "database" in look.faults else "ok",
        skipped=[SkippedIndex(version=version, fault=fault) for version, fault in look.skipped.items()],
        problems=[look.faults[part] for part in look.not_ready] + [LEAVING] * drain.leaving,
        warnings=list(weak.values()),
    )
