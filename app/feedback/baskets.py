"""What shoppers bought together: looks nobody drew, for `tryon train --task outfits`. Pure."""

import datetime as dt
from collections.abc import Iterable

from app.feedback.events import Deed, EventKind

LEAST = 2
"""Items that make a basket worth learning from."""


def baskets_of(deeds: Iterable[tuple[str, Deed]]) -> list[tuple[str, ...]]:
    """Item ids that one shopper bought on one day (UTC) and did not send back, two or more, in the order of buying.

    Args: deeds: (shopper id, what they did); other deeds than purchases and returns say nothing here.
    """
    baskets: dict[tuple[str, dt.date], dict[str, None]] = {}
    sent_back: dict[tuple[str, str], dt.datetime] = {}
    done = sorted(deeds, key=lambda one: one[1].at, reverse=True)
    for shopper, deed in done:  # the latest first: what comes back was bought before
        if deed.event == EventKind.return_:
            sent_back[shopper, deed.item_id] = deed.at
        elif deed.event == EventKind.purchase and (shopper, deed.item_id) not in sent_back:
            baskets.setdefault((shopper, deed.at.astimezone(dt.UTC).date()), {})[deed.item_id] = None
    return sorted(tuple(reversed(items)) for items in baskets.values() if len(items) >= LEAST)
