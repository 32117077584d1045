from dataclasses import replace
from decimal import Decimal
from importlib import resources

import pytest
from fluent.syntax import FluentParser, ast

from app.catalog.facts import ItemFacts
from app.recommendations.explain import Asked, reasons
from app.recommendations.naming import garment
from app.recommendations.ranking import Ranked
from app.recommendations.wanted import Target, Wanted
from app.recommendations.wording import BrokenMessage, a_kind, join, say
from tests.app.recommendations.making import avoiding, item, said


def ranked(of: ItemFacts, image: float = 0.1, avoided: bool = False) -> Ranked:
    return Ranked(of, 0, 0.5, {"image": image}, avoided)


def codes(found: Ranked, asked: Asked) -> list[str]:
    return [r.code for r in reasons(found, asked)]


def test_reasons_say_only_what_is_so() -> None:
    asked = Asked(said(kinds=["dress"], colours=["red"], usage=["party"], season=["summer"]), "en")
    assert codes(ranked(item("a", usage="party", season="summer")), asked) == [
        "same_kind", "same_colour", "for_occasion", "for_season",
    ]  # fmt: skip
    assert codes(ranked(item("b", "jeans", "blue", usage="casual")), asked) == ["nearest"]


def test_a_shade_of_the_colour_is_called_close_not_the_same() -> None:
    found = reasons(ranked(item("a", colour="maroon")), Asked(said(colours=["red"]), "en"))
    assert [(r.code, r.text) for r in found] == [("near_colour", "Maroon, close to red")]


def test_an_unsure_photo_is_not_claimed_to_be_recognised() -> None:
    unsure = Wanted(kind=Target(frozenset({"dress"}), 0.2, "photo"))
    assert codes(ranked(item("a")), Asked(unsure, "en", alike=0.1)) == ["nearest"]


def test_the_photo_and_the_words_are_told_apart() -> None:
    photo = Wanted(kind=Target(frozenset({"dress"}), 0.9, "photo"))
    texts = [reasons(ranked(item("a")), Asked(w, "en"))[0].text for w in (photo, said(kinds=["dress"]))]
    assert texts == ["Also a dress, like the one on your photo", "A dress, as you asked"]


def test_what_was_avoided_is_only_claimed_where_the_item_states_it() -> None:
    wanted = avoiding(colours=["black"])
    assert codes(ranked(item("a", colour="red")), Asked(wanted, "en")) == ["avoids"]
    assert codes(ranked(item("b", colour="")), Asked(wanted, "en")) == ["nearest"]
    assert codes(ranked(item("c", colour="black"), avoided=True), Asked(wanted, "en")) == ["despite"]


def test_offers_sizes_and_words() -> None:
    sale = item("a", price=Decimal(20), sale_price=Decimal(15), title="Linen dream")
    asked = Asked(said(terms=["linen"]), "en", sizes=frozenset({"m"}), limit="50.00 EUR")
    assert [r.text for r in reasons(ranked(sale), asked)] == [
        "“linen” is in its name", "Within your 50.00 EUR", "In stock in M", "25 % off now",
    ]  # fmt: skip


def test_reasons_in_chinese() -> None:
    asked = Asked(said(kinds=["dress"], colours=["red"]), "zh")
    assert [r.text for r in reasons(ranked(item("a")), asked)] == ["正是您要的连衣裙", "红色，正是您要的颜色"]


def test_reasons_come_in_the_order_of_what_brought_the_score() -> None:
    asked = Asked(said(kinds=["dress"], colours=["red"], usage=["party"]), "en", alike=0.9, limit="50.00 EUR")
    shares = {"photo": 0.4, "colour": 0.3, "usage": 0.2, "kind": 0.1}
    told = [r.code for r in reasons(ranked(item("a", usage="party")), asked, shares)]
    assert told == ["similar_look", "same_colour", "for_occasion", "same_kind"]


def test_what_is_wrong_is_said_first_and_what_brought_no_score_last() -> None:
    asked = Asked(replace(avoiding(colours=["red"]), kind=said(kinds=["dress"]).kind), "en", limit="50.00 EUR")
    told = [r.code for r in reasons(ranked(item("a"), avoided=True), asked, {"words": 0.5, "kind": 0.5})]
    assert told == ["despite", "same_kind", "within_budget"]


