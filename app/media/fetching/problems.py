"""What ends a fetch."""


class FetchProblem(Exception):
    """Why an address gave nothing.

    Attributes:
        reason: a few words that follow the address: "answered 404".
        passing: it may go away by itself, so asking again is worth it.
        after: seconds to wait before that, where the server said so.
        host_fails: it says something of the host rather than of this one address.
    """

    def __init__(
        self, reason: str, *, passing: bool = False, after: float | None = None, host_fails: bool | None = None
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.passing = passing
        self.after = after
        self.host_fails = passing if host_fails is None else host_fails
