from dataclasses import replace
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalog.facts import ItemFacts
from app.recommendations.affinity import opposite, out_of_season
from app.recommendations.compatibility import WornTogether
from app.recommendations.outfit import Look, Piece, compose
from app.recommendations.outfit_rules import (
    CORES,
    Brief,
    at_odds,
    brief_for,
    clash,
    fits,
    makes_around,
    slots_around,
    target,
)
from app.recommendations.palette import accents
from tests.app.recommendations.making import item, shelf

KINDS = [
    *("shirt", "tshirt", "top", "jeans", "trousers", "skirt", "shorts", "dress", "kurta", "churidar", "coat", "jacket"),
    *("heels", "casual_shoes", "sandals", "formal_shoes", "handbag", "belt", "tie", "watch", "scarf", "sunglasses"),
    "earrings",
]
COLOURS = ["black", "white", "navy", "red", "green", "beige", "yellow", ""]


@st.composite
def garments(draw: st.DrawFn) -> ItemFacts:
    return item(
        str(draw(st.integers(0, 10_000))),
        draw(st.sampled_from(KINDS)),
        draw(st.sampled_from(COLOURS)),
        gender=draw(st.sampled_from(["women", "men", "unisex", ""])),
        age_group=draw(st.sampled_from(["adult", "kids", ""])),
        season=draw(st.sampled_from(["summer", "winter", ""])),
        usage=draw(st.sampled_from(["casual", "formal", "sports", ""])),
        price=draw(st.sampled_from([Decimal(10), Decimal("49.90"), None])),
        in_stock=draw(st.booleans()),
    )


def wardrobe(gender: str = "women", season: str = "summer") -> list[ItemFacts]:
    """Enough for several looks, two colours of everything."""
    kinds = [
        "shirt",
        "top",
        "jeans",
        "trousers",
        "dress",
        "jacket",
        "heels",
        "flats",
        "casual_shoes",
        "handbag",
        "watch",
    ]
    kinds += ["earrings", "sunglasses", "scarf", "coat", "sandals", "formal_shoes", "belt"]
    return [
        item(f"{kind}-{colour}", kind, colour, gender=gender, usage="casual", season=season, price=Decimal(30))
        for kind in kinds
        for colour in ("black", "white", "red")
    ]


def looks(anchor: ItemFacts, items: list[ItemFacts], brief: Brief = Brief(), **more: bool) -> list[Look]:  # noqa: B008
    return compose(anchor, more.get("given", True), shelf(items), brief, 3)


@settings(max_examples=60, deadline=None)
@given(
    garments(),
    st.booleans(),
    st.lists(garments(), max_size=60, unique_by=lambda g: g.id),
    st.sampled_from([None, Decimal(90)]),
    st.sampled_from(["", "women", "men"]),
    st.sampled_from(["", "summer", "winter"]),
)
def test_every_look_keeps_the_rules(
    anchor: ItemFacts, own: bool, items: list[ItemFacts], budget: Decimal | None, gender: str, season: str
) -> None:
    found = compose(anchor, own, shelf(items), Brief(gender=gender, season=season, budget=budget), 3)
    for look in found:
        whole = (anchor, *look.pieces)
        slots = [g.slot for g in whole]
        assert len(slots) == len(set(slots))
        assert not ("one_piece" in slots and {"top", "bottom"} & set(slots))
        assert len(slots) + ("one_piece" in slots) >= 3
        assert not any(at_odds(a, b) for a, b in combinations(whole, 2))
        # Shoes that are not the thing are better than none.
        assert not any(clash(a, b) for a, b in combinations([g for g in whole if g.slot != "footwear"], 2))
        assert all(p.in_stock for p in look.pieces)
        assert not {"women", "men"} <= {p.gender for p in look.pieces} | {gender}
        assert not any(out_of_season(p.kind, season) for p in look.pieces if p.slot != "footwear")
        assert not any(opposite(p.season, season) for p in look.pieces)
        assert "footwear" in slots or "footwear" not in {s for k in found for s in (p.slot for p in k.pieces)}
        assert {p.age_group for p in look.pieces} <= ({"kids"} if anchor.age_group == "kids" else {"adult", ""})
        assert 0.0 <= look.score <= 1.0
        if budget is not None:
            assert look.total is not None and look.total <= budget
    pieces = [p.id for look in found for p in look.pieces]
    assert len(pieces) == len(set(pieces))
    assert [k.score for k in found] == sorted((k.score for k in found), reverse=True)


@settings(max_examples=20, deadline=None)
@given(st.permutations(wardrobe()))
def test_the_order_of_candidates_does_not_matter(items: list[ItemFacts]) -> None:
    anchor = item("mine", "top", "navy")
    assert looks(anchor, items) == looks(anchor, wardrobe())


