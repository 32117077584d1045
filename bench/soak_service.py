"""The service that is soaked: the real one, in a process of its own, on a data folder that may be spoilt."""

import asyncio
import contextlib
import os
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import httpx

from app.admission.settings import RateSettings
from app.auth.keys import KeyRepository
from app.db.migrate import prepare
from app.db.session import Database
from app.settings import Settings

READY_S = 300
LOOK_S = 0.2
TIMEOUT_S = 120

UNLIMITED = {f"TRYON_ADMISSION__{who}__{what}": "" for who in ("ADDRESS", "KEY") for what in RateSettings.model_fields}
"""All clients have one address and one key: what is measured is the service and not its limits."""


@dataclass(frozen=True, slots=True)
class Running:
    """A service that answers: one client, and its keys by scope."""

    client: httpx.AsyncClient
    keys: dict[str, str]

    def key(self, scope: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[scope]}"}


def filled(data_dir: Path) -> None:
    """A demo shop in `data_dir`."""
    from app.storefront.demo import prepare_demo

    asyncio.run(prepare_demo(Settings(data_dir=data_dir), lambda done, total: None))


@asynccontextmanager
async def running(
    data_dir: Path, *, worker: bool = False, more: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[Running]:
    """The service over `data_dir`, ready; its jobs are run by a process of their own where `worker` says so.

    `more`: settings besides, as environment variables. The logs are beside the data. A catalogue whose index is another
    model's is indexed first.
    """
    keys, port = await _keys(data_dir), free_port()
    own = {"TRYON_DATA_DIR": str(data_dir), "TRYON_PORT": str(port), "TRYON_LOG_LEVEL": "WARNING"}
    environment = os.environ | UNLIMITED | own | dict(more) | {"TRYON_JOBS__IN_PROCESS": str(not worker).lower()}
    commands = ("serve", "worker") if worker else ("serve",)
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    async with contextlib.AsyncExitStack() as stack:
        serve, *_ = [await stack.enter_async_context(_process(name, data_dir, environment)) for name in commands]
        client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=TIMEOUT_S, limits=limits)
        service = Running(await stack.enter_async_context(client), keys)
        await ready(service, serve, data_dir / "serve.log")
        yield service


@asynccontextmanager
async def _process(name: str, data_dir: Path, environment: Mapping[str, str]) -> AsyncIterator[Process]:
    """`tryon NAME`, until the block ends."""
    with (data_dir / f"{name}.log").open("wb") as log:
        command = (sys.executable, "-m", "app.cli", name)
        process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=log, stderr=log)
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


class Started(Protocol):
    """A process, as far as waiting for it goes."""

    @property
    def returncode(self) -> int | None: ...


async def ready(service: Running, process: Started, log: Path) -> None:
    """Wait until the service answers; what only lacks an index of its model is told to build one.

    Raises SystemExit, with the reason, when it ends or takes too long.
    """
    said, indexing = "it does not listen", False
    for _ in range(int(READY_S / LOOK_S)):
        if process.returncode is not None:
            raise SystemExit(f"The service ended: {await asyncio.to_thread(log.read_text, 'utf-8', 'replace')}")
        try:
            answer = await service.client.get("/readyz")
            if answer.status_code == httpx.codes.OK:
                return
            said = answer.text
            if not indexing and answer.json()["not_ready"] == ["index"]:
                indexing = True
                await service.client.post("/v1/admin/reindex", headers=service.key("admin"))
        except httpx.TransportError as error:
            said = repr(error)
        await asyncio.sleep(LOOK_S)
    raise SystemExit(f"The service is not ready after {READY_S} s: {said}")


async def _keys(data_dir: Path) -> dict[str, str]:
    database = Database.of(Settings(data_dir=data_dir))
    try:
        await prepare(database)
        async with database.unit_of_work() as session:
            return {scope: (await KeyRepository(session).create(scope, "soak"))[1] for scope in ("server", "admin")}
    finally:
        await database.close()


def free_port() -> int:
    """One that nobody listens on this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
