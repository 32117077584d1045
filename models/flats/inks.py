"""The inks of one garment, mixed from its colour in OKLab so that shadows keep their hue."""

from dataclasses import dataclass
from functools import lru_cache

from coloraide import Color

_DARK = 0.36
"""OKLab lightness under which seams are drawn lighter than the fabric instead of darker."""
_YELLOW = 0.09
"""OKLab b from which a colour counts as yellow."""
_BRIGHT = 0.9
"""OKLab lightness over which cloth is white or off-white and takes only pale shadows."""


@lru_cache(maxsize=4096)
def mix(a: str, b: str, share: float) -> str:
    """`a` with `share` (0 to 1) of `b`, as #rrggbb."""
    return str(Color(a).mix(b, share, space="oklab").convert("srgb").fit("srgb").to_string(hex=True))


@lru_cache(maxsize=4096)
def lightness(shade: str) -> float:
    """OKLab lightness, 0 black to 1 white."""
    return float(Color(shade).convert("oklab")["lightness"])


def _is_warm(shade: str) -> bool:
    """Yellows and golds: a black shadow would turn them green."""
    return float(Color(shade).convert("oklab")["b"]) > _YELLOW


@dataclass(frozen=True, slots=True)
class Inks:
    """`shadow` and white light model volume, `dim` and `glow` strong; `edge` draws seams, `inside` shows in necks."""

    base: str
    second: str
    edge: str
    inside: str
    deep: str
    pale: str
    shadow: str
    dim: float
    glow: float
    dark: bool


@lru_cache(maxsize=1024)
def inks(base: str, second: str) -> Inks:
    light = lightness(base)
    dark = light < _DARK
    bright = light > _BRIGHT
    return Inks(
        base=base,
        second=second,
        edge=mix(base, "#ffffff", 0.3) if dark else mix(base, "#101014", 0.36 if bright else 0.46),
        inside=mix(base, "#000000", 0.45 if dark else (0.16 if bright else 0.3)),
        deep=mix(base, "#0c0c12", 0.06 if bright else 0.15),
        pale=mix(base, "#ffffff", 0.2),
        shadow=mix(base, "#3a1600" if _is_warm(base) else "#08080c", 0.75),
        dim=0.55 if dark else (0.2 if bright else 0.36 - 0.16 * max(0.0, light - 0.55) / 0.35),
        glow=0.13 if dark else (0.5 if bright else 0.17),
        dark=dark,
    )
