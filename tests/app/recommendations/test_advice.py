"""Advice on looks: what it says is so, twelve in a row do not read alike, and nothing is repeated in one answer."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz

from app.catalog.facts import ItemFacts
from app.catalog.narrowing.sizing import Usual, worn_sizes
from app.recommendations.advice import Spending, Subject, advise
from app.recommendations.naming import garment, noun
from app.recommendations.outfit import Look
from app.recommendations.outfit_rules import Brief
from app.recommendations.wording import ways
from models.taxonomy import taxonomy
from tests.app.recommendations.making import item

LOCALES = ("en", "zh")
MINE = replace(item("", "tshirt", "red", title=""), id="")
KINDS = {
    "bottom": ("jeans", "trousers", "shorts", "skirt", "leggings", "track_pants"),
    "footwear": ("casual_shoes", "sandals", "flats", "sports_shoes", "boots", "heels", "formal_shoes"),
    "extra": ("watch", "handbag", "belt", "sunglasses", "scarf", "clutch", "earrings", "backpack", "cap", "necklace"),
}
COLOURS = ("navy", "black", "white", "grey", "brown", "olive", "red", "blue", "yellow", "green", "multi", "gold", "")


def look(*pieces: ItemFacts, brief: Brief = Brief()) -> Look:  # noqa: B008 - frozen
    return Look(0.9, pieces, Decimal(50), brief)


def one(subject: Subject, locale: str = "en") -> str:
    return advise([subject], locale)[0].text


def named(prefix: str, kind: str, colour: str, **more: object) -> ItemFacts:
    return item(f"{prefix}-{kind}-{colour}", kind, colour, title=f"Acme {kind}", **more)


def series(count: int) -> list[Look]:
    """Looks as a shopper sees them one after the other: always around one t-shirt, always casual."""
    looks = []
    for n in range(count):
        bottom = named(f"b{n}", KINDS["bottom"][n % 4], COLOURS[n % 6], usage="casual", season="summer")
        shoes = named(f"s{n}", KINDS["footwear"][n // 2 % 4], COLOURS[(5 * n + 1) % 6], usage="casual")
        extra = named(f"x{n}", KINDS["extra"][3 * n % 4], COLOURS[(n + 3) % 6], usage="casual")
        looks.append(look(bottom, shoes, extra, brief=Brief(occasion="casual", season="summer")))
    return looks


@pytest.mark.parametrize("locale", LOCALES)
def test_twelve_answers_in_a_row_do_not_read_alike(locale: str) -> None:
    told = [advise([Subject(MINE, one_look, given=True)], locale)[0] for one_look in series(12)]
    assert len({t.forms for t in told}) >= 11
    assert max(Counter(t.forms[0] for t in told).values()) <= 3
    assert len({t.forms[0] for t in told}) >= 6
    assert max(Counter(form for t in told for form in t.forms).values()) <= 4
    bare = [re.sub(r"[^\W\d_]*(?:t-shirt|T恤)|navy|black|white|grey|brown|olive", "", t.text) for t in told]
    alike = [fuzz.ratio(a, b) for a, b in combinations(bare, 2)]
    assert sum(alike) / len(alike) < 65


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("given", [True, False])
def test_looks_of_one_answer_share_no_sentence_and_no_beginning(locale: str, given: bool) -> None:
    anchor = MINE if given else named("a", "tshirt", "red", usage="casual")
    for start in range(6):
        told = advise([Subject(anchor, one_look, given=given) for one_look in series(6 + start)[start:]], locale)
        forms = [form for t in told for form in t.forms]
        assert len(set(forms)) == len(forms)
        assert len({t.text[:2] if locale == "zh" else " ".join(t.text.split()[:2]) for t in told}) == len(told)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_same_look_is_always_told_the_same_way(locale: str) -> None:
    subjects = [Subject(MINE, one_look, given=True) for one_look in series(3)]
    assert advise(subjects, locale) == advise(subjects, locale)


@pytest.mark.parametrize("locale", LOCALES)
def test_everything_can_be_said_in_several_ways(locale: str) -> None:
    least = {"opens-given": 8, "opens-given-finished": 6, "opens-given-for": 4, "opens-built": 8, "colours-accent": 4}
    assert all(len(ways(locale, message)) >= count for message, count in least.items())


items = st.builds(
    lambda kind, colour, usage, season, pattern, unsaid: replace(
        named("x", kind, colour, usage=usage, season=season, pattern=pattern),
        inferred={name: 0.9 for name in unsaid if name != "colour" or colour},
    ),
    kind=st.sampled_from([kind for kinds in KINDS.values() for kind in kinds]),
    colour=st.sampled_from(COLOURS),
    usage=st.sampled_from(["", "casual", "formal", "party", "sports"]),
    season=st.sampled_from(["", "summer", "winter"]),
    pattern=st.sampled_from(["", "solid", "striped", "floral"]),
    unsaid=st.sets(st.sampled_from(["kind", "colour", "usage", "season", "pattern"]), max_size=2),
)
subjects = st.builds(
    lambda anchor, pieces, brief, is_given, money, said: Subject(
        anchor, look(*pieces, brief=brief), given=is_given, said_occasion=said, money=money
    ),
    anchor=items,
    pieces=st.lists(items, min_size=2, max_size=4, unique_by=lambda i: i.kind),
    brief=st.builds(Brief, occasion=st.sampled_from(["", "casual", "formal", "party", "sports"]),
                    season=st.sampled_from(["", "summer", "winter"])),
    is_given=st.booleans(),
    money=st.sampled_from([Spending(), Spending("50.00 EUR", "80.00 EUR"), Spending("50.00 EUR", "")]),
    said=st.booleans(),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(subject=subjects, locale=st.sampled_from(LOCALES))
def test_advice_says_only_what_is_so(subject: Subject, locale: str) -> None:
    """An independent reading: colours, occasions, seasons, sums and patterns of the text against the items' data."""
    told = advise([subject], locale)[0]
    assert 2 <= len(told.forms) <= 3
    assert len(re.findall(r"[.!?](?=\s|$)|[。！？]", told.text)) == len(told.forms)
    lower = told.text.casefold()
    assert all(garment(p, locale, article=False).casefold() in lower for p in subject.look.pieces)
    worn = subject.worn
    text = lower
    for piece in worn:  # names of pieces may hold colour words of their own, such as titles in quotes
        for words in (garment(piece, locale, article=False), noun(piece, locale)):
            text = text.replace(words.casefold(), "")
    stated = {p.colour for p in worn if p.colour and "colour" not in p.inferred}
    for colour in taxonomy().colours.values():
        if _stands(colour.name(locale), text, locale) and not _part_of_another(colour.id, stated, locale):
            assert colour.id in stated, (colour.id, told)
    if any(form.startswith("colours-") for form in told.forms):
        assert all(p.colour and "colour" not in p.inferred for p in worn), told
    season = [p.season for p in subject.look.pieces if "season" not in p.inferred]
    if any(word in told.text.lower() for word in ("summer", "winter", "夏季", "冬季")):
        assert 2 * season.count(subject.look.brief.season) > len(subject.look.pieces), told
    if any(form.startswith(("occasion-", "opens-given-for", "opens-built-for")) for form in told.forms):
        assert subject.look.brief.occasion, told
        assert not any("usage" in p.inferred and p.usage == subject.look.brief.occasion != "casual"
                       and p.formality == 0 for p in subject.look.pieces), told  # fmt: skip
    assert ("50.00 EUR" in told.text) == (subject.money.budget != ""), told


