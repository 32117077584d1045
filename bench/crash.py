"""`kill -9` at random moments of imports, reindexes, live changes and switches: what was acknowledged is there after
the restart, nothing is there twice, the service is ready by itself, its jobs go on.

`python -m bench.crash --points 60 [--database postgresql] [--seed 1]`
"""

import argparse
import base64
import io
import json
import random
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from PIL import Image

from bench.crash_service import Service, postgres
from bench.soak_service import free_port

FEED_ROWS = 120
SETTLE_S = 60.0
COLOURS = ("red", "blue", "black", "white", "green")
Told = dict[str, Any]


def picture(number: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 40), (number % 256, number * 7 % 256, number * 31 % 256)).save(out, "PNG")
    return out.getvalue()


@dataclass
class Shop:
    """What the shop was told and what it acknowledged: by item id, the titles that it may have now (None: it is gone).

    A change whose answer never came may have happened or not: both are right.
    """

    service: Service
    rng: random.Random
    may: dict[str, set[str | None]] = field(default_factory=dict)
    jobs: set[str] = field(default_factory=set)
    versions: set[str] = field(default_factory=set)
    """Those that may be live now."""
    reindexed: str = ""
    """The newest reindex that was looked at."""
    step: int = 0
    acknowledged: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    """How many of what were held against what was acknowledged."""

    def upserts(self, client: httpx.Client) -> None:
        """Live changes one after the other until the service dies."""
        while True:
            self.step += 1
            item, title = f"live-{self.rng.randrange(30)}", f"dress number {self.step}"
            gone = self.rng.random() < 0.2
            before = self.may.get(item, {None})
            self.may[item] = before | {None if gone else title}
            if gone:
                answer = client.delete(f"/v1/admin/items/{item}")
                assert answer.status_code in (204, 404), answer.text
            else:
                data = "data:image/png;base64," + base64.b64encode(picture(self.step)).decode()
                facts = {"title": title, "kind": "dress", "gender": "women", "pictures": [data]}
                answer = client.put(f"/v1/admin/items/{item}", json=facts)
                assert answer.status_code in (200, 201), answer.text
            self.may[item] = {None if gone else title}
            self.acknowledged["upsert"] += 1

    def imports(self, client: httpx.Client) -> None:
        self._watch(client, self.upload(client))

    def upload(self, client: httpx.Client) -> str:
        """An import, as far as its job is there; the id of that."""
        self.step += 1
        titles = {f"feed-{n}": f"feed dress {n} as of {self.step}" for n in range(FEED_ROWS)}
        facts = {"kind": "dress", "gender": "women", "price": "10"}
        feed = "\n".join(json.dumps({"id": i, "title": title, **facts}) for i, title in titles.items())
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as out:
            for number, item in enumerate(titles):
                out.writestr(f"{item}.png", picture(number + self.step))
        for item, title in titles.items():
            self.may[item] = self.may.get(item, {None}) | {title}
        files = {"feed": ("feed.jsonl", feed.encode()), "pictures": ("pictures.zip", archive.getvalue())}
        answer = client.post("/v1/admin/imports", files=files)
        assert answer.status_code == 202, answer.text
        self.acknowledged["import"] += 1
        self.may |= {item: {title} for item, title in titles.items()}
        return self._noted(answer)

    def reindex(self, client: httpx.Client) -> None:
        self._watch(client, self.ask(client))

    def ask(self, client: httpx.Client) -> str:
        """A reindex, as far as its job is there; the id of that."""
        answer = client.post("/v1/admin/reindex", json={"force": True, "reencode": self.rng.random() < 0.5})
        assert answer.status_code == 202, answer.text
        self.acknowledged["reindex"] += 1
        return self._noted(answer)

    def _noted(self, answer: httpx.Response) -> str:
        job = str(answer.json()["id"])
        self.jobs.add(job)
        return job

    def switch(self, client: httpx.Client) -> None:
        """To and fro between the versions there are."""
        while True:
            known = [index["version"] for index in client.get("/v1/admin/indexes").json()["items"]]
            wanted = self.rng.choice(known)
            self.versions.add(wanted)
            answer = client.post(f"/v1/admin/indexes/{wanted}/activate")
            assert answer.status_code == 200, answer.text
            self.versions = {wanted}
            self.acknowledged["switch"] += 1

    def check(self, client: httpx.Client) -> None:
        """Hold what the service has against what it said. Raises AssertionError."""
        listed = self._settled(client)
        ids = [job["id"] for job in listed]
        assert len(ids) == len(set(ids))
        assert self.jobs <= set(ids), f"acknowledged jobs are gone: {self.jobs - set(ids)}"
        bad = [job for job in listed if job["state"] != "succeeded"]
        assert not bad, f"jobs did not succeed: {bad}"
        for job in (job for job in listed if job["kind"] == "import"):
            rows = self.pages(client, f"/v1/admin/jobs/{job['id']}/rows")
            assert len(rows) == FEED_ROWS, f"{len(rows)} rows told of {FEED_ROWS}"
            assert len({row["line"] for row in rows}) == FEED_ROWS, "a row is told twice"
            self.checked["rows of imports"] += len(rows)
        items = self.pages(client, "/v1/items")
        newest = next(job for job in listed if job["kind"] == "reindex")
        if newest["id"] != self.reindexed:  # killed before it took the job, the service serves what it served
            self.reindexed, self.versions = newest["id"], {newest["result"]["version"]}
        there = {item["id"]: item["title"] for item in items}
        assert len(there) == len(items), "an item is listed twice"
        for item, titles in self.may.items():
            assert there.get(item) in titles, f"{item} is {there.get(item)!r}, must be one of {titles}"
            self.may[item] = {there.get(item)}
        assert set(there) <= set(self.may)
        self.checked += Counter({"items": len(self.may), "jobs": len(listed), "restarts": 1})
        self._check_search(client, there)

    def _check_search(self, client: httpx.Client, there: dict[str, str]) -> None:
        ready = client.get("/readyz").json()
        assert ready["ready"], ready
        if self.versions:
            assert ready["index_version"] in self.versions, f"{ready['index_version']} is live, not {self.versions}"
            self.versions = {ready["index_version"]}
        answer = client.post("/v1/recommendations", files={"description": (None, "a red dress"), "limit": (None, "50")})
        assert answer.status_code == 201, answer.text
        shown = [one["item"]["id"] for one in answer.json()["suggestions"]]
        assert len(shown) == len(set(shown)), "an item is suggested twice"
        assert set(shown) <= set(there), "an item that is gone is suggested"
        for item in self.rng.sample(sorted(there), k=min(3, len(there))):
            similar = client.get(f"/v1/items/{item}/similar")
            assert similar.status_code == 200, f"{item} is not searchable: {similar.text}"
            self.checked["searches"] += 1
        self.checked["searches"] += 1

    def _settled(self, client: httpx.Client) -> list[Told]:
        """All jobs, once none is left to do."""
        end = time.monotonic() + SETTLE_S
        while True:
            listed = self.pages(client, "/v1/admin/jobs")
            if all(job["state"] not in ("queued", "running") for job in listed):
                return listed
            assert time.monotonic() < end, f"jobs hang: {[j for j in listed if j['state'] in ('queued', 'running')]}"
            time.sleep(0.05)

    @staticmethod
    def _watch(client: httpx.Client, job: str) -> None:
        while client.get(f"/v1/admin/jobs/{job}").json()["state"] in ("queued", "running"):
            time.sleep(0.01)

    @staticmethod
    def pages(client: httpx.Client, path: str) -> list[Told]:
        """All that a list has."""
        found: list[Told] = []
        cursor: str | None = None
        while True:
            answer = client.get(path, params={"limit": 100} | ({"cursor": cursor} if cursor else {}))
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found


