"""Tells those who watch a job in this process that it changed, so that they need not wait for their next look."""

import asyncio
import contextlib
from collections import defaultdict


class Watchers:
    """Who waits for news of which job."""

    def __init__(self) -> None:
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)

    def tell(self, job_id: str) -> None:
        """Wake everybody who waits for news of `job_id`."""
        for event in self._waiting.get(job_id, ()):
            event.set()

    async def news(self, job_id: str, timeout_s: float) -> None:
        """Wait until something about `job_id` was written in this process, at most `timeout_s` seconds."""
        event = asyncio.Event()
        self._waiting[job_id].add(event)
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), timeout_s)
        finally:
            self._waiting[job_id].discard(event)
            if not self._waiting[job_id]:
                del self._waiting[job_id]
