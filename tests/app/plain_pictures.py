"""Pictures of one colour, for tests to which it does not matter what they show."""

import io

from PIL import Image


def plain(colour: str | tuple[int, int, int], size: tuple[int, int] = (30, 40), form: str = "PNG") -> bytes:
    """A file of that form; `size` is width and height."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form)
    return out.getvalue()
