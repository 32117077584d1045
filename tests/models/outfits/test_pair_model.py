"""What people wear together: the fit finds the pairs that were put in, and its measures know chance from knowledge."""

from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.outfits import OutfitsUnavailable, PairModel, worn_together
from models.outfits.fit import fit_pairs
from models.outfits.measure import ask, at_random, measure, popularity
from models.outfits.sets import as_kinds, read_sets
from models.outfits.train import train_pairs
from models.outfits.worn import KINDS
from models.taxonomy import taxonomy
from models.training.errors import CannotTrain

PAIRS = {"suit": "oxfords", "shorts": "sandals", "jeans": "sneakers", "gown": "pumps"}


def paired(count: int) -> list[tuple[str, ...]]:
    """Each bottom with its own shoes, nine times in ten, and a bag or a hat with anything."""
    draw = Random(3)
    found = []
    for _ in range(count):
        bottom = draw.choice(list(PAIRS))
        shoes = PAIRS[bottom] if draw.random() < 0.9 else draw.choice(list(PAIRS.values()))
        found.append((bottom, shoes, draw.choice(("bag", "hat"))))
    return found


def test_the_pairs_that_were_worn_are_found() -> None:
    model = fit_pairs(paired(600))
    for bottom, shoes in PAIRS.items():
        row = model.pair[model.index[bottom]]
        assert max(PAIRS.values(), key=lambda s: row[model.index[s]]) == shoes
    sets = [tuple(model.index[name] for name in one) for one in paired(900)[600:]]
    everything = range(len(model.names))
    questions = ask(sets, dict.fromkeys(everything, everything), 1)
    fitted = measure(questions, model.score, model.weight)
    worn = measure(questions, popularity(sets, len(everything)))
    chance = measure(questions, at_random(1))
    assert fitted.accuracy > 0.75 > worn.accuracy
    assert fitted.auc > 0.85
    assert abs(chance.accuracy - 0.25) < 0.08
    assert abs(chance.auc - 0.5) < 0.08


def test_a_fit_is_kept_as_it_is_and_symmetric(tmp_path: Path) -> None:
    model = fit_pairs(paired(100))
    model.save(tmp_path / "pairs.json")
    kept = PairModel.load(tmp_path / "pairs.json")
    assert kept.names == model.names
    assert np.allclose(kept.pair, model.pair, atol=1e-4)
    assert np.array_equal(kept.pair, kept.pair.T)
    assert not kept.pair.diagonal().any()


@pytest.mark.parametrize("text", ["", "{}", '{"format": "other/1"}', '{"format": "tryon-pairs/1", "names": ["a"]}'])
def test_what_is_no_fit_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "pairs.json").write_text(text, "utf-8")
    with pytest.raises(OutfitsUnavailable) as failed:
        PairModel.load(tmp_path / "pairs.json")
    assert "\n" not in str(failed.value)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=6, unique=True).map(tuple), min_size=1), st.integers())
def test_questions_have_one_right_piece_and_three_that_are_not_in_the_set(
    sets: list[tuple[int, ...]], seed: int
) -> None:
    for question, whole in zip(ask(sets, dict.fromkeys(range(10), range(10)), seed), sets, strict=True):
        right, *wrong = question.options
        assert sorted((*question.rest, right)) == sorted(whole)
        assert len(set(wrong)) == 3
        assert not set(wrong) & set(whole)


def test_the_shipped_fit_knows_kinds_of_ours_and_says_what_anybody_would() -> None:
    assert set(PairModel.load(KINDS).names) <= set(taxonomy().kinds)
    worn = worn_together()
    assert worn["dress", "heels"] > worn["dress", "formal_shoes"]
    assert worn["shorts", "sandals"] > worn["shorts", "boots"]
    assert worn["blazer", "trousers"] > worn["blazer", "track_pants"]
    assert all(worn[b, a] == pytest.approx(chance) for (a, b), chance in worn.items())


def test_categories_become_kinds_once_each() -> None:
    assert as_kinds([("Skinny Jeans", "Jeans", "Pumps", "Lipstick", "Nonsense")]) == [("jeans", "heels")]


def test_a_folder_of_sets_is_fitted_and_measured(tmp_path: Path) -> None:
    (tmp_path / "outfits").mkdir()
    names = {"suit": "Blazers", "gown": "Gowns", "pumps": "Pumps", "oxfords": "Oxfords", "bag": "Bags", "hat": "Hats"}
    names |= {"shorts": "Shorts", "sandals": "Sandals", "jeans": "Jeans", "sneakers": "Sneakers"}
    lines = [
        f"{n},{'val' if n % 5 == 0 else 'fit'},{'|'.join(names[x] for x in one)}" for n, one in enumerate(paired(300))
    ]
    (tmp_path / "outfits" / "sets.csv").write_text("\n".join(["set,split,categories", *lines]) + "\n", "utf-8")
    told: list[str] = []
    rows = train_pairs(tmp_path, tmp_path / "out", lambda stage, *_: told.append(stage))
    assert {r.method for r in rows} == {"fitted pairs", "popularity", "random"}
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"categories.json", "kinds.json", "report.json"}
    assert set(told) == {"fit categories", "fit kinds"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("set,split,categories\n1,test,Jeans\n", "line 2"),
        ("set,split,categories\n1,val,Jeans|Hats\n", "no set in the split 'fit'"),
        ("a,b\n1,2\n", "line 2"),
    ],
)
def test_what_is_no_table_of_sets_is_said(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "sets.csv").write_text(text, "utf-8")
    with pytest.raises(CannotTrain, match=said):
        read_sets(tmp_path / "sets.csv")
