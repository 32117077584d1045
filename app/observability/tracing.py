"""Traces by OpenTelemetry, where an endpoint is set: requests (by FastAPI itself), stages, statements, jobs.

Its API comes with FastAPI and does nothing by itself; the SDK, the extra `otel`, is imported where it is needed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opentelemetry.trace import NoOpTracer, Span, SpanKind, StatusCode, Tracer
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.admission.groups import OPERATIONS
from app.errors import ConfigurationFault
from app.observability.settings import TraceSettings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

SECRET = ("url.path", "url.query", "http.request.method_original")
"""What FastAPI notes of a request and may name a shopper or an answer; `http.route` tells the rest."""

STATEMENT_CHARS = 500
OFF = {"tracing": False, "metrics": False, "logs": False}


@dataclass(frozen=True, slots=True)
class Traces:
    """One application's traces. `provider` None: there are none."""

    provider: "TracerProvider | None" = None

    @classmethod
    def of(cls, settings: TraceSettings) -> "Traces":
        """As `settings` say. Raises ConfigurationFault when the SDK is not installed."""
        if not settings.endpoint:
            return cls()
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        except ImportError as error:
            advice = "pip install 'tryon[otel]', or leave TRYON_TRACES__ENDPOINT empty"
            raise ConfigurationFault(f"Traces need OpenTelemetry's SDK: {advice}.") from error
        return cls.through(OTLPSpanExporter(settings.endpoint), settings)

    @classmethod
    def through(cls, exporter: "SpanExporter", settings: TraceSettings) -> "Traces":
        """Traces that leave by `exporter`, a few seconds after they ended."""
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio

        class Discreet(SpanProcessor):
            def on_start(self, span: Any, parent_context: Any = None) -> None:
                for name in SECRET:
                    if name in (span.attributes or {}):
                        span.set_attribute(name, "-")

        provider = TracerProvider(
            sampler=ParentBasedTraceIdRatio(settings.share),
            resource=Resource.create({"service.name": settings.service}),
            shutdown_on_exit=False,  # the application does that
        )
        provider.add_span_processor(Discreet())
        provider.add_span_processor(BatchSpanProcessor(exporter))
        return cls(provider)

    @property
    def tracer(self) -> Tracer:
        return self.provider.get_tracer("tryon") if self.provider else NoOpTracer()

    def telemetry(self) -> dict[str, Any]:
        """FastAPI's option of that name: request spans for us alone, whatever else the process has set up."""
        if self.provider is None:
            return dict(OFF)
        return OFF | {
            "tracing": True,
            "tracer_provider": self.provider,
            "operation_spans": False,
            "exclude": lambda scope: scope.get("path") in OPERATIONS,
        }

    def watch(self, engine: AsyncEngine) -> None:
        """A span for every statement of that database: its text without its values."""
        if self.provider is not None:
            watch_statements(engine, self.tracer)

    def close(self) -> None:
        """Send what is left. Blocks while it is sent, for some seconds at most."""
        if self.provider is not None:
            self.provider.shutdown()


@contextmanager
def span(tracer: Tracer, name: str, **attributes: str) -> Iterator[None]:
    """A part of whatever is being traced. Of an error it keeps the type and not the words, which may be a shopper's."""
    with tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield
        except BaseException as error:
            _failed(current, error)
            raise


def watch_statements(engine: AsyncEngine, tracer: Tracer) -> None:
    """Spans of SQL by SQLAlchemy's own events. Values are never in the text: SQLAlchemy binds them."""

    def begin(_connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        word = statement.split(None, 1)[0].upper() if statement.strip() else "SQL"
        context.tryon_span = tracer.start_span(
            f"db {word}",
            kind=SpanKind.CLIENT,
            attributes={
                "db.system.name": engine.dialect.name,
                "db.operation.name": word,
                "db.query.text": statement[:STATEMENT_CHARS],
            },
        )

    def end(_connection: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
        context.tryon_span.end()

    def failed(about: Any) -> None:
        current: Span | None = getattr(about.execution_context, "tryon_span", None)
        if current is not None:
            _failed(current, about.original_exception)
            current.end()

    listeners: dict[str, Callable[..., None]] = {
        "before_cursor_execute": begin,
        "after_cursor_execute": end,
        "handle_error": failed,
    }
    for name, listener in listeners.items():
        event.listen(engine.sync_engine, name, listener)


def _failed(current: Span, error: BaseException) -> None:
    current.set_attribute("error.type", type(error).__qualname__)
    current.set_status(StatusCode.ERROR)
