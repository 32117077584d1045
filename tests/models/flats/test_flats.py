"""The drawn garments: complete, true to their words, different where their words differ, and always the same."""

import dataclasses
from collections import Counter
from decimal import Decimal
from itertools import combinations

import numpy as np
import pytest
from coloraide import Color
from numpy.typing import NDArray
from PIL import Image

from models.flats import KINDS, Flat, demo_catalogue, draw, random_flats, svg
from models.flats.cuts import BY_KIND
from models.flats.make import make
from models.taxonomy import taxonomy

CATALOGUE = demo_catalogue()
WORN = [flat for flat in CATALOGUE if taxonomy().kinds[flat.kind].worn]
BY_ID = pytest.mark.parametrize("flat", CATALOGUE[::7], ids=lambda flat: flat.id)


def pixels(flat: Flat, width: int = 75, height: int = 100) -> NDArray[np.float32]:
    return np.asarray(draw(flat, width, height), dtype=np.float32)


def difference(a: Flat, b: Flat) -> float:
    """Share of the picture, in per cent, that differs so much that an eye sees it (16 of 255)."""
    return float((np.abs(pixels(a) - pixels(b)).max(axis=2) > 16).mean() * 100)


def flat_of(
    kind: str,
    style: str,
    *,
    colour: str = "red",
    second: str | None = None,
    pattern: str = "solid",
    neck: str = "",
    sleeve: str = "",
    length: str = "",
) -> Flat:
    cut = BY_KIND[kind][style]
    return make(
        cut,
        "one",
        gender="women",
        colour=colour,
        second=second,
        pattern=pattern,
        neck=neck or cut.necks[0],
        sleeve=sleeve or cut.sleeves[0],
        length=length or cut.lengths[0],
    )


def cloth_colours(flat: Flat) -> NDArray[np.float32]:
    """The pixels of the garment itself: those that change with the background are wall, shadow or edge."""
    on_white, on_blue = (
        np.asarray(draw(flat, 90, 120, background=b), dtype=np.float32) for b in ("#ffffff", "#5577cc")
    )
    cloth: NDArray[np.float32] = on_white[np.abs(on_white - on_blue).max(axis=2) < 2]
    return cloth


def nearest_colours(rgb: NDArray[np.float32], count: int) -> list[str]:
    seen = Color("srgb", (rgb / 255).tolist())
    known = [colour for colour in taxonomy().colours.values() if colour.id != "multi"]
    known.sort(key=lambda c: seen.delta_e(Color("srgb", [v / 255 for v in c.rgb]), method="2000"))
    return [colour.id for colour in known[:count]]


def test_the_shop_is_big_enough() -> None:
    assert len(CATALOGUE) >= 300
    assert len({flat.kind for flat in WORN}) >= 30
    assert len({flat.id for flat in CATALOGUE}) == len(CATALOGUE)
    assert 2 <= len(CATALOGUE) - len(WORN) <= 5


@pytest.mark.parametrize("gender", ["women", "men"])
def test_every_slot_of_an_outfit_can_be_filled(gender: str) -> None:
    mine = {taxonomy().slot_of(flat.kind) for flat in WORN if flat.gender in (gender, "unisex")}
    assert mine >= {"top", "bottom", "outerwear", "footwear", "bag", "belt", "headwear", "eyewear", "watch", "scarf"}


def test_every_facet_is_in_the_taxonomy() -> None:
    known = taxonomy()
    for flat in [*CATALOGUE, *random_flats(200, seed=3)]:
        assert flat.kind in known.kinds
        assert {flat.colour, flat.second_colour or flat.colour} <= set(known.colours)
        for facet in ("pattern", "gender", "age_group", "season", "usage"):
            assert getattr(flat, facet) in known.attributes[facet], (flat.id, facet)


WISHES = (
    "dress red, sports_shoes black, jeans blue, shirt white, skirt yellow, boots brown, blazer navy, tshirt white, "
    "handbag black, heels red, coat grey, shorts green"
)


@pytest.mark.parametrize("wish", WISHES.split(", "))
def test_plain_wishes_can_be_granted(wish: str) -> None:
    kind, colour = wish.split()
    assert any(f.kind == kind and f.colour == colour and f.pattern == "solid" for f in CATALOGUE)


def test_titles_name_colour_and_kind_in_both_languages() -> None:
    known = taxonomy()
    for flat in [*CATALOGUE, *random_flats(300, seed=5)]:
        colour, kind = known.colours[flat.colour], known.kinds[flat.kind]
        assert flat.title_en.lower().startswith(colour.en[0]), flat.title_en
        assert any(word.lower() in flat.title_en.lower() for word in kind.en), flat.title_en
        assert flat.title_zh.startswith(colour.zh[0]), flat.title_zh
        assert any(word in flat.title_zh for word in kind.zh), flat.title_zh
        assert "{" not in flat.title_en + flat.title_zh
        assert "  " not in flat.title_en


def test_offers_are_plausible() -> None:
    assert all(Decimal(5) <= flat.price <= Decimal(250) for flat in CATALOGUE)
    assert all(flat.sale_price is None or flat.price / 2 <= flat.sale_price < flat.price for flat in CATALOGUE)
    assert 30 <= sum(flat.sale_price is not None for flat in CATALOGUE) <= 110
    assert 5 <= sum(all(stock == 0 for _, stock in flat.sizes) for flat in CATALOGUE) <= 60
    assert all(flat.sizes for flat in CATALOGUE)


def test_every_article_draws_and_is_not_blank() -> None:
    for flat in CATALOGUE:
        picture = draw(flat, 60, 80)
        assert (picture.mode, picture.size) == ("RGB", (60, 80))
        drawn = np.abs(np.asarray(picture, dtype=np.float32) - np.asarray(picture.getpixel((0, 0)), dtype=np.float32))
        assert (drawn.max(axis=2) > 8).mean() > 0.06, flat.id


