"""Fabrics as SVG pattern tiles: the woven or printed pattern, and the texture of the cloth below it."""

from collections.abc import Callable
from typing import TypeAlias

from models.flats.inks import Inks, mix

Maker: TypeAlias = Callable[[str], str]
"""Makes the markup of a definition, given its id."""


def pattern(name: str, inks: Inks, ident: str, *, fine: bool, turn: float) -> str:
    """`<pattern>` of a taxonomy pattern id in the second ink; "" when the cloth is plain. `fine` is for tailoring."""
    tile = _TILES.get(name)
    if tile is None:
        return ""
    size, body = tile(inks, fine)
    return _wrap(ident, size, turn, body)


def texture(name: str, inks: Inks, ident: str) -> str:
    """`<pattern>` of a cloth's surface: knit, rib, twill, mesh or cord."""
    tone, strength = ("#ffffff", 0.16) if inks.dark else (inks.shadow, 0.22)
    size, body = _SURFACES[name]
    return _wrap(ident, size, 0, f'<g fill="none" stroke="{tone}" stroke-opacity="{strength}">{body}</g>')


def _wrap(ident: str, size: tuple[float, float], turn: float, body: str) -> str:
    return (
        f'<pattern id="{ident}" patternUnits="userSpaceOnUse" width="{size[0]}" height="{size[1]}" '
        f'patternTransform="rotate({turn:.1f} 150 200)">{body}</pattern>'
    )


_SURFACES: dict[str, tuple[tuple[float, float], str]] = {
    "knit": ((6, 6), '<path d="M0 0L3 5L6 0" stroke-width="1.5"/>'),
    "cable": ((26, 22), '<path d="M5 0C5 8 17 14 17 22M17 0C17 8 5 14 5 22M24 0L24 22" stroke-width="2.4"/>'),
    "rib": ((5, 5), '<path d="M2 0L2 5" stroke-width="1.8"/>'),
    "twill": ((4, 4), '<path d="M-1 5L5 -1M-1 1L1 -1M3 5L5 3" stroke-width="1"/>'),
    "mesh": ((5, 5), '<path d="M0 2.5L2.5 0L5 2.5L2.5 5Z" stroke-width=".9"/>'),
    "straw": ((8, 8), '<path d="M0 2L4 2M4 6L8 6M2 4L2 8M6 0L6 4" stroke-width="1.6"/>'),
}

Tile: TypeAlias = tuple[tuple[float, float], str]


def _striped(inks: Inks, fine: bool) -> Tile:
    if fine:
        return (11, 440), f'<rect x="4" y="-9" width="2.4" height="460" fill="{inks.second}"/>'
    return (640, 20), f'<rect x="-9" y="6" width="660" height="7.5" fill="{inks.second}"/>'


def _checked(inks: Inks, fine: bool) -> Tile:
    if fine:
        line = f'<path d="M14 0L14 28M0 14L28 14" stroke="{inks.second}" stroke-width="2" stroke-opacity=".8"/>'
        thin = f'<path d="M20 0L20 28M0 20L28 20" stroke="{inks.deep}" stroke-width="1.2" stroke-opacity=".8"/>'
        return (28, 28), line + thin
    bands = f'<path d="M7 0L7 34M0 7L34 7" stroke="{inks.second}" stroke-width="11" stroke-opacity=".5"/>'
    dark = f'<path d="M25 0L25 34M0 25L34 25" stroke="{inks.shadow}" stroke-width="5" stroke-opacity=".3"/>'
    return (34, 34), bands + dark


def _dotted(inks: Inks, fine: bool) -> Tile:
    r, s = (1.9, 12) if fine else (3.4, 20)
    spots = "".join(f'<circle cx="{s * at}" cy="{s * at}" r="{r}" fill="{inks.second}"/>' for at in (0.25, 0.75))
    return (s, s), spots


def flower(x: float, y: float, r: float, petal: str, heart: str) -> str:
    """Five petals around a heart."""
    ring = ((0.0, -1.0), (0.95, -0.31), (0.59, 0.81), (-0.59, 0.81), (-0.95, -0.31))
    petals = "".join(
        f'<circle cx="{x + dx * r * 0.72:.1f}" cy="{y + dy * r * 0.72:.1f}" r="{r * 0.52:.1f}" fill="{petal}"/>'
        for dx, dy in ring
    )
    return f'{petals}<circle cx="{x}" cy="{y}" r="{r * 0.34:.1f}" fill="{heart}"/>'


def _leaf(x: float, y: float, tone: str, turn: int) -> str:
    return f'<path transform="translate({x} {y}) rotate({turn})" d="M0 0C3 -5 9 -5 12 0C9 4 3 4 0 0Z" fill="{tone}"/>'


def _floral(inks: Inks, fine: bool) -> Tile:
    del fine
    leaf, heart = mix(inks.second, "#3f7a45", 0.65), "#e9b53c"
    soft = mix(inks.second, inks.base, 0.3)
    body = (
        _leaf(16, 16, leaf, 30)
        + _leaf(36, 40, leaf, 200)
        + _leaf(6, 38, leaf, -50)
        + flower(12, 12, 7.5, inks.second, heart)
        + flower(36, 32, 6, soft, heart)
        + flower(33, 7, 4, inks.second, heart)
    )
    return (48, 48), body


def _printed(inks: Inks, fine: bool) -> Tile:
    del fine
    accent = mix(inks.second, "#e07a3c", 0.35)
    return (56, 56), (
        f'<path d="M4 18C12 2 28 4 26 16C24 26 8 30 4 18Z" fill="{inks.second}"/>'
        f'<path d="M32 40C40 28 54 34 50 44C46 54 34 52 32 40Z" fill="{accent}"/>'
        f'<path d="M6 46C12 40 16 50 22 44M36 8C42 4 44 16 52 12" fill="none" stroke="{inks.second}" stroke-width="3"/>'
    )


def _embroidered(inks: Inks, fine: bool) -> Tile:
    del fine
    thread = f'fill="none" stroke="{inks.second}" stroke-width="1.5" stroke-dasharray="2.6 .7"'
    return (50, 50), (
        f'<g {thread}><path d="M14 30C14 22 14 18 14 10M14 24C8 22 6 18 6 14M14 24C20 22 22 18 22 14"/>'
        '<path d="M39 49C39 44 39 42 39 37M39 45C35 44 34 42 34 39M39 45C43 44 44 42 44 39"/></g>'
        + flower(14, 8, 4.2, inks.second, inks.base)
        + flower(39, 35, 3, inks.second, inks.base)
    )


_TILES = {
    "striped": _striped,
    "checked": _checked,
    "dotted": _dotted,
    "floral": _floral,
    "printed": _printed,
    "embroidered": _embroidered,
}