@pytest.mark.parametrize("kind", ["top", "jeans", "dress", "jacket", "heels", "handbag", "watch", "scarf"])
def test_a_full_wardrobe_gives_full_looks_with_shoes(kind: str) -> None:
    anchor = item("mine", kind, "navy", usage="casual", season="summer")
    found = looks(anchor, wardrobe())
    assert len(found) == 3
    for look in found:
        slots = [anchor.slot, *(p.slot for p in look.pieces)]
        assert "footwear" in slots
        assert 4 <= len(slots) + ("one_piece" in slots) <= 5


@pytest.mark.parametrize("kind", ["bra", "pyjamas", "swimwear", "socks", "perfume"])
def test_no_look_rather_than_a_silly_one(kind: str) -> None:
    anchor = item("mine", kind)
    assert anchor.slot not in CORES
    assert slots_around(anchor, Brief()) == ()
    assert looks(anchor, wardrobe()) == []


def test_the_given_garment_costs_nothing_and_a_catalogue_anchor_its_price() -> None:
    anchor = item("mine", "dress", "navy", price=Decimal(500))
    free = looks(anchor, wardrobe())[0]
    paid = looks(anchor, wardrobe(), given=False)[0]
    assert free.total == 30 * len(free.pieces)
    assert paid.total == 500 + 30 * len(paid.pieces)


def test_a_tight_budget_drops_what_is_not_needed_and_finds_what_is_cheap() -> None:
    items = [
        *wardrobe(),
        item("cheap", "flats", "black", price=Decimal(4)),
        item("cheap2", "jeans", "blue", price=Decimal(5)),
    ]
    found = looks(item("mine", "top", "white"), items, Brief(budget=Decimal(10)))
    assert [{p.id for p in look.pieces} for look in found] == [{"cheap", "cheap2"}]


def test_a_piece_without_a_price_leaves_the_total_open_and_no_budget_is_kept_by_it() -> None:
    items = [item("j", "jeans", price=None), item("s", "flats")]
    anchor = item("mine", "top", "white")
    assert looks(anchor, items)[0].total is None
    assert looks(anchor, items, Brief(budget=Decimal(1000))) == []


def test_no_budget_is_kept_around_an_anchor_nobody_priced() -> None:
    anchor = item("unpriced", "top", "white", price=None)
    assert looks(anchor, wardrobe(), Brief(budget=Decimal(1000)), given=False) == []
    assert looks(anchor, wardrobe(), Brief(budget=Decimal(1000)), given=True)


def test_when_the_last_shoes_are_taken_no_look_goes_barefoot() -> None:
    clothes = [g for g in wardrobe() if g.slot != "footwear"]
    one_pair = [*clothes, item("pair", "flats", "black", usage="casual")]
    anchor = item("mine", "top", "navy", usage="casual")
    assert [k.pieces for k in looks(anchor, one_pair) if "footwear" not in {p.slot for p in k.pieces}] == []
    assert len(looks(anchor, one_pair)) == 1
    assert len(looks(anchor, clothes)) == 3


def test_men_get_no_dress_and_women_no_mens_shoes() -> None:
    both = [*wardrobe("women"), *wardrobe("men")]
    both = [item(f"{i}", g.kind, g.colour, gender=g.gender) for i, g in enumerate(both)]
    for gender, other in (("men", "women"), ("women", "men")):
        for look in looks(item("mine", "watch", "black", gender=gender), both):
            assert other not in {p.gender for p in look.pieces}
            assert gender == "women" or "dress" not in {p.kind for p in look.pieces}


def test_where_nobody_says_for_whom_a_look_is_for_whom_there_is_one() -> None:
    pool = shelf(wardrobe("women"))
    pool["bottom"].append(Piece(item("nearest", "jeans", "blue", gender="men", usage="casual"), 0.9))
    for kind in ("jacket", "shirt"):
        found = compose(item("mine", kind, "navy", gender=""), True, pool, Brief(), 3)
        assert len(found) == 3
        assert "men" not in {p.gender for look in found for p in look.pieces}


def test_no_sandals_in_winter_and_no_coat_in_summer() -> None:
    anchor = item("mine", "jeans", "blue")
    winter = {p.kind for look in looks(anchor, wardrobe(season=""), Brief(season="winter")) for p in look.pieces}
    summer = {p.kind for look in looks(anchor, wardrobe(season=""), Brief(season="summer")) for p in look.pieces}
    assert "sandals" not in winter
    assert {"coat", "jacket"} & winter
    assert "coat" not in summer


def test_a_tie_needs_its_shirt() -> None:
    items = [
        item("t", "tshirt", "white", gender="men"),
        item("j", "jeans", gender="men"),
        item("s", "casual_shoes", gender="men"),
    ]
    anchor = item("mine", "tie", "navy", gender="men", usage="casual")
    assert looks(anchor, items) == []
    with_shirt = looks(anchor, [*items, item("w", "shirt", "white", gender="men")])
    assert with_shirt and "shirt" in {p.kind for p in with_shirt[0].pieces}


