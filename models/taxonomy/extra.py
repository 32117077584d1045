"""A shop's own kinds and words, from a YAML file laid over the packaged taxonomy.

    kinds:
      shacket: {slot: outerwear, formality: 1, en: [shacket, overshirt], zh: [衬衫外套], feeds: [Overshirts]}
      dress: {feeds: [Robes, "4711"], en: [frock]}      # words for a kind that is there already

A new kind needs a slot (one of the taxonomy's, or none for what nobody wears) and a word in `en`. The shop's words win.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from models.contracts import ModelError

WORDS = ("en", "zh", "feeds")
FORMALITY = range(4)


class TaxonomyError(ModelError, ValueError):
    """A shop's own taxonomy cannot be used; the message is one line that says why."""


def read_extra(path: Path) -> Mapping[str, Mapping[str, Any]]:
    """By kind id what the file says of it. Raises TaxonomyError for a file that is missing or no such table."""
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise TaxonomyError(f"the taxonomy {path} cannot be read: {' '.join(str(error).split())}") from error
    kinds = data.get("kinds") if isinstance(data, dict) else None
    if not isinstance(kinds, dict) or set(data) - {"kinds"}:
        raise TaxonomyError(f"the taxonomy {path} must hold 'kinds:' and under it one line a kind, and nothing else")
    return {str(kind): entry if isinstance(entry, dict) else {"": entry} for kind, entry in kinds.items()}


def laid_over(
    known: Mapping[str, Mapping[str, Any]], extra: Mapping[str, Mapping[str, Any]], source: Path
) -> dict[str, dict[str, Any]]:
    """`known` kinds with those of `extra`, by id. Raises TaxonomyError naming the kind and what is wrong with it."""
    merged = {kind: dict(entry) for kind, entry in known.items()}
    slots = {entry["slot"] for entry in known.values()}
    for kind, said in extra.items():
        reason = _wrong(kind, said, slots, new=kind not in known)
        if reason:
            raise TaxonomyError(f"the taxonomy {source}: kind '{kind}' {reason}")
        entry = merged.setdefault(kind, {})
        entry |= {name: said[name] for name in ("slot", "formality") if name in said}
        for name in WORDS:
            words = [str(word) for word in said.get(name, ())]
            # The name a shopper is shown stays the first.
            entry[name] = [*entry.get(name, ()), *words] if kind in known else words
        entry["own"] = [str(word) for name in WORDS for word in said.get(name, ())]
    return merged


def _wrong(kind: str, said: Mapping[str, Any], slots: set[str], *, new: bool) -> str:
    """The first thing wrong with an entry; empty when nothing is."""
    unknown = sorted(str(name) for name in set(said) - {"slot", "formality", *WORDS})
    badly_listed = [name for name in WORDS if not _words(said.get(name, []))]
    formality = said.get("formality", 1)
    checks = (
        (unknown, f"has {', '.join(map(repr, unknown))}; known are slot, formality, en, zh and feeds"),
        (not kind.isidentifier() or kind != kind.casefold(), "is no id: write lower-case letters, digits and _"),
        (badly_listed, f"must list words under {' and '.join(badly_listed)}"),
        (new and not (said.get("en") and "slot" in said), "is new, so it needs a slot and a word under 'en'"),
        (said.get("slot", "none") not in slots, f"has an unknown slot; slots are {', '.join(sorted(slots))}"),
        (
            isinstance(formality, bool) or formality not in FORMALITY,
            "must have a formality of 0 (sport, home), 1, 2 or 3 (formal)",
        ),
    )
    return next((reason for wrong, reason in checks if wrong), "")


def _words(listed: object) -> bool:
    return isinstance(listed, list) and all(isinstance(word, str | int) and str(word).strip() for word in listed)
