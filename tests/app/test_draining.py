"""A real process: what is under way at SIGTERM is answered and new requests are refused; a caller who hangs up costs
no forward.
"""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bench.soak_service import free_port
from tests.app.plain_pictures import plain
from tests.app.standing_service import STOPS

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0
WAITING = 2
"""Who waits beside the one that the model has; then who is worked on when one of them has hung up."""


def until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.02)


@dataclass
class Service:
    """A process, its data folder and who asks it."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int
    threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.url + path, timeout=PATIENCE_S)

    def tags(self, colour: tuple[int, int, int]) -> httpx.Response:
        files = [("photo", ("a.png", plain(colour), "image/png"))]
        data = {"labels": ["dress", "shoes"]}
        return httpx.post(f"{self.url}/v1/tags", files=files, data=data, timeout=PATIENCE_S)

    def standing(self) -> Future[httpx.Response]:
        """A request that the model has, and that is not answered before `go`."""
        asked = self.threads.submit(self.tags, STOPS)
        until((self.folder / "entered").exists, "the model never got it")
        return asked

    def listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def metric(self, name: str, **labels: str) -> float:
        text = self.get("/metrics").text
        samples = [s for family in text_string_to_metric_families(text) for s in family.samples]
        return sum(s.value for s in samples if s.name == name and labels.items() <= s.labels.items())


@contextmanager
def running(folder: Path) -> Iterator[Service]:
    port = free_port()
    command = [sys.executable, "-m", "tests.app.standing_service", str(folder), str(port)]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log) as process:
        service = Service(process, folder, port)
        try:
            until(lambda: process.poll() is not None or service.listens(), "it never listened")
            yield service
        finally:
            (folder / "go").touch()
            process.kill()
            service.threads.shutdown()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with running(tmp_path) as started:
        yield started


def test_at_sigterm_what_is_under_way_is_answered_and_what_comes_is_refused(service: Service) -> None:
    asked = service.standing()
    service.process.send_signal(signal.SIGTERM)
    until(lambda: "shutting down" in service.get("/readyz").text, "it does not say that it ends")
    refused = service.tags((200, 0, 0))
    assert refused.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert refused.json()["type"].endswith("/not-ready")
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.headers["Connection"] == "close"
    assert refused.headers["X-Request-ID"]
    ready = service.get("/readyz")
    assert (ready.status_code, ready.json()["ready"]) == (HTTPStatus.SERVICE_UNAVAILABLE, False)
    assert service.get("/healthz").status_code == HTTPStatus.OK
    assert not asked.done()
    (service.folder / "go").touch()
    answered = asked.result(PATIENCE_S)
    assert answered.status_code == HTTPStatus.OK
    assert {label["label"] for label in answered.json()["labels"]} == {"dress", "shoes"}
    assert service.process.wait(PATIENCE_S) == -signal.SIGTERM  # as uvicorn has it: ended in order, by that signal
    assert not service.listens()


def test_who_hangs_up_costs_no_forward(service: Service) -> None:
    asked = service.standing()
    waiting = service.threads.submit(service.tags, (9, 9, 9))
    body = plain((7, 7, 7))
    lines = [b"--x", b'Content-Disposition: form-data; name="photo"; filename="a.png"', b"", body, b"--x--", b""]
    form = b"\r\n".join(lines)
    head = f"POST /v1/tags HTTP/1.1\r\nHost: x\r\nContent-Length: {len(form)}\r\n"
    head += "Content-Type: multipart/form-data; boundary=x\r\n\r\n"
    with socket.create_connection(("127.0.0.1", service.port)) as caller:
        caller.sendall(head.encode() + form)
        until(lambda: service.metric("tryon_engine_queue_depth", priority="shopper") == WAITING, "it does not wait")
    until(lambda: service.metric("tryon_admission_working") == WAITING, "it is still worked on")
    (service.folder / "go").touch()
    assert asked.result(PATIENCE_S).status_code == waiting.result(PATIENCE_S).status_code == HTTPStatus.OK
    until(lambda: service.metric("tryon_engine_dropped_total", reason="cancelled") == 1, "nobody was dropped")
    seen = (service.folder / "seen").read_text()
    assert str((9, 9, 9)) in seen
    assert str((7, 7, 7)) not in seen
