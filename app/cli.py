"""`tryon`, the command line."""

import sys
from typing import NoReturn

import typer
from pydantic import ValidationError

from app.commands import catalogue, models, service, training
from app.commands.console import err
from app.commands.export import export_
from app.commands.importing import import_
from app.commands.indexes import indexes
from app.commands.items import items
from app.commands.jobs import jobs
from app.commands.keys import audit, keys
from app.commands.openapi import openapi
from app.commands.sheet import sheet
from app.errors import AppError
from app.settings import Settings
from models.contracts import ModelError
from models.taxonomy import extend_taxonomy

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="Photo and words in, garments and outfits out. Settings come from TRYON_* (see README).",
)


@cli.callback()
def quiet_logs() -> None:
    """Commands speak for themselves; only warnings are logged. The service sets its own level."""
    from app.observability.logging import configure_logging

    configure_logging("WARNING")
    extend_taxonomy(Settings().taxonomy.extra)


cli.command()(service.demo)
cli.command()(service.serve)
cli.command("import")(import_)
cli.command()(catalogue.reindex)
cli.command("eval")(models.evaluate_)
cli.command()(training.train)
cli.command()(training.finetune)
cli.command("export")(export_)
cli.command()(sheet)
cli.command()(openapi)
cli.command()(service.worker)
cli.command()(service.migrate)
cli.add_typer(indexes, name="indexes")
cli.add_typer(items, name="items")
cli.add_typer(jobs, name="jobs")
cli.command()(audit)
cli.add_typer(keys, name="keys")


def main() -> None:
    """Run, and turn what went wrong on purpose into one line instead of a traceback."""
    try:
        cli()
    except (AppError, ModelError) as error:
        _fail(str(error))
    except ValidationError as error:
        if error.title != Settings.__name__:
            raise
        _fail("; ".join(f"{_variable(e['loc'])}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors()))


def _fail(reason: str) -> NoReturn:
    err.print(f"tryon: {reason}", markup=False, soft_wrap=True, style="red")
    sys.exit(1)


def _variable(place: tuple[int | str, ...]) -> str:
    return "TRYON_" + "__".join(map(str, place)).upper()


if __name__ == "__main__":
    main()
