"""An encoder that sees just enough for tests: a picture's colour and shape, a text's kinds and colours."""

import io
import zlib
from collections.abc import Sequence

import numpy as np
from PIL import Image

from models.contracts import RGB, WHOLE, ImageTokens, Matrix, TextTokens, Vector
from models.preprocess.text import parse
from models.registry import ModelSpec
from models.taxonomy import taxonomy

KINDS = sorted(taxonomy().kinds)
COLOURS = sorted(taxonomy().colours)
TALL, WIDE = 1.5, 0.67
SIDE = 4


class ToyEncoder:
    """One axis for each kind and colour, and a little noise so that no two texts are the same.

    A tall picture shows a dress, a wide one shoes, any other a T-shirt; its colour is that of its middle.
    """

    def __init__(self) -> None:
        self._spec = ModelSpec("toy", "toy-1", len(KINDS) + len(COLOURS) + 8, "toy-1", 10.0, 0.5, 30.0)

    @property
    def spec(self) -> ModelSpec:
        return self._spec

    @property
    def device(self) -> str:
        return "cpu"

    def encode_images(self, pictures: Sequence[RGB]) -> Matrix:
        return self._stack([self._vector([_shape(p)], [_colour(p)], p.tobytes()) for p in pictures])

    def encode_texts(self, texts: Sequence[str]) -> Matrix:
        found = [(parse(text).wishes, text) for text in texts]
        return self._stack([self._vector(w.kinds, w.colours, text.encode()) for w, text in found])

    def _stack(self, rows: list[Vector]) -> Matrix:
        return np.stack(rows) if rows else np.zeros((0, self._spec.dims), np.float32)

    def _vector(self, kinds: Sequence[str], colours: Sequence[str], content: bytes) -> Vector:
        vector = np.zeros(self._spec.dims)
        vector[-8:] = np.random.default_rng(zlib.crc32(content)).normal(size=8) * 0.05
        for kind in kinds:
            vector[KINDS.index(kind)] = 1.0
        for colour in colours:
            vector[len(KINDS) + COLOURS.index(taxonomy().colours[colour].family)] = 1.0
        return (vector / np.linalg.norm(vector)).astype(np.float32)


class ToyTokenEncoder(ToyEncoder):
    """The same, and what is where: each cell of a 4 x 4 grid is the cell's own colour, in the picture's own shape."""

    def encode_image_tokens(self, pictures: Sequence[RGB]) -> ImageTokens:
        grids = [[self._vector([_shape(p)], [_colour(c)], b"") for c in _cells(p)] for p in pictures]
        tokens = np.array(grids, np.float32).reshape(len(pictures), SIDE, SIDE, self.spec.dims)
        return ImageTokens(self.encode_images(pictures), tokens, (WHOLE,) * len(pictures))

    def encode_text_tokens(self, texts: Sequence[str]) -> TextTokens:
        vectors = self.encode_texts(texts)
        return TextTokens(vectors, tuple(vectors[:, None]))


def photo(colour: tuple[int, int, int] = (200, 30, 43), size: tuple[int, int] = (120, 240)) -> bytes:
    """A PNG of one plain garment on white; the default is a tall red thing: a red dress."""
    picture = Image.new("RGB", (size[0] + 60, size[1] + 60), "white")
    picture.paste(colour, (30, 30, 30 + size[0], 30 + size[1]))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _cells(picture: RGB) -> list[RGB]:
    across, down = np.linspace(0, picture.width, SIDE + 1), np.linspace(0, picture.height, SIDE + 1)
    return [
        picture.crop((int(across[col]), int(down[row]), int(across[col + 1]), int(down[row + 1])))
        for row in range(SIDE)
        for col in range(SIDE)
    ]


def _shape(picture: RGB) -> str:
    ratio = picture.height / picture.width
    return "dress" if ratio > TALL else "casual_shoes" if ratio < WIDE else "tshirt"


def _colour(picture: RGB) -> str:
    middle = np.array(picture.getpixel((picture.width // 2, picture.height // 2)))
    heads = [c for c in taxonomy().colours.values() if c.id == c.family]
    return min(heads, key=lambda c: float(np.abs(np.array(c.rgb) - middle).sum())).id
