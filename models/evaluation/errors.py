"""What an evaluation cannot do, in one line."""

from models.contracts import ModelError


class CannotEvaluate(ModelError):
    """The folder, split or option named cannot be measured. The message is one line that says what there is."""
