"""The use case: photos and words in, a stored answer out. Knows no HTTP and no SQL."""

import asyncio
import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import numpy as np

from app.asking import Gone, never, said_plainly, while_wanted
from app.catalog.live.catalog import LiveCatalog
from app.catalog.live.columns import Columns
from app.catalog.narrowing.attributes import private_names
from app.catalog.narrowing.filters import check, resolve
from app.catalog.repository import ItemRepository
from app.catalog.schemas import Filters, ItemOut
from app.db.base import now
from app.errors import (
    AppError,
    FieldError,
    HeatmapUnavailable,
    HeatmapWithoutPhoto,
    InvalidRequest,
    RecommendationNotFound,
    ShopperNotFound,
    SuggestionNotFound,
)
from app.feedback.memory import NO_LEANING, Memory
from app.feedback.naming import NOBODY
from app.feedback.repository import ShopperRepository
from app.media.photo import ENOUGH, decode
from app.paging import Page, bad_cursor, decode_cursor, encode_cursor
from app.recommendations import answer
from app.recommendations.advisor import GRAMMAR, Advisor
from app.recommendations.compatibility import composed_by
from app.recommendations.decide import Decider, Decision, Garment, Limits, garments_of
from app.recommendations.evidence import Evidence, Witness
from app.recommendations.examples import Example, as_items, examples_in, seen_in, shown_before, with_examples
from app.recommendations.lifting import known_in, lift_said
from app.recommendations.names import Named, names_in, query_for
from app.recommendations.relevance import Relevance, unpacked
from app.recommendations.repository import RecommendationRepository
from app.recommendations.schemas import RecommendationOut, TimingsOut
from app.recommendations.stopwatch import StageObserver, Stopwatch, Unobserved
from app.recommendations.tables import RecommendationRow
from app.recommendations.wanted import Seen
from app.settings import LimitSettings, Settings
from models.contracts import RGB, Weights
from models.engine import EncodedQuery, Engine, QueryPart, UnknownFusion
from models.preprocess.text import ParsedText, parse
from models.zero_shot import AttributeTagger

ID_BYTES = 18
ANYTHING = {"en": "clothes", "zh": "衣服"}
"""What is embedded when somebody says only what they do not want."""


NO_PHOTO = "none"
"""The photo kind of a request without photos."""


@dataclass(frozen=True, slots=True)
class RecommendationRequest:
    """What a shopper sends, checked. `locale` is the language of the answer; `budget` is in the shop's currency.

    `examples`: ids of liked and disliked items with their weights, from -1 to 1.
    `shopper_id`: who asks, as far as they are named; their taste counts, and the answer is theirs.
    """

    photos: tuple[bytes, ...] = ()
    description: str = ""
    avoid: str = ""
    photo_kind: str = "auto"
    filters: Filters = field(default_factory=Filters)
    budget: Decimal | None = None
    examples: tuple[tuple[str, float], ...] = ()
    weights: Weights = field(default_factory=Weights)
    fusion: str | None = None
    limit: int = 12
    outfits: int = 3
    min_score: float | None = None
    mode: str = "hybrid"
    locale: str = "en"
    shopper_id: str | None = None


