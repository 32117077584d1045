"""What ends a fetch."""


class FetchProblem(Exception):
    """Why an address gave nothing.

    Attributes:
        reason: a few words that follow the address: "answered 404".
        passing: it may go away by itself, so asking again is worth it.
        after: seconds to wait before that, where the server said so.
    """

    def __init__(self, reason: str, *, passing: bool = False, after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.passing = passing
        self.after = after


class Unreachable(FetchProblem):
    """No connection could be made at all."""
