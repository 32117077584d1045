"""Networks of a few numbers: a second thread costs more than it brings."""

import pytest


@pytest.fixture(autouse=True, scope="module")
def calm(one_thread: None) -> None:
    """Every module here computes on one thread."""
