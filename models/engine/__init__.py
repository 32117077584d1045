"""Runs the model for everybody at once: batching, caching, threads."""

from models.engine.batcher import Batcher
from models.engine.cache import EmbeddingCache
from models.engine.encoded import Encoded
from models.engine.engine import Engine
from models.engine.errors import EngineClosed, EngineOverloaded, UnknownFusion
from models.engine.query import EncodedQuery, QueryPart
from models.engine.watching import EngineWatcher, Load, Ran

__all__ = [
    "Batcher",
    "EmbeddingCache",
    "Encoded",
    "EncodedQuery",
    "Engine",
    "EngineClosed",
    "EngineOverloaded",
    "EngineWatcher",
    "Load",
    "QueryPart",
    "Ran",
    "UnknownFusion",
]