@dataclass(frozen=True, slots=True)
class RecommendationService:
    """Everything one request needs; made anew for each."""

    recommendations: RecommendationRepository
    items: ItemRepository
    shoppers: ShopperRepository
    memory: Memory
    engine: Engine
    tagger: AttributeTagger
    live: LiveCatalog
    settings: Settings
    advisor: Advisor = GRAMMAR
    observer: StageObserver = field(default_factory=Unobserved)
    gone: Gone = never

    async def recommend(self, asked: RecommendationRequest) -> RecommendationOut:
        """Answer and store the answer; committing is the caller's.

        Raises:
            UnsupportedPhoto, UnreadablePhoto, PhotoTooLarge: a photo cannot be used.
            InvalidRequest: an unknown fusion or filter value.
            NotReady: there is no index yet, or this process is ending. Overloaded: too much is waiting already.
            ShopperNotFound: the shopper was erased meanwhile.
        """
        watch = Stopwatch(self.observer)
        with watch.stage("decode"):
            photos = await decode_all(asked.photos, self.settings.limits)
        view = await self.live.view()
        parsed, ignored, asked = await asyncio.to_thread(self._read, asked, view.columns)
        examples = examples_in(view, asked.examples)
        with self.observer.stage("encode"):
            query = await self._query(photos, parsed, asked, examples)
        watch.spent.update(query.timings_ms)
        with watch.stage("search"):
            named = await self._named(parsed, asked, view.columns)
        instead = seen_in(examples) if examples and not photos else None
        garments = await asyncio.to_thread(self._garments, query, parsed, view.columns, named, instead)
        leaning = NO_LEANING if asked.mode == "semantic" else await self.memory.leaning(asked.shopper_id, view)
        leaning = replace(leaning, away=leaning.away | shown_before(examples, view.columns))
        decider = Decider(
            view, self.engine.spec, self.settings.ranking, leaning, composed_by(self.settings, self.engine.spec)
        )
        decision = await asyncio.to_thread(decider.decide, query, garments, asked.filters, _limits(asked), watch)
        row = RecommendationRow(
            id=f"rec_{secrets.token_urlsafe(ID_BYTES)}",
            created_at=now(),
            locale=asked.locale,
            mode=asked.mode,
            model_name=self.engine.spec.name,
            model_revision=self.engine.spec.revision,
            device=self.engine.device,
            index_version=view.version,
            shopper_id=asked.shopper_id,
            query={
                **_understood(parsed, query, garments, decision, ignored),
                **_language(parsed, asked.locale),
                "examples": [{"item_id": item_id, "weight": weight} for item_id, weight in asked.examples],
                "fusion": answer.fusion_shown(
                    query.parts[0].fused,
                    asked.fusion or self.settings.model.fusion,
                    both=bool(photos) and query.text is not None,
                ),
            },
            timings_ms=watch.timings_ms(),
        )
        with watch.stage("rank"):
            aspect = photos[0].width / photos[0].height if photos else 1.0
            witness = Witness(query.text, aspect, lambda row: np.asarray(view.snapshot.image[row]), decider.calibration)
            evidence = await asyncio.to_thread(witness.evidence, decision)
        return await self._store(row, decision, evidence, asked, watch)

    async def get(self, recommendation_id: str) -> RecommendationOut:
        """What was answered then. Raises RecommendationNotFound."""
        row = await self.recommendations.get(recommendation_id)
        if row is None:
            raise _not_found(recommendation_id)
        return (await self._shown([row]))[0]

    async def history(self, shopper_id: str, cursor: str | None, limit: int) -> Page[RecommendationOut]:
        """A shopper's answers, newest first. Raises InvalidRequest for a foreign cursor."""
        rows = await self.recommendations.of_shopper(shopper_id, _before(cursor), limit + 1)
        page = rows[:limit]
        more = len(rows) > limit
        after = encode_cursor(page[-1].created_at.isoformat(), page[-1].id) if more else None
        return Page(items=await self._shown(page), next=after)

    async def _shown(self, rows: Sequence[RecommendationRow]) -> list[RecommendationOut]:
        """Stored answers as they were, with what is gone since marked."""
        shown = [s.item_id for row in rows for s in row.suggestions]
        shown += [piece["item"]["id"] for row in rows for o in row.outfits for piece in o.items if piece["item"]]
        existing = frozenset(await self.items.existing(dict.fromkeys(shown)))
        return [RecommendationOut.of(row, existing) for row in rows]

    async def relevance(self, recommendation_id: str, item_id: str) -> Relevance:
        """What in the request's first photo mattered for that suggestion.

        Raises:
            RecommendationNotFound: there is no such answer.
            SuggestionNotFound: the item was not suggested in it.
            HeatmapWithoutPhoto: the answer was to words alone.
            HeatmapUnavailable: the model does not say what is where in a photo, or the answer is older than heat maps.
        """
        row = await self.recommendations.get(recommendation_id)
        if row is None:
            raise _not_found(recommendation_id)
        suggestion = next((s for s in row.suggestions if s.item_id == item_id), None)
        if suggestion is None:
            raise SuggestionNotFound(f"Item '{item_id[:64]}' is not among the suggestions of '{recommendation_id}'.")
        if row.query["photo_kind"] == NO_PHOTO:
            raise HeatmapWithoutPhoto("This answer was to words alone: there is no photo to lay a heat map over.")
        if suggestion.relevance is None:
            raise HeatmapUnavailable(f"Nothing was kept to draw from: {row.model_name} does not say what is where.")
        return unpacked(suggestion.relevance)

    async def erase(self, recommendation_id: str) -> None:
        """Raises RecommendationNotFound."""
        if not await self.recommendations.delete(recommendation_id):
            raise _not_found(recommendation_id)
        await self.recommendations.unname([recommendation_id])

    def _read(
        self, asked: RecommendationRequest, columns: Columns
    ) -> tuple[ParsedText, tuple[str, ...], RecommendationRequest]:
        """The words understood, what of them cannot be used, and the request with the filters and budget they name.

        Raises InvalidRequest for filters that name what the shop does not have.
        """
        check(asked.filters, columns.own)
        parsed = parse(asked.description, asked.avoid or None, known_in(columns), columns.words.nearest)
        said = lift_said(
            parsed,
            asked.filters,
            asked.budget,
            columns,
            self.settings.shop.currency,
            semantic=asked.mode == "semantic",
        )
        return parsed, said.ignored, replace(asked, filters=said.filters, budget=said.budget)

    async def _named(self, parsed: ParsedText, asked: RecommendationRequest, columns: Columns) -> Named:
        """The shop's own brands, lines, materials and codes that the words name, and where they literally stand."""
        names = () if asked.mode == "semantic" else names_in(parsed.positive, parsed.terms, columns.words)
        if not names:
            return Named()
        most = max(self.settings.ranking.over_fetch, 4 * asked.limit)
        hits = await self.items.with_words(query_for(names, parsed.terms), resolve(asked.filters, columns.own), most)
        return Named(names, {hit.item_id: hit.details for hit in hits})

    def _garments(
        self, query: EncodedQuery, parsed: ParsedText, columns: Columns, named: Named, instead: tuple[Seen, ...] | None
    ) -> list[Garment]:
        """What is asked for. `instead` of a photo, examples say what is seen: nobody's own garment, so that no look is
        built on it.
        """
        if instead is not None:
            garments = garments_of(query, parsed, [instead], columns, named)
            return [replace(g, seen=(), wanted=as_items(g.wanted)) for g in garments]
        stocked = columns.categories["kind"].counts()
        seen = [_seen(self.tagger, part, stocked) for part in query.parts]
        return garments_of(query, parsed, seen, columns, named)

    async def _query(
        self, photos: Sequence[RGB], parsed: ParsedText, asked: RecommendationRequest, examples: Sequence[Example]
    ) -> EncodedQuery:
        """Photos, words and examples as vectors. Raises what `_encode` raises."""
        alone = examples and not photos and not parsed.positive
        query = None if alone else await self._encode(photos, parsed, asked)
        moved = with_examples(query, examples, asked.weights) if examples else query
        if moved is None:
            reason = "hold nothing that is liked; like an item, or add a photo or words"
            raise InvalidRequest(f"examples {reason}.", fields=[FieldError("examples", reason)])
        return moved

    async def _encode(self, photos: Sequence[RGB], parsed: ParsedText, asked: RecommendationRequest) -> EncodedQuery:
        words = parsed.positive or (None if photos else ANYTHING[parsed.language])
        work = self.engine.encode_query(
            photos, words, photo_kind=asked.photo_kind, fusion=asked.fusion, weights=asked.weights
        )
        try:
            with said_plainly():
                return await while_wanted(work, self.gone)
        except UnknownFusion as error:
            raise InvalidRequest(f"{error}.", fields=[FieldError("fusion", str(error))]) from error

    async def _store(
        self,
        row: RecommendationRow,
        decision: Decision,
        evidence: Mapping[str, Evidence],
        asked: RecommendationRequest,
        watch: Stopwatch,
    ) -> RecommendationOut:
        frame = answer.Frame(
            locale=asked.locale,
            currency=self.settings.shop.currency,
            budget=asked.budget,
        )
        with watch.stage("persist"):
            hydrated = await self.items.hydrate(answer.needed(decision))
        with watch.stage("rank"):
            items = await asyncio.to_thread(answer.shown, hydrated, asked.locale)
            await asyncio.to_thread(answer.fill, row, decision, evidence, items, frame, private_names(self.settings))
            await self._reword(row, decision, items, frame)
            answered = await asyncio.to_thread(RecommendationOut.of, row, frozenset(items))
        # A writer keeps all others waiting, until the answer leaves: nothing is computed from here on.
        with watch.stage("persist"):
            if row.shopper_id is not None and not await self.shoppers.hold(row.shopper_id):
                raise ShopperNotFound(NOBODY)
            await self.recommendations.add(row)
        await self.recommendations.retime(row, watch.timings_ms())
        self.observer.answered(watch.spent)
        return answered.model_copy(update={"timings_ms": TimingsOut.model_validate(row.timings_ms)})

    async def _reword(
        self, row: RecommendationRow, decision: Decision, items: Mapping[str, ItemOut], frame: answer.Frame
    ) -> None:
        """The advice of a language model, where one is configured and what it says is so."""
        if not self.advisor.writes or not row.outfits:
            return
        brands = [b for b in (await self.live.view()).columns.categories["brand"].code_of if b]
        subjects, drafts = answer.subjects(decision, items, frame), [outfit.advice for outfit in row.outfits]
        texts = await self.advisor.word(subjects, drafts, frame.locale, brands)
        for outfit, text in zip(row.outfits, texts, strict=True):
            outfit.advice = text


