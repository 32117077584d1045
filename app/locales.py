"""Which language an answer is given in."""

from typing import Annotated

from fastapi import Header

from app.settings import Locale

AcceptLanguage = Annotated[str | None, Header(description="Which language to answer in, where nothing else says it.")]


def best_locale(asked: Locale | None, accept_language: str | None, default: Locale) -> Locale:
    """What was asked for, else the best of `Accept-Language` (RFC 9110, 12.5.4) that we speak, else the shop's."""
    if asked is not None:
        return asked
    ranges: list[tuple[float, Locale]] = []
    for part in (accept_language or "").split(","):
        tag, _, quality = part.strip().partition(";q=")
        primary = tag.split("-")[0].strip().casefold()
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue  # a malformed range asks for nothing
        if primary in Locale.__members__ and weight > 0:
            ranges.append((weight, Locale(primary)))
    return max(ranges, key=lambda r: r[0])[1] if ranges else default
