"""Two workers and a job that both get: `python -m tests.crash.workers --database sqlite`; says what became of it.

The first stops in the midst of its attempt as by SIGSTOP (a machine that was suspended, a container that was frozen),
stays silent beyond its lease, and is woken when the second has done the job.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import httpx

from app.container import Container
from app.jobs.settings import JobSettings
from app.media.storage import LocalBlobs
from app.observability.logging import configure_logging
from bench.crash import FEED_ROWS, Shop
from bench.crash_service import Service, SlowEncoder, postgres
from bench.soak_service import free_port
from models.index import SnapshotStore

JOBS = JobSettings(poll_s=0.1, heartbeat_s=0.2, lease_s=1, backoff_s=0.05, in_process=False)
PATIENCE_S = 60.0
Told = dict[str, Any]

POINTS: dict[str, tuple[str, type, str]] = {
    "encode": ("reindex", SlowEncoder, "encode_images"),
    "switch": ("reindex", SnapshotStore, "succeed"),
    "write": ("import", LocalBlobs, "together"),
}
"""Where the first worker stops: the kind of its job, and what it is about to do."""


@contextmanager
def stopping(owner: type, method: str) -> Iterator[None]:
    """This process stops when it is about to call `owner.method` for the first time."""
    honest, calls = getattr(owner, method), iter([True])

    def stop(*given: Any, **options: Any) -> Any:
        if next(calls, False):
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)  # os.kill may let this very thread run on
        return honest(*given, **options)

    with mock.patch.object(owner, method, stop):
        yield


def work(service: Service) -> None:
    """A worker, until it is killed."""

    async def run() -> None:
        container = await Container.build(service.settings, encoder=SlowEncoder())
        await container.jobs.start()
        await asyncio.Event().wait()

    configure_logging("INFO")
    asyncio.run(run())


def until(good: Callable[[], Any], what: str) -> Any:
    end = time.monotonic() + PATIENCE_S
    while not (found := good()):
        assert time.monotonic() < end, f"never {what}"
        time.sleep(0.02)
    return found


def two(service: Service, shop: Shop, point: str) -> Told:
    """What a job looked like when the second worker had done it, and when the first had woken."""
    kind, owner, method = POINTS[point]
    with service.client() as client:

        def job(name: str) -> Told:
            told: Told = client.get(f"/v1/admin/jobs/{name}").json()
            return told

        name = shop.upload(client) if kind == "import" else shop.ask(client)
        with ExitStack() as stack:

            def worker(run: Callable[[], None]) -> int:
                pid = service.forked(run)
                stack.callback(os.waitpid, pid, 0)
                stack.callback(os.kill, pid, signal.SIGKILL)
                return pid

            def first() -> None:
                with stopping(owner, method):
                    work(service)

            pid = worker(first)
            assert os.WIFSTOPPED(os.waitpid(pid, os.WUNTRACED)[1])
            stopped = job(name)
            worker(lambda: work(service))
            done = until(lambda: (told := job(name))["state"] == "succeeded" and told, "done by the second worker")
            begun = len(service.log.read_text("utf-8"))
            os.kill(pid, signal.SIGCONT)
            until(lambda: '"job_lost"' in service.log.read_text("utf-8")[begun:], "told that its job is lost")
            after = job(name)
            live = _live(client)
            if kind == "reindex":
                until(lambda: client.get("/readyz").json()["index_version"] == live, "serving what is live")
                shop.check(client)
        rows = shop.pages(client, f"/v1/admin/jobs/{name}/rows") if kind == "import" else []
    left = [path.name for path in (service.folder / "indexes").glob(".*")]
    return {
        "stopped": stopped, "done": done, "after": after, "live": live, "left": left,
        "lines": sorted(row["line"] for row in rows), "feed_rows": FEED_ROWS,
    }  # fmt: skip


def _live(client: httpx.Client) -> str | None:
    """The version that the pointer names."""
    listed = client.get("/v1/admin/indexes").json()["items"]
    return next((str(one["version"]) for one in listed if one["live"]), None)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked.add_argument("--points", nargs="+", choices=tuple(POINTS), default=tuple(POINTS))
    given = asked.parse_args()
    with ExitStack() as stack:
        url = stack.enter_context(postgres()) if given.database == "postgresql" else ""
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tryon-two-")))
        service = Service(folder / "data", url, free_port(), JOBS)
        stack.callback(service.kill)
        service.prepare()
        service.start()
        shop = Shop(service, random.Random(1))
        try:
            json.dump({point: two(service, shop, point) for point in given.points}, sys.stdout)
        except AssertionError:
            sys.stderr.write(service.log.read_text("utf-8")[-20_000:])
            raise


if __name__ == "__main__":
    main()
