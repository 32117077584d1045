"""The shop's operations, as calls. Each is a method of both clients by the same name."""

from collections.abc import Sequence

from pydantic import BaseModel, TypeAdapter

from tryon_client.base import Money, Page
from tryon_client.calls import JSON, Call, File, content, either, fields, headers, model, nothing, once, params, path
from tryon_client.models import (
    Event,
    EventResults,
    Example,
    Filters,
    Health,
    Item,
    Items,
    Labels,
    Locale,
    Looks,
    Mode,
    PhotoKind,
    Readiness,
    Recommendation,
    Shopper,
    Similar,
    Sizes,
    TaggedAttributes,
)

TAGGED: TypeAdapter[Labels | TaggedAttributes] = TypeAdapter(Labels | TaggedAttributes)


def recommend(
    *,
    photos: Sequence[File] = (),
    description: str | None = None,
    avoid: str | None = None,
    photo_kind: PhotoKind | None = None,
    filters: Filters | None = None,
    budget: Money | None = None,
    examples: Sequence[Example] | None = None,
    image_weight: float | None = None,
    text_weight: float | None = None,
    fusion: str | None = None,
    limit: int | None = None,
    outfits: int | None = None,
    min_score: float | None = None,
    mode: Mode | None = None,
    locale: Locale | None = None,
    shopper_token: str | None = None,
    shopper_id: str | None = None,
    idempotency_key: str | None = None,
) -> Call[Recommendation]:
    """Ranked garments and complete outfits for photos, words or both."""
    given = {
        "description": description, "avoid": avoid, "photo_kind": photo_kind, "filters": filters, "budget": budget,
        "examples": examples, "image_weight": image_weight, "text_weight": text_weight, "fusion": fusion,
        "limit": limit, "outfits": outfits, "min_score": min_score, "mode": mode, "locale": locale,
        "shopper_token": shopper_token, "shopper_id": shopper_id,
    }  # fmt: skip
    return Call(
        "POST",
        "/v1/recommendations",
        model(Recommendation),
        headers=once(idempotency_key),
        form=tuple(fields(given.items())),
        files=tuple(("photo", photo) for photo in photos),
        multipart=True,
    )


