"""Pictures and words as the arrays an exported graph takes: exactly what the original library would have made."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.contracts import RGB, Box
from models.encoders.frames import frame_of
from models.encoders.onnx_manifest import Front

Arrays = Mapping[str, NDArray[Any]]


class OnnxFront(Protocol):
    """Preprocessing of one exported model."""

    def pictures(self, pictures: Sequence[RGB]) -> Arrays:
        """The image graph's inputs by name, first dimension as long as `pictures`."""
        ...

    def texts(self, texts: Sequence[str]) -> Arrays:
        """The text graph's inputs by name, first dimension as long as `texts`."""
        ...

    def frame(self, picture: RGB) -> Box:
        """Where in the input frame the whole picture lies."""
        ...


class OpenClipFront:
    """open_clip's own transform and tokenizer, from `open_clip_config.json` and the tokenizer beside it."""

    def __init__(self, folder: Path, front: Front) -> None:
        import open_clip
        from open_clip.transform import PreprocessCfg, image_transform_v2

        from models.encoders.open_clip_folder import read_config

        cfg = PreprocessCfg(**read_config(folder)["preprocess_cfg"])
        self._transform = image_transform_v2(cfg, is_train=False)
        height, width = (cfg.size, cfg.size) if isinstance(cfg.size, int) else cfg.size
        self._size, self._resize = (int(width), int(height)), str(cfg.resize_mode or "shortest")
        self._tokenizer, self._pad = open_clip.get_tokenizer(f"local-dir:{folder}"), front.pad

    def pictures(self, pictures: Sequence[RGB]) -> Arrays:
        """`pixels`, float32 (n, 3, height, width)."""
        return {"pixels": np.stack([self._transform(picture).numpy() for picture in pictures])}

    def texts(self, texts: Sequence[str]) -> Arrays:
        """`ids`, int64 (n, t), without columns that are padding in every row."""
        from models.encoders.open_clip import trimmed

        return {"ids": np.ascontiguousarray(trimmed(self._tokenizer(list(texts)), self._pad).numpy())}

    def frame(self, picture: RGB) -> Box:
        return frame_of(picture.size, self._size, self._resize)


class TransformersFront:
    """The image processor and tokenizer that `save_pretrained` wrote."""

    def __init__(self, folder: Path, front: Front) -> None:
        from transformers import AutoImageProcessor, AutoTokenizer

        processors: Any = AutoImageProcessor
        self._images_in = processors.from_pretrained(folder, local_files_only=True)
        self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._front = front

    def pictures(self, pictures: Sequence[RGB]) -> Arrays:
        """What the processor gives, float32 pixels among it."""
        return dict(self._images_in(images=list(pictures), return_tensors="np"))

    def texts(self, texts: Sequence[str]) -> Arrays:
        """What the tokenizer gives: int64 ids and mask (n, t)."""
        front = self._front
        made = self._tokenizer(
            list(texts), padding=front.padding, truncation=True, max_length=front.length, return_tensors="np"
        )
        return {name: np.asarray(values, np.int64) for name, values in made.items()}

    def frame(self, picture: RGB) -> Box:
        from models.encoders.transformers import frame_in

        return frame_in(self._images_in, picture)


def open_front(folder: Path, front: Front) -> OnnxFront:
    """Raises whatever the library raises for files it can't read: OSError, ValueError, KeyError, TypeError."""
    return OpenClipFront(folder, front) if front.kind == "open_clip" else TransformersFront(folder, front)
