"""Labels given at call time: words of the taxonomy bring synonyms, general words their kinds, others stand alone."""

import numpy as np
import pytest
from PIL import Image

from models.contracts import Vector
from models.taxonomy import taxonomy
from models.zero_shot.labels import Sense, read_labels
from models.zero_shot.prompts import KIND, ensembles, prompts


def vectors_of(senses: tuple[Sense, ...]) -> dict[Sense, Vector]:
    """Every sense its own direction."""
    return dict(zip(senses, np.eye(len(senses), dtype=np.float32), strict=True))


@pytest.mark.parametrize(
    ("label", "kind"),
    [("dress", "dress"), ("Dresses", "dress"), ("连衣裙", "dress"), ("t-shirt", "tshirt"), ("T_Shirt", "tshirt"),
     ("ｊｅａｎｓ", "jeans"), ("track-pants", "track_pants")],
)  # fmt: skip
def test_a_known_word_in_any_spelling_and_language_brings_its_synonyms(label: str, kind: str) -> None:
    (senses,) = read_labels([label]).senses
    assert senses == (prompts(taxonomy().kinds[kind].en, KIND),)


def test_an_unknown_word_is_taken_as_it_stands() -> None:
    (senses,) = read_labels(["Steampunk  Corset"]).senses
    assert senses[0][0] == "Steampunk  Corset"


@pytest.mark.parametrize("label", ["shoes", "Footwear", "鞋子"])
def test_a_general_word_stands_for_each_of_its_kinds(label: str) -> None:
    (senses,) = read_labels([label]).senses
    footwear = [k for k in taxonomy().kinds.values() if k.slot == "footwear"]
    assert set(senses) == {prompts(k.en, KIND) for k in footwear}


def test_a_general_word_leaves_out_what_another_label_names() -> None:
    jeans = prompts(taxonomy().kinds["jeans"].en, KIND)
    assert jeans in read_labels(["pants", "skirt"]).senses[0]
    apart = read_labels(["pants", "jeans"])
    assert jeans not in apart.senses[0]
    assert apart.senses[1] == (jeans,)


def test_words_of_no_kind_are_described_so_that_a_model_knows_them() -> None:
    (senses,) = read_labels(["longsleeve"]).senses
    assert "long sleeve shirt" in senses[0]
    assert read_labels(["长袖"]).senses == (senses,)


def test_a_label_is_as_near_as_its_nearest_sense_and_shares_add_up() -> None:
    read = read_labels(["shoes", "dress", "something else"])
    vectors = vectors_of(read.distinct)
    boots = vectors[prompts(taxonomy().kinds["boots"].en, KIND)]
    assert read.cosines(boots[None], vectors).tolist() == [[1, 0, 0]]
    shares = read.probabilities(boots, vectors, 10)
    assert shares.sum() == pytest.approx(1)
    assert shares.argmax() == 0


def test_among_colours_the_pixels_have_a_say() -> None:
    read = read_labels(["navy", "红色", "yellow"])
    assert read.colours == ("blue", "red", "yellow")
    vectors = vectors_of(read.distinct)
    unsure = np.ones(len(vectors), dtype=np.float32) / np.sqrt(np.float32(len(vectors)))
    crop = Image.new("RGB", (60, 80), taxonomy().colours["red"].rgb)
    assert read.probabilities(unsure, vectors, 20, [crop]).argmax() == 1
    assert read_labels(["navy", "dress"]).colours is None


def test_each_groups_rows_become_one_direction() -> None:
    rows = np.array([[1, 0], [0, 1], [1, 0]], dtype=np.float32)
    first, second = ensembles([("a", "b"), ("c",)], rows)
    np.testing.assert_allclose(first, [0.7071, 0.7071], atol=1e-4)
    np.testing.assert_allclose(second, [1, 0])
    assert ensembles([], rows[:0]) == []
