"""A shop's own kinds and category names, laid over the packaged ones."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models.taxonomy import TaxonomyError, extend_taxonomy, kind_of_category, taxonomy

OWN = """
kinds:
  shacket: {slot: outerwear, en: [shacket], feeds: [Overshirts, "4711"]}
  dress: {feeds: [Robes]}
"""


@pytest.fixture
def extended(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    def use(text: str) -> None:
        path = tmp_path / "taxonomy.yaml"
        path.write_text(text, "utf-8")
        extend_taxonomy(path)

    yield use
    extend_taxonomy(None)


def test_a_shop_adds_kinds_and_words(extended: Callable[[str], None]) -> None:
    before = kind_of_category("Robes")
    extended(OWN)
    assert {name: getattr(kind_of_category(name), "id", None) for name in ("Overshirts", "4711", "Men > Shackets")} == {
        "Overshirts": "shacket",
        "4711": "shacket",
        "Men > Shackets": "shacket",
    }
    assert taxonomy().slot_of("shacket") == "outerwear"
    assert taxonomy().kinds["shacket"].name("zh") == "shacket"
    assert getattr(kind_of_category("Robes"), "id", None) == "dress"
    assert taxonomy().kinds["dress"].name("en") == "dress"
    extend_taxonomy(None)
    assert kind_of_category("Robes") == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dress: {}", "'kinds:'"),
        ("kinds: [dress]", "'kinds:'"),
        ("kinds: {shacket: {slot: outerwear}}", "word under 'en'"),
        ("kinds: {shacket: {slot: roof, en: [shacket]}}", "unknown slot"),
        ("kinds: {dress: {colour: red}}", "'colour'"),
        ("kinds: {dress: {en: frock}}", "list words under en"),
        ("kinds: {dress: {formality: 9}}", "formality"),
        ("kinds: {'My Dress': {slot: top, en: [x]}}", "no id"),
        ("kinds: {dress: red}", "has ''"),
        ("kinds: {", "cannot be read"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_and_nothing_changes(
    extended: Callable[[str], None], text: str, said: str
) -> None:
    known = len(taxonomy().kinds)
    with pytest.raises(TaxonomyError) as failed:
        extended(text)
    assert said in str(failed.value)
    assert "\n" not in str(failed.value)
    assert len(taxonomy().kinds) == known


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TaxonomyError, match=r"gone\.yaml cannot be read"):
        extend_taxonomy(tmp_path / "gone.yaml")
