"""Vectors and inferred attributes of a few items, made before the commit that writes them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from app.asking import said_plainly
from app.catalog.embeddings import may_be_worn
from app.catalog.inference.filling import guesses_of, knowledge, stamp_of, teller
from app.catalog.inference.guesses import NAMES, Guess
from app.catalog.inference.repository import Gap
from app.catalog.records import HalfVector, IndexSource, ItemRecord
from app.catalog.reindexing.encoding import condensed_views, mean_rows, runs, tokens_hash
from app.settings import Settings
from models.contracts import RGB
from models.engine.engine import Engine
from models.interaction import ItemTokens
from models.zero_shot import AttributeTagger


@dataclass(slots=True)
class Made:
    """What was embedded, by the hash of what it was made of: an attempt to commit that fails need not do it again."""

    images: dict[str, HalfVector] = field(default_factory=dict)
    texts: dict[str, HalfVector] = field(default_factory=dict)
    tokens: dict[str, ItemTokens] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """What is inferred of items whose feed left something out."""

    stamps: Mapping[str, str]
    guesses: Mapping[str, Sequence[Guess]]


@dataclass(frozen=True, slots=True)
class Embedder:
    """The model over a few items."""

    engine: Engine
    settings: Settings
    tagger: AttributeTagger | None = None

    @property
    def token_count(self) -> int:
        """Tokens that are kept of each item."""
        return self.settings.index.tokens if self.engine.gives_tokens else 0

    async def add_texts(self, made: Made, sources: Sequence[IndexSource]) -> None:
        """Embed the words of `sources`, unless `made` has them."""
        lacking = {s.text_hash: s.text for s in sources if s.text_hash not in made.texts}
        if not lacking:
            return
        with said_plainly():
            vectors = await self.engine.encode_texts(list(lacking.values()))
        made.texts.update({digest: one.astype(np.float16) for digest, one in zip(lacking, vectors, strict=True)})

    async def add_images(self, made: Made, pictures: Mapping[str, Sequence[RGB]]) -> None:
        """Embed each item's pictures, by the hash of them all, unless `made` has them."""
        lacking = {digest: views for digest, views in pictures.items() if digest not in made.images}
        if not lacking:
            return
        flat, counts = [p for views in lacking.values() for p in views], [len(views) for views in lacking.values()]
        with said_plainly():
            encoded = await self.engine.encode_pictures(flat)
        vectors = mean_rows(np.stack([one.vector for one in encoded]), counts).astype(np.float16)
        made.images.update(dict(zip(lacking, vectors, strict=True)))
        if count := self.token_count:
            views = list(runs(encoded, counts))
            kept = await asyncio.to_thread(lambda: [condensed_views(one, count) for one in views])
            hashes = (tokens_hash(digest, count) for digest in lacking)
            made.tokens.update(dict(zip(hashes, kept, strict=True)))

    async def told(self, items: Sequence[tuple[ItemRecord, str]], vectors: Mapping[str, HalfVector]) -> Told:
        """What titles and pictures say of what the items' own data leave out.

        Args: items: each with the hash of its pictures, empty for none. vectors: image vectors by item id.
        """
        if not self.settings.inference.enabled:
            return Told({}, {})
        gaps = [gap for record, image_hash in items if (gap := _gap(record, image_hash)) is not None]
        if not gaps:
            return Told({}, {})
        guesses = await asyncio.to_thread(guesses_of, gaps, vectors, await teller(self.engine, gaps, self.tagger))
        model = knowledge(self.engine.spec)
        return Told({gap.item_id: stamp_of(gap, model) for gap in gaps}, guesses)


def _gap(record: ItemRecord, image_hash: str) -> Gap | None:
    missing = tuple(name for name in NAMES if not getattr(record, name))
    if not missing or not may_be_worn(record):
        return None
    return Gap(record.id, record.title, record.title_zh, missing, image_hash, "")
