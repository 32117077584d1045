"""`tryon serve`, `demo`, `worker`, `migrate`: running the service."""

import asyncio
import socket
from pathlib import Path
from typing import Annotated

import typer

from app.commands.console import err, progress_bar
from app.db.migrate import upgrade
from app.db.session import Database
from app.guard import check_settings
from app.settings import DatabaseSettings, Settings

Host = Annotated[str | None, typer.Option(help="Address to listen on.  [TRYON_HOST]")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.  [TRYON_PORT]")]


def serve(host: Host = None, port: Port = None) -> None:
    """Run the service with the settings of the environment (TRYON_*)."""
    settings = _placed(Settings(), host, port)
    _run(settings)


def demo(
    host: Host = None,
    port: Port = None,
    data_dir: Annotated[Path, typer.Option(help="Where the demo keeps its data.")] = Path("var/demo"),
) -> None:
    """Run the service with a demo shop: drawn garments, seeded on first start, no network needed."""
    from app.storefront.demo import prepare_demo

    settings = _demo_settings(_placed(Settings(), host, port), data_dir)
    check_settings(settings)
    with progress_bar("Preparing the demo shop") as advance:
        admin_key = asyncio.run(prepare_demo(settings, advance))
    settings = settings.model_copy(update={"port": settings.port or _free_port(settings.host)})
    address = f"http://{settings.host}:{settings.port}/"
    err.print(f"[bold]Demo shop:[/bold] {address}  (shop routes need no key here)")
    err.print(f"[bold]Console:  [/bold] {address}admin")
    err.print(f"[bold]Admin key:[/bold] {admin_key}", soft_wrap=True)
    _run(settings)


def worker() -> None:
    """Run jobs (imports, reindexes) beside services that leave them to workers."""
    from app.observability.logging import configure_logging
    from app.worker import work

    settings = Settings()
    configure_logging(settings.log_level, settings.log_format)
    asyncio.run(work(settings))


def migrate() -> None:
    """Bring the database to the newest schema."""

    async def run() -> None:
        database = Database.of(Settings())
        try:
            await upgrade(database)
        finally:
            await database.close()

    asyncio.run(run())
    typer.echo("The database is at the newest revision.")


def _demo_settings(settings: Settings, data_dir: Path) -> Settings:
    """A shop of its own: never in the operator's database, always in the currency its garments are priced in."""
    from app.storefront.demo import CURRENCY

    return settings.model_copy(
        update={
            "data_dir": data_dir,
            "database": DatabaseSettings(),
            "auth": settings.auth.model_copy(update={"anonymous_shop": True}),
            "shop": settings.shop.model_copy(update={"currency": CURRENCY}),
        }
    )


def _placed(settings: Settings, host: str | None, port: int | None) -> Settings:
    return settings.model_copy(update={"host": host or settings.host, "port": settings.port if port is None else port})


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _run(settings: Settings) -> None:
    from app.main import create_app
    from app.observability.logging import configure_logging
    from app.server import run
    from app.startup import ClearStart

    configure_logging(settings.log_level, settings.log_format)
    app = create_app(settings)
    run(ClearStart(app), settings, app.state.drain)
