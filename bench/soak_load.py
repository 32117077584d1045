"""What goes on in a soak, and what is noticed: queries, reindexes, imports, live changes."""

import asyncio
import base64
import io
import json
import random
import time
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx
import numpy as np

from bench.latency import WISHES
from bench.soak_service import Running

Phase = Literal["warmup", "before", "reindex", "besides"]

KINDS = ("dress", "tshirt", "jeans", "shirt", "jacket", "heels", "handbag", "sweater")
COLOURS = ("red", "blue", "black", "white", "green", "navy", "pink")
ENDED = ("succeeded", "failed", "cancelled")
LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class Waits:
    """Milliseconds of some queries."""

    number: int
    p50: float
    p99: float
    longest: float


@dataclass(slots=True)
class Load:
    """Everything that was noticed.

    Attributes:
        took: milliseconds by phase; a query belongs to "reindex" when one ran while it was asked.
        gone: ids whose deletion was acknowledged, and that nobody began to write again.
        ghosts: answers that held such ids. troubles: what failed besides queries.
        loads: the machine's load average when the clients stop being alone, and at the end.
    """

    phase: Phase = "warmup"
    reindexing: bool = False
    took: dict[Phase, list[float]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    ghosts: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    changed: Counter[str] = field(default_factory=Counter)
    reindexed: int = 0
    imported: int = 0
    seconds: float = 0.0
    loads: list[float] = field(default_factory=list)

    def waits(self, phase: Phase) -> Waits:
        took = self.took.get(phase) or [0.0]
        p50, p99 = np.percentile(took, (50, 99))
        return Waits(len(self.took.get(phase, ())), float(p50), float(p99), max(took))


class Clients:
    """Shoppers who ask one thing after another: a photo, words, both."""

    def __init__(self, service: Running, load: Load, photos: Sequence[bytes], warmup: int) -> None:
        self._service, self._load, self._photos, self._warmup = service, load, photos, warmup
        self._stopped = False
        self._warm = asyncio.Semaphore(0)

    def stop(self) -> None:
        self._stopped = True

    async def warm(self, count: int) -> None:
        """Wait until `count` clients have asked what is not counted, and count from now on."""
        for _ in range(count):
            await self._warm.acquire()
        self._load.phase = "before"

    async def ask(self, number: int) -> None:
        """One client, until `stop`."""
        draw, asked = random.Random(number), 0
        while not self._stopped:
            await self._one(draw)
            asked += 1
            if asked == self._warmup or (asked == 1 and not self._warmup):
                self._warm.release()

    async def _one(self, draw: random.Random) -> None:
        load, files = self._load, self._form(draw)
        phase, reindexing, dead = load.phase, load.reindexing, frozenset(load.gone)
        started = time.perf_counter()
        try:
            answer = await self._service.client.post(
                "/v1/recommendations", files=files, headers=self._service.key("server")
            )
        except httpx.HTTPError as error:
            load.failures.append(repr(error))
            return
        took = (time.perf_counter() - started) * 1000
        if answer.status_code != httpx.codes.CREATED:
            load.failures.append(f"{answer.status_code} {answer.text[:300]}")
            return
        during = phase == "besides" and (reindexing or load.reindexing)
        load.took.setdefault("reindex" if during else phase, []).append(took)
        shown = _ids(answer.json())
        if found := shown & dead & load.gone:
            load.ghosts.append(f"{sorted(found)} in {answer.json()['id']}")

    def _form(self, draw: random.Random) -> list[tuple[str, Any]]:
        sort = draw.choice(("photo", "words", "both"))
        files: list[tuple[str, Any]] = []
        if sort != "words" and self._photos:
            files.append(("photo", ("photo.jpg", draw.choice(self._photos), "image/jpeg")))
        if sort != "photo" or not files:
            files.append(("description", (None, draw.choice(WISHES))))
        return files


@dataclass(frozen=True, slots=True)
class Reindexes:
    """Reindexes one after the other, each a whole new version."""

    service: Running
    load: Load

    async def run(self, count: int) -> None:
        for _ in range(count):
            self.load.reindexing = True
            state = await _job(self.service, self.load, "/v1/admin/reindex", json={"force": True})
            self.load.reindexing = False
            self.load.reindexed += state == "succeeded"


@dataclass(frozen=True, slots=True)
class Imports:
    """Feeds of new items with their pictures."""

    service: Running
    load: Load
    pictures: Sequence[bytes]

    async def run(self, count: int, rows: int) -> None:
        for number in range(count):
            feed = [_item(random.Random(f"{number}-{row}")) | {"id": f"fed-{number}-{row}"} for row in range(rows)]
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                for row, item in enumerate(feed):
                    archive.writestr(f"{item['id']}.webp", self.pictures[row % len(self.pictures)])
            files = {
                "feed": ("feed.jsonl", "\n".join(map(json.dumps, feed)).encode()),
                "pictures": ("pictures.zip", packed.getvalue()),
            }
            state = await _job(self.service, self.load, "/v1/admin/imports", files=files)
            self.load.imported += state == "succeeded"


@dataclass(frozen=True, slots=True)
class Changes:
    """Items written, patched and removed one by one."""

    service: Running
    load: Load
    pictures: Sequence[bytes]

    async def run(self, count: int) -> None:
        draw = random.Random(1)
        there: list[str] = []
        for number in range(count):
            if there and draw.random() < 0.4:
                await self._delete(there.pop(draw.randrange(len(there))))
            elif there and draw.random() < 0.3:
                await self._send("PATCH", draw.choice(there), {"price": f"{draw.randint(5, 90)}.00"})
            else:
                item_id = f"soak-{draw.randint(0, count // 4)}" if draw.random() < 0.5 else f"soak-new-{number}"
                picture = base64.b64encode(draw.choice(self.pictures)).decode()
                self.load.gone.discard(item_id)
                if await self._send("PUT", item_id, _item(draw) | {"pictures": [f"data:image/webp;base64,{picture}"]}):
                    there = [*dict.fromkeys((*there, item_id))]

    async def _delete(self, item_id: str) -> None:
        if await self._send("DELETE", item_id, None):
            self.load.gone.add(item_id)

    async def _send(self, method: str, item_id: str, body: dict[str, Any] | None) -> bool:
        """Counted when it is acknowledged."""
        try:
            answer = await self.service.client.request(
                method, f"/v1/admin/items/{item_id}", json=body, headers=self.service.key("admin")
            )
        except httpx.HTTPError as error:
            self.load.troubles.append(f"{method} {item_id}: {error!r}")
            return False
        if not answer.is_success:
            self.load.troubles.append(f"{method} {item_id}: {answer.status_code} {answer.text[:300]}")
            return False
        self.load.changed[method] += 1
        return True


def _item(draw: random.Random) -> dict[str, Any]:
    kind, colour = draw.choice(KINDS), draw.choice(COLOURS)
    sizes = [{"size": size, "stock": draw.randint(0, 9)} for size in ("S", "M", "L")]
    price = f"{draw.randint(5, 200)}.90"
    return {"title": f"{colour} {kind} soaked", "kind": kind, "colour": colour, "price": price, "sizes": sizes}


async def _job(service: Running, load: Load, path: str, **sent: Any) -> str:
    """Start a job and wait for its end. Returns its state."""
    answer = await service.client.post(path, headers=service.key("admin"), **sent)
    if not answer.is_success:
        load.troubles.append(f"{path}: {answer.status_code} {answer.text[:300]}")
        return "refused"
    job = answer.json()
    while job["state"] not in ENDED:
        await asyncio.sleep(LOOK_S)
        answer = await service.client.get(f"/v1/admin/jobs/{job['id']}", headers=service.key("admin"))
        job = answer.json() if answer.is_success else job
    if job["state"] != "succeeded":
        load.troubles.append(f"{path}: {job}"[:600])
    return str(job["state"])


def _ids(answer: dict[str, Any]) -> set[str]:
    """Every item of an answer, in its suggestions and its looks."""
    shown = {suggestion["item"]["id"] for suggestion in answer["suggestions"]}
    return shown | {p["item"]["id"] for look in answer["outfits"] for p in look["items"] if p["item"]}