@BY_ID
def test_a_picture_keeps_clear_of_its_frame(flat: Flat) -> None:
    page = np.asarray(draw(flat, 150, 200), dtype=np.float32)
    rim = np.concatenate(
        [page[:6].reshape(-1, 3), page[-6:].reshape(-1, 3), page[:, :6].reshape(-1, 3), page[:, -6:].reshape(-1, 3)]
    )
    assert np.abs(rim - rim.mean(axis=0)).max() < 30, flat.id


@pytest.mark.parametrize("size", [(300, 400), (224, 224), (60, 80), (400, 200)])
def test_any_size_is_met_exactly(size: tuple[int, int]) -> None:
    assert draw(CATALOGUE[0], *size).size == size


def test_no_two_articles_of_a_kind_look_alike() -> None:
    small = {flat.id: pixels(flat, 30, 40) for flat in CATALOGUE}
    for kind in ("dress", "tshirt", "casual_shoes", "sports_shoes"):
        same = [flat for flat in CATALOGUE if flat.kind == kind]
        for n, one in enumerate(same):
            for other in same[n + 1 :]:
                if one.colour != other.colour or one.pattern != other.pattern:
                    assert np.abs(small[one.id] - small[other.id]).mean() > 1.0, (one.id, other.id)


@pytest.mark.parametrize(
    ("kind", "style", "changes"),
    [
        ("tshirt", "tee", {"sleeve": "long"}),
        ("tshirt", "tee", {"neck": "v"}),
        ("tshirt", "tee", {"pattern": "printed", "second": "white"}),
        ("dress", "aline", {"length": "mini"}),
        ("dress", "aline", {"sleeve": "puff"}),
        ("dress", "fitflare", {"sleeve": "strap"}),
        ("sweater", "plain", {"neck": "turtle"}),
        ("shirt", "classic", {"sleeve": "short"}),
        ("shirt", "classic", {"colour": "white"}),
    ],
)
def test_each_detail_shows(kind: str, style: str, changes: dict[str, str]) -> None:
    assert difference(flat_of(kind, style), flat_of(kind, style, **changes)) > 1.0


def test_each_style_of_a_kind_shows() -> None:
    for kind, styles in BY_KIND.items():
        drawn = {style: pixels(flat_of(kind, style), 150, 200) for style in styles}
        for one, other in combinations(drawn, 2):
            assert (np.abs(drawn[one] - drawn[other]).max(axis=2) > 12).mean() > 0.005, (kind, one, other)


def test_each_pattern_shows_on_every_kind_that_comes_in_it() -> None:
    for kind, styles in BY_KIND.items():
        cut = max(styles.values(), key=lambda cut: len(cut.patterns))
        plain = pixels(flat_of(kind, cut.style))
        for pattern in cut.patterns[1:]:
            woven = pixels(flat_of(kind, cut.style, pattern=pattern, second="white"))
            assert (np.abs(woven - plain).max(axis=2) > 16).mean() > 0.01, (kind, cut.style, pattern)


def test_pictures_have_the_colour_that_they_are_called() -> None:
    """Median of the cloth: its name, or its family, is among the three nearest colour names (CIEDE2000)."""
    known, wrong = taxonomy().colours, []
    plain = [
        f
        for f in [*CATALOGUE, *random_flats(120, seed=11)]
        if f.pattern == "solid" and f.kind not in ("sunglasses", "watch")
    ]
    for flat in plain[::3]:
        near = nearest_colours(np.median(cloth_colours(flat), axis=0), 3)
        if not {flat.colour, known[flat.colour].family} & {*near, *(known[name].family for name in near)}:
            wrong.append((flat.id, flat.colour, near))
    assert not wrong


def test_shades_vary_around_their_colour() -> None:
    flats = random_flats(1500, seed=2)
    shades = {flat.shade for flat in flats if flat.colour == "red"}
    assert len(shades) > 12
    assert len({flat.background for flat in flats}) >= 6
    assert set(Counter(flat.kind for flat in flats)) == set(KINDS)


@BY_ID
def test_drawing_is_deterministic(flat: Flat) -> None:
    again = next(other for other in demo_catalogue() if other.id == flat.id)
    assert svg(again) == svg(flat)
    assert draw(again, 60, 80).tobytes() == draw(flat, 60, 80).tobytes()


def test_random_flats_follow_their_seed() -> None:
    assert random_flats(40, seed=7) == random_flats(40, seed=7)
    assert random_flats(40, seed=7) != random_flats(40, seed=8)
    assert random_flats(10, seed=7) == random_flats(40, seed=7)[:10]


def test_a_background_is_honoured() -> None:
    corner = draw(CATALOGUE[0], 60, 80, background="#203040").getpixel((0, 0))
    assert isinstance(corner, tuple)
    assert np.abs(np.subtract(corner, (0x20, 0x30, 0x40))).max() < 12
    own = dataclasses.replace(CATALOGUE[0], background="#203040")
    assert draw(own, 60, 80).getpixel((0, 0)) == corner


def test_svg_is_self_contained() -> None:
    for flat in CATALOGUE[::29]:
        text = svg(flat)
        assert text.startswith("<svg")
        assert "href" not in text
        assert "<text" not in text


def test_a_kind_without_a_drawing_is_refused() -> None:
    with pytest.raises(KeyError):
        draw(dataclasses.replace(CATALOGUE[0], kind="saree"))


def test_every_kind_that_is_drawn_has_cuts() -> None:
    assert set(BY_KIND) == set(KINDS)
    assert isinstance(draw(CATALOGUE[0]), Image.Image)
