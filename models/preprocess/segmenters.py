"""Segmenters by name: the one that ships, the classical one, rembg's models where a deployer has them, or none."""

from dataclasses import dataclass

import numpy as np

from models.contracts import RGB, ModelUnavailable
from models.preprocess.masks import Masks, Segmenter
from models.preprocess.salience import subject_flags

SHIPPED, CLASSICAL, NONE, REMBG = "tryon-cut", "classical", "none", "rembg:"


def load_segmenter(name: str = SHIPPED) -> Segmenter:
    """The segmenter that `name` stands for.

    Args: name: `tryon-cut`, `classical`, `none`, or `rembg:` and the name of one of rembg's models (`rembg:u2netp`).
    Raises: ModelUnavailable, its message one line that says what was tried and what to do.
    """
    if name == SHIPPED:
        from models.preprocess.segmenter import TryonCut

        return TryonCut.from_folder()
    if name == CLASSICAL:
        return Classical()
    if name == NONE:
        return NoSegmenter()
    if name.startswith(REMBG) and name != REMBG:
        from models.preprocess.rembg import RembgSegmenter

        return RembgSegmenter.named(name.removeprefix(REMBG))
    raise ModelUnavailable(f"unknown segmenter {name!r}; use {SHIPPED}, {CLASSICAL}, {NONE} or {REMBG}u2netp")


@dataclass(frozen=True, slots=True)
class Classical:
    """Salience against the border's colours: no model, rough edges."""

    @property
    def version(self) -> str:
        return "classical-2"

    @property
    def precise(self) -> bool:
        return False

    def masks(self, photo: RGB) -> Masks | None:
        flags = subject_flags(photo)
        if flags is None:
            return None
        subject = flags.astype(np.float32)
        return Masks(subject, np.zeros_like(subject))


@dataclass(frozen=True, slots=True)
class NoSegmenter:
    """Photos stay whole."""

    @property
    def version(self) -> str:
        return "none"

    @property
    def precise(self) -> bool:
        return False

    def masks(self, _photo: RGB) -> Masks | None:
        return None
