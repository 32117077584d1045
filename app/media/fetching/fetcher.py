"""Pictures and feeds by their address, fetched politely and from nowhere that a stranger's feed may not reach."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from app.db.session import Database
from app.errors import ImportFailed
from app.media.fetching.client import NOT_MODIFIED, Answer, Ask, WebClient
from app.media.fetching.network import Resolver
from app.media.fetching.problems import FetchProblem
from app.media.fetching.repository import FetchedFiles, Remembered
from app.media.fetching.results import Fetched, FetchFailed
from app.media.fetching.shelf import Shelf, conditions_of, renewed
from app.media.storage import BlobStore
from app.settings import Settings
from models.durable import appearing

PICTURES = "image/jpeg, image/png, image/webp, */*;q=0.1"
"""Asked for by name: servers that may choose like to send AVIF, which we cannot read."""

ANYTHING = "*/*"
WRITTEN_AT_ONCE = 1 << 20

Found = tuple[Fetched | FetchFailed, Remembered | None]
"""What became of one address, and what is to be remembered of it."""


class PictureFetcher:
    """Fetches what feeds name. One for an import or for the whole process; close it, or use it as a context.

    Belongs to the event loop that it is first used in. `resolve` stands in for the system's resolver.
    """

    def __init__(
        self, settings: Settings, database: Database, blobs: BlobStore, *, resolve: Resolver | None = None
    ) -> None:
        self._settings = settings.fetch
        self._longest = min(settings.fetch.max_bytes, settings.limits.photo_bytes)
        self._database = database
        self._shelf = Shelf(blobs, settings.limits)
        self._client = WebClient(settings.fetch, resolve)

    async def fetch_many(self, urls: Sequence[str], *, keep: bool = True) -> dict[str, Fetched | FetchFailed]:
        """The pictures at `urls`, each asked for once however often it is named; never raises for a bad one.

        What was fetched before is asked for conditionally (RFC 9110, section 13). With `keep`, JPEG, PNG and WebP are
        put into the blob store under their `picture_key` and remembered with their validators; without, nothing is
        written, as a dry run needs. All the pictures are in memory at once, each of up to `fetch.max_bytes`: give it a
        batch at a time.

        Raises:
            OSError: the blob store cannot be written to.
            DatabaseUnreachable: what is remembered cannot be read or written.
        """
        outcomes: dict[str, Fetched | FetchFailed] = {}
        spelled: dict[str, list[str]] = {}
        for url in dict.fromkeys(urls):
            try:
                spelled.setdefault(self._client.target(url).text, []).append(url)
            except FetchProblem as problem:
                outcomes[url] = FetchFailed(url, problem.reason)
        async with self._database.unit_of_work() as session:
            known = await FetchedFiles(session).of(list(spelled))
        found = await _all({url: self._picture(url, known.get(url), keep=keep) for url in spelled})
        if keep:
            await asyncio.to_thread(self._shelf.put, [outcome for outcome, _ in found.values()])
            async with self._database.unit_of_work() as session:
                await FetchedFiles(session).put([file for _, file in found.values() if file is not None])
        for url, (outcome, _) in found.items():
            outcomes.update({spelling: replace(outcome, url=spelling) for spelling in spelled[url]})
        return outcomes

    async def download(self, url: str, to: Path, limit: int) -> None:
        """The file at `url` as the file `to`, which appears whole or not at all; for a feed of up to `limit` bytes.

        Raises:
            ImportFailed: it cannot be had, or is larger; the detail says why.
            OSError: `to` cannot be written.
        """

        async def write(answer: Answer) -> None:
            with appearing(to) as file:
                waiting = bytearray()
                async for piece in answer.body(limit):
                    waiting += piece
                    if len(waiting) >= WRITTEN_AT_ONCE:
                        await asyncio.to_thread(file.write, bytes(waiting))
                        waiting.clear()
                await asyncio.to_thread(file.write, bytes(waiting))

        try:
            await self._client.get(Ask(url, ANYTHING, self._settings.download_s), write)
        except FetchProblem as problem:
            raise ImportFailed(f"{url} {problem.reason}. Check the address, or give the file itself.") from problem

    async def close(self) -> None:
        """Let go of all connections."""
        await self._client.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _picture(self, url: str, known: Remembered | None, *, keep: bool) -> Found:
        """Asked for conditionally; unconditionally where it did not change and yet is no longer in the blob store."""
        try:
            answer, data = await self._asked(url, known)
            if known is not None and answer.status == NOT_MODIFIED:
                kept = await asyncio.to_thread(self._shelf.find, known)
                if kept is not None:
                    return kept, renewed(known, answer)
                answer, data = await self._asked(url, None)
            return await asyncio.to_thread(self._shelf.take, url, answer, data, keep=keep)
        except FetchProblem as problem:
            return FetchFailed(url, problem.reason), None

    async def _asked(self, url: str, known: Remembered | None) -> tuple[Answer, bytes]:
        """The answer and its body, which a 304 has none of."""

        async def read(answer: Answer) -> tuple[Answer, bytes]:
            if answer.status == NOT_MODIFIED:
                return answer, b""
            return answer, b"".join([piece async for piece in answer.body(self._longest)])

        validated = known.answered_url if known is not None else ""
        return await self._client.get(Ask(url, PICTURES, self._settings.total_s, conditions_of(known), validated), read)


async def _all(work: Mapping[str, Coroutine[Any, Any, Found]]) -> dict[str, Found]:
    """All of it at once. What one of them raises ends the others."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = {url: group.create_task(doing) for url, doing in work.items()}
    except ExceptionGroup as several:
        raise several.exceptions[0] from several
    return {url: task.result() for url, task in tasks.items()}
