"""What is read from the parts when somebody scrapes: nothing of it is kept, so nothing of it can be out of date."""

import datetime as dt
import platform
from collections.abc import Iterator, Mapping
from importlib.metadata import version

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import QueuePool

from app.container import Container
from app.jobs.states import JobState
from app.observability.monitor import Monitor
from app.observability.readiness import PARTS, WEAKNESSES, Look, weaknesses
from app.observability.repository import KindOfJob


class StateCollector(Collector):
    """The present state of one running service, by its monitor's last look and the parts' own counts."""

    def __init__(self, container: Container, monitor: Monitor) -> None:
        self._container = container
        self._monitor = monitor

    def collect(self) -> Iterator[Metric]:
        container, look = self._container, self._monitor.last
        yield from _build(container)
        yield from _engine(container)
        yield from _admission(container)
        yield from _pool(container)
        yield from device_memory(container.engine.device)
        if look is not None:
            yield from _readiness(look)
            yield from _index(look)
            yield from _jobs(look.jobs, look.at)


def gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(name, told, value=value)


def labelled(name: str, told: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, told, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def info(name: str, told: str, labels: Mapping[str, str]) -> Metric:
    """A constant 1 whose labels are the news, as Prometheus names it (`…_info`)."""
    family = GaugeMetricFamily(name, told, labels=list(labels))
    family.add_metric(list(labels.values()), 1)
    return family


def _build(container: Container) -> Iterator[Metric]:
    spec = container.engine.spec
    versions = {"version": version("tryon"), "python": platform.python_version(), "torch": version("torch")}
    yield info("tryon_build_info", "What runs here.", versions)
    model = {"name": spec.name, "revision": spec.revision, "preprocess": spec.preprocess_version}
    yield info("tryon_model_info", "The model that embeds.", model | {"device": container.engine.device})


def _engine(container: Container) -> Iterator[Metric]:
    load, worked_at = container.engine.load, container.instruments.worked_at
    waiting = {"shopper": load.waiting, "bulk": load.bulk_waiting}
    yield labelled("tryon_engine_queue_depth", "Inputs that wait for the model.", "priority", waiting)
    yield gauge("tryon_engine_queue_limit", "Inputs that may wait, in each queue.", load.queue_limit)
    yield gauge("tryon_engine_batch_limit", "Inputs that go together at the most, as memory allows.", load.batch_limit)
    yield gauge("tryon_engine_last_success_timestamp_seconds", "When a forward pass last succeeded.", worked_at)
    yield gauge("tryon_cache_entries", "Encodings in the cache.", load.cached)
    yield gauge("tryon_cache_bytes", "Size of the cached encodings.", load.cached_bytes)
    yield gauge("tryon_cache_limit_bytes", "What the cache may hold.", load.cache_bytes)


def _admission(container: Container) -> Iterator[Metric]:
    gate = container.admission.gate
    yield gauge("tryon_admission_working", "Costly requests that are worked on.", gate.working)
    yield gauge("tryon_admission_receiving", "Costly requests whose bodies are on their way.", gate.receiving)
    yield gauge("tryon_admission_limit", "Costly requests that may be worked on at once.", gate.adaptive.room)


def _pool(container: Container) -> Iterator[Metric]:
    pool = container.database.engine.pool
    if isinstance(pool, QueuePool):  # else there is nothing to wait for
        yield gauge("tryon_database_pool_in_use", "Connections that somebody holds.", pool.checkedout())
        yield gauge("tryon_database_pool_size", "Connections kept open; a rush opens more.", pool.size())


def _readiness(look: Look) -> Iterator[Metric]:
    yield gauge("tryon_ready", "Whether shoppers can be answered.", look.ready)
    parts: dict[str, float] = {part: float(part not in look.faults) for part in PARTS}
    yield labelled("tryon_part_ready", "Whether a part does its work.", "part", parts)
    weak = weaknesses(look)
    reasons: dict[str, float] = {reason: float(reason in weak) for reason in WEAKNESSES}
    yield labelled("tryon_degraded", "What needs attention though shoppers are answered.", "reason", reasons)
    yield gauge("tryon_data_disk_free_bytes", "Room on the disk of the data folder.", look.disk_free)
    yield gauge("tryon_data_disk_size_bytes", "Size of the disk of the data folder.", look.disk_bytes)


def _index(look: Look) -> Iterator[Metric]:
    if look.revision is not None:
        yield gauge("tryon_catalogue_revision", "Commits that changed the catalogue.", look.revision)
    yield gauge("tryon_index_damaged_versions", "Index versions that cannot be read.", len(look.damaged))
    if look.view is None:
        return
    index = look.view.snapshot
    manifest = index.manifest
    labels = {"version": manifest.version, "kind": manifest.kind, "precision": manifest.precision}
    yield info("tryon_index_info", "The index that is searched.", labels)
    created = dt.datetime.fromisoformat(manifest.created_at).timestamp()
    yield gauge("tryon_index_created_timestamp_seconds", "When the index was built.", created)
    yield gauge("tryon_index_bytes", "Size of the index's files.", sum(manifest.sizes.values()))
    yield gauge("tryon_index_rows", "Rows of the index as it was built.", len(index.base))
    yield gauge("tryon_index_delta_rows", "Rows behind it, changed since.", len(index.late_ids))
    yield gauge("tryon_index_items", "Items that may be suggested.", look.view.columns.words.items)
    yield gauge("tryon_index_lag_revisions", "Commits of the catalogue that searches do not know of.", look.lag)


def _jobs(jobs: Mapping[str, KindOfJob], at: dt.datetime) -> Iterator[Metric]:
    count = GaugeMetricFamily("tryon_jobs", "Jobs kept.", labels=["kind", "state"])
    for kind, found in jobs.items():
        for state in JobState:
            count.add_metric([kind, state], found.count[state])
    yield count
    ages = {
        "tryon_job_oldest_queued_age_seconds": ("How long the oldest queued job has waited.", "oldest_queued"),
        "tryon_job_longest_running_seconds": ("How long the longest running job has run.", "longest_running"),
        "tryon_job_heartbeat_age_seconds": ("How long a running job has been silent.", "oldest_heartbeat"),
    }
    for name, (told, field) in ages.items():
        yield labelled(name, told, "kind", {kind: _age(getattr(found, field), at) for kind, found in jobs.items()})
    ends = {
        "tryon_job_last_success_timestamp_seconds": "succeeded",
        "tryon_job_last_failure_timestamp_seconds": "failed",
    }
    for name, field in ends.items():
        moments = {kind: getattr(found, field) for kind, found in jobs.items()}
        told = f"When a job last {field}; 0: none that is kept."
        yield labelled(name, told, "kind", {kind: m.timestamp() if m else 0.0 for kind, m in moments.items()})


def _age(since: dt.datetime | None, at: dt.datetime) -> float:
    return 0.0 if since is None else max(0.0, (at - since).total_seconds())


def device_memory(device: str) -> Iterator[Metric]:
    """Memory of a CUDA device, as its driver and torch count it; nothing for others."""
    if not device.startswith("cuda"):
        return
    import torch

    free, total = torch.cuda.mem_get_info(device)
    held, kept = torch.cuda.memory_allocated(device), torch.cuda.memory_reserved(device)
    for name, told, value in (
        ("tryon_device_memory_size_bytes", "Memory of the device.", total),
        ("tryon_device_memory_free_bytes", "Memory of the device that nobody holds.", free),
        ("tryon_device_memory_allocated_bytes", "Memory that tensors of this process hold.", held),
        ("tryon_device_memory_reserved_bytes", "Memory that this process keeps from others.", kept),
    ):
        yield labelled(name, told, "device", {device: value})
    failed = CounterMetricFamily("tryon_device_out_of_memory", "Allocations that failed.", labels=["device"])
    failed.add_metric([device], torch.cuda.memory_stats(device).get("num_ooms", 0))
    yield failed
