"""Queries that a new index must answer before it goes live: the shop's own kinds by name, and the operator's wishes.

The operator's stand in a YAML list or in JSON lines (`TRYON_INDEX__CANARIES`):

    - query: red summer dress
      items: [SKU-1, SKU-2]   # each must be among the best
      kinds: [dress]          # each must be among the best
      top: 10                 # how many are the best; 10 where nothing is said
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.db.session import Database
from app.indexes.repository import KindRepository
from models.contracts import IndexRefused, Vector
from models.engine.engine import Engine
from models.index.snapshot import Snapshot
from models.index.verification import Canary, Gate
from models.taxonomy import taxonomy

COMMONEST = 12
"""Kinds of the catalogue whose names are asked for, in each language."""


class Wish(BaseModel):
    """One query of the operator's, and what must be among its `top` best by picture."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    query: str = Field(min_length=1, max_length=2_000)
    items: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    top: int = Field(default=10, ge=1, le=1_000)

    @model_validator(mode="after")
    def _wants_something(self) -> "Wish":
        if not self.items and not self.kinds:
            raise ValueError("names neither items nor kinds")
        return self


@dataclass(frozen=True, slots=True)
class Checks:
    """What a build is held against."""

    canaries: Sequence[Canary]
    gate: Gate | None


def read_wishes(path: Path | None) -> tuple[Wish, ...]:
    """The operator's canaries; none without a file. Raises IndexRefused, which names the entry that is wrong."""
    if path is None:
        return ()
    try:
        entries = _entries(path)
    except (OSError, UnicodeDecodeError, ValueError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise IndexRefused(f"The canaries in {path} cannot be read: {reason}. Mend TRYON_INDEX__CANARIES.") from error
    return tuple(_wish(path, number, entry) for number, entry in enumerate(entries, 1))


async def checks_for(database: Database, engine: Engine, wishes: Sequence[Wish]) -> Checks:
    """The queries as vectors of the model in use, and the gate that the wishes make."""
    async with database.unit_of_work() as session:
        repository = KindRepository(session)
        common = await repository.commonest(COMMONEST)
        kinds = await repository.of_items() if any(wish.kinds for wish in wishes) else {}
    canaries = await _named_kinds(engine, common)
    asked = [(await engine.encode_query([], wish.query)).parts[0].fused.vector for wish in wishes]
    gate = partial(fulfilled, list(zip(wishes, asked, strict=True)), kinds) if wishes else None
    return Checks(canaries, gate)


def fulfilled(
    wishes: Sequence[tuple[Wish, Vector]], kinds: Mapping[str, str], snapshot: Snapshot
) -> Mapping[str, float]:
    """Look whether `snapshot` finds what each wish names.

    Args:
        kinds: by item id.

    Raises:
        IndexRefused: it does not; the wish and what was missed are named.
    """
    for wish, vector in wishes:
        found = [snapshot.ids[hit.row] for hit in snapshot.search(vector, wish.top)]
        seen = {kinds.get(item, "") for item in found}
        missed = [item for item in wish.items if item not in found] + [kind for kind in wish.kinds if kind not in seen]
        if missed:
            raise IndexRefused(
                f"The canary {wish.query!r} does not find {', '.join(missed)} among its {wish.top} best. The live "
                "index serves on; mend the catalogue, or the file that TRYON_INDEX__CANARIES names."
            )
    return {"own_canaries": len(wishes)}


async def _named_kinds(engine: Engine, kinds: Sequence[str]) -> list[Canary]:
    known = taxonomy().kinds
    names = list(dict.fromkeys(known[kind].name(locale) for kind in kinds if kind in known for locale in ("en", "zh")))
    if not names:
        return []
    vectors = await engine.encode_texts(names)
    return [Canary(name, vector) for name, vector in zip(names, vectors, strict=True)]


def _entries(path: Path) -> list[Any]:
    text = path.read_text("utf-8")
    if path.suffix.casefold() in (".jsonl", ".ndjson"):
        return [json.loads(line) for line in text.splitlines() if line.strip()]
    entries = yaml.safe_load(text)
    if not isinstance(entries, list):
        raise ValueError("it is no list of queries")
    return entries


def _wish(path: Path, number: int, entry: Any) -> Wish:
    try:
        return Wish.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        reason = f"{place}: {first['msg']}" if place else first["msg"].removeprefix("Value error, ")
        raise IndexRefused(f"Entry {number} of {path}: {reason}. Mend TRYON_INDEX__CANARIES.") from error
