"""Finds the garment in a photo and cuts it out of its surroundings (F2). Classical, no model, no download."""

from models.contracts import RGB, Prepared, Region
from models.preprocess.salience import Box, find_subject

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
MARGIN = 0.08
"""Border left around the box, as a share of its longer side: the model is used to some."""

ENOUGH_PIXELS = 512
"""A crop is shrunk by whole factors while its longer side stays at least this: no encoder reads more."""

FULL_LENGTH = 2.0
"""A person whose box is this many times as high as wide shows the legs."""

# Where garments are on a person, as shares of the person's height (top, bottom); the head is left out.
_UPPER, _LOWER = (0.12, 0.55), (0.45, 0.95)
_UPPER_HALF, _LOWER_HALF = (0.2, 0.75), (0.6, 1.0)


class GarmentPreprocessor:
    """The `Preprocessor` for shoppers' photos: crops to what stands out from the border.

    It is cautious: a photo whose subject is not plain keeps its whole frame, for a lost sleeve costs more than a bit
    of floor; and a garment's crop goes with the whole photo as a second view, for the two err differently (kind@10 of
    `val` photos with tryon-mini: 0.879 whole, 0.876 crop, 0.885 both).
    """

    @property
    def version(self) -> str:
        """Changes whenever a crop could."""
        return "crop-2"

    def prepare(self, photo: RGB, photo_kind: str) -> Prepared:
        """Crops of an upright RGB photo of any size; `auto` is treated as `garment`.

        A garment is its crop and then the whole photo, both part `garment`, or the whole photo alone where nothing
        stands out. A person is two crops, parts `upper` and `lower`, largest first.

        Raises:
            ValueError: `photo_kind` is none of `auto`, `garment`, `person`.
        """
        subject = find_subject(photo)
        if photo_kind == "person":
            regions = _person(subject or WHOLE, photo.width / photo.height)
        elif photo_kind in ("auto", "garment"):
            regions = _garment(subject, photo.width / photo.height)
        else:
            raise ValueError(f"unknown photo kind {photo_kind!r}; choose auto, garment or person")
        return Prepared(crops=tuple(_crop(photo, region.box) for region in regions), regions=regions)


def _garment(subject: Box | None, aspect: float) -> tuple[Region, ...]:
    return (Region(_widened(subject, aspect)), Region(WHOLE)) if subject else (Region(WHOLE),)


def _widened(box: Box, aspect: float) -> Box:
    """`box` with its margin; `aspect` is the photo's width by its height."""
    left, top, right, bottom = box
    longer = max((right - left) * aspect, bottom - top)  # in heights of the photo
    across, down = MARGIN * longer / aspect, MARGIN * longer
    return max(0.0, left - across), max(0.0, top - down), min(1.0, right + across), min(1.0, bottom + down)


def _person(box: Box, aspect: float) -> tuple[Region, ...]:
    left, top, right, bottom = box
    height = bottom - top
    full = height >= FULL_LENGTH * (right - left) * aspect
    spans = {"upper": _UPPER if full else _UPPER_HALF, "lower": _LOWER if full else _LOWER_HALF}
    regions = [
        Region((left, top + begin * height, right, top + end * height), part) for part, (begin, end) in spans.items()
    ]
    return tuple(sorted(regions, key=lambda r: r.box[1] - r.box[3]))


def _crop(photo: RGB, box: Box) -> RGB:
    left, top, right, bottom = box
    x0, y0 = min(int(left * photo.width), photo.width - 1), min(int(top * photo.height), photo.height - 1)
    x1, y1 = max(x0 + 1, round(right * photo.width)), max(y0 + 1, round(bottom * photo.height))
    factor = max(1, max(x1 - x0, y1 - y0) // ENOUGH_PIXELS)
    return photo.reduce(factor, box=(x0, y0, x1, y1)) if factor > 1 else photo.crop((x0, y0, x1, y1))
