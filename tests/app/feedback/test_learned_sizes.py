"""Which sizes are usual: bought and kept, not those sent back. Pure."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from app.feedback.events import EventKind
from app.feedback.sizes import Worn, learned, usual

NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)


def did(event: str, size: str, item: str = "a", days: float = 1.0, slot: str = "top") -> Worn:
    return Worn(item, slot, size, EventKind(event), NOW - dt.timedelta(days=days))


def test_what_was_bought_and_kept_is_usual() -> None:
    deeds = [did("purchase", "M"), did("purchase", "42", "b", slot="footwear"), did("cart", "L", "c")]
    assert learned(deeds, NOW) == {"top": ("M",), "footwear": ("42",)}


def test_what_was_sent_back_is_not_whether_or_not_its_size_was_said() -> None:
    for size in ("M", ""):
        deeds = [did("purchase", "M", days=3), did("return", size, days=2), did("purchase", "L", days=1)]
        assert learned(deeds, NOW) == {"top": ("L",)}
    assert learned([did("purchase", "M", days=2), did("return", "M", days=1)], NOW) == {}


def test_one_cart_is_a_chance_and_two_are_a_hint() -> None:
    assert learned([did("cart", "M")], NOW) == {}
    assert learned([did("cart", "M"), did("cart", "medium", "b", days=0.5)], NOW) == {"top": ("medium",)}


def test_two_sizes_may_both_be_usual_and_an_old_one_fades() -> None:
    both = [did("purchase", "M"), did("purchase", "L", "b")]
    assert set(learned(both, NOW)["top"]) == {"M", "L"}
    moved = [did("purchase", "M", days=900), did("purchase", "L", "b")]
    assert learned(moved, NOW) == {"top": ("L",)}


def test_one_size_says_nothing_and_what_was_said_counts_first() -> None:
    assert learned([did("purchase", "one size")], NOW) == {}
    found = usual({"top": ["S"]}, {"top": ("M",), "footwear": ("42",)})
    assert (found.verdict("top", ["S"]), found.verdict("top", ["M"]), found.verdict("footwear", ["42"])) == (1, -1, 1)


EVENTS = st.builds(
    did,
    st.sampled_from(["cart", "purchase", "return"]),
    st.sampled_from(["S", "M", "L", "42", "", "one size"]),
    st.sampled_from("abc"),
    st.floats(0, 800),
    st.sampled_from(["top", "footwear"]),
)


@given(st.lists(EVENTS, max_size=12))
def test_a_usual_size_was_bought_or_carted_in_its_slot(deeds: list[Worn]) -> None:
    for slot, sizes in learned(deeds, NOW).items():
        taken = {d.size for d in deeds if d.slot == slot and d.event is not EventKind.return_}
        assert set(sizes) <= taken
