"""Reads the taxonomy's data files once and answers what a word, a feed's category or a colour means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from models.taxonomy.extra import laid_over, read_extra

NOT_WORN = "none"
"""The slot of things nobody wears: imported and found by id, never suggested."""

FACETS = ("pattern", "usage", "season", "gender", "age_group")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing. `formality` runs from 0 (sport, home) to 3 (formal)."""

    id: str
    slot: str
    en: tuple[str, ...]
    zh: tuple[str, ...]
    feeds: tuple[str, ...]
    formality: int = 1

    @property
    def worn(self) -> bool:
        return self.slot != NOT_WORN

    def name(self, locale: str) -> str:
        """The word shown to a shopper; `locale` is `en` or `zh`. A shop's own kind may have English words alone."""
        return ((locale == "zh" and self.zh) or self.en)[0]


_SHADES = """
    light dark pale bright deep washed wash vintage heather heathered melange marl mottled pastel dusty soft faded matte
"""
SHADES = frozenset(_SHADES.split())
"""Words before or behind a colour's name that leave it the colour it is."""


@dataclass(frozen=True, slots=True)
class Colour:
    """One colour name. `rgb` is its sRGB centre, 0 to 255 a channel; `family` the plain word that covers it."""

    id: str
    rgb: tuple[int, int, int]
    family: str
    neutral: bool
    en: tuple[str, ...]
    zh: tuple[str, ...]
    feeds: tuple[str, ...]

    def name(self, locale: str) -> str:
        return (self.zh if locale == "zh" else self.en)[0]


@dataclass(frozen=True, slots=True)
class Attribute:
    """One value of a facet such as pattern or season."""

    facet: str
    id: str
    en: tuple[str, ...]
    zh: tuple[str, ...]
    feeds: tuple[str, ...]

    def name(self, locale: str) -> str:
        return (self.zh if locale == "zh" else self.en)[0]


@dataclass(frozen=True)
class Taxonomy:
    """All kinds, colours and facets, by id; lookups ignore case."""

    kinds: Mapping[str, Kind]
    colours: Mapping[str, Colour]
    attributes: Mapping[str, Mapping[str, Attribute]]
    own: Mapping[str, str] = field(default_factory=dict)
    """Word → kind id, as the shop itself says; wins over the packaged words."""

    def kind_of(self, text: str) -> Kind | None:
        """The kind a feed's category name, a kind id or a word for it stands for, or None."""
        found = self._kinds_by_word.get(_key(text))
        return self.kinds[found] if found else None

    def colour_of(self, text: str) -> Colour | None:
        found = self._colours_by_word.get(_key(text))
        return self.colours[found] if found else None

    def swatch_of(self, text: str) -> Colour | None:
        """The colour that a text is nothing but the name of, as shops write it in a column: `Sand`, `Washed Black`."""
        key = _key(text.replace("-", " "))
        plain = " ".join(word for word in key.split() if word not in SHADES)
        return next((found for name in (text, key, plain) if (found := self._swatch(name)) is not None), None)

    def _swatch(self, name: str) -> Colour | None:
        found = self._swatches.get(_key(name))
        return self.colour_of(name) or (self.colours[found] if found else None)

    def attribute_of(self, facet: str, text: str) -> Attribute | None:
        found = self._attributes_by_word[facet].get(_key(text))
        return self.attributes[facet][found] if found else None

    def name_of(self, facet: str, value: str, locale: str) -> str:
        """The word shown for `value` of `kind`, `colour` or a facet; the value itself where the taxonomy lacks it."""
        tables: dict[str, Mapping[str, Kind] | Mapping[str, Colour] | Mapping[str, Attribute]]
        tables = {"kind": self.kinds, "colour": self.colours, **self.attributes}
        entry = tables.get(facet, {}).get(value)
        return entry.name(locale) if entry else value

    def slot_of(self, kind_id: str) -> str:
        """Slot of a kind; what is unknown counts as not worn."""
        kind = self.kinds.get(kind_id)
        return kind.slot if kind else NOT_WORN

    @cached_property
    def slots(self) -> tuple[str, ...]:
        """Slots of worn kinds, in the order of the data file."""
        return tuple(dict.fromkeys(k.slot for k in self.kinds.values() if k.worn))

    @cached_property
    def kinds_by_phrase(self) -> Mapping[str, str]:
        """English phrase, in singular and plural → kind id; for looking into running text."""
        table: dict[str, str] = {}
        for word, kind in self._kinds_by_word.items():
            plain = word.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
            for form in (plain, f"{plain}s", f"{plain}es", plain.removesuffix("s")):
                table.setdefault(form, kind)
        return table | self._kinds_by_word

    @cached_property
    def _kinds_by_word(self) -> dict[str, str]:
        return _words(self.kinds.values()) | {_key(word): kind for word, kind in self.own.items()}

    @cached_property
    def _colours_by_word(self) -> dict[str, str]:
        return _words(self.colours.values())

    @cached_property
    def _swatches(self) -> dict[str, str]:
        return {_key(word): colour for colour, words in _read("swatches") for word in words}

    @cached_property
    def _attributes_by_word(self) -> dict[str, dict[str, str]]:
        return {facet: _words(values.values()) for facet, values in self.attributes.items()}


