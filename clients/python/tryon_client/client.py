"""Both clients: the same operations, blocking and async."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Protocol, Self, TypeVar

import httpx
import stamina
from httpx_sse import EventSource

from tryon_client import admin, shop
from tryon_client.admin_models import Job
from tryon_client.calls import Call
from tryon_client.errors import Problem, media_type
from tryon_client.retrying import Retries
from tryon_client.watching import JobEvent, Watch

P = ParamSpec("P")
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

TIMEOUT_S = 60.0
PATIENT = Retries()
NEVER = "the last attempt returns or raises"


class PageOf(Protocol[T_co]):
    """A page of a list, whatever else it carries."""

    @property
    def items(self) -> Sequence[T_co]: ...

    @property
    def next(self) -> str | None: ...


def blocking(make: Callable[P, Call[T]]) -> "Callable[Concatenate[Tryon, P], T]":
    """An operation as a method of the blocking client."""

    def method(self: "Tryon", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.send(make(*args, **kwargs))

    method.__name__, method.__doc__ = make.__name__, make.__doc__
    return method


def awaiting(make: Callable[P, Call[T]]) -> "Callable[Concatenate[AsyncTryon, P], Awaitable[T]]":
    """An operation as a method of the async client."""

    async def method(self: "AsyncTryon", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.send(make(*args, **kwargs))

    method.__name__, method.__doc__ = make.__name__, make.__doc__
    return method


class Tryon:
    """A blocking client; close it, or use it as a context manager.

    Args:
        url: of the service, with the path that it is mounted at.
        key: of scope shop, server or admin; None where the shop is anonymous.
        retries: what is tried again, and how often.
        transport: how requests go out, for tests and proxies.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        retries: Retries = PATIENT,
        timeout_s: float = TIMEOUT_S,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._retries = retries
        self._http = httpx.Client(base_url=url, headers=_bearer(key), timeout=timeout_s, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give connections back."""
        self._http.close()

    def send(self, call: Call[T]) -> T:
        """What the service answers. Raises Problem, or httpx.TransportError where it cannot be reached."""
        for attempt in stamina.retry_context(**self._retries.arguments(repeatable=call.repeatable)):
            with attempt, call.body() as body:
                return call.read(_checked(call, self._http.request(**_request(call), **body)))
        raise AssertionError(NEVER)

    def every(self, make: Callable[P, Call[PageOf[T]]], *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        """All of a list, page by page as they are read: `every(list_items, locale="en")`."""
        call = make(*args, **kwargs)
        while True:
            page = self.send(call)
            yield from page.items
            if page.next is None:
                return
            call = call.at(page.next)

    def watch_job(self, job_id: str) -> Iterator[JobEvent]:
        """A job's events as they happen, until it ends. A lost connection is taken up where it broke off."""
        watch = Watch(job_id)
        while not watch.finished:
            response = self._stream(watch)
            with contextlib.closing(response), contextlib.suppress(httpx.TransportError):
                watch.opened(response)
                if not watch.finished:
                    yield from map(watch.take, EventSource(response).iter_sse())

    def wait_for_job(self, job_id: str) -> Job:
        """The job once it has ended, however it did."""
        for event in self.watch_job(job_id):
            if event.job is not None:
                return event.job
        return self.get_job(job_id)

    def _stream(self, watch: Watch) -> httpx.Response:
        for attempt in stamina.retry_context(**self._retries.arguments(repeatable=True)):
            with attempt:
                patience = watch.patience(self._http.timeout)
                request = self._http.build_request(**_request(watch.call), timeout=patience)
                response = self._http.send(request, stream=True)
                if not response.is_success:
                    response.read()
                return _checked(watch.call, response)
        raise AssertionError(NEVER)

    recommend = blocking(shop.recommend)
    list_recommendations = blocking(shop.list_recommendations)
    get_recommendation = blocking(shop.get_recommendation)
    erase_recommendation = blocking(shop.erase_recommendation)
    get_heatmap = blocking(shop.get_heatmap)
    get_photo = blocking(shop.get_photo)
    create_shopper = blocking(shop.create_shopper)
    get_sizes = blocking(shop.get_sizes)
    put_sizes = blocking(shop.put_sizes)
    erase_shopper = blocking(shop.erase_shopper)
    record_events = blocking(shop.record_events)
    tag_photo = blocking(shop.tag_photo)
    list_items = blocking(shop.list_items)
    get_item = blocking(shop.get_item)
    get_item_image = blocking(shop.get_item_image)
    list_similar = blocking(shop.list_similar)
    list_outfits = blocking(shop.list_outfits)
    healthz = blocking(shop.healthz)
    readyz = blocking(shop.readyz)
    inspect_items = blocking(admin.inspect_items)
    inspect_item = blocking(admin.inspect_item)
    inspect_picture = blocking(admin.inspect_picture)
    put_item = blocking(admin.put_item)
    patch_item = blocking(admin.patch_item)
    delete_item = blocking(admin.delete_item)
    change_items = blocking(admin.change_items)
    start_import = blocking(admin.start_import)
    start_reindex = blocking(admin.start_reindex)
    list_jobs = blocking(admin.list_jobs)
    get_job = blocking(admin.get_job)
    cancel_job = blocking(admin.cancel_job)
    retry_job = blocking(admin.retry_job)
    list_rows = blocking(admin.list_rows)
    list_indexes = blocking(admin.list_indexes)
    activate_index = blocking(admin.activate_index)
    list_audit = blocking(admin.list_audit)


class AsyncTryon:
    """As `Tryon`, for code that awaits."""

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        retries: Retries = PATIENT,
        timeout_s: float = TIMEOUT_S,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._retries = retries
        self._http = httpx.AsyncClient(base_url=url, headers=_bearer(key), timeout=timeout_s, transport=transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Give connections back."""
        await self._http.aclose()

    async def send(self, call: Call[T]) -> T:
        """What the service answers. Raises Problem, or httpx.TransportError where it cannot be reached."""
        async for attempt in stamina.retry_context(**self._retries.arguments(repeatable=call.repeatable)):
            with attempt, call.body() as body:
                return call.read(_checked(call, await self._http.request(**_request(call), **body)))
        raise AssertionError(NEVER)

    async def every(self, make: Callable[P, Call[PageOf[T]]], *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]:
        """All of a list, page by page as they are read."""
        call = make(*args, **kwargs)
        while True:
            page = await self.send(call)
            for item in page.items:
                yield item
            if page.next is None:
                return
            call = call.at(page.next)

    async def watch_job(self, job_id: str) -> AsyncIterator[JobEvent]:
        """A job's events as they happen, until it ends. A lost connection is taken up where it broke off."""
        watch = Watch(job_id)
        while not watch.finished:
            response = await self._stream(watch)
            async with contextlib.aclosing(response):
                with contextlib.suppress(httpx.TransportError):
                    watch.opened(response)
                    if not watch.finished:
                        async for event in EventSource(response).aiter_sse():
                            yield watch.take(event)

    async def wait_for_job(self, job_id: str) -> Job:
        """The job once it has ended, however it did."""
        async for event in self.watch_job(job_id):
            if event.job is not None:
                return event.job
        return await self.get_job(job_id)

    async def _stream(self, watch: Watch) -> httpx.Response:
        async for attempt in stamina.retry_context(**self._retries.arguments(repeatable=True)):
            with attempt:
                patience = watch.patience(self._http.timeout)
                request = self._http.build_request(**_request(watch.call), timeout=patience)
                response = await self._http.send(request, stream=True)
                if not response.is_success:
                    await response.aread()
                return _checked(watch.call, response)
        raise AssertionError(NEVER)

    recommend = awaiting(shop.recommend)
    list_recommendations = awaiting(shop.list_recommendations)
    get_recommendation = awaiting(shop.get_recommendation)
    erase_recommendation = awaiting(shop.erase_recommendation)
    get_heatmap = awaiting(shop.get_heatmap)
    get_photo = awaiting(shop.get_photo)
    create_shopper = awaiting(shop.create_shopper)
    get_sizes = awaiting(shop.get_sizes)
    put_sizes = awaiting(shop.put_sizes)
    erase_shopper = awaiting(shop.erase_shopper)
    record_events = awaiting(shop.record_events)
    tag_photo = awaiting(shop.tag_photo)
    list_items = awaiting(shop.list_items)
    get_item = awaiting(shop.get_item)
    get_item_image = awaiting(shop.get_item_image)
    list_similar = awaiting(shop.list_similar)
    list_outfits = awaiting(shop.list_outfits)
    healthz = awaiting(shop.healthz)
    readyz = awaiting(shop.readyz)
    inspect_items = awaiting(admin.inspect_items)
    inspect_item = awaiting(admin.inspect_item)
    inspect_picture = awaiting(admin.inspect_picture)
    put_item = awaiting(admin.put_item)
    patch_item = awaiting(admin.patch_item)
    delete_item = awaiting(admin.delete_item)
    change_items = awaiting(admin.change_items)
    start_import = awaiting(admin.start_import)
    start_reindex = awaiting(admin.start_reindex)
    list_jobs = awaiting(admin.list_jobs)
    get_job = awaiting(admin.get_job)
    cancel_job = awaiting(admin.cancel_job)
    retry_job = awaiting(admin.retry_job)
    list_rows = awaiting(admin.list_rows)
    list_indexes = awaiting(admin.list_indexes)
    activate_index = awaiting(admin.activate_index)
    list_audit = awaiting(admin.list_audit)


def _bearer(key: str | None) -> dict[str, str]:
    return {} if key is None else {"Authorization": f"Bearer {key}"}


def _request(call: Call[Any]) -> dict[str, Any]:
    return {"method": call.method, "url": call.path, "params": dict(call.params), "headers": dict(call.headers)}


def _checked(call: Call[Any], response: httpx.Response) -> httpx.Response:
    """Raises Problem for everything that is an error, or leads elsewhere."""
    if response.is_success or (response.status_code in call.answers and media_type(response) == "application/json"):
        return response
    raise Problem(response)
