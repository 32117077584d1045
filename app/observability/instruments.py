"""What is counted as it happens, in one registry for each application: two in one process do not mix."""

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

import prometheus_client
from opentelemetry.trace import NoOpTracer, Tracer
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from app.observability.tracing import span
from models.engine import DROPS, STAGES, Drop, Looked, Ran, Stage

# A creation time beside every counter would double what is scraped, and tells nothing that `rate` needs.
prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]  # the library has no hint there

LATENCY_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10)
STAGE_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
BATCH = (1, 2, 4, 8, 16, 32, 64, 128)

SHOPPER, BULK = "shopper", "bulk"


class Instruments:
    """Counters and histograms, and what the parts of the service report to.

    It is the engine's `EngineWatcher` and the recommendations' `StageObserver`. Labels are route templates, methods,
    status codes, stages and priorities: none of them is a caller's to choose.
    """

    def __init__(self, tracer: Tracer | None = None) -> None:
        """Args: tracer: makes the spans of stages and jobs."""
        self._tracer = tracer or NoOpTracer()
        self.registry = CollectorRegistry()
        # The process's own: processor time, memory, file descriptors, garbage collection, refusals at the door.
        self.registry.register(prometheus_client.REGISTRY)
        own = self.registry
        route = ["method", "route", "status"]
        self.requests = Counter("http_requests_total", "Requests answered.", route, registry=own)
        self.latency = Histogram(
            "http_request_duration_seconds", "Time to the head of the answer.", route, buckets=LATENCY_S, registry=own
        )
        self.in_flight = Gauge("http_requests_in_flight", "Requests not yet answered to the end.", registry=own)
        self.stages = Histogram(
            "tryon_recommendation_stage_seconds", "Time of a recommendation in one stage.", ["stage"],
            buckets=STAGE_S, registry=own,
        )  # fmt: skip
        self.batches = Histogram(
            "tryon_engine_batch_size", "Inputs in one forward pass.", ["priority"], buckets=BATCH, registry=own
        )
        self.forwards = Histogram(
            "tryon_engine_forward_seconds", "Time of one forward pass.", ["priority"], buckets=STAGE_S, registry=own
        )
        self.failures = Counter("tryon_engine_failures_total", "Forward passes that raised.", registry=own)
        self.engine_stages = Histogram(
            "tryon_engine_stage_seconds", "Time of an input (prepare, wait) or a batch (forward, finish) in one stage.",
            ["stage", "priority"], buckets=STAGE_S, registry=own,
        )  # fmt: skip
        self.drops = Counter(
            "tryon_engine_dropped_total", "Inputs of shoppers that never reached the model.", ["reason"], registry=own
        )
        self.too_large = Counter(
            "tryon_engine_out_of_memory_total", "Batches for which there was no memory.", registry=own
        )
        self.hits = Counter("tryon_cache_hits_total", "Inputs of queries found in the embedding cache.", registry=own)
        self.misses = Counter("tryon_cache_misses_total", "Inputs of queries that had to be encoded.", registry=own)
        self.joins = Counter(
            "tryon_cache_joined_total", "Inputs of queries on their way for another one already.", registry=own
        )
        self.shared_hits = Counter(
            "tryon_cache_shared_hits_total", "Inputs of queries found in the shared cache.", registry=own
        )
        self.shared_failures = Counter(
            "tryon_cache_shared_failures_total", "Times that the shared cache did not answer.", registry=own
        )
        for priority in (SHOPPER, BULK):
            self.batches.labels(priority)
            self.forwards.labels(priority)
            for stage in STAGES:
                self.engine_stages.labels(stage, priority)
        for reason in DROPS:
            self.drops.labels(reason)
        self.worked_at = 0.0
        """When a forward pass for shoppers (or a probe) last succeeded, seconds since 1970; 0: never."""

    def ran(self, batch: Ran) -> None:
        """One forward pass of the engine."""
        priority = BULK if batch.bulk else SHOPPER
        self.batches.labels(priority).observe(batch.size)
        self.forwards.labels(priority).observe(batch.seconds)
        if not batch.ok:
            self.failures.inc()
        elif not batch.bulk:  # bulk may be another model's, which a reindex goes over to
            self.worked_at = time.time()

    def looked_up(self, looked: Looked) -> None:
        """One look of a query into the embedding caches."""
        self.hits.inc(looked.hits)
        self.shared_hits.inc(looked.shared)
        self.joins.inc(looked.joined)
        self.misses.inc(looked.misses)

    def spent(self, stage: Stage, seconds: float, *, bulk: bool) -> None:
        """One stage of the engine."""
        self.engine_stages.labels(stage, BULK if bulk else SHOPPER).observe(seconds)

    def dropped(self, why: Drop) -> None:
        """An input that the model never saw."""
        self.drops.labels(why).inc()

    def ran_out(self, size: int) -> None:
        """No memory for a batch of that size."""
        del size
        self.too_large.inc()

    def shared_away(self) -> None:
        """The shared cache did not answer."""
        self.shared_failures.inc()

    def stage(self, name: str) -> AbstractContextManager[object]:
        """Around one stage of a recommendation."""
        return span(self._tracer, f"recommendation {name}")

    def job(self, kind: str) -> AbstractContextManager[object]:
        """Around one attempt at a job."""
        return span(self._tracer, f"job {kind}", **{"tryon.job.kind": kind})

    def answered(self, spent_ms: Mapping[str, float]) -> None:
        """One recommendation was made: milliseconds by stage."""
        for stage, spent in spent_ms.items():
            self.stages.labels(stage).observe(spent / 1000)

    @contextmanager
    def open_request(self) -> Iterator[None]:
        """A request between its head and the end of its answer."""
        self.in_flight.inc()
        try:
            yield
        finally:
            self.in_flight.dec()

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One answer went out."""
        self.requests.labels(method, route, status).inc()
        self.latency.labels(method, route, status).observe(seconds)
