"""A worker's metrics: at a port of their own, or nowhere."""

import socket

import httpx
import pytest

from app.errors import ConfigurationFault
from app.observability import exposition
from app.observability.exposition import exposed
from app.observability.instruments import Instruments
from app.observability.settings import MetricsSettings
from bench.soak_service import free_port
from models.engine import Ran


def test_a_worker_shows_what_its_engine_did_while_it_runs() -> None:
    instruments, settings = Instruments(), MetricsSettings(worker_port=free_port())
    instruments.ran(Ran(size=16, seconds=0.5, bulk=True, ok=True))
    address = f"http://127.0.0.1:{settings.worker_port}/metrics"
    with exposed(instruments.registry, settings):
        text = httpx.get(address, trust_env=False).text
    assert 'tryon_engine_batch_size_sum{priority="bulk"} 16.0' in text
    assert "process_resident_memory_bytes" in text
    with pytest.raises(httpx.ConnectError):
        httpx.get(address, trust_env=False)


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = MetricsSettings(worker_port=taken.getsockname()[1])
        with (
            pytest.raises(ConfigurationFault, match="TRYON_METRICS__WORKER_PORT"),
            exposed(Instruments().registry, settings),
        ):
            pass


def test_by_default_nothing_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[object] = []
    monkeypatch.setattr(exposition, "start_http_server", lambda *place: served.append(place))
    with exposed(Instruments().registry, MetricsSettings()):
        assert served == []
