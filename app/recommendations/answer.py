"""From a decision to the rows that are stored and shown: items as they are today, reasons, advice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.catalog.narrowing.facets import labelled, narrowing
from app.catalog.narrowing.sizing import NO_USUAL, ways_to_write
from app.catalog.schemas import Filters, ItemOut, Money
from app.catalog.service import item_out
from app.catalog.tables import ItemRow
from app.recommendations.advice import Spending, Subject, advise
from app.recommendations.decide import Decision, Garment, Shortfall
from app.recommendations.evidence import Evidence
from app.recommendations.examples import ITEMS
from app.recommendations.explain import Asked, Reason, reasons
from app.recommendations.outfit import Look
from app.recommendations.ranking import Ranked
from app.recommendations.relevance import packed
from app.recommendations.tables import OutfitRow, RecommendationRow, SuggestionRow
from app.recommendations.wanted import Seen
from app.recommendations.wording import say
from models.contracts import Fused

NOTES: Mapping[str, str] = {
    "nothing_reaches": "note-nothing-reaches",
    "min_score": "note-min-score",
    "filters": "note-filters",
    "catalogue": "note-catalogue",
    "outfits": "note-outfits",
}


COMPARED = 4
"""Suggestions from which it is worth telling which one costs least, or is most like the photo."""

AT_ALL = 0.3
"""Calibrated likeness from which the one most like the photo is called so."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the words of an answer depend on besides the decision itself."""

    locale: str
    currency: str
    budget: Decimal | None


@dataclass(frozen=True, slots=True)
class Foremost:
    """Ids of those suggestions that stand out among all of an answer; empty where none does."""

    cheapest: str
    likest: str


def needed(decision: Decision) -> list[str]:
    """Ids of every item an answer shows."""
    ids = [r.item.id for r in decision.ranked]
    for look in decision.looks:
        ids += [p.id for p in look.pieces]
    if decision.looks and decision.anchor and decision.given is None:
        ids.append(decision.anchor.id)
    return list(dict.fromkeys(ids))


def shown(rows: Mapping[str, ItemRow], locale: str) -> dict[str, ItemOut]:
    """Items as the answer shows them, by id."""
    return {id_: item_out(row, locale) for id_, row in rows.items()}


def fill(
    row: RecommendationRow,
    decision: Decision,
    evidence: Mapping[str, Evidence],
    items: Mapping[str, ItemOut],
    frame: Frame,
    private: frozenset[str],
) -> None:
    """The row's suggestions, outfits, note and facets. `private`: attributes that are nobody's but the shop's."""
    row.suggestions = suggestion_rows(decision, evidence, items, frame)
    row.outfits = outfit_rows(decision, items, frame)
    row.note = note(decision.shortfall, len(row.suggestions), frame.locale)
    row.facets = facets_shown(decision, private, frame.locale)


def suggestion_rows(
    decision: Decision, evidence: Mapping[str, Evidence], items: Mapping[str, ItemOut], frame: Frame
) -> list[SuggestionRow]:
    """One row each, in rank order; what left the catalogue this very moment is left out. `evidence` is by item id."""
    shown = [r for r in decision.ranked if r.item.id in items]
    first = foremost(shown, evidence)
    return [
        _suggestion_row(number, ranked, evidence[ranked.item.id], decision, items[ranked.item.id], frame, first)
        for number, ranked in enumerate(shown, start=1)
    ]


def outfit_rows(decision: Decision, items: Mapping[str, ItemOut], frame: Frame) -> list[OutfitRow]:
    """One row a look, best first; a look that lost a piece this very moment is left out."""
    looks = subjects(decision, items, frame)
    told = advise(looks, frame.locale)
    return [
        _outfit_row(number, subject, words.text, decision, items, frame)
        for number, (subject, words) in enumerate(zip(looks, told, strict=True), start=1)
    ]


def subjects(decision: Decision, items: Mapping[str, ItemOut], frame: Frame) -> list[Subject]:
    """The looks that are shown, as advice speaks of them."""
    whole = [look for look in decision.looks if all(i in items for i in _ids(decision, look))]
    return [_subject(look, decision, frame) for look in whole]


def note(shortfall: Shortfall | None, shown: int, locale: str) -> dict[str, Any] | None:
    if shortfall is None:
        return None
    text = say(locale, NOTES[shortfall.code], {"shown": shown})
    return {"code": shortfall.code, "text": text, "relax": list(shortfall.relax)}


def facets_shown(decision: Decision, private: frozenset[str], locale: str) -> dict[str, Any] | None:
    """What the best candidates can be narrowed by; None where there is nothing to tell apart."""
    counted = labelled(narrowing(decision.among, private), locale)
    return {name: [value.model_dump() for value in values] for name, values in counted.items()} or None


def filters_shown(filters: Filters) -> dict[str, Any]:
    """Only what was asked for or lifted."""
    return filters.model_dump(mode="json", exclude_defaults=True, exclude_none=True)


def fusion_shown(fused: Fused, wanted: str, *, both: bool) -> dict[str, Any]:
    """`wanted` is the fusion's name that the request or the settings gave; `both` when there was something to fuse."""
    shown: dict[str, Any] = {"kind": fused.kind, "image": round(fused.image, 4), "text": round(fused.text, 4)}
    return shown | {"fallback": True} if both and fused.kind != wanted else shown