def list_recommendations(
    *,
    shopper_token: str | None = None,
    shopper_id: str | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Call[Page[Recommendation]]:
    """A shopper's answers as they were given, newest first."""
    return Call(
        "GET",
        "/v1/recommendations",
        model(Page[Recommendation]),
        params(cursor=cursor, limit=limit),
        _named(shopper_token, shopper_id),
    )


def get_recommendation(recommendation_id: str) -> Call[Recommendation]:
    """What was answered then; only an item's `gone` may differ."""
    return Call("GET", path("/v1/recommendations/{}", recommendation_id), model(Recommendation))


def erase_recommendation(recommendation_id: str) -> Call[None]:
    """Erase an answer and everything that hangs on it. Not repeated when its answer is lost: it would be a 404."""
    return Call("DELETE", path("/v1/recommendations/{}", recommendation_id), nothing, repeatable=False)


def get_heatmap(recommendation_id: str, *, item_id: str, width: int | None = None) -> Call[bytes]:
    """What in the photo mattered for that suggestion: a transparent PNG to lay over it."""
    query = params(item_id=item_id, width=width)
    return Call("GET", path("/v1/recommendations/{}/heatmap", recommendation_id), content, query)


def get_photo(recommendation_id: str, *, index: int | None = None) -> Call[bytes]:
    """A photo of the request as WebP, where the shop keeps them."""
    return Call("GET", path("/v1/recommendations/{}/photo", recommendation_id), content, params(index=index))


def create_shopper(*, sizes: dict[str, list[str]] | None = None) -> Call[Shopper]:
    """A new pseudonymous shopper, with the sizes they say they wear. A spare one is harmless, so it may be retried."""
    body = _SizesIn(sizes=sizes or {}).model_dump_json()
    return Call("POST", "/v1/shoppers", model(Shopper), headers=JSON, json=body)


def get_sizes(shopper_id: str, *, shopper_token: str | None = None) -> Call[Sizes]:
    """The sizes a shopper said they wear, and those learned."""
    return Call("GET", path("/v1/shoppers/{}/sizes", shopper_id), model(Sizes), headers=_named(shopper_token, None))


def put_sizes(shopper_id: str, *, sizes: dict[str, list[str]], shopper_token: str | None = None) -> Call[Sizes]:
    """What a shopper says they wear, in place of what they said before."""
    named = _named(shopper_token, None) | JSON
    body = _SizesIn(sizes=sizes).model_dump_json()
    return Call("PUT", path("/v1/shoppers/{}/sizes", shopper_id), model(Sizes), headers=named, json=body)


def erase_shopper(shopper_id: str, *, shopper_token: str | None = None) -> Call[None]:
    """Erase everything about a shopper. Not repeated when its answer is lost: it would be a 404."""
    where, named = path("/v1/shoppers/{}", shopper_id), _named(shopper_token, None)
    return Call("DELETE", where, nothing, headers=named, repeatable=False)


def record_events(
    events: Sequence[Event],
    *,
    shopper_token: str | None = None,
    shopper_id: str | None = None,
    idempotency_key: str | None = None,
) -> Call[EventResults]:
    """What a shopper did, up to 100 events; what is wrong with one fails that one alone."""
    named = _named(shopper_token, shopper_id) | JSON | once(idempotency_key)
    body = _EventsIn(events=list(events)).model_dump_json(exclude_unset=True)
    return Call("POST", "/v1/events", model(EventResults), headers=named, json=body)


def tag_photo(
    photo: File,
    *,
    labels: Sequence[str] = (),
    photo_kind: PhotoKind | None = None,
    locale: Locale | None = None,
    idempotency_key: str | None = None,
) -> Call[Labels | TaggedAttributes]:
    """The probability of each label, or, without labels, what the photo shows in the taxonomy's words."""
    given = [*(("labels", label) for label in labels), ("photo_kind", photo_kind), ("locale", locale)]
    return Call(
        "POST",
        "/v1/tags",
        either(TAGGED),
        headers=once(idempotency_key),
        form=tuple(fields(given)),
        files=(("photo", photo),),
        multipart=True,
    )


def list_items(
    *,
    filters: Filters | None = None,
    locale: Locale | None = None,
    cursor: str | None = None,
    limit: int | None = None,
) -> Call[Items]:
    """The catalogue by id, filtered; facet counts on the first page."""
    query = params(filters=filters, locale=locale, cursor=cursor, limit=limit)
    return Call("GET", "/v1/items", model(Items), query)


def get_item(item_id: str, *, locale: Locale | None = None) -> Call[Item]:
    """One item."""
    return Call("GET", path("/v1/items/{}", item_id), model(Item), params(locale=locale))


def get_item_image(item_id: str, *, width: int | None = None, locale: Locale | None = None) -> Call[bytes]:
    """The item's first picture as WebP, at most `width` pixels wide."""
    return Call("GET", path("/v1/items/{}/image", item_id), content, params(width=width, locale=locale))


def list_similar(
    item_id: str,
    *,
    filters: Filters | None = None,
    limit: int | None = None,
    locale: Locale | None = None,
    shopper_token: str | None = None,
    shopper_id: str | None = None,
) -> Call[Similar]:
    """What is most like an item already indexed."""
    query = params(filters=filters, limit=limit, locale=locale)
    named = _named(shopper_token, shopper_id)
    return Call("GET", path("/v1/items/{}/similar", item_id), model(Similar), query, named)


def list_outfits(
    item_id: str,
    *,
    filters: Filters | None = None,
    limit: int | None = None,
    locale: Locale | None = None,
    shopper_token: str | None = None,
    shopper_id: str | None = None,
) -> Call[Looks]:
    """Complete looks around an item already indexed."""
    query = params(filters=filters, limit=limit, locale=locale)
    named = _named(shopper_token, shopper_id)
    return Call("GET", path("/v1/items/{}/outfits", item_id), model(Looks), query, named)


def healthz() -> Call[Health]:
    """Whether the process is alive."""
    return Call("GET", "/healthz", model(Health))


def readyz() -> Call[Readiness]:
    """Whether shoppers can be answered, and what is missing where they cannot."""
    return Call("GET", "/readyz", model(Readiness), answers=frozenset({503}))


class _SizesIn(BaseModel):
    sizes: dict[str, list[str]]


class _EventsIn(BaseModel):
    events: list[Event]


def _named(token: str | None, shopper_id: str | None) -> dict[str, str]:
    return headers(X_Shopper_Token=token, X_Shopper_Id=shopper_id)
