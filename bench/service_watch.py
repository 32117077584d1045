"""What a running service says of itself at /metrics, once and again and again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter

import httpx
from prometheus_client.parser import text_string_to_metric_families

from bench.capacity_figures import Sample

STAGES = "tryon_recommendation_stage_seconds"
EVERY_S = 1.0


def parsed(text: str, at_s: float) -> Sample:
    """Prometheus' text format as a sample. Raises KeyError where the process tells nothing of itself."""
    one: dict[str, float] = {}
    sums: dict[str, float] = {}
    counts: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for found in family.samples:
            if found.name == f"{STAGES}_sum":
                sums[found.labels["stage"]] = found.value
            elif found.name == f"{STAGES}_count":
                counts[found.labels["stage"]] = found.value
            elif not found.labels:
                one[found.name] = found.value
    return Sample(
        at_s=at_s,
        resident=one["process_resident_memory_bytes"],
        files=int(one["process_open_fds"]),
        cpu_s=one["process_cpu_seconds_total"],
        stages={stage: (sums[stage], counts[stage]) for stage in sums},
    )


@dataclass(frozen=True, slots=True)
class Watch:
    """Looks at one service."""

    client: httpx.AsyncClient

    async def look(self) -> Sample:
        answer = await self.client.get("/metrics")
        return parsed(answer.raise_for_status().text, perf_counter())

    async def settled(self) -> Sample:
        """A look that none of the last second's work is missing from: they are made anew once a second."""
        await asyncio.sleep(1.1)
        return await self.look()

    @asynccontextmanager
    async def meanwhile(self) -> AsyncIterator[list[Sample]]:
        """Samples, one a second, that are taken while the block runs."""
        samples: list[Sample] = []

        async def watching() -> None:
            while True:
                samples.append(await self.look())
                await asyncio.sleep(EVERY_S)

        task = asyncio.create_task(watching())
        try:
            yield samples
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
