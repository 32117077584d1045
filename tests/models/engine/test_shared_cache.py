"""The cache that processes share: what one encoded the other finds; whatever is wrong with it is a miss."""

import asyncio
import re
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from threading import Thread
from typing import Any

import numpy as np
import pytest
from PIL import Image

from models.contracts import ModelUnavailable
from models.encoders.fake import FakeTokenEncoder
from models.engine import Encoded, Engine, Looked, Place, RedisCache
from models.engine.shared import AWAY_S, SharedCache
from models.engine.watching import Unwatched
from models.fusion import fusions
from tests.models.engine.slow_encoder import SlowEncoder, WholePhoto

DIMS = 8
PATIENT = 10.0
"""Seconds: what is tested is no busy machine."""

PHOTO = Image.new("RGB", (6, 8), "red")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module", params=["fakeredis", "redis-server"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the protocol in this process, and Redis itself where it is installed."""
    port = free_port()
    if request.param == "fakeredis":
        fakeredis: Any = pytest.importorskip("fakeredis")
        server = fakeredis.TcpFakeServer(("127.0.0.1", port))
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"redis://127.0.0.1:{port}/0"
        server.shutdown()
        server.server_close()
        return
    if (program := shutil.which("redis-server")) is None:
        pytest.skip("redis-server is not installed")
    folder = tmp_path_factory.mktemp("redis")
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        for _ in range(200):
            if answers(port):
                break
            time.sleep(0.05)
        yield f"redis://127.0.0.1:{port}/0"
        process.terminate()


@pytest.fixture
def place(url: str, request: pytest.FixtureRequest) -> Place:
    return Place(url, keep_s=60, maker=re.sub(r"\W", "-", request.node.name))


@pytest.fixture
async def cache(place: Place) -> AsyncIterator[RedisCache]:
    opened = RedisCache(place, DIMS, answer_s=PATIENT)
    yield opened
    await opened.close()


def encoded(seed: int, *, tokens: bool = True) -> Encoded:
    rng = np.random.default_rng(seed)
    vector = rng.normal(size=DIMS).astype(np.float32)
    grid = rng.normal(size=(2, 3, DIMS)).astype(np.float16) if tokens else None
    return Encoded(vector / np.linalg.norm(vector), grid, (0.0, -0.25, 1.0, 1.25))


async def written(cache: RedisCache) -> None:
    """Closing waits for what is on its way; another may be opened at the same place."""
    await cache.close()


async def test_what_was_put_is_found_by_another_process(cache: RedisCache, place: Place) -> None:
    with_tokens, without = encoded(1), encoded(2, tokens=False)
    cache.put(b"one", with_tokens)
    cache.put(b"two", without)
    await written(cache)
    other = RedisCache(place, DIMS, answer_s=PATIENT)
    found = await other.get([b"nothing", b"two", b"one"])
    assert list(found) == [b"two", b"one"]
    np.testing.assert_array_equal(found[b"one"].vector, with_tokens.vector)
    np.testing.assert_array_equal(found[b"one"].tokens, with_tokens.tokens)
    assert found[b"one"].frame == with_tokens.frame
    assert found[b"two"].tokens is None
    assert await other.get([]) == {}
    await other.close()


async def test_it_is_kept_for_a_while_and_not_for_those_who_compute_otherwise(cache: RedisCache, place: Place) -> None:
    import redis.asyncio

    cache.put(b"key", encoded(1))
    await written(cache)
    client = redis.asyncio.Redis.from_url(place.url)
    (name,) = [key async for key in client.scan_iter(f"*{place.maker}*")]
    assert 0 < await client.ttl(name) <= place.keep_s
    await client.aclose()
    other = RedisCache(replace(place, maker="int8"), DIMS, answer_s=PATIENT)
    assert await other.get([b"key"]) == {}
    await other.close()


@pytest.mark.parametrize(
    "lie", ["nothing of ours", "other dims", "not a unit", "not a number", "tokens of other dims", "cut off"]
)
async def test_what_is_not_believable_is_a_miss(cache: RedisCache, place: Place, lie: str) -> None:
    import redis.asyncio

    good = encoded(3)
    bad = {
        "other dims": replace(good, vector=np.eye(1, DIMS + 1, dtype=np.float32)[0]),
        "not a unit": replace(good, vector=2 * good.vector),
        "not a number": replace(good, vector=np.full(DIMS, np.nan, np.float32)),
        "tokens of other dims": replace(good, tokens=np.ones((2, 2, DIMS + 1), np.float16)),
    }.get(lie, good)
    cache.put(b"key", bad)
    await written(cache)
    if bad is good:
        client = redis.asyncio.Redis.from_url(place.url)
        (name,) = [key async for key in client.scan_iter(f"*{place.maker}*")]
        await client.set(name, b"hello" if lie == "nothing of ours" else (await client.get(name))[:-5])
        await client.aclose()
    other = RedisCache(place, DIMS, answer_s=PATIENT)
    assert await other.get([b"key"]) == {}
    await other.close()


async def test_one_that_is_away_is_left_alone_for_a_while_and_asked_again(place: Place) -> None:
    clock, told = [0.0], list[float]()
    nobody = replace(place, url=f"redis://127.0.0.1:{free_port()}/0")
    away = RedisCache(nobody, DIMS, away=lambda: told.append(clock[0]), clock=lambda: clock[0])
    for moment in (0.0, 1.0, AWAY_S - 1, AWAY_S + 1):
        clock[0] = moment
        assert await away.get([b"key"]) == {}
        away.put(b"key", encoded(1))
    await away.close()
    assert told == [0.0, AWAY_S + 1]


async def test_one_that_does_not_answer_costs_a_moment(place: Place) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    told = list[str]()
    cache = RedisCache(replace(place, url=f"redis://127.0.0.1:{port}/0"), DIMS, away=lambda: told.append("away"))
    assert await cache.get([b"key"]) == {}
    assert told == ["away"]
    await cache.close()
    server.close()


def test_an_address_that_is_none_is_said_at_the_start() -> None:
    with pytest.raises(ModelUnavailable, match="address of the shared cache"):
        RedisCache(Place("http://127.0.0.1", 60, "m"), DIMS)


class Looks(Unwatched):
    def __init__(self) -> None:
        self.looks: list[Looked] = []

    def looked_up(self, looked: Looked) -> None:
        self.looks.append(looked)


def engine_with(shared: SharedCache, encoder: FakeTokenEncoder | SlowEncoder, looks: Looks) -> Engine:
    return Engine(encoder, WholePhoto(), fusions(), shared=shared, watcher=looks)


async def test_a_second_process_encodes_nothing_that_the_first_one_did(place: Place) -> None:
    looks = Looks()
    first = engine_with(RedisCache(place, DIMS, answer_s=PATIENT), FakeTokenEncoder(dims=DIMS), looks)
    asked = await first.encode_query([PHOTO], "red dress")
    await first.close()  # and with it what was to be shared
    encoder = SlowEncoder()
    second = engine_with(RedisCache(place, DIMS, answer_s=PATIENT), encoder, looks)
    again = await second.encode_query([PHOTO], "red dress")
    once_more = await second.encode_query([PHOTO], "red dress")
    await second.close()
    assert (encoder.pictures, encoder.texts) == (0, [])
    assert looks.looks == [Looked(misses=2), Looked(shared=2), Looked(hits=2)]
    for one in (again, once_more):
        np.testing.assert_array_equal(one.parts[0].fused.vector, asked.parts[0].fused.vector)
        np.testing.assert_array_equal(one.parts[0].tokens, asked.parts[0].tokens)
