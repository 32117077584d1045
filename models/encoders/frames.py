"""Where a picture of any size comes to lie in a model's input frame."""

from models.contracts import WHOLE, Box


def frame_of(picture: tuple[int, int], frame: tuple[int, int], mode: str) -> Box:
    """The whole picture's box as fractions of the frame, centred.

    Args:
        picture, frame: width and height in pixels.
        mode: open_clip's `resize_mode`. `longest` pads (the box lies inside the frame), `shortest` cuts off (the box
            reaches beyond it), `squash` fills the frame exactly.
    """
    if mode == "squash":
        return WHOLE
    across, down = frame[0] / picture[0], frame[1] / picture[1]
    scale = min(across, down) if mode == "longest" else max(across, down)
    margin_x, margin_y = (1 - scale / across) / 2, (1 - scale / down) / 2
    return margin_x, margin_y, 1 - margin_x, 1 - margin_y