def test_colours_that_clash_lose_against_a_neutral() -> None:
    items = [item("green", "jeans", "green"), item("beige", "jeans", "beige"), item("s", "flats", "white")]
    assert looks(item("mine", "top", "red"), items)[0].pieces[0].id == "beige"


@settings(max_examples=200, deadline=None)
@given(garments(), garments(), st.sampled_from(["", "party", "formal", "sports"]), st.sampled_from(["", "winter"]))
def test_the_search_lets_through_whatever_fits(anchor: ItemFacts, one: ItemFacts, occasion: str, season: str) -> None:
    said = Brief(occasion=occasion, season=season)
    brief = brief_for(anchor, said)
    if anchor.slot in CORES and fits(one, brief, target(anchor, brief)):
        assert one.kind in makes_around(anchor, said)[one.usage]


def test_every_slot_of_a_look_was_searched() -> None:
    for kind in ("top", "dress", "jeans", "heels", "watch"):
        for gender in ("women", "men", ""):
            anchor = item("mine", kind, "navy", gender=gender)
            worn = {p.slot for look in looks(anchor, wardrobe(gender)) for p in look.pieces}
            assert worn <= set(slots_around(anchor, Brief()))


def test_what_people_wear_together_decides_between_equals() -> None:
    items = [
        item("b", "boots", "black"),
        item("h", "heels", "black"),
        item("t", "tshirt", "white"),
        item("j", "jeans", "blue"),
    ]
    table = WornTogether().among([], [])
    assert table(items[3], items[2]) > 0.5 > table(item("d", "dress"), items[2])
    assert table(item("k", "kurta"), items[3]) == 0.5  # nothing is known of it


def test_any_shoes_rather_than_none_but_none_made_for_others() -> None:
    anchor = item("mine", "dress", "navy", usage="party", season="summer")
    clothes = [item("b", "handbag", "black", usage="party"), item("e", "earrings", "silver", usage="party")]
    trainers = item("s", "sports_shoes", "white", usage="sports")
    assert "s" in {p.id for look in looks(anchor, [*clothes, trainers]) for p in look.pieces}
    for wrong in ({"gender": "men"}, {"age_group": "kids"}, {"season": "winter"}, {"in_stock": False}):
        others = item("s", "sports_shoes", "white", **{"usage": "sports", **wrong})
        assert "s" not in {p.id for look in looks(anchor, [*clothes, others]) for p in look.pieces}


def test_looks_differ_at_a_glance_and_show_few_hues() -> None:
    anchor = item("mine", "top", "navy", usage="casual")
    plenty = [
        item(f"{kind}-{colour}-{n}", kind, colour, usage="casual")
        for kind in ("jeans", "trousers", "skirt", "flats", "casual_shoes", "handbag")
        for colour in ("black", "white", "red", "green")
        for n in range(4)
    ]
    found = looks(anchor, plenty)
    shown = [frozenset((p.kind, p.colour) for p in k.pieces if p.slot in ("bottom", "footwear")) for k in found]
    assert len(found) == 3
    assert len(set(shown)) == 3
    assert all(len(accents([anchor.colour, *(p.colour for p in k.pieces)])) <= 2 for k in found)


def test_twins_make_one_look_not_three() -> None:
    twins = [item(f"{kind}{n}", kind, "black") for kind in ("jeans", "flats") for n in range(5)]
    assert len(looks(item("mine", "top", "white"), twins)) == 1


def test_opposite_seasons_never_meet() -> None:
    items = [item("j", "jeans", "blue", season="winter"), item("s", "flats", "black", season="summer")]
    assert looks(item("mine", "top", "white"), items) == []
    assert looks(item("mine", "top", "white"), [*items, item("a", "flats", "black", season="autumn")])


def test_a_look_is_found_though_all_the_best_trousers_are_of_another_season_than_the_shoes() -> None:
    trousers = [item(f"t{c}{k}", k, c, season="autumn") for k in ("trousers", "jeans") for c in COLOURS if c]
    bright = item("bright", "trousers", "green", season="spring")
    shoes = [item(f"s{c}", "flats", c, season="spring") for c in ("black", "navy")]
    found = looks(item("mine", "top", "red"), [*trousers, bright, *shoes])
    assert [{p.kind: p.id for p in look.pieces}["trousers"] for look in found] == ["bright"]


