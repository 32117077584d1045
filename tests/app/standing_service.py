"""A real service in a process of its own whose model stands still at certain pictures: `python -m … FOLDER PORT`.

A picture whose first pixel is `STOPS` is waited for: the file `entered` says that the model has it, `go` lets it go on.
Every picture that the model saw is a line of `seen`.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from app.auth.settings import AuthSettings
from app.main import create_app
from app.observability.logging import configure_logging
from app.server import run
from app.settings import PreprocessSettings, Settings
from app.startup import ClearStart
from models.contracts import RGB, Matrix
from models.encoders.fake import FakeEncoder

STOPS = (1, 2, 3)


class StandingEncoder(FakeEncoder):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def encode_images(self, pictures: Sequence[RGB]) -> Matrix:
        with (self.folder / "seen").open("a") as seen:
            seen.writelines(f"{picture.getpixel((0, 0))}\n" for picture in pictures)
        if any(picture.getpixel((0, 0)) == STOPS for picture in pictures):
            (self.folder / "entered").touch()
            for _ in range(3_000):
                if (self.folder / "go").exists():
                    break
                time.sleep(0.01)
        return super().encode_images(pictures)


def main(folder: Path, port: int) -> None:
    settings = Settings(
        data_dir=folder,
        port=port,
        auth=AuthSettings(anonymous_shop=True),
        preprocess=PreprocessSettings(segmenter="none"),
    )
    configure_logging("INFO", "json")
    app = create_app(settings, encoder=StandingEncoder(folder))
    run(ClearStart(app), settings, app.state.drain)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
