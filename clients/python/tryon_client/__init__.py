"""A typed client of tryon, the self-hosted virtual try-on recommendation service."""

from tryon_client.base import Money, Page
from tryon_client.calls import Call, File
from tryon_client.client import AsyncTryon, Tryon
from tryon_client.errors import Problem, TryonError
from tryon_client.models import Event, Example, Filters, PriceRange, Recommendation
from tryon_client.retrying import Retries
from tryon_client.watching import JobEvent

__all__ = [
    "AsyncTryon",
    "Call",
    "Event",
    "Example",
    "File",
    "Filters",
    "JobEvent",
    "Money",
    "Page",
    "PriceRange",
    "Problem",
    "Recommendation",
    "Retries",
    "Tryon",
    "TryonError",
]
