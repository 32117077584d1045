"""The model that commands embed with: the one a service would serve with."""

from app.engines import build_engine
from app.serving import engine_at_start
from app.settings import Settings
from models.engine.engine import Engine
from models.index import SnapshotStore


async def engine_in_use(settings: Settings, name: str | None = None) -> Engine:
    """The engine of model `name`; without one, of the live index's model, else of the one that is set.

    Raises ModelError, one line, when it cannot be had.
    """

    async def load(wanted: str) -> Engine:
        named = settings.model.model_copy(update={"name": wanted})
        return await build_engine(named, exports=settings.exports_dir)

    if name is not None:
        return await load(name)
    return await engine_at_start(SnapshotStore(settings.index_dir), load, settings.model.name)
