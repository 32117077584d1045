"""Runs the model for everybody at once: batching, caching, threads."""

from models.engine.batcher import Batcher
from models.engine.cache import EmbeddingCache
from models.engine.encoded import Encoded
from models.engine.engine import Engine
from models.engine.errors import EngineClosed, EngineLate, EngineOverloaded, UnknownFusion
from models.engine.query import EncodedQuery, QueryPart
from models.engine.shared import Place, RedisCache, SharedCache
from models.engine.watching import DROPS, STAGES, Drop, EngineWatcher, Load, Looked, Ran, Stage

__all__ = [
    "DROPS",
    "STAGES",
    "Batcher",
    "Drop",
    "EmbeddingCache",
    "Encoded",
    "EncodedQuery",
    "Engine",
    "EngineClosed",
    "EngineLate",
    "EngineOverloaded",
    "EngineWatcher",
    "Load",
    "Looked",
    "Place",
    "QueryPart",
    "Ran",
    "RedisCache",
    "SharedCache",
    "Stage",
    "UnknownFusion",
]
