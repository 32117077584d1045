"""What the engine raises on purpose."""

from models.contracts import ModelError


class EngineOverloaded(ModelError):
    """The bounded queue is full. The work was not taken; try again later."""


class EngineLate(EngineOverloaded):
    """The request's time was up before its turn came. The model never saw it; try again later."""


class EngineClosed(ModelError):
    """The engine has been shut down and takes no more work."""


class UnknownFusion(ModelError):
    """A request named a fusion that this service does not have."""