def _stands(word: str, text: str, locale: str) -> bool:
    return word in text if locale == "zh" else re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE) is not None


def _part_of_another(colour: str, stated: set[str], locale: str) -> bool:
    """`white` stands in `off white`."""
    word = taxonomy().colours[colour].name(locale)
    return any(word != (name := taxonomy().colours[c].name(locale)) and word in name for c in stated)


def test_fit_is_told_by_the_shops_own_word_and_before_any_other_tip() -> None:
    slim = replace(named("j", "jeans", "navy"), attributes={"fit": "Slim fit"})
    small = replace(named("s", "casual_shoes", "white"), attributes={"size_advice": "runs small, take a size up"})
    text = one(Subject(MINE, look(slim, named("s", "casual_shoes", "white")), given=True))
    assert "navy jeans" in text
    assert "shop" in text
    assert re.search(r"close (fit|to the body)", text)
    assert re.search(r"white casual shoes.*(run small|size larger)", one(Subject(MINE, look(small, slim), given=True)))
    quoted = replace(slim, attributes={"size_advice": "Cut like the ones from last year"})
    plain = named("s", "casual_shoes", "white")
    assert "“Cut like the ones from last year.”" in one(Subject(MINE, look(quoted, plain), given=True))


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("Runs small", "runs-small"), ("偏大", "runs-large"), ("true to size", "true"), ("oversized", "loose"),
        ("修身", "tight"), ("not tight", ""), ("slim top, wide leg", ""), ("Cotton", ""),
    ],
)  # fmt: skip
def test_what_a_shop_says_of_fit_is_read_or_left_alone(said: str, verdict: str) -> None:
    from app.recommendations.fit_notes import fit_note

    note = fit_note(replace(item("a"), attributes={"Fit": said}))
    assert note is not None
    assert note.verdict == verdict
    assert fit_note(item("a")) is None


