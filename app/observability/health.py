"""Liveness and readiness, the truth about model, index and database."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.dependencies import ContainerDep
from app.errors import AppError, DatabaseUnreachable

router = APIRouter(tags=["operations"])


class Healthy(BaseModel):
    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """Ready only when model, database and index are; `problems` says what is missing."""

    ready: bool
    model: str
    revision: str
    device: str
    index_version: str | None
    items: int
    database: Literal["ok", "unreachable"]
    problems: list[str]


@router.get("/healthz")
async def healthz() -> Healthy:
    """The process is alive."""
    return Healthy()


@router.get("/readyz", responses={503: {"model": Ready}})
async def readyz(container: ContainerDep, response: Response) -> Ready:
    """The service can answer shoppers."""
    problems: list[str] = []
    database = await _database_state(container)
    if database != "ok":
        problems.append("The database cannot be reached.")
    version, items = None, 0
    if not problems:
        try:
            view = await container.live.view()
            version, items = view.version, view.columns.words.items
        except AppError as error:
            problems.append(error.detail)
    response.status_code = 503 if problems else 200
    return Ready(
        ready=not problems,
        model=container.engine.spec.name,
        revision=container.engine.spec.revision,
        device=container.engine.device,
        index_version=version,
        items=items,
        database=database,
        problems=problems,
    )


async def _database_state(container: ContainerDep) -> Literal["ok", "unreachable"]:
    try:
        async with container.database.unit_of_work() as session:
            await session.execute(text("SELECT 1"))
    except (SQLAlchemyError, DatabaseUnreachable):
        return "unreachable"
    return "ok"