@cache
def taxonomy() -> Taxonomy:
    """The packaged taxonomy, with the shop's own words where `extend_taxonomy` named some; read once."""
    kinds = dict(_read("kinds"))
    extra = _Extra.path
    if extra is not None:
        kinds = laid_over(kinds, read_extra(extra), extra)
    return Taxonomy(
        kinds={i: Kind(id=i, slot=v["slot"], formality=v.get("formality", 1), **_names(v)) for i, v in kinds.items()},
        colours={
            i: Colour(id=i, rgb=_rgb(v["rgb"]), family=v["family"], neutral=v["neutral"], **_names(v))
            for i, v in _read("colours")
        },
        attributes={
            facet: {i: Attribute(facet=facet, id=i, **_names(v)) for i, v in values.items()}
            for facet, values in _read("attributes")
        },
        own={word: i for i, v in kinds.items() for word in v.get("own", ())},
    )


class _Extra:
    """The file in use, for the whole process."""

    path: Path | None = None


def extend_taxonomy(path: Path | None) -> None:
    """Lay a shop's own YAML file over the packaged taxonomy (see `extra.py`), or take it off again with None.

    For the start of a process: what was derived from the words before keeps the old ones.

    Raises TaxonomyError, one line, for a file that cannot be used; the taxonomy then stays as it was.
    """
    if path == _Extra.path:
        return
    before, _Extra.path = _Extra.path, path
    taxonomy.cache_clear()
    try:
        taxonomy()
    except Exception:
        _Extra.path = before
        taxonomy.cache_clear()
        raise


def _read(name: str) -> Iterable[tuple[str, Any]]:
    text = resources.files(__package__).joinpath(f"{name}.yaml").read_text("utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data.items()


def _names(entry: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {field: tuple(str(word) for word in entry.get(field, ())) for field in ("en", "zh", "feeds")}


def _rgb(text: str) -> tuple[int, int, int]:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _key(text: str) -> str:
    return " ".join(text.replace("_", " ").casefold().split())


def _words(entries: Iterable[Kind | Colour | Attribute]) -> dict[str, str]:
    """Word → id. A feed's own name wins over a shopper's word, an earlier entry over a later one."""
    known = list(entries)
    table: dict[str, str] = {}
    feed_names = ((name, entry.id) for entry in known for name in (*entry.feeds, entry.id))
    shopper_words = ((name, entry.id) for entry in known for name in (*entry.en, *entry.zh))
    for name, entry_id in (*feed_names, *shopper_words):
        table.setdefault(_key(name), entry_id)
    return table
