"""The canvas: paths become cloth with pattern, soft volume, folds, seams and a shadow on the studio wall."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from models.flats import patterns
from models.flats.inks import Inks, inks, mix
from models.flats.paths import HEIGHT, MIDDLE, WIDTH, bounds
from models.flats.spec import Flat

Fold = tuple[str, float, float]
"""A soft crease: path, width, and strength from -1 (shadow) to 1 (light)."""

_FINE = frozenset({"shirt", "trousers", "blazer", "tie", "coat", "waistcoat", "jumpsuit"})
_BOX = (30.0, 28.0, 270.0, 372.0)


class Canvas:
    """Collects SVG. Drawings may use any coordinates: `svg()` scales what was drawn into the picture."""

    def __init__(self, flat: Flat) -> None:
        self.flat = flat
        self.ink: Inks = inks(flat.shade, flat.second_shade)
        self._defs: list[str] = []
        self._out: list[str] = []
        self._count = 0
        self._extent = [9e9, 9e9, -9e9, -9e9]

    def piece(
        self,
        d: str,
        *,
        fill: str | None = None,
        folds: Sequence[Fold] = (),
        turn: float = 0.0,
        plain: bool = False,
        volume: float = 1.0,
        cloth: str = "",
        edge: float = 1.2,
    ) -> None:
        """One piece of cloth: `fill` replaces fabric and pattern, `plain` only the pattern, which `turn` turns."""
        own = self.ink if fill is None else inks(fill, self.ink.second)
        self._grow(d)
        clip = self._define(lambda i: f'<clipPath id="{i}"><path d="{d}"/></clipPath>')
        self._out.append(f'<path d="{d}" fill="{own.base}"/>')
        if fill is None and not plain:
            self._overlay(d, lambda i: patterns.pattern(self.flat.pattern, own, i, fine=self._fine, turn=turn))
        if cloth:
            self._overlay(d, lambda i: patterns.texture(cloth, own, i))
        self._out.append(
            f'<path d="{d}" fill="url(#{"sheen-dark" if own.dark else "sheen"})" fill-opacity="{volume:.2f}"/>'
        )
        rim = f'<path d="{d}" stroke="{own.shadow}" stroke-width="15" stroke-opacity="{own.dim * volume:.2f}"/>'
        creases = "".join(_crease(own, fold) for fold in folds)
        self._out.append(
            f'<g clip-path="url(#{clip})"><g filter="url(#soft)" fill="none" '
            f'stroke-linecap="round">{rim}{creases}</g></g>'
        )
        if edge:
            self._out.append(
                f'<path d="{d}" fill="none" stroke="{own.edge}" stroke-width="{edge}" stroke-linejoin="round"/>'
            )

    def seam(
        self, d: str, width: float = 1.0, *, ink: str | None = None, alpha: float = 0.85, cap: str = "round"
    ) -> None:
        self._out.append(
            f'<path d="{d}" fill="none" stroke="{ink or self.ink.edge}" stroke-width="{width}" '
            f'stroke-opacity="{alpha}" stroke-linecap="{cap}" stroke-linejoin="round"/>'
        )

    def stitch(self, d: str, *, ink: str | None = None, width: float = 0.9) -> None:
        """A line of visible stitches."""
        self._out.append(
            f'<path d="{d}" fill="none" stroke="{ink or self.ink.edge}" stroke-width="{width}" '
            f'stroke-dasharray="2.6 1.7" stroke-opacity=".85"/>'
        )

    def shape(self, d: str, fill: str, *, alpha: float = 1.0, blur: bool = False) -> None:
        """A flat shape without volume; `blur` makes it a soft patch of shadow or light."""
        soft = ' filter="url(#soft)"' if blur else ""
        self._out.append(f'<path d="{d}" fill="{fill}" fill-opacity="{alpha}"{soft}/>')

    def button(self, x: float, y: float, r: float = 3.0, *, fill: str | None = None) -> None:
        tone = fill or (mix(self.ink.base, "#ffffff", 0.34) if self.ink.dark else mix(self.ink.base, "#14141a", 0.3))
        rim = mix(tone, "#000000", 0.4)
        self._out.append(
            f'<circle cx="{x}" cy="{y}" r="{r}" fill="{tone}" stroke="{rim}" stroke-width=".8"/>'
            f'<path d="M{x - r * 0.3} {y}L{x + r * 0.3} {y}" stroke="{rim}" stroke-width="1" stroke-dasharray=".8 .8"/>'
        )

    def metal(self, d: str, *, width: float = 0.0, gold: bool = False) -> None:
        """A buckle, zip or clasp: a filled shape, or with `width` a line."""
        paint = f"url(#{'gold' if gold else 'steel'})"
        rim = "#8a6a24" if gold else "#6d7278"
        if width:
            self._out.append(
                f'<path d="{d}" fill="none" stroke="{rim}" stroke-width="{width + 1}" stroke-linecap="round"/>'
            )
            tone = "#d9b765" if gold else "#cfd3d8"
            self._out.append(
                f'<path d="{d}" fill="none" stroke="{tone}" stroke-width="{width}" stroke-linecap="round"/>'
            )
        else:
            self._out.append(f'<path d="{d}" fill="{paint}" stroke="{rim}" stroke-width=".8" fill-rule="evenodd"/>')

    def raw(self, markup: str) -> None:
        self._out.append(markup)

    @contextmanager
    def moved(self, transform: str) -> Iterator[None]:
        """A transform around what is drawn inside; it must stay within `frame`."""
        self._out.append(f'<g transform="{transform}">')
        yield
        self._out.append("</g>")

    def frame(self, left: float, top: float, right: float, bottom: float) -> None:
        """Says that the drawing needs this box."""
        self._grow(f"M{left} {top}L{right} {bottom}")

    def svg(self, background: str | None) -> str:
        """The picture in a 300 by 400 view box; without a background it is cut out and casts no shadow."""
        left, top, right, bottom = self._extent
        width, height = _BOX[2] - _BOX[0], _BOX[3] - _BOX[1]
        scale = min(width / (right - left), height / (bottom - top), 1.55)
        wall = f'<rect width="{WIDTH:g}" height="{HEIGHT:g}" fill="{background}"/>' if background else ""
        cast = ' filter="url(#cast)"' if background else ""
        dx, dy = MIDDLE - scale * (left + right) / 2, HEIGHT / 2 - scale * (top + bottom) / 2
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" '
            f'width="{WIDTH:g}" height="{HEIGHT:g}">'
            f"<defs>{_SHARED}{''.join(self._defs)}</defs>"
            f'{wall}<g{cast}><g transform="translate({dx:.2f} {dy:.2f}) scale({scale:.4f})">'
            f"{''.join(self._out)}</g></g></svg>"
        )

    @property
    def _fine(self) -> bool:
        return self.flat.kind in _FINE

    def _overlay(self, d: str, make: patterns.Maker) -> None:
        self._count += 1
        ident = f"d{self._count}"
        if markup := make(ident):
            self._defs.append(markup)
            self._out.append(f'<path d="{d}" fill="url(#{ident})"/>')

    def _define(self, make: patterns.Maker) -> str:
        self._count += 1
        ident = f"d{self._count}"
        self._defs.append(make(ident))
        return ident

    def _grow(self, d: str) -> None:
        left, top, right, bottom = bounds(d)
        old = self._extent
        self._extent = [min(old[0], left), min(old[1], top), max(old[2], right), max(old[3], bottom)]


def _crease(own: Inks, fold: Fold) -> str:
    d, width, strength = fold
    tone, most = ("#ffffff", own.glow) if strength > 0 else (own.shadow, own.dim)
    if own.dark and strength < 0:
        tone, most = "#ffffff", own.glow * 0.7
    return f'<path d="{d}" stroke="{tone}" stroke-width="{width}" stroke-opacity="{abs(strength) * most:.3f}"/>'


def _stops(*stops: tuple[float, str, float]) -> str:
    return "".join(f'<stop offset="{at}" stop-color="{tone}" stop-opacity="{alpha}"/>' for at, tone, alpha in stops)


_SHARED = (
    '<linearGradient id="sheen" x1="0" y1="0" x2="1" y2=".25">'
    + _stops(
        (0, "#000", 0.12),
        (0.2, "#000", 0),
        (0.36, "#fff", 0.09),
        (0.55, "#fff", 0),
        (0.8, "#000", 0.04),
        (1, "#000", 0.16),
    )
    + '</linearGradient><linearGradient id="sheen-dark" x1="0" y1="0" x2="1" y2=".25">'
    + _stops((0, "#fff", 0.02), (0.34, "#fff", 0.08), (0.6, "#fff", 0.02), (0.85, "#fff", 0.06), (1, "#fff", 0))
    + '</linearGradient><linearGradient id="steel" x1="0" y1="0" x2="1" y2="1">'
    + _stops((0, "#f4f6f8", 1), (0.45, "#b4bac1", 1), (0.6, "#e8ebee", 1), (1, "#8f969e", 1))
    + '</linearGradient><linearGradient id="gold" x1="0" y1="0" x2="1" y2="1">'
    + _stops((0, "#f3dc98", 1), (0.45, "#c79a3b", 1), (0.6, "#ecd083", 1), (1, "#a87c28", 1))
    + "</linearGradient>"
    '<filter id="soft" color-interpolation-filters="sRGB" x="-7%" y="-7%" width="114%" height="114%">'
    '<feGaussianBlur stdDeviation="4.2"/></filter>'
    '<filter id="cast" color-interpolation-filters="sRGB" x="0" y="0" width="300" height="400" '
    'filterUnits="userSpaceOnUse">'
    '<feDropShadow dx="3" dy="7" stdDeviation="6" flood-color="#2a2620" flood-opacity=".28"/></filter>'
)
