"""Finds the garments in a photo and drops what is around them (F2)."""

from functools import cache

import numpy as np
from PIL import Image

from models.contracts import RGB, Prepared, Region
from models.preprocess.masks import Masks, Plane, Segmenter, believable, cleaned, mask_box, on_white, widened
from models.preprocess.persons import by_proportion, garments_of, is_person
from models.preprocess.salience import WORTHWHILE, Box, lab_of
from models.preprocess.segmenters import load_segmenter

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
ENOUGH_PIXELS = 512
"""A crop is shrunk by whole factors while its longer side stays at least this: no encoder reads more."""

STEPS = "views-1"
"""Version of everything here but the segmenter."""


class GarmentPreprocessor:
    """The `Preprocessor` for shoppers' photos: the garment cut out of its surroundings and laid on white.

    It is cautious: a photo whose garment is not plain stays whole, for a lost sleeve costs more than a bit of floor;
    and the cut-out goes with the whole photo as a second view, for the two err differently.
    """

    def __init__(self, segmenter: Segmenter | None = None) -> None:
        """`segmenter`: who finds the garment; None means the one that ships."""
        self._segmenter = segmenter or shipped()

    @property
    def version(self) -> str:
        """Changes whenever a crop could."""
        return f"{STEPS}+{self._segmenter.version}"

    def prepare(self, photo: RGB, photo_kind: str) -> Prepared:
        """Crops of an upright RGB photo of any size.

        A garment is its cut-out and then the whole photo, both part `garment`, or the whole photo alone where the
        garment is not plain. A person is a cut-out of each garment, parts `upper` and `lower` or one `full`, largest
        first, without head and skin where the segmenter knows them. `auto` is a person only where there plainly is one.

        Raises:
            ValueError: `photo_kind` is none of `auto`, `garment`, `person`.
        """
        if photo_kind not in ("auto", "garment", "person"):
            raise ValueError(f"unknown photo kind {photo_kind!r}; choose auto, garment or person")
        masks = self._segmenter.masks(photo)
        if photo_kind == "person" or (photo_kind == "auto" and masks is not None and is_person(masks)):
            return _person(photo, masks, precise=self._segmenter.precise)
        return _garment(photo, masks, precise=self._segmenter.precise)

    def cut_out(self, photo: RGB) -> RGB:
        """The garment on white, cropped to it; the photo itself where the garment is not plain."""
        return self.prepare(photo, "garment").crops[0]


@cache
def shipped() -> Segmenter:
    """The shipped segmenter, loaded once. Raises ModelUnavailable where its weights are missing."""
    return load_segmenter()


def cut_out(photo: RGB) -> RGB:
    """The garment of a photo on white, by the shipped segmenter; the photo itself where the garment is not plain."""
    return GarmentPreprocessor().cut_out(photo)


def _garment(photo: RGB, masks: Masks | None, *, precise: bool) -> Prepared:
    whole = _shrunk(photo, WHOLE)
    if masks is None or not believable(masks.subject):
        return Prepared((whole,), (Region(WHOLE),))
    mask = cleaned(masks.subject)
    box = widened(mask_box(mask) or WHOLE, photo.width / photo.height)
    crop = _shrunk(photo, box)
    if precise:
        crop = on_white(crop, box, mask)
    elif _area(box) >= WORTHWHILE:  # nothing dropped: the same picture twice
        return Prepared((whole,), (Region(WHOLE),))
    return Prepared((crop, whole), (Region(box), Region(WHOLE)))


def _person(photo: RGB, masks: Masks | None, *, precise: bool) -> Prepared:
    aspect = photo.width / photo.height
    if masks is None or not believable(masks.subject) or not precise:
        box = mask_box(cleaned(masks.subject)) if masks is not None else None
        regions = by_proportion(box or WHOLE, aspect)
        return Prepared(tuple(_shrunk(photo, region.box) for region in regions), regions)
    height, width = masks.subject.shape
    lab = lab_of(photo.resize((width, height), Image.Resampling.BOX, reducing_gap=2.0))
    found = garments_of(masks, lab, aspect)
    regions = tuple(Region(widened(region.box, aspect), region.part) for region in found)
    garment, pairs = cleaned(masks.garment), zip(found, regions, strict=True)
    crops = tuple(on_white(_shrunk(photo, out.box), out.box, _only(garment, own.box)) for own, out in pairs)
    return Prepared(crops, regions)


def _only(mask: Plane, box: Box) -> Plane:
    """`mask` inside `box`: above and below it lies another garment."""
    height, width = mask.shape
    left, top, right, bottom = box
    rows, columns = slice(round(top * height), round(bottom * height)), slice(round(left * width), round(right * width))
    kept = np.zeros_like(mask)
    kept[rows, columns] = mask[rows, columns]
    return kept


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _shrunk(photo: RGB, box: Box) -> RGB:
    left, top, right, bottom = box
    x0, y0 = min(int(left * photo.width), photo.width - 1), min(int(top * photo.height), photo.height - 1)
    x1, y1 = max(x0 + 1, round(right * photo.width)), max(y0 + 1, round(bottom * photo.height))
    factor = max(1, max(x1 - x0, y1 - y0) // ENOUGH_PIXELS)
    return photo.reduce(factor, box=(x0, y0, x1, y1)) if factor > 1 else photo.crop((x0, y0, x1, y1))