def attributes_shown(seen: Sequence[Seen]) -> list[dict[str, Any]]:
    return [{"name": s.name, "value": s.value, "confidence": round(s.confidence, 4)} for s in seen]


def _ids(decision: Decision, look: Look) -> list[str]:
    anchor = [decision.anchor.id] if decision.anchor and decision.given is None else []
    return [*anchor, *(p.id for p in look.pieces)]


def foremost(shown: Sequence[Ranked], evidence: Mapping[str, Evidence]) -> Foremost:
    """What stands out among `shown`, best first."""
    return Foremost(_cheapest(shown), _likest(shown, evidence))


def _cheapest(shown: Sequence[Ranked]) -> str:
    """Id of the one that costs least of all that have a price; empty where two do, or there is little to compare."""
    priced = sorted((r.item.asking_price, r.item.id) for r in shown if r.item.asking_price is not None)
    return priced[0][1] if len(priced) >= COMPARED and priced[0][0] < priced[1][0] else ""


def _likest(shown: Sequence[Ranked], evidence: Mapping[str, Evidence]) -> str:
    """Id of the first, where its picture is most like the photo too; else empty, or where there is little to compare.

    Of the rest a picture may be most like it to the model and not to the eye: white shoes for black ones.
    """
    alike = [a for r in shown if (a := evidence[r.item.id].alike) is not None]
    if len(alike) < COMPARED or evidence[shown[0].item.id].alike != max(alike) or max(alike) < AT_ALL:
        return ""
    return shown[0].item.id


def _asked(decision: Decision, item_id: str, evidence: Evidence, frame: Frame, foremost: Foremost) -> Asked:
    price = decision.filters.price
    limit = Money.of(price.max, frame.currency) if price and price.max is not None else None
    return Asked(
        wanted=decision.wanted[item_id],
        locale=frame.locale,
        alike=evidence.alike,
        model="item" if decision.garments[item_id].part.fused.kind == ITEMS else "photo",
        sizes=_sizes(decision),
        limit=f"{limit.amount} {limit.currency}" if limit else "",
        brands=frozenset(brand.casefold().strip() for brand in decision.filters.brand),
        cheapest=foremost.cheapest,
        likest=foremost.likest,
        usual=NO_USUAL if decision.filters.size else decision.usual,
    )


def _suggestion_row(
    rank: int, ranked: Ranked, evidence: Evidence, decision: Decision, item: ItemOut, frame: Frame, foremost: Foremost
) -> SuggestionRow:
    told = reasons(ranked, _asked(decision, ranked.item.id, evidence, frame, foremost), evidence.shares)
    return SuggestionRow(
        rank=rank,
        item_id=ranked.item.id,
        score=ranked.score,
        parts=dict(ranked.parts),
        reasons=[_reason(r) for r in told],
        item=item.model_dump(mode="json"),
        shares=dict(evidence.shares) or None,
        relevance=packed(evidence.relevance) if evidence.relevance else None,
    )


def _reason(reason: Reason) -> dict[str, Any]:
    return {"code": reason.code, "params": dict(reason.params), "text": reason.text}


def _subject(look: Look, decision: Decision, frame: Frame) -> Subject:
    if decision.anchor is None:  # there are no looks without one
        raise ValueError("a look needs an anchor")
    total = Money.of(look.total, frame.currency) if look.total is not None else None
    budget = Money.of(frame.budget, frame.currency) if frame.budget is not None else None
    return Subject(
        decision.anchor,
        look,
        given=decision.given is not None,
        said_occasion=any(w.one("usage") for w in decision.wanted.values()),
        money=Spending(total=_text(total), budget=_text(budget)),
        sizes=_sizes(decision),
        usual=decision.usual,
    )


def _sizes(decision: Decision) -> frozenset[str]:
    return frozenset[str]().union(*map(ways_to_write, decision.filters.size))


def _outfit_row(
    rank: int, subject: Subject, advice: str, decision: Decision, items: Mapping[str, ItemOut], frame: Frame
) -> OutfitRow:
    look, anchor, given = subject.look, subject.anchor, decision.given
    total = Money.of(look.total, frame.currency) if look.total is not None else None
    return OutfitRow(
        rank=rank,
        score=look.score,
        total_price=total.model_dump(mode="json") if total else None,
        advice=advice,
        items=[
            _given(anchor.slot, given) if given else _piece(anchor.slot, items[anchor.id]),
            *(_piece(p.slot, items[p.id]) for p in look.pieces),
        ],
    )


def _text(money: Money | None) -> str:
    return f"{money.amount} {money.currency}" if money else ""


def _given(slot: str, garment: Garment) -> dict[str, Any]:
    """The shopper's own: several photos are views of one garment, so the first stands for it."""
    seen = attributes_shown(garment.seen)
    return {"slot": slot, "given": True, "photo_index": 0, "item": None, "attributes": seen}


def _piece(slot: str, item: ItemOut) -> dict[str, Any]:
    return {"slot": slot, "given": False, "photo_index": None, "item": item.model_dump(mode="json"), "attributes": None}
