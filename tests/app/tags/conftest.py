"""The whole service with the shipped model, without a catalogue: tags need none."""

import io
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from asgi_lifespan import LifespanManager
from PIL import Image

from app.auth.keys import KeyRepository
from app.container import Container
from app.main import create_app
from app.settings import Settings
from models.contracts import RGB
from tests.app.conftest import Whole


@pytest.fixture(scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("tags")))
    async with LifespanManager(app, startup_timeout=120, shutdown_timeout=60):
        container: Container = app.state.container
        async with container.database.unit_of_work() as session:
            keys = {s: (await KeyRepository(session).create(s))[1] for s in ("shop", "server", "admin")}
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            yield Whole(app, client, keys, container)


@pytest.fixture(scope="session")
def as_png() -> Callable[[RGB], bytes]:
    def encode(picture: RGB) -> bytes:
        out = io.BytesIO()
        picture.save(out, "PNG")
        return out.getvalue()

    return encode


@pytest.fixture(scope="session")
def square(as_png: Callable[[RGB], bytes]) -> bytes:
    """A photo of nothing in particular."""
    return as_png(Image.new("RGB", (30, 40), "red"))
