"""Structured logs: one line an event, with the request's id and nothing personal."""

import logging
import sys
from typing import Literal, TypeAlias

import structlog

Format: TypeAlias = Literal["json", "console"]

CHATTY = ("httpx", "httpcore", "PIL", "urllib3", "filelock", "opentelemetry", "python_multipart")
TELLING = ("aiosqlite", "asyncpg", "sqlalchemy")
"""At DEBUG they log the values of every statement and the rows of every answer: shoppers' words and ids."""


def configure_logging(level: str, form: Format = "json") -> None:
    """Send structlog and the standard library through one renderer on stderr.

    `json`: a line an event, for machines. `console`: for people. Neither shows local variables of a traceback: they
    hold what shoppers sent.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=_renderer(form), foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in (*CHATTY, *TELLING):
        logging.getLogger(name).setLevel(logging.WARNING)


def _renderer(form: Format) -> structlog.typing.Processor:
    if form == "console":
        return structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    return structlog.processors.JSONRenderer(ensure_ascii=False)