def test_the_vaguest_reason_comes_after_all_that_can_be_named() -> None:
    asked = Asked(said(kinds=["dress"], terms=["linen"]), "en")
    found = ranked(item("a", title="Linen dream"), image=0.9)
    told = [r.code for r in reasons(found, asked, {"words": 0.9, "kind": 0.1})]
    assert told == ["matches_word", "same_kind", "similar_look"]


def test_a_picture_is_called_like_the_photo_only_if_it_is_and_not_for_what_the_words_added() -> None:
    found = ranked(item("a"), image=0.95)
    assert codes(found, Asked(Wanted(), "en", alike=0.3)) == ["nearest"]
    assert codes(found, Asked(Wanted(), "en", alike=0.7)) == ["similar_look"]


INFERRED = {"kind": 0.9, "colour": 0.85, "pattern": 0.8, "usage": 0.9, "season": 0.8}


@pytest.mark.parametrize(("locale", "word"), [("en", "Looks "), ("zh", "看起来")])
def test_what_was_inferred_is_never_stated(locale: str, word: str) -> None:
    of = replace(item("a", usage="party", season="summer", pattern="striped"), inferred=INFERRED)
    wishes = [
        said(kinds=["dress"], colours=["red"], usage=["party"], season=["summer"]),
        said(colours=["maroon"], pattern=["striped"]),
        Wanted(Target(frozenset({"dress"}), 0.9, "photo"), Target(frozenset({"red"}), 0.9, "photo")),
    ]
    told = [reason for wanted in wishes for reason in reasons(ranked(of), Asked(wanted, locale))]
    assert len(told) == 8
    assert all(reason.text.startswith(word) and reason.params["inferred"] == 1 for reason in told)
    stated = reasons(ranked(item("a")), Asked(wishes[0], locale))
    assert not any(word.strip() in reason.text or "inferred" in reason.params for reason in stated)


def test_an_inferred_colour_is_no_proof_that_another_was_avoided() -> None:
    of = replace(item("a", colour="red"), inferred={"colour": 0.9})
    assert codes(ranked(of), Asked(avoiding(colours=["black"]), "en")) == ["nearest"]


def test_at_most_four_reasons() -> None:
    asked = Asked(said(kinds=["dress"], colours=["red"], usage=["party"], season=["summer"]), "en", alike=0.9)
    assert len(reasons(ranked(item("a", usage="party", season="summer"), image=0.9), asked)) == 4


def test_both_languages_have_the_same_messages_with_the_same_variables() -> None:
    en, zh = (_messages(f"{locale}.ftl") | _messages(f"advice_{locale}.ftl") for locale in ("en", "zh"))
    assert en.keys() == zh.keys()
    for name, variables in en.items():
        assert zh[name] <= variables, name


def _messages(file: str) -> dict[str, set[str]]:
    text = resources.files("app.recommendations").joinpath("locales", file).read_text("utf-8")
    body = FluentParser().parse(text).body
    assert not [entry for entry in body if isinstance(entry, ast.Junk)]
    return {e.id.name: _variables(e) for e in body if isinstance(e, ast.Message)}


def _variables(message: ast.Message) -> set[str]:
    found: set[str] = set()

    def walk(node: object) -> None:
        if isinstance(node, ast.VariableReference):
            found.add(node.id.name)
        if isinstance(node, ast.BaseNode):
            for value in vars(node).values():
                for child in value if isinstance(value, list) else [value]:
                    walk(child)

    walk(message)
    return found


def test_words() -> None:
    assert [a_kind(k, "en") for k in ("dress", "jeans", "earrings")] == ["a dress", "jeans", "earrings"]
    assert garment(item("a", "top", "orange"), "en") == "an orange top"
    assert garment(item("a", "top", ""), "en") == "a top"
    assert (join(["a", "b", "c"], "en"), join(["甲", "乙"], "zh"), join(["a"], "en")) == ("a, b and c", "甲和乙", "a")
    with pytest.raises(BrokenMessage):
        say("en", "no-such-message", {})
    with pytest.raises(BrokenMessage):
        say("en", "in-size", {})