def killed_while(service: Service, work: Callable[[httpx.Client], None], after_s: float) -> bool:
    """Kill the service so long after `work` began; whether that was still going on."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            with service.client() as client:
                work(client)
        except httpx.TransportError as error:
            failed.append(error)
        except BaseException as error:
            failed.insert(0, error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(after_s)
    busy = thread.is_alive()
    service.kill()
    thread.join()
    if failed and not isinstance(failed[0], httpx.TransportError):
        raise failed[0]
    return busy


def torture(service: Service, points: int, seed: int) -> dict[str, Any]:
    """So many kills, and what was seen. Goes on after what is wrong."""
    shop = Shop(service, random.Random(seed))
    service.prepare()
    service.start()
    with service.client() as client:
        shop.imports(client)
        shop.reindex(client)
        shop.check(client)
    longest = {"imports": 1.5, "reindex": 1.5, "upserts": 0.6, "switch": 0.4}
    kills: Counter[str] = Counter()
    midst = 0
    wrong: list[str] = []
    for number in range(points):
        name = sorted(longest)[number % len(longest)]
        kills[name] += 1
        try:
            midst += killed_while(service, getattr(shop, name), shop.rng.uniform(0.0, longest[name]))
            service.note(f"killed: point {number}, {name}")
            service.start()
            with service.client() as client:
                shop.check(client)
        except (AssertionError, httpx.HTTPError) as error:
            wrong.append(f"point {number}, {name}: {type(error).__name__} {error}")
            service.note(f"WRONG: {wrong[-1]}")
    if service.pid is None:
        service.start()
    with service.client() as client:
        attempts = Counter(job["attempts"] for job in shop.pages(client, "/v1/admin/jobs"))
    service.kill()
    return {
        "kills": dict(kills),
        "in the midst": midst,
        "wrong": wrong,
        "acknowledged": dict(shop.acknowledged),
        "checked": dict(shop.checked),
        "jobs by attempts": {str(k): attempts[k] for k in sorted(attempts)},
        "seconds until ready, median and longest": [round(median(service.starts), 2), round(max(service.starts), 2)],
    }


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--points", type=int, default=60)
    asked.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    with ExitStack() as stack:
        url = stack.enter_context(postgres()) if given.database == "postgresql" else ""
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tryon-crash-")))
        service = Service(folder / "data", url, free_port())
        stack.callback(service.kill)
        began = time.monotonic()
        seen = torture(service, given.points, given.seed)
        took = round(time.monotonic() - began, 1)
        print(json.dumps({"database": given.database, **seen, "took_s": took}, indent=1), flush=True)
        if seen["wrong"]:
            sys.exit(service.log.read_text("utf-8")[-20_000:])


if __name__ == "__main__":
    main()
