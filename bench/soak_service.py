"""The service that is soaked: the real one, in a process of its own, on a data folder that may be spoilt."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.auth.keys import KeyRepository
from app.db.migrate import prepare
from app.db.session import Database
from app.settings import Settings

READY_S = 300
LOOK_S = 0.2
TIMEOUT_S = 120


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
async def running(data_dir: Path) -> AsyncIterator[Running]:
    """The service over `data_dir`, ready. Its log is beside the data."""
    keys, port = await _keys(data_dir), _free_port()
    environment = os.environ | {"TRYON_DATA_DIR": str(data_dir), "TRYON_PORT": str(port), "TRYON_LOG_LEVEL": "WARNING"}
    with (data_dir / "service.log").open("wb") as log:
        command = (sys.executable, "-m", "app.cli", "serve")
        process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=log, stderr=log)
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
        base = f"http://127.0.0.1:{port}"
        try:
            async with httpx.AsyncClient(base_url=base, timeout=TIMEOUT_S, limits=limits) as client:
                await _ready(client, process, data_dir / "service.log")
                yield Running(client, keys)
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _ready(client: httpx.AsyncClient, process: asyncio.subprocess.Process, log: Path) -> None:
    said = "it does not listen"
    for _ in range(int(READY_S / LOOK_S)):
        if process.returncode is not None:
            raise SystemExit(f"The service ended: {await asyncio.to_thread(log.read_text, 'utf-8', 'replace')}")
        try:
            answer = await client.get("/readyz")
            if answer.status_code == httpx.codes.OK:
                return
            said = answer.text
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
