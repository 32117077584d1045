"""Small arithmetic on SVG path text: mirroring, symmetric outlines, bounds. Paths use absolute M, L, C, Q and Z."""

import re
from collections.abc import Iterator

WIDTH, HEIGHT = 300.0, 400.0
MIDDLE = WIDTH / 2
"""The x of the axis that a garment is mirrored about."""

Point = tuple[float, float]
_TOKEN = re.compile(r"([MLCQZ])|(-?\d*\.?\d+(?:e-?\d+)?)")


def segments(d: str) -> Iterator[tuple[str, list[Point]]]:
    """The commands of `d`, each with its points; implicit repeats are not used in this package."""
    letter, numbers = "", list[float]()
    for command, number in _TOKEN.findall(d):
        if command:
            if letter:
                yield letter, _pairs(numbers)
            letter, numbers = command, []
        else:
            numbers.append(float(number))
    if letter:
        yield letter, _pairs(numbers)


def _pairs(numbers: list[float]) -> list[Point]:
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def text(letter: str, points: list[Point]) -> str:
    return letter + " ".join(f"{x:.1f} {y:.1f}" for x, y in points)


def flip(d: str) -> str:
    """`d` seen in a mirror on the middle axis."""
    return "".join(text(letter, [(WIDTH - x, y) for x, y in points]) for letter, points in segments(d))


def sym(half: str) -> str:
    """A closed outline from its right half, which runs from the middle axis at the top to the middle at the bottom."""
    parts = list(segments(half))
    chain = [point for _, points in parts for point in points]
    out, position = [text(letter, points) for letter, points in parts], len(chain)
    for letter, points in reversed(parts[1:]):
        position -= len(points)
        back = [*reversed(points[:-1]), chain[position - 1]]
        out.append(text(letter, [(WIDTH - x, y) for x, y in back]))
    return "".join(out) + "Z"


def bounds(d: str) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the control polygon: never smaller than the shape."""
    points = [point for _, found in segments(d) for point in found]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def along(a: Point, b: Point, share: float) -> Point:
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def oval(x: float, y: float, rx: float, ry: float) -> str:
    """An ellipse as four curves."""
    k, m = rx * 0.5523, ry * 0.5523
    return (
        f"M{x - rx} {y}C{x - rx} {y - m} {x - k} {y - ry} {x} {y - ry}C{x + k} {y - ry} {x + rx} {y - m} {x + rx} {y}"
        f"C{x + rx} {y + m} {x + k} {y + ry} {x} {y + ry}C{x - k} {y + ry} {x - rx} {y + m} {x - rx} {y}Z"
    )


def box(x: float, y: float, w: float, h: float, r: float = 0) -> str:
    """A rectangle with rounded corners."""
    return (
        f"M{x + r} {y}L{x + w - r} {y}Q{x + w} {y} {x + w} {y + r}"
        f"L{x + w} {y + h - r}Q{x + w} {y + h} {x + w - r} {y + h}"
        f"L{x + r} {y + h}Q{x} {y + h} {x} {y + h - r}L{x} {y + r}Q{x} {y} {x + r} {y}Z"
    )
