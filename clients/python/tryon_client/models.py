"""What a shop's frontend and backend send and get."""

import datetime as dt
from typing import Literal

from pydantic import Field

from tryon_client.base import Answer, Asked, FacetValue, Money

Locale = Literal["en", "zh"]
PhotoKind = Literal["auto", "garment", "person"]
Mode = Literal["hybrid", "semantic"]
EventKind = Literal["view", "like", "dislike", "cart", "purchase", "return"]


class PriceRange(Asked):
    """Inclusive bounds in the shop's currency."""

    min: str | float | None = None
    max: str | float | None = None


class Filters(Asked):
    """What an item must be. Kinds, colours and the like by id or word, in English or Chinese."""

    kind: list[str] = []
    slot: list[str] = []
    gender: Literal["women", "men", "unisex"] | None = None
    age_group: Literal["adult", "kids"] | None = None
    colour: list[str] = []
    brand: list[str] = []
    size: list[str] = []
    price: PriceRange | None = None
    in_stock: bool | None = None
    season: list[str] = []
    usage: list[str] = []
    attributes: dict[str, list[str]] = {}


class Example(Asked):
    """An item that is liked (up to 1) or not (down to -1)."""

    item_id: str
    weight: float = 1.0


class Event(Asked):
    """What a shopper did with an item. `event_id` is yours, new for each event: a retry with it is harmless."""

    event_id: str
    event: EventKind
    item_id: str
    recommendation_id: str | None = None
    outfit_rank: int | None = None
    at: dt.datetime | None = None
    size: str | None = None


class ItemSize(Answer):
    size: str
    in_stock: bool


class Inferred(Answer):
    """What the feed left out, told from the title or the picture; `used`: surely enough to count."""

    name: str
    value: str
    confidence: float
    source: str
    used: bool


class Item(Answer):
    """A garment. `gone`: no longer in the catalogue."""

    id: str
    title: str
    brand: str
    kind: str
    slot: str
    colour: str
    gender: str
    pattern: str
    season: str
    usage: str
    price: Money | None
    sale_price: Money | None
    availability: str
    rating: float | None
    image_url: str | None
    link: str | None
    sizes: list[ItemSize]
    inferred: list[Inferred] = []
    gone: bool = False


class Items(Answer):
    """A page of the catalogue; `total` and `facets` on the first alone."""

    items: list[Item]
    next: str | None = None
    total: int | None = None
    facets: dict[str, list[FacetValue]] | None = None


class Model(Answer):
    name: str
    revision: str
    device: str


class Attribute(Answer):
    """Recognised in a photo; `confidence` from 0 to 1."""

    name: str
    value: str
    confidence: float


class Fusion(Answer):
    """How much photo and words counted; `fallback`: the fusion asked for has no weights for this model."""

    kind: str
    image: float
    text: float
    fallback: bool = False


class PriceWithin(Answer):
    min: str | None = None
    max: str | None = None


class AppliedFilters(Answer):
    """Filters as they were applied: those given and those lifted from the words."""

    kind: list[str] = []
    slot: list[str] = []
    gender: str | None = None
    age_group: str | None = None
    colour: list[str] = []
    brand: list[str] = []
    size: list[str] = []
    price: PriceWithin | None = None
    in_stock: bool | None = None
    season: list[str] = []
    usage: list[str] = []
    attributes: dict[str, list[str]] = {}


class Correction(Answer):
    """A slip that was mended."""

    from_: str = Field(alias="from")
    to: str


class GivenExample(Answer):
    item_id: str
    weight: float


class Query(Answer):
    """What was understood of a request."""

    photo_kind: str
    attributes: list[Attribute]
    language: str
    terms: list[str]
    negations: list[str]
    filters: AppliedFilters
    ignored: list[str]
    corrections: list[Correction] = []
    fusion: Fusion
    examples: list[GivenExample] = []


class Reason(Answer):
    """`code` and `params` for programs, `text` in the shopper's language."""

    code: str
    params: dict[str, str | int]
    text: str


class Suggestion(Answer):
    """An item, why, and the parts of its score; `heatmap_url` where a photo was given."""

    rank: int
    score: float
    parts: dict[str, float]
    shares: dict[str, float] | None = None
    heatmap_url: str | None = None
    reasons: list[Reason]
    item: Item


class LookPiece(Answer):
    """One garment of a look: the shopper's own (`given`), or an item."""

    slot: str
    given: bool
    photo_index: int | None = None
    item: Item | None = None
    attributes: list[Attribute] | None = None


class Outfit(Answer):
    rank: int
    score: float
    total_price: Money | None
    advice: str
    items: list[LookPiece]


class Note(Answer):
    """Why an answer is short, and what to relax."""

    code: str
    text: str
    relax: list[str]


class Similar(Answer):
    item_id: str
    index_version: str
    suggestions: list[Suggestion]
    note: Note | None = None


class Looks(Answer):
    item_id: str
    index_version: str
    outfits: list[Outfit]
    note: Note | None = None


class Timings(Answer):
    """Milliseconds a stage took."""

    decode: float
    preprocess: float
    encode: float
    search: float
    rank: float
    persist: float
    total: float


class Recommendation(Answer):
    """What was answered; fetched again it is the same, but for items that are gone."""

    id: str
    created_at: dt.datetime
    locale: str
    mode: str
    model: Model
    index_version: str
    query: Query
    suggestions: list[Suggestion]
    outfits: list[Outfit]
    note: Note | None = None
    facets: dict[str, list[FacetValue]] | None = None
    timings_ms: Timings


class Shopper(Answer):
    """A new shopper. The token is shown this once: who has it is the shopper."""

    id: str
    shopper_token: str
    created_at: dt.datetime


class Sizes(Answer):
    """By slot: what a shopper said they wear, and what was learned from purchases."""

    stated: dict[str, list[str]]
    learned: dict[str, list[str]]


class EventResult(Answer):
    event_id: str | None
    outcome: str
    code: str | None = None
    reason: str | None = None


class EventResults(Answer):
    """One for each event, in the order sent."""

    results: list[EventResult]


class Label(Answer):
    label: str
    probability: float


class Labels(Answer):
    """Likeliest first; their probabilities add up to 1."""

    labels: list[Label]


class TaggedAttribute(Answer):
    """`value` is an id of the taxonomy, as filters take it, `text` its name for people."""

    name: str
    value: str
    text: str
    confidence: float


class TaggedAttributes(Answer):
    attributes: list[TaggedAttribute]


class Health(Answer):
    status: str = "ok"


class SkippedIndex(Answer):
    version: str
    fault: str


class Readiness(Answer):
    """Whether shoppers can be answered: `not_ready` names what is missing, `degraded` what needs attention."""

    ready: bool
    not_ready: list[str]
    degraded: list[str]
    model: str
    revision: str
    device: str
    index_version: str | None
    items: int
    database: str
    skipped: list[SkippedIndex]
    problems: list[str]
    warnings: list[str]
