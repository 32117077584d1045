"""The client's service: the real one on a real socket, with a stand-in model."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from app.admission.settings import AdmissionSettings, RateSettings
from tests.app.conftest import serving
from tests.live import listening

UNLIMITED = AdmissionSettings(address=RateSettings())


@dataclass(frozen=True)
class Live:
    """Where it listens, and its keys by scope."""

    url: str
    keys: dict[str, str]


@pytest.fixture(scope="module")
async def live(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Live]:
    async with serving(tmp_path_factory.mktemp("live"), admission=UNLIMITED) as whole, listening(whole.app) as port:
        yield Live(f"http://127.0.0.1:{port}", whole.keys)
