"""The use case of live changes: decided, embedded, and committed as one, so that an item is durable and searchable at
once or nothing happened.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.changelog import ChangeLog
from app.catalog.editing.embedding import Embedder, Made, Told
from app.catalog.editing.fetching import FetchedOnDemand
from app.catalog.editing.operations import Operation, Result, once_each
from app.catalog.editing.pictures import Opened, PictureDesk
from app.catalog.editing.plans import Before, Plan, planned
from app.catalog.embeddings import EmbeddingRepository
from app.catalog.inference.repository import InferenceRepository
from app.catalog.records import TOKENS, EmbeddingKey, StoredEmbedding, StoredTokens
from app.catalog.reindexing.encoding import tokens_hash
from app.catalog.repository import ItemRepository
from app.db.session import Database
from app.errors import AppError, EditConflict
from app.media.portions import portions
from app.media.storage import BlobStore
from app.settings import Settings
from models.contracts import RGB

ATTEMPTS = 5

Also = Callable[[AsyncSession, Sequence[Result]], Awaitable[None]]
"""What is written in the same commit."""

Pictures = Mapping[str, list[Opened] | AppError]
"""By item id, what operations bring."""


class _Moved(Exception):
    """An item was changed by another while this change of it was being made ready."""


@dataclass(frozen=True, slots=True)
class Editor:
    """Applies live changes. Every operation stands alone: one that fails leaves its item as it was and no other."""

    database: Database
    desk: PictureDesk
    embedder: Embedder
    currency: str

    @classmethod
    def over(cls, settings: Settings, database: Database, blobs: BlobStore, embedder: Embedder) -> "Editor":
        """Over a shop's parts; pictures are fetched from wherever its settings allow."""
        fetcher = FetchedOnDemand(settings, database, blobs)
        return cls(database, PictureDesk(blobs, settings.limits, fetcher), embedder, settings.shop.currency)

    async def apply(self, operations: Sequence[Operation], also: Also | None = None) -> list[Result]:
        """What became of each operation, in their order; all that succeeded are one commit.

        Raises:
            EditConflict: other writers kept changing the same items; nothing was written.
            Overloaded, NotReady: what has to be embedded cannot be now; nothing was written.
        """
        asked, made = once_each(list(operations)), Made()
        pictures = await self.desk.opened(asked)
        for _ in range(ATTEMPTS):
            before = await self._before([operation.id for operation in asked])
            plans = await asyncio.to_thread(
                lambda known: [planned(one, known[one.id], pictures.get(one.id), self.currency) for one in asked],
                before,
            )
            plans = await self._embedded(plans, made, pictures)
            told = await self._told(plans, made)
            try:
                return await self._commit(plans, pictures, made, told, also)
            except _Moved:
                continue
        raise EditConflict("These items are being changed by others at this moment. Send the change again.")

    async def _before(self, ids: Sequence[str]) -> dict[str, Before]:
        spec = self.embedder.engine.spec
        async with self.database.unit_of_work() as session:
            rows = await ItemRepository(session).hydrate(ids)
            embeddings = EmbeddingRepository(session)
            images = await embeddings.stored(EmbeddingKey.of("image", spec), list(rows))
            texts = await embeddings.stored(EmbeddingKey.of("text", spec), list(rows))
            tokens = await embeddings.hashes(EmbeddingKey.of(TOKENS, spec), list(rows))
        return {id_: Before(rows.get(id_), images.get(id_), texts.get(id_), tokens.get(id_, "")) for id_ in ids}

    async def _embedded(self, plans: Sequence[Plan], made: Made, pictures: Pictures) -> list[Plan]:
        """`plans` once `made` has what they lack; one whose stored pictures cannot be read fails."""
        found, count = list(plans), self.embedder.token_count
        sources = {n: plan.source for n, plan in enumerate(found) if plan.source and plan.lacks_image(count)}
        lacking = {n: source.blob_keys for n, source in sources.items() if source.image_hash not in made.images}
        for portion in portions(lacking):
            views: dict[str, Sequence[RGB]] = {}
            for n in portion:
                try:
                    views[sources[n].image_hash] = await self._views(found[n], pictures.get(found[n].operation.id))
                except AppError as error:
                    found[n] = found[n].failing(error)
            await self.embedder.add_images(made, views)
        await self.embedder.add_texts(made, [plan.source for plan in found if plan.source and plan.lacks_text])
        return found

    async def _views(self, plan: Plan, opened: list[Opened] | AppError | None) -> Sequence[RGB]:
        """The pictures that a plan's item has afterwards."""
        if isinstance(opened, list):
            return await self.desk.decoded(opened)
        return await self.desk.stored(plan.pictures)

    async def _told(self, plans: Sequence[Plan], made: Made) -> Told:
        retold = [plan for plan in plans if plan.retell and plan.record is not None]
        vectors = {}
        for plan in retold:
            image = plan.before.image
            if plan.source is not None and plan.source.image_hash in made.images:
                vectors[plan.operation.id] = made.images[plan.source.image_hash]
            elif plan.source is not None and image is not None and image.source_hash == plan.source.image_hash:
                vectors[plan.operation.id] = image.vector
        items = [(p.record, p.source.image_hash if p.source else "") for p in retold if p.record is not None]
        return await self.embedder.told(items, vectors)

    async def _commit(
        self, plans: Sequence[Plan], pictures: Pictures, made: Made, told: Told, also: Also | None
    ) -> list[Result]:
        """Raises _Moved, with nothing written, when an item is no longer what its plan was made for."""
        writing = [plan for plan in plans if plan.writes(self.embedder.token_count)]
        results = [plan.result for plan in plans]
        brought = [pictures.get(plan.operation.id) for plan in writing]
        await self.desk.keep([one for opened in brought if isinstance(opened, list) for one in opened])
        async with self.database.unit_of_work() as session:
            if writing:
                await self._write(session, writing, made, told)
            if also is not None:
                await also(session, results)
        return results

    async def _write(self, session: AsyncSession, plans: Sequence[Plan], made: Made, told: Told) -> None:
        items, ids = ItemRepository(session), [plan.operation.id for plan in plans]
        await ChangeLog(session).record(ids)  # holds off every other writer from here on
        known = await items.known(ids)
        if any(known.get(plan.operation.id) != plan.before.known for plan in plans):
            raise _Moved
        await items.upsert([plan.record for plan in plans if plan.record is not None])
        await items.delete([plan.operation.id for plan in plans if plan.outcome == "deleted"])
        await self._put_vectors(EmbeddingRepository(session), plans, made)
        if told.stamps:
            least = self.embedder.settings.inference.confidence
            await InferenceRepository(session).put(told.stamps, told.guesses, least)

    async def _put_vectors(self, embeddings: EmbeddingRepository, plans: Sequence[Plan], made: Made) -> None:
        spec, count = self.embedder.engine.spec, self.embedder.token_count
        sources = [plan.source for plan in plans if plan.embed and plan.source is not None]
        images = [(s, s.image_hash, made.images[s.image_hash]) for s in sources if s.image_hash in made.images]
        texts = [(s, s.text_hash, made.texts[s.text_hash]) for s in sources if s.text_hash in made.texts]
        for signal, found in (("image", images), ("text", texts)):
            stored = [StoredEmbedding(s.item_id, digest, vector) for s, digest, vector in found]
            await embeddings.put(EmbeddingKey.of(signal, spec), stored)
        hashes = {s.item_id: tokens_hash(s.image_hash, count) for s in sources}
        tokens = [
            StoredTokens(id_, digest, made.tokens[digest]) for id_, digest in hashes.items() if digest in made.tokens
        ]
        await embeddings.put_tokens(spec, tokens)
