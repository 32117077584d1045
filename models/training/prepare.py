"""From a data folder to frozen features in memory: what the backbones see of pictures and of words."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from models.contracts import RGB
from models.flats import Flat, draw, random_flats
from models.preprocess.image import GarmentPreprocessor, cut_out
from models.training.augment import augmented, photo_view, studio_again, studio_view
from models.training.captions import Look
from models.training.config import Recipe
from models.training.data import Corpus, Item, indices, lazily
from models.training.dataset import Feedback, Garments, TrainingSet, View, caption_table
from models.training.distil import embed_texts
from models.training.facets import FACETS, fitting, numbers
from models.training.features import Advance, Features, ImageFeatures
from models.zero_shot.labels import read_labels

Pictures = Sequence[Callable[[], RGB]]
FLAT_SIZE = (168, 224)


@dataclass(frozen=True)
class Views:
    """Cached image features of every look of things, plain and augmented."""

    corpus: Corpus
    recipe: Recipe
    features: ImageFeatures

    @cached_property
    def catalogue(self) -> Features:
        """Every item's best picture, file order."""
        items = self.corpus.items
        return self._of("catalog", (i.id for i in items), lazily(items, self.corpus.best_picture))

    @cached_property
    def photos(self) -> Features:
        """Every photo, file order."""
        return self._of("photos", (p.id for p in self.corpus.photos), self._shots())

    def catalogue_views(self, rows: Sequence[int]) -> list[View]:
        """Views of the items `rows`: plain, from the small picture where there is a larger, and augmented ones."""
        items = [self.corpus.items[i] for i in rows]
        views = [View(self.catalogue, np.asarray(rows, dtype=np.int64))]
        both = [n for n, item in enumerate(items) if self.corpus.has_large(item)]
        if both:
            thumbs = lazily([items[n] for n in both], lambda item: self.corpus.small.picture(item.id))
            place = np.full(len(items), -1)
            place[both] = np.arange(len(both))
            views.append(View(self._of("small", (items[n].id for n in both), thumbs), place))
        backgrounds = [self._shots()[i] for i in indices(self.corpus.photos, "train")]
        change = partial(studio_view, backgrounds=backgrounds)
        reads = lazily(items, self.corpus.best_picture)
        more = (
            self._of(f"catalogaug{n}", (i.id for i in items), _changed(reads, change, 100 + n))
            for n in range(1, self.recipe.catalogue_views + 1)
        )
        again = (
            self._of(f"catalogagain{n}", (i.id for i in items), _changed(reads, studio_again, 300 + n))
            for n in range(1, self.recipe.studio_views + 1)
        )
        return [*views, *map(View.whole, [*more, *again])]

    def photo_views(self, rows: Sequence[int]) -> list[View]:
        """Views of the photos `rows`: plain and augmented ones."""
        ids = [self.corpus.photos[i].id for i in rows]
        reads = [self._shots()[i] for i in rows]
        more = (
            self._of(f"photosaug{n}", ids, _changed(reads, photo_view, n))
            for n in range(1, self.recipe.photo_views + 1)
        )
        return [View(self.photos, np.asarray(rows, dtype=np.int64)), *map(View.whole, [*more, *self._cut(ids, reads)])]

    def _cut(self, ids: Sequence[str], reads: Pictures) -> list[Features]:
        """Photos as the service will hand them over, the garment on white: plain and augmented."""
        if not self.recipe.cut_photos:
            return []
        name = f"photoscut-{GarmentPreprocessor().version}"
        cut: Pictures = [partial(_cut_out, read) for read in reads]
        return [self._of(name, ids, cut), self._of(f"{name}-aug", ids, _changed(cut, photo_view, 50))]

    def drawn(self, flats: Sequence[Flat]) -> list[View]:
        """Views of drawn garments: plain and one augmented."""
        reads: Pictures = [partial(draw, flat, *FLAT_SIZE) for flat in flats]
        keys = [repr(flat) for flat in flats]
        both = self._of("flats", keys, reads), self._of("flatsaug", keys, _changed(reads, studio_view, 200))
        return [View.whole(features) for features in both]

    def _shots(self) -> Pictures:
        return lazily(self.corpus.photos, lambda photo: self.corpus.shots.picture(photo.id))

    def _of(self, name: str, keys: Iterable[str], pictures: Pictures) -> Features:
        return self.features.of(f"{name}-{digest(keys)}", pictures)


@dataclass(frozen=True)
class TextTower:
    """A frozen sentence encoder whose outputs are remembered on disk."""

    transformer: nn.Module
    tokenizer: Tokenizer
    length: int
    folder: Path
    revision: str
    advance: Advance

    def of(self, texts: Sequence[str]) -> Tensor:
        """Sentence features, shape (n, width), float16."""
        path = self.folder / f"texts-{digest([self.revision, *texts])}.npy"
        if path.is_file():
            return torch.from_numpy(np.load(path))
        values = embed_texts(self.transformer, self.tokenizer, texts, self.length, self.advance)
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, values)
        return torch.from_numpy(values)


