import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.preprocess.company import ALONE, company_of

CASES = [
    ("a skirt like this in blue", {"skirt"}, set(), set(), False, True),
    ("类似的半身裙，上班穿", {"skirt"}, set(), set(), False, True),
    ("the same for a party, with heels", set(), {"heels"}, set(), False, True),
    ("a dress with a belt", {"dress"}, {"belt"}, set(), False, False),
    ("a jacket to wear over this", {"jacket"}, set(), set(), True, False),
    ("jeans that go well with this shirt", {"jeans"}, set(), {"shirt"}, True, False),
    ("what goes with these for a date", set(), set(), set(), True, False),
    ("搭配高跟鞋", set(), {"heels"}, set(), False, False),
    ("red heels", {"heels"}, set(), set(), False, False),
    ("想要同款外套，配一整套", {"jacket"}, set(), set(), False, True),
    ("something to wear to this party", set(), set(), set(), False, False),
]


@pytest.mark.parametrize(("text", "asked", "beside", "this", "goes", "like"), CASES)
def test_how_named_kinds_stand_to_the_photo(
    text: str, asked: set[str], beside: set[str], this: set[str], goes: bool, like: bool
) -> None:
    found = company_of(text)
    assert (set(found.asked), set(found.beside), set(found.this)) == (asked, beside, this)
    assert (found.goes, found.like) == (goes, like)


@pytest.mark.parametrize(
    ("text", "photo", "wanted"),
    [
        ("shoes that go with this", "casual_shoes", True),
        ("配这条裙子的鞋", "heels", True),
        ("配这条裙子的鞋", "skirt", False),
        ("同款裙子，配一双白色高跟鞋", "heels", False),
        ("同款裙子，配一双白色高跟鞋", "skirt", True),
        ("the same, with heels", "heels", False),
    ],
)
def test_what_is_suggested_with_a_photo(text: str, photo: str, wanted: bool) -> None:
    assert (photo in company_of(text).wanted(photo=True)) is wanted


def test_without_a_photo_a_companion_is_all_there_is() -> None:
    assert company_of("an outfit with a blazer").wanted(photo=False) == {"blazer"}


@given(st.text(max_size=80))
def test_any_text_is_read_and_no_kind_plays_two_parts(text: str) -> None:
    found = company_of(text)
    assert not found.asked & found.beside and not found.asked & found.this
    assert found.wanted(photo=True) <= found.wanted(photo=False)


def test_nothing_said() -> None:
    assert company_of("") == ALONE
