"""An item in words, for the text encoder."""

from models.taxonomy import taxonomy

FACETS = ("pattern", "season", "usage", "gender")


def item_text(
    *,
    title: str,
    title_zh: str,
    brand: str,
    kind: str,
    colour: str,
    gender: str,
    season: str,
    usage: str,
    pattern: str,
) -> str:
    """Title, Chinese title, then brand and the English words of what is known and the titles do not already say."""
    words = taxonomy()
    known = [brand]
    if colour in words.colours:
        known.append(words.colours[colour].name("en"))
    if kind in words.kinds:
        known.append(words.kinds[kind].name("en"))
    for facet, value in zip(FACETS, (pattern, season, usage, gender), strict=True):
        if value in words.attributes[facet]:
            known.append(words.attributes[facet][value].name("en"))
    said = title.casefold()
    extra = " ".join(word for word in known if word and word.casefold() not in said)
    return ", ".join(part for part in (title, title_zh, extra) if part)
