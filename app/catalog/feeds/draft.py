"""A row's fields → a validated draft of an item. Nothing is invented: what the feed does not say stays empty."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from app.catalog.feeds.mapping import EMPTY, as_list
from app.catalog.feeds.money import parse_money, same_currency
from app.catalog.feeds.rows import RowRejected
from app.catalog.feeds.stock import parse_variants
from app.catalog.records import ItemRecord, PictureRecord, VariantRecord
from models.taxonomy import for_children, kind_of_category, taxonomy

CHILDREN = {
    "boys": "men",
    "boy": "men",
    "男童": "men",
    "girls": "women",
    "girl": "women",
    "女童": "women",
}
"""Words for a gender that also say `kids`."""

YOUNG = frozenset(("newborn", "infant", "toddler"))
"""Google's age groups below `kids`: one of ours, and their own word among the attributes."""

WEB = re.compile(r"https?://", re.IGNORECASE)

FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters and half surrogate pairs: databases and JSON refuse them. Tabs and line breaks may stay."""


def _as_text(value: Any) -> Any:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else value


def _clean(text: str) -> str:
    if FORBIDDEN.search(text):
        raise ValueError("has control characters")
    return text


def _one_line(text: str) -> str:
    if re.search(r"[\t\r\n]", text):
        raise ValueError("has tabs or line breaks")
    return text


def _web(link: str) -> str:
    if link and not WEB.match(link):
        raise ValueError("must start with http:// or https://")
    return link


Text = Annotated[str, BeforeValidator(_as_text), AfterValidator(_clean)]
Id = Annotated[Text, AfterValidator(_one_line)]


class ItemDraft(BaseModel):
    """An item as a feed gives it, taxonomy ids in place of its words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[Id, StringConstraints(min_length=1, max_length=128)]
    title: Annotated[Text, StringConstraints(max_length=1_000)] = ""
    title_zh: Annotated[Text, StringConstraints(max_length=1_000)] = ""
    description: Annotated[Text, StringConstraints(max_length=20_000)] = ""
    brand: Annotated[Text, StringConstraints(max_length=200)] = ""
    kind: str = ""
    slot: str = "none"
    colour: str = ""
    gender: str = ""
    age_group: str = ""
    season: str = ""
    usage: str = ""
    pattern: str = ""
    attributes: dict[Annotated[Text, StringConstraints(max_length=64)], Text | list[Text]] = {}
    currency: str = ""
    price: Decimal | None = None
    sale_price: Decimal | None = None
    rating: Annotated[float | None, Field(ge=0, le=5, allow_inf_nan=False)] = None
    link: Annotated[Text, StringConstraints(max_length=2_048), AfterValidator(_web)] = ""
    group_id: Annotated[Id, StringConstraints(max_length=128)] = ""
    variants: tuple[VariantRecord, ...] = ()
    pictures: tuple[Text, ...] = ()

    @property
    def content_hash(self) -> str:
        """SHA-256 of everything but pictures: their bytes are compared on their own."""
        facts = self.model_dump(mode="json", exclude={"pictures"})
        return sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    def record(self, pictures: tuple[PictureRecord, ...] | None) -> ItemRecord:
        """What the repository writes; `pictures` None leaves those the item has."""
        facts = {name: getattr(self, name) for name in type(self).model_fields if name != "pictures"}
        return ItemRecord(**facts, content_hash=self.content_hash, pictures=pictures)


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft, what was doubtful about its row: (field, reason), and the colour as the shop writes it, folded."""

    draft: ItemDraft
    warnings: tuple[tuple[str, str], ...] = ()
    colour: str = ""

    @property
    def group(self) -> str:
        """The same for rows that are sizes of one item: those with one group id and one colour; else empty.

        The shop's own word counts: `Black/White` and `Black/Red` are two looks, though both are black first.
        """
        return f"{self.draft.group_id}\x1f{self.colour}" if self.draft.group_id and self.colour else ""


def draft_of(fields: Mapping[str, Any], currency: str) -> Drafted:
    """The draft that a row's fields describe, prices in the shop's `currency`.

    Raises:
        RowRejected: naming every field that cannot be taken, and why.
    """
    issues: list[tuple[str, str]] = []
    warnings: list[tuple[str, str]] = []
    values: dict[str, Any] = {k: v for k, v in fields.items() if k in PLAIN_FIELDS}
    values["attributes"] = {k: v for k, v in fields.get("attributes", {}).items() if v not in EMPTY}
    values |= _words(fields, values["attributes"], warnings)
    values |= _prices(fields, currency, issues)
    values["pictures"] = few_enough(_picture_names(fields.get("pictures")), warnings)
    try:
        values["variants"] = _sizes(fields)
    except ValueError as error:
        issues.append(("sizes", str(error)))
    try:
        draft = ItemDraft.model_validate(values)
    except ValidationError as error:
        issues += [(".".join(map(str, e["loc"])), _reason(e["msg"])) for e in error.errors()]
        raise RowRejected(issues) from error
    if issues:
        raise RowRejected(issues)
    return Drafted(draft, tuple(warnings), " ".join(str(fields.get("colour") or "").casefold().split()))


PLAIN_FIELDS = ("id", "title", "title_zh", "description", "brand", "rating", "link", "group_id")


def _words(fields: Mapping[str, Any], attributes: dict[str, Any], warnings: list[tuple[str, str]]) -> dict[str, str]:
    """Taxonomy ids for a row's words; a word nobody knows is kept among the attributes and warned about."""
    ids: dict[str, str] = {}
    for name in LOOKED_UP:
        if fields.get(name) in EMPTY:
            continue
        found = [str(one).strip() for one in as_list(fields[name])]
        ids |= _looked_up(name, found, ids, attributes)
        if name not in ids:
            attributes[name] = found[0]
            warnings.append((name, f"'{found[0]}' is unknown and kept as an attribute"))
    return ids


