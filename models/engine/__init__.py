"""Runs the model for everybody at once: batching, caching, threads."""

from models.engine.batcher import Batcher
from models.engine.cache import EmbeddingCache
from models.engine.engine import EncodedQuery, Engine, QueryPart
from models.engine.errors import EngineClosed, EngineOverloaded, UnknownFusion

__all__ = [
    "Batcher",
    "EmbeddingCache",
    "EncodedQuery",
    "Engine",
    "EngineClosed",
    "EngineOverloaded",
    "QueryPart",
    "UnknownFusion",
]
