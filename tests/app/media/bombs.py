"""Pictures made by hand to hurt whoever decodes them: small files that claim, repeat or unfold to very much.

Each is a function without arguments under its name in BOMBS; all of them are below the default limit of bytes.
"""

from collections.abc import Mapping

from tests.app.media import frame_bombs, jpeg_bombs, other_bombs, png_bombs, tiff_bombs
from tests.app.media.handmade import GATHERED, Bomb

MADE_IN = (png_bombs, tiff_bombs, jpeg_bombs, frame_bombs, other_bombs)
BOMBS: Mapping[str, Bomb] = GATHERED
"""What the modules above gathered when they were imported."""

LARGEST = ("png_largest_rgba", "png_largest_sixteen_bit_grey", "jpeg_largest_progressive", "webp_largest_lossless")
"""As large as a legal photo can be, and what costs most memory of its format."""
