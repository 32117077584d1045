"""What going over to another model leaves to do: changes that came meanwhile, and vectors that nobody needs."""

from collections.abc import Sequence

import structlog

from app.catalog.changelog import ChangeLog, ChangesForgotten
from app.catalog.embeddings import EmbeddingRepository
from app.catalog.reindexing.encoding import EncodingRun
from app.db.session import Database
from models.index import Manifest

log = structlog.get_logger(__name__)


async def embed_what_came(database: Database, run: EncodingRun, since: int) -> int:
    """Embed items that were changed live while another model served, and log them again so that views read them.

    Args:
        run: of the model that serves now.
        since: the catalogue's revision that its snapshot was made of.

    Returns how many pictures were embedded.
    """
    encoded = await run.run(reencode=False)
    if encoded.images or encoded.texts:
        async with database.unit_of_work() as session:
            changes = ChangeLog(session)
            await changes.begin()
            try:
                await changes.record(await changes.since(since))
            except ChangesForgotten:
                await changes.record_anything()
    return encoded.images


async def forget_other_models(database: Database, kept: Sequence[Manifest]) -> int:
    """Delete vectors of models that no version that is `kept` is of. Returns how many went."""
    spaces = {(one.revision, one.preprocess_version) for one in kept}
    if not spaces:
        return 0
    async with database.unit_of_work() as session:
        gone = await EmbeddingRepository(session).forget_others(spaces)
    if gone:
        log.info("vectors_of_other_models_forgotten", vectors=gone)
    return gone
