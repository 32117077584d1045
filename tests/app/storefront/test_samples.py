"""Which pictures the page offers to start with."""

from decimal import Decimal

from app.catalog.facts import ItemFacts, facts_of
from app.catalog.live.columns import Columns
from app.storefront.samples import samples
from models.taxonomy import taxonomy


def _facts(id_: str, kind: str, colour: str, *, in_stock: bool = True, title_zh: str = "") -> ItemFacts:
    slot = taxonomy().slot_of(kind)
    sizes = "xM" if in_stock else ""
    texts = (id_, f"A {kind}", title_zh, "", kind, slot, colour, "women", "adult", "", "", "solid")
    return facts_of((*texts, Decimal(10), None, None, 1, sizes))


def _columns(*facts: ItemFacts) -> Columns:
    return Columns.build([f.id for f in facts], {f.id: f for f in facts})


def test_each_sample_is_of_another_kind_and_colour() -> None:
    kinds = ("dress", "jeans", "handbag", "skirt")
    chosen = samples(_columns(*(_facts(f"{k}-{c}", k, c) for k in kinds for c in ("red", "blue", "green", "black"))), 4)
    assert len({s["kind"] for s in chosen}) == 4
    assert len({s["id"].split("-")[1] for s in chosen}) == 4


def test_a_bright_colour_is_offered_before_a_neutral_one() -> None:
    (chosen,) = samples(_columns(_facts("plain", "dress", "black"), _facts("bright", "dress", "red")), 1)
    assert chosen["id"] == "bright"


def test_only_what_is_worn_and_in_stock_is_offered() -> None:
    columns = _columns(
        _facts("a", "perfume", "red"), _facts("b", "dress", "red", in_stock=False), _facts("c", "tie", "red")
    )
    assert [s["id"] for s in samples(columns)] == ["c"]


def test_a_sample_names_its_picture_safely_and_its_title_in_both_languages() -> None:
    (sample,) = samples(_columns(_facts("a/b c", "dress", "red", title_zh="红裙")))
    assert sample["image_url"] == "/v1/items/a%2Fb%20c/image"
    assert sample["title"] == {"en": "A dress", "zh": "红裙"}


def test_an_empty_catalogue_offers_nothing() -> None:
    assert samples(_columns()) == []