def _looked_up(name: str, found: list[str], ids: Mapping[str, str], attributes: dict[str, Any]) -> dict[str, str]:
    """What one field's words say, of several the first that says anything."""
    word = found[0]
    match name:
        case "kind":
            known = next((kind for text in found if (kind := kind_of_category(text))), None)
            told = {"kind": known.id, "slot": known.slot} if known else {}
            return told | ({"age_group": "kids"} if any(map(for_children, found)) else {})
        case "colour":
            return _colour(word, attributes)
        case "gender" if word.casefold() in CHILDREN:
            return {"gender": CHILDREN[word.casefold()], "age_group": ids.get("age_group", "kids")}
        case "age_group" if word.casefold() in YOUNG:
            attributes["age_group"] = word
            return {"age_group": "kids"}
        case _:
            value = taxonomy().attribute_of(name, word)
            return {name: value.id} if value else {}


def _colour(word: str, attributes: dict[str, Any]) -> dict[str, str]:
    """The colour a word names; of several with slashes between them the first, which feeds put in front."""
    known = taxonomy().swatch_of(word)
    if known is None and "/" in word:
        known = next((c for part in word.split("/") if (c := taxonomy().swatch_of(part.strip()))), None)
        if known is not None:
            attributes["colour"] = word
    return {"colour": known.id} if known else {}


LOOKED_UP = ("kind", "colour", "age_group", "gender", "season", "usage", "pattern")


def _prices(fields: Mapping[str, Any], currency: str, issues: list[tuple[str, str]]) -> dict[str, Any]:
    stated = str(fields.get("currency") or "").strip()
    prices: dict[str, Any] = {}
    for name in ("price", "sale_price"):
        if fields.get(name) in (None, ""):
            continue
        try:
            amount, written = parse_money(fields[name])
        except ValueError as error:
            issues.append((name, str(error)))
            continue
        other = next((c for c in (stated, written) if not same_currency(c, currency)), None)
        if other is None:
            prices |= {name: amount, "currency": currency}
        else:
            issues.append((name, f"is in {other}, but the shop sells in {currency}"))
    return prices


def _sizes(fields: Mapping[str, Any]) -> tuple[VariantRecord, ...]:
    variants = parse_variants(fields.get("sizes"), fields.get("stock"), fields.get("availability"))
    if len(variants) > MOST_SIZES:
        raise ValueError(f"{len(variants):,} sizes; at most {MOST_SIZES:,} are taken")
    if any(len(v.size) > LONGEST_SIZE or FORBIDDEN.search(v.size) for v in variants):
        raise ValueError(f"a size is longer than {LONGEST_SIZE} characters or has control characters")
    return tuple(variants)


LONGEST_SIZE = 64
MOST_SIZES = 1_000

MOST_PICTURES = 50
"""Of an item, from a feed: all of them are in memory at once."""


def _picture_names(value: Any) -> list[str]:
    names = value if isinstance(value, list) else str(value or "").split("|")
    return list(dict.fromkeys(str(name).strip() for name in names if str(name).strip()))


def few_enough(names: list[str], warnings: list[tuple[str, str]]) -> list[str]:
    """The first pictures of an item, as many as are taken; what is left out is warned about."""
    if len(names) > MOST_PICTURES:
        warnings.append(("pictures", f"only the first {MOST_PICTURES} of {len(names):,} are taken"))
    return names[:MOST_PICTURES]


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ")
