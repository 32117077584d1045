"""An encoder that stands still while it is told to, and a preprocessor that leaves photos whole."""

import threading
from collections.abc import Sequence

from models.contracts import RGB, Matrix, Prepared
from models.encoders.fake import FakeEncoder


class SlowEncoder(FakeEncoder):
    """Waits for `go`, raises `error` where there is one, and notes what it was asked for."""

    def __init__(self) -> None:
        super().__init__(dims=8)
        self.go, self.entered = threading.Event(), threading.Semaphore(0)
        self.go.set()
        self.error: BaseException | None = None
        self.pictures = 0
        self.texts: list[str] = []

    def encode_images(self, pictures: Sequence[RGB]) -> Matrix:
        self._stand()
        self.pictures += len(pictures)
        return super().encode_images(pictures)

    def encode_texts(self, texts: Sequence[str]) -> Matrix:
        self._stand()
        self.texts += texts
        return super().encode_texts(texts)

    def _stand(self) -> None:
        self.entered.release()
        assert self.go.wait(10)
        if self.error is not None:
            raise self.error


class WholePhoto:
    """No garment is looked for."""

    version = "whole"

    def prepare(self, photo: RGB, photo_kind: str) -> Prepared:
        del photo_kind
        return Prepared((photo,))
