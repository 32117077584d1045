"""The whole service on a real socket, in this process."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import uvicorn

from tests.app.conftest import Whole


@contextlib.asynccontextmanager
async def listening(whole: Whole) -> AsyncIterator[str]:
    """Its address. The service was started already, so the server runs no lifespan."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = uvicorn.Server(uvicorn.Config(whole.app, lifespan="off", log_config=None))
        task = asyncio.create_task(server.serve([listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task