def training_set(corpus: Corpus, views: Views, tower: TextTower, recipe: Recipe) -> TrainingSet:
    """Everything of the `train` split that has a kind, as features."""
    rows = [i for i in indices(corpus.items, "train") if corpus.items[i].kind]
    photos = indices(corpus.photos, "train")
    flats = random_flats(recipe.flats, recipe.seed)
    looks = [look_of(corpus.items[i]) for i in rows]
    drawn = [look_of(flat) for flat in flats]
    texts, (said, said_drawn) = caption_table([looks, drawn], recipe.captions, recipe.seed)
    names = {name: n for n, name in enumerate(dict.fromkeys(corpus.items[i].name for i in rows))}
    labels = sorted(corpus.fits)
    said_of, called = tower.of(texts.texts), called_by(labels)
    return TrainingSet(
        studio=Garments(tuple(views.catalogue_views(rows)), facets_of(looks), said),
        drawn=Garments(tuple(views.drawn(flats)), facets_of(drawn), said_drawn),
        photo_views=tuple(views.photo_views(photos)),
        photo_labels=torch.tensor([labels.index(corpus.photos[i].label) for i in photos], dtype=torch.long),
        fits=fitting(labels, corpus.fits),
        names=torch.tensor([names[corpus.items[i].name] for i in rows]),
        name_views=name_views(names, [corpus.items[i] for i in rows], tower, recipe.seed),
        captions=texts,
        caption_features=said_of,
        label_texts=tower.of([words for words, _ in called]) if called else said_of[:0],
        label_of=torch.tensor([label for _, label in called], dtype=torch.long),
        feedback=feedback(corpus, rows, tower),
    )


def called_by(labels: Sequence[str]) -> list[tuple[str, int]]:
    """What labels of photos are called, each with its label's number; those alone that stand for one thing.

    A label that stands for several kinds is learnt from captions that name those.
    """
    senses = read_labels(labels).senses
    return [(prompt, n) for n, meant in enumerate(senses) if len(meant) == 1 for prompt in meant[0]]


def facets_of(looks: Sequence[Look]) -> Tensor:
    """What is known of each look, shape (n, facets), int64."""
    return torch.tensor([numbers(look) for look in looks], dtype=torch.long).reshape(len(looks), len(FACETS))


def name_views(names: Mapping[str, int], items: Sequence[Item], tower: TextTower, seed: int) -> tuple[View, ...]:
    """Views of each unique name: whole, with a word left out, and in Chinese where any of its items has such a name."""
    views = [View.whole(tower.of(texts).numpy()) for texts in (list(names), shortened(list(names), seed))]
    chinese = {names[item.name]: item.name_zh for item in items if item.name_zh}
    if chinese:
        place = np.full(len(names), -1)
        place[list(chinese)] = np.arange(len(chinese))
        views.append(View(tower.of(list(chinese.values())).numpy(), place))
    return tuple(views)


def feedback(corpus: Corpus, rows: Sequence[int], tower: TextTower) -> Feedback | None:
    """The corpus' pairs whose garment is among the items `rows`; others, of `val` or gone, are left out."""
    places = {corpus.items[row].id: n for n, row in enumerate(rows)}
    pairs = [pair for pair in corpus.pairs if pair.item_id in places]
    if not pairs:
        return None
    queries = {query: n for n, query in enumerate(dict.fromkeys(pair.query for pair in pairs))}
    return Feedback(
        queries=tower.of(list(queries)),
        query=torch.tensor([queries[pair.query] for pair in pairs]),
        garment=torch.tensor([places[pair.item_id] for pair in pairs]),
        weights=torch.tensor([pair.weight for pair in pairs]),
    )


def shortened(names: Sequence[str], seed: int) -> list[str]:
    """Each name without one of its words, as a shopper would leave one out; a name of one or two words stays."""
    rng, out = np.random.default_rng(seed), []
    for name in names:
        words = name.split()
        if len(words) > 2:  # noqa: PLR2004 -- a brand and a thing
            words.pop(int(rng.integers(len(words))))
        out.append(" ".join(words))
    return out


def look_of(thing: Item | Flat) -> Look:
    """What captions may say of an item or a drawn garment."""
    shelf, shade = (thing.shelf, thing.shade) if isinstance(thing, Item) else ("", "")
    return Look(
        kind=thing.kind, colour=thing.colour, pattern=thing.pattern, gender=thing.gender, age_group=thing.age_group,
        season=thing.season, usage=thing.usage, shelf=shelf, shade=shade,
    )  # fmt: skip


def digest(parts: Iterable[str]) -> str:
    """Short name for a list of strings."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def _cut_out(read: Callable[[], RGB]) -> RGB:
    return cut_out(read())


def _changed(reads: Pictures, change: Callable[[RGB, np.random.Generator], RGB], seed: int) -> Pictures:
    return [augmented(read, change, (seed, i)) for i, read in enumerate(reads)]
