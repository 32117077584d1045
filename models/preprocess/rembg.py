"""The models of `rembg` (u2net, u2netp, isnet-general-use, …) as segmenters, where a deployer has installed it.

rembg loads a model by name, from `U2NET_HOME` or by downloading it there: which models may be fetched is the deployer's
decision, made by naming one.
"""

import threading
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from PIL import Image

from models.contracts import RGB, ModelUnavailable
from models.preprocess.masks import Masks

SIDE = 144
"""Side of the square a mask is kept at."""

ENOUGH_PIXELS = 512
"""Longer side of the photo as rembg gets it: its models look at 320 pixels, some at 1024."""


@dataclass(frozen=True, slots=True)
class RembgSegmenter:
    """One of rembg's models. It knows no skin: what a person wears is told from them by proportions alone."""

    model: str
    library: Any
    session: Any
    lock: threading.Lock

    @classmethod
    def named(cls, model: str) -> "RembgSegmenter":
        """Raises ModelUnavailable where rembg is not installed or does not have that model."""
        try:
            library = import_module("rembg")
        except ImportError as error:
            raise ModelUnavailable(
                f"segmenter rembg:{model}: rembg cannot be imported ({error}); pip install 'tryon[rembg]'"
            ) from error
        try:
            session = library.new_session(model)
        except Exception as error:  # an unknown name, a failed download, a broken file: rembg raises many kinds
            reason = " ".join(str(error).split()) or type(error).__name__
            raise ModelUnavailable(f"segmenter rembg:{model}: rembg could not load it: {reason}") from error
        return cls(model, library, session, threading.Lock())

    @property
    def version(self) -> str:
        return f"rembg:{self.model}@{getattr(self.library, '__version__', 'unknown')}"

    @property
    def precise(self) -> bool:
        return True

    def masks(self, photo: RGB) -> Masks:
        """Its mask as probabilities, over the photo squeezed into a square."""
        small = photo.copy()
        small.thumbnail((ENOUGH_PIXELS, ENOUGH_PIXELS), reducing_gap=2.0)
        with self.lock:
            mask = self.library.remove(small, session=self.session, only_mask=True)
        square = mask.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX)
        subject = np.asarray(square, dtype=np.float32) / np.float32(255)
        return Masks(subject, np.zeros_like(subject))
