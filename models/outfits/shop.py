"""A scorer fitted on a shop's own looks: how well two of its items go together. Inference is NumPy alone."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from models.contracts import Matrix
from models.outfits.facts import FIELDS, Facts, codes_of, log_prices
from models.outfits.pairs import OutfitsUnavailable

FILE = "scorer.safetensors"
FORMAT = "tryon-outfits/1"
Table = NDArray[np.float32]


def space_of(revision: str, preprocess_version: str) -> str:
    """Vectors of one space can be compared with each other, and with no others."""
    return f"{revision}/{preprocess_version}"


@dataclass(frozen=True)
class ShopScorer:
    """Tables of log-odds, one a field, and, where pictures were given, a bilinear form of their vectors.

    Attributes:
        values: by field its values; place 0 stands for what is not listed.
        tables: by field, how well two values go together, symmetric, shape (values, values).
        price: what one step of log price between two pieces adds.
        sight: projection of image vectors, shape (d, r), empty without pictures; `signs` weighs its columns, (r,).
        space: revision and preprocessing of the model whose vectors those are.
        centre, spread: mean and standard deviation of the score of two items drawn from the catalogue.
    """

    values: Mapping[str, tuple[str, ...]]
    tables: Mapping[str, Table]
    price: float
    sight: Table
    signs: Table
    space: str
    centre: float = 0.0
    spread: float = 1.0
    about: Mapping[str, object] = field(default_factory=dict)

    @property
    def by_sight(self) -> bool:
        return self.sight.size > 0

    def blind(self) -> "ShopScorer":
        """The scorer of facts alone: pictures were fitted on top of it, so it stands by itself."""
        return replace(self, sight=np.zeros((0, 0), np.float32), signs=np.zeros(0, np.float32), space="")

    def pairs(self, items: Sequence[Facts], vectors: Matrix | None = None) -> Table:
        """Log-odds of every two of `items`, shape (n, n).

        `vectors`: their image vectors, shape (n, d), zero rows where there is none; without them the facts decide.
        """
        codes = codes_of(items, self.values)
        total = np.zeros((len(items), len(items)), np.float32)
        for place, name in enumerate(FIELDS):
            column = codes[:, place]
            total += self.tables[name][column[:, None], column[None, :]]
        apart = np.abs(np.subtract.outer(prices := log_prices(items), prices))
        total += np.nan_to_num(self.price * apart).astype(np.float32)
        if self.by_sight and vectors is not None:
            seen = vectors @ self.sight
            total += (seen * self.signs) @ seen.T
        return total

    def chances(self, items: Sequence[Facts], vectors: Matrix | None = None) -> Table:
        """`pairs` as 0 to 1; 0.5 is how two items of this catalogue go together on average."""
        return np.asarray(1.0 / (1.0 + np.exp(-(self.pairs(items, vectors) - self.centre) / self.spread)), np.float32)

    def save(self, folder: Path) -> None:
        """One safetensors file in `folder`, vocabulary and all in its metadata."""
        folder.mkdir(parents=True, exist_ok=True)
        tensors = {f"table.{name}": np.ascontiguousarray(table) for name, table in self.tables.items()}
        tensors |= {"sight": np.ascontiguousarray(self.sight), "signs": np.ascontiguousarray(self.signs)}
        config = {
            "format": FORMAT, "values": self.values, "price": self.price, "space": self.space,
            "centre": self.centre, "spread": self.spread, "about": dict(self.about),
        }  # fmt: skip
        save_file(tensors, folder / FILE, {"config": json.dumps(config, ensure_ascii=False)})

    @classmethod
    def load(cls, folder: Path) -> "ShopScorer":
        """Raises OutfitsUnavailable, one line, for a folder without a scorer or with another format."""
        path = folder / FILE
        if not path.is_file():
            raise OutfitsUnavailable(f"there is no {path}; 'tryon train --task outfits' writes one")
        try:
            with safe_open(path, "numpy") as file:
                config = json.loads((file.metadata() or {})["config"])
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
            if config["format"] != FORMAT:
                raise OutfitsUnavailable(f"{path} is {config['format']!r}, not {FORMAT!r}")
            values = {name: tuple(config["values"][name]) for name in FIELDS}
            tables = {name: tensors[f"table.{name}"] for name in FIELDS}
            sizes = {name: (len(known), len(known)) for name, known in values.items()}
            if any(tables[name].shape != size for name, size in sizes.items()):
                raise OutfitsUnavailable(f"{path} has tables of other sizes than its values")
            return cls(
                values, tables, config["price"], tensors["sight"], tensors["signs"],
                config["space"], config["centre"], config["spread"], config["about"],
            )  # fmt: skip
        except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
            raise OutfitsUnavailable(f"{path} is no scorer of outfits: {' '.join(str(error).split())}") from error
