"""Every reason is backed by the item's data or by a part of its score: read by rules of the test's own."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalog.facts import ItemFacts
from app.catalog.narrowing.sizing import NO_USUAL, Usual, worn_sizes
from app.recommendations.explain import Asked, Reason, reasons
from app.recommendations.names import Name, Named
from app.recommendations.ranking import Ranked
from app.recommendations.reason_codes import REASON_CODES
from app.recommendations.wanted import Target, Wanted
from models.taxonomy import taxonomy
from tests.app.recommendations.making import avoiding, item, said

KINDS = ("dress", "jumpsuit", "skirt", "jeans", "heels", "flats")
COLOURS = ("red", "maroon", "orange", "blue", "black", "")
INFERABLE = ("kind", "colour", "pattern", "usage", "season", "gender")


def suggestion(of: ItemFacts, *, avoided: bool = False, **parts: float) -> Ranked:
    return Ranked(of, 0, 0.5, parts, avoided)


def told(of: ItemFacts, asked: Asked, **parts: float) -> list[tuple[str, str]]:
    return [(r.code, r.text) for r in reasons(suggestion(of, **parts), asked)]


shop_items = st.builds(
    lambda inferred, attributes, in_stock, rating, **fields: replace(
        item("a1", in_stock=in_stock, **fields),
        inferred={name: 0.9 for name in inferred if fields.get(name)},
        attributes=attributes,
        rating=rating,
    ),
    kind=st.sampled_from(KINDS),
    colour=st.sampled_from(COLOURS),
    pattern=st.sampled_from(["", "striped", "floral"]),
    usage=st.sampled_from(["", "party", "casual"]),
    season=st.sampled_from(["", "summer", "winter"]),
    gender=st.sampled_from(["women", "men", "unisex"]),
    brand=st.sampled_from(["", "Acme", "Blue Bird"]),
    title=st.sampled_from(["Linen dream", "Red dress", "Sky"]),
    price=st.sampled_from([None, Decimal(20), Decimal(30)]),
    sale_price=st.sampled_from([None, Decimal(15), Decimal(30)]),
    inferred=st.sets(st.sampled_from(INFERABLE), max_size=3),
    attributes=st.sampled_from([{}, {"material": "100% linen"}, {"fit": "runs small"}, {"fit": "nice"}]),
    in_stock=st.booleans(),
    rating=st.sampled_from([None, 3.0, 4.8]),
)
NAMES = [*KINDS, *[c for c in COLOURS if c]]
targets = st.builds(
    lambda values, confidence, source, chances: Target(frozenset(values), confidence, source, chances),
    st.sets(st.sampled_from(NAMES), min_size=1, max_size=2),
    st.sampled_from([0.3, 0.65, 0.9, 1.0]),
    st.sampled_from(["words", "photo"]),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from([0.05, 0.25, 0.4, 0.75]), max_size=3),
)
wishes = st.builds(
    lambda kind, colour, facets, terms, avoided: Wanted(kind, colour, facets, tuple(terms), avoided),
    kind=targets,
    colour=targets,
    facets=st.fixed_dictionaries(
        {},
        optional={
            "pattern": st.just(frozenset({"striped"})),
            "usage": st.just(frozenset({"party"})),
            "season": st.just(frozenset({"summer"})),
            "gender": st.just(frozenset({"women"})),
        },
    ),
    terms=st.lists(st.sampled_from(["linen", "acme", "blue", "bird", "dream", "red"]), max_size=3, unique=True),
    avoided=st.sampled_from(
        [avoiding().avoided, avoiding(colours=["black"]).avoided, avoiding(kinds=["heels"]).avoided]
    ),
)

Backing = Callable[[Reason, Ranked, Asked], bool]


def _close(a: str, b: str) -> bool:
    from app.recommendations.palette import closeness

    return a != b and closeness(a, b) >= 0.7


def _same_slot(a: str, b: str) -> bool:
    return a != b and taxonomy().slot_of(a) == taxonomy().slot_of(b)


def _likely(target: Target, alike: Callable[[str], bool]) -> bool:
    """Not sure enough to be named, but enough of what it may be is `alike`."""
    return target.confidence < 0.7 and sum(p for value, p in target.chances.items() if alike(value)) >= 0.7


TAKES = {size: Usual({slot: worn_sizes([size]) for slot in taxonomy().slots}) for size in ("S", "M")}

BACKED: Mapping[str, Backing] = {
    "same_kind": lambda r, s, a: r.params["kind"] == s.item.kind and s.item.kind in a.wanted.kind.values,
    "near_kind": lambda r, s, a: (
        r.params["wanted"] in a.wanted.kind.values
        and r.params["kind"] == s.item.kind
        and _same_slot(s.item.kind, str(r.params["wanted"]))
    ),
    "same_colour": lambda r, s, a: r.params["colour"] == s.item.colour and s.item.colour in a.wanted.colour.values,
    "near_colour": lambda r, s, a: (
        r.params["wanted"] in a.wanted.colour.values and _close(s.item.colour, str(r.params["wanted"]))
    ),
    "likely_kind": lambda r, s, a: (
        r.params["kind"] == s.item.kind
        and a.wanted.kind.chances[s.item.kind] >= 0.05
        and _likely(a.wanted.kind, lambda kind: kind == s.item.kind or _same_slot(s.item.kind, kind))
    ),
    "has_pattern": lambda r, s, a: r.params["pattern"] == s.item.pattern in a.wanted.facets["pattern"],
    "for_occasion": lambda r, s, a: r.params["occasion"] == s.item.usage in a.wanted.facets["usage"],
    "for_season": lambda r, s, a: r.params["season"] == s.item.season in a.wanted.facets["season"],
    "for_whom": lambda r, s, a: r.params["gender"] == s.item.gender in a.wanted.facets["gender"],
    "has_brand": lambda r, s, a: (
        r.params["brand"] == s.item.brand
        and (s.item.brand.casefold() in a.brands or set(s.item.brand.casefold().split()) <= set(a.wanted.terms))
    ),
    "has_material": lambda r, s, a: s.item.attributes["material"] == r.params["material"] and "linen" in a.wanted.terms,
    "matches_word": lambda r, s, a: (
        str(r.params["word"]) in f"{s.item.title} {s.item.brand}".casefold() and r.params["word"] in a.wanted.terms
    ),
    "similar_look": lambda r, s, a: (a.alike if r.params["source"] == "photo" else s.parts["image"]) >= 0.6,
    "most_similar_look": lambda r, s, a: a.likest == s.item.id,
    "avoids": lambda r, s, a: not a.wanted.avoided.hit(s.item),
    "despite": lambda r, s, a: s.avoided,
    "within_budget": lambda r, s, a: bool(a.limit) and s.item.asking_price is not None,
    "in_size": lambda r, s, a: r.params["size"] in s.item.sizes and str(r.params["size"]).casefold() in a.sizes,
    "fit_note": lambda r, s, a: s.item.attributes["fit"] == "runs small" and r.params["fit"] == "runs-small",
    "in_usual_size": lambda r, s, a: r.params["size"] in s.item.sizes and a.usual == TAKES["M"],
    "not_in_usual_size": lambda r, s, a: s.item.sizes == ("M",) and a.usual == TAKES["S"],
    "take_size": lambda r, s, a: False,  # nothing here is in stock in the next size
    "on_sale": lambda r, s, a: s.item.sale_price < s.item.price,
    "lowest_price": lambda r, s, a: a.cheapest == s.item.id,
    "well_rated": lambda r, s, a: r.params["rating"] == f"{s.item.rating:.1f}" and s.item.rating >= 4.5,
    "to_taste": lambda r, s, a: s.parts["taste"] > 0,
    "popular": lambda r, s, a: s.parts["popularity"] > 0,
    "nearest": lambda r, s, a: True,
}


def test_every_code_is_told_to_those_who_word_reasons_themselves() -> None:
    assert REASON_CODES.keys() == {*BACKED, "is_the_one"}


FIELD = {"same_kind": "kind", "near_kind": "kind", "same_colour": "colour", "near_colour": "colour",
         "likely_kind": "kind",
         "has_pattern": "pattern", "for_occasion": "usage", "for_season": "season", "for_whom": "gender"}  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(
    of=shop_items,
    wanted=wishes,
    parts=st.fixed_dictionaries({"image": st.sampled_from([0.1, 0.8])},
                                optional={"taste": st.sampled_from([-0.8, 0.1, 0.7]),
                                          "popularity": st.sampled_from([-0.5, 0.6])}),
    alike=st.sampled_from([None, 0.3, 0.9]),
    locale=st.sampled_from(["en", "zh"]),
    more=st.booleans(),
    usual=st.sampled_from([NO_USUAL, *TAKES.values()]),
)  # fmt: skip
def test_every_reason_is_backed(
    *,
    of: ItemFacts,
    wanted: Wanted,
    parts: dict[str, float],
    alike: float | None,
    locale: str,
    more: bool,
    usual: Usual,
) -> None:
    asked = Asked(wanted, locale, alike, usual=usual)
    if more:
        asked = replace(asked, sizes=frozenset({"m"}), limit="50.00 EUR", brands=frozenset({"acme"}))
        asked = replace(asked, cheapest=of.id, likest=of.id)
    found = suggestion(of, avoided=wanted.avoided.hit(of), **parts)
    for reason in reasons(found, asked):
        assert BACKED[reason.code](reason, found, asked), (reason, of, wanted)
        field = FIELD.get(reason.code)
        assert ("inferred" in reason.params) == (field in of.inferred), reason
        if field in of.inferred:
            assert reason.text.startswith(("Looks", "看起来")), reason
        if reason.params.get("source") == "photo" and reason.code in ("same_kind", "same_colour"):
            assert (wanted.kind if field == "kind" else wanted.colour).confidence >= 0.7


@pytest.mark.parametrize(
    ("of", "asked", "parts", "code", "text"),
    [
        (item("a", "jumpsuit"), Asked(said(kinds=["dress"]), "en"), {}, "near_kind",
         "A jumpsuit, close to the dress you asked for"),
        (item("a", brand="Blue Bird"), Asked(said(terms=["blue", "bird"]), "en"), {}, "has_brand",
         "By Blue Bird, as you asked"),
        (item("a", brand="Acme"), Asked(Wanted(), "zh", brands=frozenset({"acme"})), {}, "has_brand",
         "您指定的品牌：Acme"),
        (replace(item("a"), attributes={"Fabric": "pure linen"}), Asked(said(terms=["linen"]), "en"), {},
         "has_material", "Made of pure linen, as you asked"),
        (replace(item("a"), attributes={"fit": "runs small"}), Asked(Wanted(), "zh"), {}, "fit_note",
         "店家注明偏小，可选大一码"),
        (item("a"), Asked(Wanted(), "en"), {"taste": 0.6}, "to_taste",
         "To your taste, by what you liked or chose before"),
        (item("a"), Asked(Wanted(), "en"), {"popularity": 0.6}, "popular", "Chosen more often than most things here"),
        (item("a"), Asked(Wanted(), "en", cheapest="a"), {}, "lowest_price", "Costs least of these suggestions"),
        (item("a"), Asked(Wanted(), "en", alike=0.4, likest="a"), {}, "most_similar_look",
         "Looks most like your photo, of all of these"),
        (item("a"), Asked(Wanted(), "zh", alike=0.4, model="item", likest="a"), {}, "most_similar_look",
         "在这些推荐中外观最像您选的"),
        (replace(item("a"), rating=4.7), Asked(Wanted(), "en"), {}, "well_rated", "Rated 4.7 of 5"),
        (item("SKU-77"), Asked(Wanted(named=Named((Name(("sku77",), "code", 1.0),))), "en"), {}, "is_the_one",
         "The very item you named: SKU-77"),
    ],
)  # fmt: skip
def test_what_else_speaks_for_an_item(
    of: ItemFacts, asked: Asked, parts: dict[str, float], code: str, text: str
) -> None:
    assert (code, text) in told(of, asked, **parts)


UNSURE = Wanted(
    kind=Target(frozenset({"jeans"}), 0.4, "photo", {"jeans": 0.4, "trousers": 0.37, "skirt": 0.03, "dress": 0.2})
)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("trousers", "Trousers, much like the piece on your photo"),
        ("jeans", "Jeans, much like the piece on your photo"),
        ("skirt", "Among the nearest in this shop to your photo"),
        ("dress", "Among the nearest in this shop to your photo"),
    ],
)
def test_a_kind_that_a_photo_may_show_is_called_much_like_it_where_most_of_what_it_may_show_is(
    kind: str, text: str
) -> None:
    assert [text for _, text in told(item("a", kind), Asked(UNSURE, "en", alike=0.1))] == [text]


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (Asked(Wanted(), "en", alike=0.1), "Among the nearest in this shop to your photo"),
        (Asked(Wanted(), "en"), "Among the nearest in this shop to what you asked for"),
        (Asked(Wanted(), "zh", alike=0.1, model="item"), "是本店中最接近您所选的之一"),
    ],
)
def test_an_offer_is_no_reason_by_itself(asked: Asked, text: str) -> None:
    found = told(item("a", price=Decimal(20), sale_price=Decimal(15)), asked)
    assert [found[0], found[1][0]] == [("nearest", text), "on_sale"]


RUNS_SMALL = replace(item("a"), attributes={"fit": "runs small"}, sizes=("S", "M", "XL", "L"))


@pytest.mark.parametrize(
    ("of", "usual", "codes"),
    [
        (RUNS_SMALL, "M", {"take_size": "Runs small, says the shop: take L rather than your usual M"}),
        (RUNS_SMALL, "XL", {"in_usual_size": "In stock in your usual size, XL",
                            "fit_note": "Runs small, says the shop: try one size up"}),
        (RUNS_SMALL, "XXL", {"not_in_usual_size": "Not in stock in your usual size"}),
        (RUNS_SMALL, "42", {"fit_note": "Runs small, says the shop: try one size up"}),
        (replace(RUNS_SMALL, attributes={"fit": "runs large"}), "M",
         {"take_size": "Runs large, says the shop: take S rather than your usual M"}),
        (replace(RUNS_SMALL, attributes={"fit": "slim"}), "M", {"fit_note": "A close fit, says the shop"}),
    ],
)  # fmt: skip
def test_what_an_items_fit_means_for_a_usual_size(of: ItemFacts, usual: str, codes: dict[str, str]) -> None:
    shown = dict(told(of, Asked(Wanted(), "en", usual=Usual({of.slot: worn_sizes([usual])}))))
    assert codes.items() <= shown.items()
    assert ("take_size" in shown) is ("take_size" in codes)


def test_a_faint_taste_and_a_low_rating_are_not_told() -> None:
    of = replace(item("a"), rating=4.0)
    assert told(of, Asked(Wanted(), "en"), taste=0.1, popularity=-0.9)[0][0] == "nearest"
