"""Keys a process has met lately, so that not every request asks the database who calls."""

import asyncio
import datetime as dt
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from app.auth.keys import KeyRepository
from app.auth.secret import digest
from app.auth.tables import ApiKeyRow
from app.db.base import now
from app.db.session import OUTAGES, Database

log = structlog.get_logger(__name__)

MOST = 2_000
"""Keys remembered at once. Only keys that exist are: guesses do not drive them out."""


@dataclass(frozen=True, slots=True)
class KnownKey:
    """What is known of a key; `revoked` and `expires_at` say whether it may still be used."""

    id: str
    prefix: str
    scope: str
    revoked: bool
    expires_at: dt.datetime | None

    @classmethod
    def of(cls, row: ApiKeyRow) -> "KnownKey":
        return cls(row.id, row.prefix, row.scope, row.revoked_at is not None, row.expires_at)

    def ended(self, moment: dt.datetime) -> bool:
        return self.revoked or (self.expires_at is not None and self.expires_at <= moment)


class KnownKeys:
    """Finds keys by their secret. What is remembered is asked for again after `life_s` seconds at the latest, so a
    revoked key is refused everywhere within that time; one that expires, at once.
    """

    def __init__(
        self,
        database: Database,
        life_s: float,
        noted_every_s: float = 300.0,
        *,
        most: int = MOST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._life_s = life_s
        self._seldom = dt.timedelta(seconds=noted_every_s)
        self._most = most
        self._clock = clock
        self._met: OrderedDict[str, tuple[float, KnownKey]] = OrderedDict()
        self._notes: dict[str, asyncio.Task[None]] = {}

    def remembered(self, secret: str) -> KnownKey | None:
        """The key, when it was looked up within the last `life_s` seconds. Asks nobody."""
        found = self._met.get(digest(secret))
        return found[1] if found is not None and self._clock() < found[0] else None

    async def look_up(self, secret: str) -> KnownKey | None:
        """The key as the database has it now; None for none. What is found is remembered, and its use noted."""
        asked = self._clock()  # before the database is read: a revocation after it must be noticed in time
        async with self._database.unit_of_work() as session:
            row = await KeyRepository(session).by_secret(secret)
        if row is None:
            return None
        key = KnownKey.of(row)
        self._remember(digest(secret), asked + self._life_s, key)
        moment = now()
        if not key.ended(moment) and (row.last_used_at is None or row.last_used_at < moment - self._seldom):
            self._note(key.id, moment)
        return key

    async def close(self) -> None:
        """Wait for notes that are being written."""
        await asyncio.gather(*self._notes.values(), return_exceptions=True)

    def _remember(self, hashed: str, until: float, key: KnownKey) -> None:
        if not self._life_s:
            return
        self._met[hashed] = (until, key)
        self._met.move_to_end(hashed)
        while len(self._met) > self._most:
            self._met.popitem(last=False)

    def _note(self, key_id: str, moment: dt.datetime) -> None:
        """In the background: no request waits for a busy database to learn when its key was used."""
        if key_id not in self._notes:
            task = asyncio.create_task(self._write(key_id, moment), name="note-key-use")
            self._notes[key_id] = task
            task.add_done_callback(lambda _done: self._notes.pop(key_id, None))

    async def _write(self, key_id: str, moment: dt.datetime) -> None:
        try:
            async with self._database.unit_of_work() as session:
                await KeyRepository(session).used(key_id, moment, self._seldom)
        except OUTAGES:  # the next look-up tries again
            log.warning("key_use_not_noted", key_id=key_id, exc_info=True)
