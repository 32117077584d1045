"""Composed queries ask for what the catalogue has, and training on them teaches a fusion to give it."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from models.contracts import ModelUnavailable, Signal, Weights
from models.encoders.fake import FakeEncoder, FakeTokenEncoder
from models.fusion import WeightedFusion, fusions
from models.fusion.load import NETWORKS, fusion_of
from models.fusion.network import Shape
from models.fusion.tokens import Layout
from models.preprocess.image import GarmentPreprocessor
from models.training.composed import ANY, Labels, Words, colour_words, kind_words, wishes
from models.training.composed_eval import ColourQuestion, ComposedBench, questions
from models.training.data import Item
from models.training.fusion import FusionRecipe, TrainedFusions, train_fusion
from models.training.fusion_loop import FusionData, References, Said, Schedule, fit

pytestmark = pytest.mark.usefixtures("one_thread")


ARTICLES, COLOURS = ("Dresses", "Shirts", "Watches"), ("Black", "Blue", "Navy Blue", "Red")
DIMS = 24
SHAPE = Shape(dims=DIMS, width=16, heads=2, blocks=1, layout=Layout(1, 2, 4))


@pytest.fixture(scope="module")
def words() -> Words:
    fits = np.vstack([np.eye(3, dtype=bool), [True, True, False]])
    return Words(ARTICLES, fits, COLOURS, ("striped",), ("men", "women"), np.eye(4, dtype=bool))


@pytest.fixture(scope="module")
def gallery() -> Labels:
    """Every kind in every colour, but no red watch; five of each."""
    pairs = [(a, c) for a in range(3) for c in range(4) if (a, c) != (2, 3)] * 5
    articles, colours = (np.array(column) for column in zip(*pairs, strict=True))
    return Labels(articles, colours, np.full(len(pairs), ANY), np.arange(len(pairs)) % 2)


def test_every_wish_can_be_answered(words: Words, gallery: Labels) -> None:
    made = wishes(gallery, gallery, words, 600, np.random.default_rng(0))
    has = Counter(zip(gallery.articles.tolist(), gallery.colours.tolist(), strict=True))
    asked = [n for n in range(600) if made.colours[n] != ANY]
    assert len(asked) > 300
    assert all(has[int(made.articles[n]), int(made.colours[n])] for n in asked)
    assert 0.1 < made.still.mean() < 0.4
    assert {len(made.said), *made.texts.tolist()} == set(range(len(made.said) + 1))


def test_a_colour_change_names_another_colour_in_words(words: Words, gallery: Labels) -> None:
    made = wishes(gallery, gallery, words, 800, np.random.default_rng(1))
    changed = 0
    for n in np.flatnonzero((made.colours != ANY) & (made.articles == gallery.articles[made.references])):
        text, colour = made.said[made.texts[n]], COLOURS[made.colours[n]]
        named = any(word in text for group in colour_words(colour) for word in group)
        kind = ARTICLES[made.articles[n]]
        assert named or any(word in text for group in kind_words(kind) for word in group)
        changed += made.colours[n] != gallery.colours[made.references[n]]
    assert changed > 300


def test_the_favoured_come_oftener(words: Words, gallery: Labels) -> None:
    made = wishes(gallery, gallery, words, 400, np.random.default_rng(2), favoured=5)
    assert (made.references < 5).mean() > 0.5


def test_the_same_seed_asks_the_same(words: Words, gallery: Labels) -> None:
    first, second = (wishes(gallery, gallery, words, 50, np.random.default_rng(3)) for _ in range(2))
    assert first.said == second.said
    np.testing.assert_array_equal(first.references, second.references)


def toy(words: Words, labels: Labels) -> FusionData:
    """A space where a kind and a colour are an axis each, pictures a sum of two, and words name the colour's axis."""
    rng = np.random.default_rng(0)

    def rows(codes: list[tuple[int, int]]) -> torch.Tensor:
        made = rng.normal(scale=0.03, size=(len(codes), DIMS))
        for n, (article, colour) in enumerate(codes):
            made[n, article] += 1 if article != ANY else 0
            made[n, 10 + colour] += 1 if colour != ANY else 0
        return functional.normalize(torch.tensor(made, dtype=torch.float32), dim=-1)

    pictures = rows(list(zip(labels.articles.tolist(), labels.colours.tolist(), strict=True)))
    asked = wishes(labels, labels, words, 1500, np.random.default_rng(4))
    means = {}
    for n, text in enumerate(asked.texts.tolist()):
        means[text] = (ANY, ANY) if asked.still[n] else (ANY, int(asked.colours[n]))
    spoken = rows([means[n] for n in range(len(asked.said))])
    said = Said(spoken, spoken[:, None].half(), torch.ones(len(spoken), 1, dtype=torch.bool))
    grids = pictures[:20, None].repeat(1, 2, 1).half()
    seen = torch.arange(len(pictures)) < 20
    return FusionData(References(pictures, grids, seen, labels), pictures, labels, words, asked, said)


