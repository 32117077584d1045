"""What a training cannot do, in one line."""

from models.contracts import ModelError


class CannotTrain(ModelError, ValueError):
    """The recipe, the model to start from or the data can't be trained with. The message is one line that says why."""


class GotWorse(ModelError):
    """What was trained finds less than what it started from, so nothing was written."""
