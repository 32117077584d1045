"""Where faces are in a picture, and how they are made unrecognisable before it is kept."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from PIL import Image

from models.contracts import RGB, ModelUnavailable

Box = tuple[int, int, int, int]
"""Left, top, right, bottom, in pixels; may reach beyond the picture."""

MARGIN = 0.4
"""Of a box's size, on every side: detectors frame eyes to chin, people are known by hair and ears too."""

GRID = 5
"""A face becomes so many squares a side: nothing is left to sharpen."""

MISSING = (
    "TRYON_PHOTOS__KEEP needs something that finds faces: pip install 'tryon[photos]'. Without it no photo is kept; "
    "unset TRYON_PHOTOS__KEEP."
)


class FaceDetector(Protocol):
    """Finds faces; may be called by several threads, one at a time each."""

    def faces(self, picture: RGB) -> Sequence[Box]: ...


class DlibFaces:
    """dlib's detector of frontal faces (Dalal and Triggs 2005, King 2015), which comes inside its package.

    It sees faces of 40 pixels and more that look at the camera. A profile or a covered face it misses.
    """

    def __init__(self) -> None:
        """Raises ModelUnavailable where dlib is not installed."""
        try:
            import dlib
        except ImportError as error:
            raise ModelUnavailable(MISSING) from error
        self._make = dlib.get_frontal_face_detector

    def faces(self, picture: RGB) -> Sequence[Box]:
        found = self._make()(np.asarray(picture), 1)  # a detector of its own: it keeps what it scans
        return [(face.left(), face.top(), face.right(), face.bottom()) for face in found]


def unrecognisable(picture: RGB, faces: Sequence[Box]) -> RGB:
    """A copy in which each face and what is around it is a few squares."""
    out = picture.copy()
    for left, top, right, bottom in faces:
        across, down = MARGIN * (right - left), MARGIN * (bottom - top)
        box = (
            max(0, round(left - across)), max(0, round(top - down)),
            min(out.width, round(right + across)), min(out.height, round(bottom + down)),
        )  # fmt: skip
        if box[0] < box[2] and box[1] < box[3]:
            part = out.crop(box)
            coarse = part.resize((GRID, GRID), Image.Resampling.BOX)
            out.paste(coarse.resize(part.size, Image.Resampling.NEAREST), box)
    return out
