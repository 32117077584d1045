"""Does a heat map mark what mattered? A deletion test: `python -m bench.relevance --data ../shared/data`.

People's photos are matched with catalogue pictures; then the places that the heat map calls most relevant are painted
over and the photo's garment is embedded again. The more of the likeness goes, the truer the map (RISE, Petsiuk et al.
2018, arXiv:1806.07421). Baselines in the same run: as many random places, and the least relevant ones.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from PIL import ImageDraw, ImageStat
from rich.console import Console
from rich.table import Table

from app.recommendations.relevance import contributions, extent_of, without_padding
from models.contracts import RGB, Box, Matrix, TokenEncoder
from models.encoders import load_encoder
from models.evaluation.interval import of_gain, of_mean
from models.preprocess.image import GarmentPreprocessor
from models.training.data import Corpus, Item, Photo, read_corpus

Row = TypeVar("Row", Item, Photo)
WAYS = ("most relevant", "random", "least relevant")


def main(
    data: Annotated[Path, typer.Option(help="A folder laid out like ../shared/data.")] = Path("../shared/data"),
    model: str = "tryon-mini",
    photos: Annotated[int, typer.Option(help="People's photos of the val split.")] = 150,
    items: Annotated[int, typer.Option(help="Catalogue pictures of the val split to match them with.")] = 600,
    share: Annotated[float, typer.Option(help="How much of the garment's crop is painted over, 0 to 1.")] = 0.3,
    seed: int = 1,
) -> None:
    """Print how much of the cosine with the matched item goes when places are painted over."""
    torch.set_num_threads(1)
    encoder, rng, corpus = load_encoder(model), np.random.default_rng(seed), read_corpus(data)
    if not isinstance(encoder, TokenEncoder):
        raise typer.BadParameter(f"{model} does not say what is where")
    goods = encoder.encode_images([corpus.best_picture(i) for i in _some(corpus.items, items, rng)])
    crops = [_crop(corpus, photo) for photo in _some(corpus.photos, photos, rng)]
    drops = np.array([_drops(crop, encoder, goods, share, rng) for crop in crops])
    _print(drops, share)


def _some(rows: Sequence[Row], count: int, rng: np.random.Generator) -> list[Row]:
    val = [row for row in rows if row.split == "val"]
    return [val[i] for i in rng.choice(len(val), min(count, len(val)), replace=False)]


def _crop(corpus: Corpus, photo: Photo) -> RGB:
    return GarmentPreprocessor().prepare(corpus.shots.picture(photo.id), "garment").crops[0]


def _drops(crop: RGB, encoder: TokenEncoder, goods: Matrix, share: float, rng: np.random.Generator) -> list[float]:
    """How much the cosine with the nearest item falls, one number for each of `WAYS`."""
    seen = encoder.encode_image_tokens([crop])
    item = goods[int(np.argmax(goods @ seen.vectors[0]))]
    tokens, extent = without_padding(seen.tokens[0], extent_of(seen.frames[0]))
    added = contributions(tokens, item)
    count = max(1, round(share * added.size))
    order = np.argsort(-added, axis=None)
    chosen = (order[:count], rng.permutation(added.size)[:count], order[-count:])
    painted = [_without(crop, cells, added.shape, extent) for cells in chosen]
    after = encoder.encode_images(painted) @ item
    return [float(seen.vectors[0] @ item - cosine) for cosine in after]


def _without(crop: RGB, cells: NDArray[np.intp], shape: tuple[int, ...], extent: Box) -> RGB:
    """`crop` with those cells of the grid painted in its mean colour."""
    out, (rows, cols) = crop.copy(), shape
    left, top, right, bottom = extent
    across, down = (right - left) / cols * crop.width, (bottom - top) / rows * crop.height
    mean = tuple(round(channel) for channel in ImageStat.Stat(crop).mean)
    for cell in cells:
        row, col = divmod(int(cell), cols)
        x, y = left * crop.width + col * across, top * crop.height + row * down
        ImageDraw.Draw(out).rectangle((round(x), round(y), round(x + across) - 1, round(y + down) - 1), fill=mean)
    return out


def _print(drops: NDArray[np.float64], share: float) -> None:
    table = Table(title=f"Cosine lost when {share:.0%} of the garment's crop is painted over, {len(drops)} photos")
    for column in ("places painted over", "cosine lost", "95 % interval"):
        table.add_column(column)
    for way, lost in zip(WAYS, drops.T, strict=True):
        table.add_row(way, f"{lost.mean():.3f}", str(of_mean(lost)))
    gain = drops[:, 0] - drops[:, 1]
    table.add_row("most relevant less random", f"{gain.mean():.3f}", str(of_gain(drops[:, 0], drops[:, 1])))
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
