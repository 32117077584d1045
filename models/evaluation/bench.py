"""One model with one data folder: every row that a measure may ask for, embedded once."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from importlib import resources
from pathlib import Path

from models.contracts import RGB, Encoder, Matrix, Preprocessor, Signal, TokenEncoder
from models.engine.query import garments
from models.evaluation import demo
from models.evaluation.embeddings import Embeddings, Views
from models.evaluation.errors import CannotEvaluate
from models.evaluation.folder import Folder, checksums
from models.training.data import Item, Photo


@dataclass(frozen=True)
class Bench:
    """What measures share. `preprocessor` None: photos are embedded as they are alone."""

    embeddings: Embeddings
    folder: Folder
    split: str
    preprocessor: Preprocessor | None = None

    @property
    def encoder(self) -> Encoder:
        return self.embeddings.encoder

    @cached_property
    def articles(self) -> list[str]:
        """Article type of every product of the gallery."""
        return [article.item.article_type for article in self.folder.gallery]

    @cached_property
    def gallery(self) -> Matrix:
        """Image rows of every product, from its most detailed picture."""
        items = [article.item for article in self.folder.gallery]
        reads = [_one(partial(self.folder.corpus.best_picture, item)) for item in items]
        return self.embeddings.pictures("catalogue", self._item_keys(items), reads)

    @cached_property
    def own(self) -> Matrix:
        """Image rows of the split's products alone."""
        return self.gallery[list(self.folder.targets)]

    @cached_property
    def shots(self) -> Matrix:
        """Image rows of the split's photos as they are."""
        reads = [_one(partial(self._shot, shot)) for shot in self.folder.shots]
        return self.embeddings.pictures("photos", self._shot_keys(), reads)

    @cached_property
    def prepared(self) -> Matrix:
        """Image rows of the split's photos as the service embeds them: the mean of their crops.

        Without a preprocessor they are the photos as they are.
        """
        name, keys, reads = self._views()
        return self.embeddings.pictures(name, keys, reads)

    @cached_property
    def signals(self) -> list[Signal]:
        """The split's photos as fusions take them: `prepared`, with the tokens of their first crop."""
        name, keys, reads = self._views()
        tokens = self.embeddings.tokens(f"{name}, tokens", keys, reads)
        return [Signal(row, None if tokens is None else tokens[n]) for n, row in enumerate(self.prepared)]

    @cached_property
    def drawn(self) -> Matrix:
        """Image rows of the demo shop."""
        flats = demo.gallery()
        keys = [f"{flat!r} {demo.SIZE} {_drawing()}" for flat in flats]
        return self.embeddings.pictures("demo shop", keys, [partial(_drawn, n) for n in range(len(flats))])

    def texts(self, name: str, texts: Sequence[str]) -> Matrix:
        """Unit rows of `texts`; `name` is what the progress is called."""
        return self.embeddings.texts(name, texts)

    def said(self, texts: Sequence[str]) -> list[Signal]:
        """A few texts as fusions take them."""
        if isinstance(self.encoder, TokenEncoder):
            both = self.encoder.encode_text_tokens(texts)
            return [Signal(*each) for each in zip(both.vectors, both.tokens, strict=True)]
        return [Signal(row) for row in self.encoder.encode_texts(texts)]

    def _views(self) -> tuple[str, list[str], list[Views]]:
        """The split's photos made ready: what that is called, what each is told apart by, and how it is read."""
        if self.preprocessor is None:
            return "photos", self._shot_keys(), [_one(partial(self._shot, shot)) for shot in self.folder.shots]
        version = self.preprocessor.version
        keys = [f"{key} {version}" for key in self._shot_keys()]
        return f"photos, {version}", keys, [partial(self._crops, self.preprocessor, s) for s in self.folder.shots]

    def _shot(self, photo: Photo) -> RGB:
        return self.folder.corpus.shots.picture(photo.id)

    def _crops(self, preprocessor: Preprocessor, photo: Photo) -> Sequence[RGB]:
        """The views of the garment that a request's photo would be asked for with."""
        return garments([preprocessor.prepare(self._shot(photo), "garment")])[0].crops

    def _item_keys(self, items: Sequence[Item]) -> list[str]:
        """A larger picture hides the small one, as in `Corpus.best_picture`."""
        catalogue = self.folder.corpus.folder / "catalog"
        large = catalogue / "images_large.zip"
        known = {**checksums(catalogue / "images.zip"), **(checksums(large) if large.is_file() else {})}
        return _keys([item.id for item in items], known, catalogue)

    def _shot_keys(self) -> list[str]:
        photos = self.folder.corpus.folder / "photos"
        return _keys([shot.id for shot in self.folder.shots], checksums(photos / "images.zip"), photos)


def _one(read: Callable[[], RGB]) -> Views:
    return lambda: (read(),)


def _keys(ids: Sequence[str], known: Mapping[str, str], place: Path) -> list[str]:
    missing = [id_ for id_ in ids if id_ not in known]
    if missing:
        raise CannotEvaluate(f"{place} has no picture of {missing[0]} and {len(missing) - 1} others")
    return [known[id_] for id_ in ids]


def _drawn(number: int) -> Sequence[RGB]:
    return (demo.pictures()[number],)


def _drawing() -> str:
    """Changes whenever a drawing could."""
    files = sorted(
        (file for file in resources.files("models.flats").iterdir() if file.name.endswith((".py", ".yaml"))),
        key=lambda file: file.name,
    )
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