def test_sizes_asked_for_are_told_where_pieces_have_them() -> None:
    jeans, shoes = named("j", "jeans", "navy"), named("s", "casual_shoes", "white", in_stock=False)
    text = one(Subject(MINE, look(jeans, shoes), given=True, sizes=frozenset({"m"})))
    assert re.search(r"\bM\b", text)
    assert "shoes" not in text.split(".")[-2]


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_usual_sizes_are_told_and_what_the_shop_says_of_fit_makes_another_of_them(locale: str) -> None:
    jeans = replace(named("j", "jeans", "navy"), sizes=("34", "36", "38"))
    shoes = replace(named("s", "casual_shoes", "white"), sizes=("40",))
    usual = Usual({"bottom": worn_sizes(["EU 36"]), "footwear": worn_sizes(["39"])})
    has = advise([Subject(MINE, look(jeans, shoes), given=True, usual=usual)], locale)[0].text
    assert ("your usual" in has or "您常穿" in has) and "36" in has and not re.search("39|40", has)
    small = replace(jeans, attributes={"fit": "runs small"})
    other = advise([Subject(MINE, look(small, shoes), given=True, usual=usual)], locale)[0].text
    assert "36" in other and "38" in other
    assert not re.search(
        "36|38|your usual|您常穿", advise([Subject(MINE, look(jeans, shoes), given=True)], locale)[0].text
    )


def test_a_piece_is_called_only_what_its_shop_calls_it() -> None:
    unsaid = replace(named("j", "jeans", "navy"), title="Straight 501", inferred={"kind": 0.9})
    colour = replace(named("s", "casual_shoes", "white"), inferred={"colour": 0.9})
    text = one(Subject(MINE, look(unsaid, colour), given=True))
    assert "“Straight 501”" in text
    assert not re.search("jeans|navy|white", text)
    flats = replace(named("f", "heels", "silver"), title="Acme Women Silver Flats")
    assert garment(flats, "en") == "silver shoes"
    assert garment(replace(flats, title="Acme Silver Shoes"), "en") == "silver heels"


def test_an_unsure_photo_names_neither_kind_nor_colour() -> None:
    unsure = replace(MINE, inferred={"kind": 0.4, "colour": 0.5})
    text = one(Subject(unsure, look(named("j", "jeans", "navy"), named("s", "flats", "black")), given=True))
    assert not re.search(r"red|t-shirt", text)
    assert "your top" in text.lower()


@pytest.mark.parametrize(
    ("colours", "form"),
    [
        (("blue", "orange"), "colours-complementary"), (("blue", "purple"), "colours-analogous"),
        (("red", "green"), "colours-contrast"), (("red", "black"), "colours-accent"),
        (("olive", "black"), "colours-accent-soft"), (("black", "white"), "colours-neutral"),
        (("multi", "black"), "colours-multi"), (("red", "red"), "colours-single"),
    ],
)  # fmt: skip
def test_each_way_colours_meet_has_its_words(colours: Sequence[str], form: str) -> None:
    pieces = [named("t", "trousers", colours[1]), named("f", "flats", colours[1])]
    told = advise([Subject(replace(MINE, colour=colours[0]), look(*pieces), given=True)], "en")[0]
    assert told.forms[1].rpartition(".")[0] == form


def test_denim_and_the_dial_of_a_watch_are_no_strong_colours() -> None:
    grey = replace(MINE, colour="grey")
    jeans, shoes = replace(named("j", "jeans", "blue")), named("s", "flats", "black")
    quiet = advise([Subject(grey, look(jeans, shoes), given=True)], "en")[0]
    assert quiet.forms[1].startswith("colours-neutral.")
    watched = look(named("j", "trousers", "black"), shoes, named("w", "watch", "blue"))
    touch = advise([Subject(grey, watched, given=True)], "en")
    assert touch[0].forms[1].startswith("colours-touch.")


def test_an_occasion_is_not_claimed_when_a_piece_does_not_serve_it() -> None:
    pieces = (named("j", "jeans", "navy", usage="casual"), named("s", "sports_shoes", "white", usage="sports"))
    subject = Subject(MINE, look(*pieces, brief=Brief(occasion="formal")), given=True, said_occasion=True)
    assert "office" not in one(subject)


def test_what_was_asked_about_is_answered() -> None:
    pieces = (named("j", "jeans", "navy", usage="casual"), named("s", "flats", "white", usage="casual"))
    subject = Subject(
        MINE,
        look(*pieces, brief=Brief(occasion="casual")),
        given=True,
        said_occasion=True,
        money=Spending("50.00 EUR", "80.00 EUR"),
    )
    assert "relaxed day" in one(subject)
    assert "50.00 EUR" in one(subject)
    assert "80.00 EUR" in one(subject)
