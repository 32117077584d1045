"""The kind of index that the settings ask for, at the size the catalogue has."""

from app.settings import IndexSettings
from models.index.kinds import IndexKind, choose, default_memory


def kind_for(settings: IndexSettings, count: int, dims: int) -> IndexKind:
    """What `settings` choose for `count` items with vectors of `dims` numbers."""
    memory = default_memory() if settings.memory is None else int(settings.memory)
    return choose(settings.kind, count, dims, memory, settings.precision)
