"""`tryon openapi`: what the API is, for who writes a client."""

import json
from pathlib import Path
from typing import Annotated

import typer

from app.settings import Settings


def openapi(
    out: Annotated[
        Path | None, typer.Option(help="A file to write, such as docs/openapi.json; else it is printed.")
    ] = None,
) -> None:
    """Write the OpenAPI document. Nothing is started, and no setting changes it."""
    from app.main import create_app  # heavy, as all that the service needs comes with it

    text = rendered(create_app(Settings()).openapi())
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, "utf-8")


def rendered(document: dict[str, object]) -> str:
    """The document as the repository keeps it."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
