"""A reindex keeps tokens of each item: found once, for what lacks them, of encoders that give any."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from app.catalog.reindexing.reindex import ReindexResult, reindex
from app.db.session import Database
from app.media.photo import decode
from app.media.storage import LocalBlobs
from app.settings import IndexSettings, LimitSettings, Settings
from models.contracts import RGB, Encoder, ImageTokens, Matrix
from models.encoders.fake import FakeEncoder, FakeTokenEncoder
from models.engine.engine import Engine
from models.fusion import fusions
from models.index import Snapshot, SnapshotStore
from models.interaction import flat, max_sim
from models.preprocess.image import GarmentPreprocessor
from tests.app.catalog.conftest import Put


class Counting(FakeTokenEncoder):
    """Counts the pictures it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0

    def encode_images(self, pictures: Sequence[RGB]) -> Matrix:
        self.seen += len(pictures)
        return super().encode_images(pictures)


@dataclass
class Shop:
    database: Database
    blobs: LocalBlobs
    folder: Path
    put: Put
    encoder: Encoder = field(default_factory=Counting)

    async def reindex(self, tokens: int) -> tuple[ReindexResult, Snapshot]:
        async def silent(_done: int, _total: int) -> None: ...

        engine = Engine(self.encoder, GarmentPreprocessor(), fusions())
        store = SnapshotStore(self.folder / "indexes")
        settings = Settings(data_dir=self.folder, index=IndexSettings(tokens=tokens))
        try:
            result = await reindex(self.database, self.blobs, engine, store, settings, progress=silent)
        finally:
            await engine.close()
        return result, store.open(result.version)


@pytest.fixture
def shop(database: Database, blobs: LocalBlobs, tmp_path: Path, put: Put) -> Shop:
    return Shop(database, blobs, tmp_path, put)


def grid(shop: Shop, colour: str) -> ImageTokens:
    return FakeTokenEncoder().encode_image_tokens([decode(shop.blobs.get(f"items/{colour}"), LimitSettings())])


async def test_an_index_without_tokens_is_filled_and_only_what_lacks_them_is_looked_at(shop: Shop) -> None:
    assert isinstance(shop.encoder, Counting)
    await shop.put("a", "red")
    await shop.put("b", "blue", "green")
    plain, snapshot = await shop.reindex(0)
    assert (plain.encoded_images, plain.encoded_tokens, snapshot.tokens) == (2, 0, None)

    filled, snapshot = await shop.reindex(2)
    assert (filled.encoded_images, filled.encoded_tokens, filled.unchanged) == (0, 2, False)
    assert snapshot.tokens is not None
    assert snapshot.tokens.shape == (2, 2, 16)

    await shop.put("c", "white")
    shop.encoder.seen = 0
    grown, snapshot = await shop.reindex(2)
    assert (grown.encoded_images, grown.encoded_tokens, grown.items) == (1, 1, 3)
    assert shop.encoder.seen == 1, "vector and tokens come from one look at the one new picture"
    again, _ = await shop.reindex(2)
    assert (again.unchanged, again.encoded_tokens) == (True, 0)


async def test_tokens_are_those_of_the_item_in_that_row(shop: Shop) -> None:
    colours = ("red", "blue", "green")
    for colour in colours:
        await shop.put(colour, colour)
    _, snapshot = await shop.reindex(4)
    assert snapshot.tokens is not None
    for colour in colours:
        likeness = max_sim(flat(grid(shop, colour).tokens[0]), snapshot.tokens)
        assert snapshot.ids[int(likeness.argmax())] == colour
        assert likeness.max() > 0.99


async def test_another_number_of_tokens_is_found_anew_and_none_drops_them_from_the_index(shop: Shop) -> None:
    await shop.put("a", "red")
    await shop.reindex(2)
    more, snapshot = await shop.reindex(3)
    assert more.encoded_tokens == 1
    assert snapshot.tokens is not None
    assert snapshot.tokens.shape[1] == 3
    none, snapshot = await shop.reindex(0)
    assert (none.unchanged, snapshot.tokens) == (False, None)


async def test_an_encoder_without_tokens_is_indexed_without_them(shop: Shop) -> None:
    shop.encoder = FakeEncoder()
    await shop.put("a", "red")
    result, snapshot = await shop.reindex(4)
    assert (result.encoded_images, result.encoded_tokens, snapshot.tokens) == (1, 0, None)
    shop.encoder = FakeTokenEncoder()  # of the same revision, but it says what is where
    result, snapshot = await shop.reindex(4)
    assert (result.encoded_images, result.encoded_tokens) == (0, 1)
    assert snapshot.tokens is not None
    assert np.asarray(snapshot.tokens).any()