async def decode_all(photos: Sequence[bytes], limits: LimitSettings) -> list[RGB]:
    """Every photo upright and clean, off the event loop. What is wrong with one names its number."""
    return list(await asyncio.gather(*(_decode(p, n, limits) for n, p in enumerate(photos, start=1))))


async def _decode(photo: bytes, number: int, limits: LimitSettings) -> RGB:
    try:
        return await asyncio.to_thread(decode, photo, limits, enough=ENOUGH)
    except AppError as error:
        raise type(error)(error.detail, fields=[FieldError("photo", f"{number}: {error.detail}")]) from error


def _limits(asked: RecommendationRequest) -> Limits:
    return Limits(asked.limit, asked.outfits, asked.min_score, asked.budget, semantic=asked.mode == "semantic")


def _seen(tagger: AttributeTagger, part: QueryPart, stocked: Mapping[str, int]) -> tuple[Seen, ...]:
    tags = () if part.image is None else tagger.tag(part.image, stocked=stocked, crops=part.crops[:1])
    return tuple(Seen(t.name, t.value, t.confidence, t.chances) for t in tags)


def _understood(
    parsed: ParsedText, query: EncodedQuery, garments: Sequence[Garment], decision: Decision, ignored: Sequence[str]
) -> dict[str, Any]:
    """The `query` block of the answer, but for its language and fusion."""
    return {
        "photo_kind": query.photo_kind,
        "attributes": answer.attributes_shown([s for g in garments for s in g.seen]),
        "terms": list(parsed.terms),
        "negations": list(parsed.negations),
        "filters": answer.filters_shown(decision.filters),
        "ignored": list(ignored),
        "corrections": [{"from": c.said, "to": c.meant} for c in parsed.corrections],
    }


def _language(parsed: ParsedText, locale: str) -> dict[str, str]:
    """A request without words is taken to be in the language of its answer."""
    return {"language": parsed.language if parsed.clean or parsed.negations else locale}


def _before(cursor: str | None) -> tuple[dt.datetime, str] | None:
    """Time and id of the answer that a page ended with. Raises InvalidRequest for a cursor we did not hand out."""
    if cursor is None:
        return None
    moment, id_ = decode_cursor(cursor, parts=2)
    try:
        return dt.datetime.fromisoformat(moment).astimezone(dt.UTC), id_
    except (ValueError, OverflowError):
        raise bad_cursor() from None


def _not_found(recommendation_id: str) -> RecommendationNotFound:
    shown = recommendation_id[:64]
    return RecommendationNotFound(f"There is no recommendation '{shown}'; it was never made, or it was erased.")
