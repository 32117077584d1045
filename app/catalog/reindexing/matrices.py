"""Stored embeddings as the matrices an index is built from."""

from collections.abc import Sequence

import numpy as np

from app.catalog.embeddings import EmbeddingRepository
from app.catalog.records import EmbeddingKey, StoredEmbedding
from app.catalog.reindexing.encoding import Encoding
from app.db.session import Database
from models.contracts import Mask, Matrix
from models.fusion.vectors import unit_rows
from models.interaction import ItemTokens
from models.priority import in_background
from models.registry import ModelSpec


async def load_tokens(database: Database, spec: ModelSpec, ids: Sequence[str], count: int) -> ItemTokens | None:
    """`count` tokens of each of `ids`, shape (n, count, d), int8, zeros for an item that has none; None where no item
    has any.
    """
    row_of = {item_id: row for row, item_id in enumerate(ids)}
    tokens = np.zeros((len(ids), count, spec.dims), np.int8)
    async with database.unit_of_work() as session:
        async for page in EmbeddingRepository(session).tokens(spec, count):
            for stored in page:
                if (row := row_of.get(stored.item_id)) is not None:
                    tokens[row] = stored.tokens
    return tokens if tokens.any() else None


async def load_matrices(database: Database, spec: ModelSpec, encoded: Encoding) -> tuple[list[str], Matrix, Matrix]:
    """Ids by row, image and text matrix: unit rows, shape (n, d), float32.

    Every indexable item whose picture could be read, by id.
    """
    ids = sorted(s.item_id for s in encoded.sources if s.item_id not in encoded.failed)
    row_of = {item_id: row for row, item_id in enumerate(ids)}
    matrices = {}
    present = np.ones(len(ids), np.bool_)
    for signal in ("image", "text"):
        matrix, filled = np.zeros((len(ids), spec.dims), np.float32), np.zeros(len(ids), np.bool_)
        async with database.unit_of_work() as session:
            async for page in EmbeddingRepository(session).vectors(EmbeddingKey.of(signal, spec)):
                await in_background(_fill, matrix, filled, page, row_of)
        matrices[signal] = matrix
        present &= filled
    # An item that left the catalogue while this ran lost its vectors with it.
    kept = [item_id for item_id, there in zip(ids, present, strict=True) if there]
    image, text = [await in_background(_units_of, matrices.pop(signal), present) for signal in ("image", "text")]
    return kept, image, text


def _units_of(matrix: Matrix, rows: Mask) -> Matrix:
    return unit_rows(matrix if rows.all() else matrix[rows])


def _fill(
    matrix: Matrix,
    filled: Mask,
    page: Sequence[StoredEmbedding],
    row_of: dict[str, int],
) -> None:
    for stored in page:
        row = row_of.get(stored.item_id)
        if row is not None:
            matrix[row] = stored.vector
            filled[row] = True
