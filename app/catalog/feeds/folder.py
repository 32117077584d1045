"""A folder or zip archive of pictures as a feed: each picture an item.

The id is the file's name without its suffix, the kind the name of the folder it lies in. A JSON object beside it,
`<name>.json`, may say more, in the fields of JSON lines; what it says wins.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from app.catalog.feeds.pictures import SUFFIXES, is_picture
from app.catalog.feeds.rows import FeedRow
from app.catalog.feeds.source import FeedSource
from app.catalog.feeds.trees import Tree, open_tree
from app.errors import ImportFailed

SIDECAR = ".json"
LONGEST_SIDECAR = 1_000_000


def read_folder(source: FeedSource) -> Iterator[FeedRow]:
    """A row for every picture, in the order of their paths. Raises ImportFailed when there is none."""
    tree = open_tree(source.path)
    names = sorted(tree.names())
    sidecars = {name for name in names if name.casefold().endswith(SIDECAR)}
    pictures = [name for name in names if is_picture(name)]
    if not pictures:
        raise ImportFailed(f"{source.name} holds no pictures ({', '.join(sorted(SUFFIXES))}).")
    for number, name in enumerate(pictures, start=1):
        yield _row(number, PurePosixPath(name), tree, sidecars)


def _row(number: int, path: PurePosixPath, tree: Tree, sidecars: set[str]) -> FeedRow:
    values: dict[str, Any] = {"id": path.stem, "kind": " > ".join(path.parent.parts), "pictures": [str(path)]}
    sidecar = str(path.with_suffix(SIDECAR))
    if sidecar not in sidecars:
        return FeedRow(number, values)
    try:
        said = json.loads(tree.read(sidecar, LONGEST_SIDECAR), parse_float=Decimal)
        if not isinstance(said, dict):
            raise ValueError("is no JSON object")
    except (ValueError, RecursionError) as error:
        return FeedRow(number, values, problem=f"{sidecar}: {error}")
    return FeedRow(number, values | said)