MEN = [
    item(f"{kind}-{colour}", kind, colour, gender="men", usage=usage, price=Decimal(30))
    for kind, usage in (
        *(("shirt", "casual"), ("tshirt", "casual"), ("jeans", "casual"), ("trousers", "formal"), ("shirt", "formal")),
        *(("casual_shoes", "casual"), ("formal_shoes", "formal"), ("flip_flops", "casual"), ("suspenders", "formal")),
        *(("backpack", "casual"), ("duffel_bag", "casual"), ("messenger_bag", "casual"), ("watch", "casual")),
        *(("belt", "formal"), ("tie", "formal"), ("shorts", "casual"), ("sandals", "casual")),
    )
    for colour in ("black", "white", "blue", "brown")
]
MEN = [replace(one, id=f"{one.id}-{number}", title=f"{one.title} {number}") for number, one in enumerate(MEN)]


def worn(anchor: ItemFacts, brief: Brief) -> set[str]:
    return {piece.kind for look in looks(anchor, MEN, brief) for piece in look.pieces}


@pytest.mark.parametrize("occasion", ["", "casual", "formal", "party"])
def test_nobody_is_given_braces_holdalls_or_flip_flops_without_a_reason(occasion: str) -> None:
    anchor = item("mine", "shirt", "white", gender="men", usage=occasion)
    shown = worn(anchor, Brief(occasion=occasion))
    assert shown
    assert not shown & {"suspenders", "flip_flops", "duffel_bag", "backpack"}


def test_a_trip_in_summer_may_have_flip_flops_and_a_rucksack() -> None:
    only = [one for one in MEN if one.slot not in ("footwear", "bag") or one.kind in ("flip_flops", "backpack")]
    shorts = item("mine", "shorts", "blue", gender="men", usage="casual")
    found = compose(shorts, True, shelf(only), Brief(season="summer", occasion="travel"), 3)
    assert {"flip_flops", "backpack"} <= {piece.kind for look in found for piece in look.pieces}


def test_flip_flops_are_better_than_no_shoes() -> None:
    only = [one for one in MEN if one.slot != "footwear" or one.kind == "flip_flops"]
    found = looks(item("mine", "tshirt", "white", gender="men", usage="casual"), only)
    assert found and all("flip_flops" in {p.kind for p in look.pieces} for look in found)


def test_what_was_asked_for_is_in_the_look_whatever_taste_says() -> None:
    wish = item("wish", "suspenders", "red", gender="men", usage="formal")
    pool = shelf(MEN)
    pool["belt"] = [Piece(wish, 0.5, asked=True), *pool["belt"]]
    found = compose(item("mine", "shirt", "white", gender="men", usage="casual"), True, pool, Brief(), 1)
    assert "wish" in {piece.id for piece in found[0].pieces}


def test_no_tunic_over_a_skirt_and_no_jacket_over_a_sweatshirt() -> None:
    women = [*wardrobe(), item("skirt", "skirt", "black"), item("leggings", "leggings", "black", usage="casual")]
    bottoms = {p.kind for k in looks(item("mine", "tunic", "navy"), women) for p in k.pieces if p.slot == "bottom"}
    assert bottoms and "skirt" not in bottoms
    over = {p.kind for k in looks(item("mine", "sweatshirt", "navy"), women, Brief(season="winter")) for p in k.pieces}
    assert "jacket" not in over


def test_what_is_worn_underneath_is_no_top() -> None:
    camisole = item("c", "tank_top", "white", title="Red Rose White Camisole", usage="casual")
    others = [one for one in wardrobe() if one.slot != "top"]
    assert looks(item("mine", "jeans", "blue", usage="casual"), [*others, camisole]) == []


def test_not_all_in_white() -> None:
    items = [item(f"{k}-{c}", k, c, usage="casual") for k in ("jeans", "flats", "handbag") for c in ("white", "blue")]
    first = looks(item("mine", "top", "white", usage="casual"), items)[0]
    assert [p.colour for p in first.pieces].count("white") <= 1


def test_a_tie_is_seen_on_its_shirt() -> None:
    shirt = item("mine", "shirt", "white", gender="men", usage="formal")
    ties = [p.colour for k in looks(shirt, MEN, Brief(occasion="formal")) for p in k.pieces if p.kind == "tie"]
    assert ties and "white" not in ties


def test_slippers_by_another_name_and_laptops_stay_at_home_on_a_day_off() -> None:
    clothes = [one for one in MEN if one.slot not in ("footwear", "bag")]
    slippers = item("s", "casual_shoes", "brown", gender="men", usage="casual", title="Khaki Slippers")
    shoes = item("c", "casual_shoes", "brown", gender="men", usage="casual")
    laptop = item("l", "laptop_bag", "brown", gender="men", usage="casual")
    first = looks(item("mine", "tshirt", "white", gender="men", usage="casual"), [*clothes, slippers, shoes, laptop])[0]
    assert "c" in {piece.id for piece in first.pieces}
    assert not {"s", "l"} & {piece.id for piece in first.pieces}
