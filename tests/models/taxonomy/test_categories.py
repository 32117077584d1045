"""Whatever a feed calls its categories, each is one kind in one slot, or nothing worn."""

import csv
import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.taxonomy import for_children, google_categories, kind_in, kind_of_category, taxonomy

SHARED = Path(os.environ.get("TRYON_SHARED", Path(__file__).resolve().parents[4] / "shared")) / "data"
shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no shared data at {SHARED}")


def slot(text: str) -> str | None:
    found = kind_of_category(text)
    return found.slot if found else None


@pytest.mark.parametrize(
    ("category", "kind"),
    [
        ("2271", "dress"),
        ("Apparel & Accessories > Clothing > Dresses", "dress"),
        ("apparel & accessories > clothing > dresses > wrap", "dress"),
        ("Apparel & Accessories > Clothing > Shirts & Tops", "top"),
        ("Apparel & Accessories > Clothing > Activewear > Hoodies", "sweatshirt"),
        ("Apparel & Accessories > Shoes > Ankle boots", "boots"),
        ("Luggage & Bags > Backpacks", "backpack"),
        ("Health & Beauty > Personal Care > Cosmetics > Lipstick", "makeup"),
        ("Women > Sale > Floral midi dresses", "dress"),
        ("Men/Shirts", "shirt"),
        ("女装 > 连衣裙", "dress"),
        ("Tshirts", "tshirt"),
    ],
)
def test_a_category_is_one_kind(category: str, kind: str) -> None:
    found = kind_of_category(category)
    assert found is not None and found.id == kind


@pytest.mark.parametrize(
    "category",
    [
        "Apparel & Accessories > Clothing",
        "1604",
        "999999",
        "",
        " > ",
        "Spaceships",
        "Animals & Pet Supplies > Dog Coats",
    ],
)
def test_what_does_not_say_what_it_is_has_no_kind(category: str) -> None:
    assert kind_of_category(category) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Women's running shoes", "sports_shoes"),
        ("shirt dress", "dress"),
        ("dress shirt", "shirt"),
        ("leather shoes for dresses", "casual_shoes"),
        ("新款女士碎花长裙", "dress"),
        ("黑色运动鞋", "sports_shoes"),
    ],
)
def test_free_text_names_what_comes_last_and_longest(text: str, kind: str) -> None:
    found = kind_in(text)
    assert found is not None and found.id == kind


@pytest.mark.parametrize("category", ["5424", "Girls > Tops", "童装 > T恤", "Baby & Toddler Clothing"])
def test_childrens_categories_are_told_apart(category: str) -> None:
    named = google_categories().get(category)
    assert for_children(named.path if named else category)


@pytest.mark.parametrize("category", ["Boyfriend Jeans", "Baby Dolls", "Dresses", "Ladies > Tops"])
def test_adults_categories_are_not_childrens(category: str) -> None:
    assert not for_children(category)


def test_every_google_category_is_a_known_kind_and_its_path_says_the_same() -> None:
    kinds = taxonomy().kinds
    for category in google_categories().values():
        by_path = kind_of_category(category.path)
        assert (by_path.id if by_path else "") == category.kind, category
        assert not category.kind or category.kind in kinds


def test_every_name_of_every_kind_leads_back_to_a_kind_of_its_slot() -> None:
    for kind in taxonomy().kinds.values():
        for name in (kind.id, *kind.feeds, kind.en[0], kind.zh[0]):
            found = kind_of_category(name)
            assert found is not None, name


@given(st.text(max_size=60))
def test_any_text_is_a_kind_of_one_slot_or_none(text: str) -> None:
    found = kind_of_category(text)
    assert found is None or found.slot in (*taxonomy().slots, "none")


@shared
def test_every_article_type_of_the_catalogue_is_a_kind() -> None:
    with (SHARED / "catalog" / "items.csv").open(encoding="utf-8", newline="") as file:
        types = Counter((row["article_type"], row["master_category"]) for row in csv.DictReader(file))
    unknown = {name for name, _ in types if kind_of_category(name) is None}
    assert unknown == set()
    # The feed's own shelves agree on what nobody wears.
    worn = {
        name for name, shelf in types if shelf in ("Personal Care", "Home", "Sporting Goods") and slot(name) != "none"
    }
    assert worn <= {"Wristbands"}


@shared
def test_every_category_of_the_outfits_is_worn() -> None:
    with (SHARED / "outfits" / "sets.csv").open(encoding="utf-8", newline="") as file:
        uses = Counter(name for row in csv.DictReader(file) for name in row["categories"].split("|"))
    assert len(uses) > 70
    assert {name for name in uses if slot(name) in (None, "none")} == set()