@pytest.mark.parametrize("kind", sorted(NETWORKS))
def test_training_teaches_to_change_the_colour_and_keep_the_kind(kind: str, words: Words, gallery: Labels) -> None:
    torch.manual_seed(0)
    data, network = toy(words, gallery), NETWORKS[kind](SHAPE)
    before = share_right(kind, network, data)
    told: list[int] = []
    schedule = Schedule(steps=25, batch=64, answers=40, warmup=5)
    fit(network, data, schedule, kind, lambda _, done, __: told.append(done))
    assert told == list(range(1, 26))
    assert share_right(kind, network, data) >= 0.8 > before


def share_right(kind: str, network: torch.nn.Module, data: FusionData) -> float:
    """How often the nearest to a picture with another colour's words is of its kind and that colour."""
    fusion, labels, asked = fusion_of(kind, network.eval(), SHAPE), data.labels, data.wishes
    own = asked.articles == labels.articles[asked.references]
    changed = own & (asked.colours != ANY) & (asked.colours != labels.colours[asked.references])
    right = []
    for n in np.flatnonzero(changed)[:60]:
        photo = Signal(data.gallery[asked.references[n]].numpy())
        fused = fusion.fuse(photo, Signal(data.said.vectors[asked.texts[n]].numpy()), Weights())
        best = int((data.gallery.numpy() @ fused.vector).argmax())
        right.append((labels.articles[best], labels.colours[best]) == (asked.articles[n], asked.colours[n]))
    return float(np.mean(right))


def test_colours_a_shop_may_call_alike_are_not_held_against_an_answer(words: Words, gallery: Labels) -> None:
    alike = words.alike.copy()
    alike[1, 2] = alike[2, 1] = True
    data = toy(Words(words.articles, words.fits, words.colours, words.patterns, words.genders, alike), gallery)
    rows = torch.tensor([n for n in range(1500) if data.wishes.colours[n] == 1 and data.wishes.articles[n] == 0][:3])
    right, unsure = data.right(rows, torch.arange(len(gallery)))
    blue, navy = ((gallery.articles == 0) & (gallery.colours == c) for c in (1, 2))
    np.testing.assert_array_equal(right[0].numpy(), blue)
    np.testing.assert_array_equal(unsure[0].numpy(), navy)


def test_a_folder_is_trained_written_and_found_again(tiny_data: Path, tmp_path: Path) -> None:
    """The whole way on a folder of eighteen pictures, with an encoder that knows nothing."""
    recipe = FusionRecipe(wishes=60, with_tokens=5, schedule=Schedule(steps=3, batch=8, answers=12, warmup=1))
    labels: set[str] = set()
    encoder = FakeTokenEncoder(dims=16)

    def train() -> TrainedFusions:
        return train_fusion(
            encoder, tiny_data, tmp_path / "cache", tmp_path / "out", lambda label, *_: labels.add(label), recipe,
            preprocessor=GarmentPreprocessor(),
        )  # fmt: skip

    made = train()
    assert {"catalogue", "references-tokens", "words", "attention", "concat"} <= labels
    assert all(np.isfinite(loss) for loss in made.losses.values())
    found = fusions(encoder.spec, tmp_path / "out")
    assert (found["attention"].kind, found["concat"].kind) == ("attention", "concat")
    labels.clear()
    assert train().losses == made.losses
    assert labels == {"attention", "concat"}


def test_an_encoder_without_tokens_cannot_have_one(tiny_data: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="gives no tokens"):
        train_fusion(FakeEncoder(), tiny_data, tmp_path, tmp_path / "out")


def test_questions_ask_for_colours_that_the_kind_comes_in() -> None:
    items = [
        Item(str(n), "val" if n % 3 == 0 else "train", "", article, "", "", "", "", "", "")
        for n, article in enumerate(["Shirts"] * 30 + ["Watches"] * 10)
    ]
    colours = {item.id: ("Red", "Blue", "Pink")[n % 2 if n < 29 else 2] for n, item in enumerate(items)}
    asked = questions(items, colours, "val", 100)
    assert len(asked) == 10
    assert all(items[one.row].split == "val" and one.colour != colours[items[one.row].id] for one in asked)
    assert {one.colour for one in asked} <= {"Red", "Blue"}
    assert len(questions(items, colours, "val", 4)) == 4


def test_precision_counts_kind_and_colour() -> None:
    items = tuple(Item(str(n), "val", "", ("Shirts", "Watches")[n % 2], "", "", "", "", "", "") for n in range(40))
    colours = {item.id: ("Red", "Blue")[n // 2 % 2] for n, item in enumerate(items)}
    gallery = np.eye(40, dtype=np.float32)
    red_shirts = [n for n in range(40) if n % 4 == 0]
    query = np.zeros(40, np.float32)
    query[red_shirts] = 1 / np.sqrt(10)
    bench = ComposedBench(
        (ColourQuestion(2, "Red"),), (Signal(gallery[2]),), (Signal(query),), items, colours, gallery
    )  # fmt: skip
    assert bench.precision(WeightedFusion(), Weights(image=0)) == 1
    assert bench.precision(WeightedFusion(), Weights(image=0.9)) == pytest.approx(0.9)
