"""Folders and zips of pictures, looked up by item id or by the name a feed gives."""

from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from app.catalog.feeds.trees import Tree, open_tree
from app.errors import ImportFailed

SUFFIXES = frozenset({".webp", ".jpg", ".jpeg", ".png", ".heic", ".heif", ".gif", ".tif", ".tiff", ".bmp"})


class Pictures:
    """All sources of an import; the first that holds a picture wins."""

    def __init__(self, trees: Iterable[Tree]) -> None:
        self._sources = [(tree, _by_name(tree.names())) for tree in trees]

    @classmethod
    def open(cls, paths: Iterable[Path]) -> "Pictures":
        """Folders and zip archives. Raises ImportFailed when one can be neither."""
        return cls([_open(path) for path in paths])

    def __bool__(self) -> bool:
        return bool(self._sources)

    def read(self, ids: Iterable[str], names: Sequence[str], limit: int) -> tuple[list[bytes], list[str]]:
        """The pictures a feed names, else that of the first of `ids` which has one; and the names not found.

        Raises:
            ValueError: a picture is too large or damaged.
        """
        found = {name: self._find(name) for name in names}
        located = [place for place in found.values() if place is not None]
        if not located:
            located = [place for id_ in ids if (place := self._find(id_)) is not None][:1]
        missing = [name for name, place in found.items() if place is None]
        return [_read(tree, entry, limit) for tree, entry in located], missing

    def _find(self, name: str) -> tuple[Tree, str] | None:
        """The entry that `name` stands for: its path or file name, with or without suffix."""
        return next(((tree, entries[name]) for tree, entries in self._sources if name in entries), None)


def is_picture(name: str) -> bool:
    """Whether a file of this path is a picture that somebody meant to show, told by its name alone."""
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return path.suffix.casefold() in SUFFIXES and not hidden


def _open(path: Path) -> Tree:
    if not (path.is_dir() or path.is_file()):
        raise ImportFailed(f"There is no folder or zip archive of pictures at {path}.")
    return open_tree(path)


def _read(tree: Tree, entry: str, limit: int) -> bytes:
    try:
        return tree.read(entry, limit)
    except ValueError as error:
        raise ValueError(f"{entry} {error}") from error


def _by_name(entries: Iterable[str]) -> dict[str, str]:
    """Every way to name a picture: path or file name, with or without suffix; the first entry wins."""
    names: dict[str, str] = {}
    for entry in filter(is_picture, entries):
        path = PurePosixPath(entry)
        for name in (entry, str(path.with_suffix("")), path.name, path.stem):
            names.setdefault(name, entry)
    return names
