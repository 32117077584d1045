"""Coverage-guided fuzzing of the walkers of picture files, and of the decoder behind them.

`pip install atheris` (Python 3.11 to 3.13; no part of this project), then
`python -m bench.fuzz_photo -max_total_time=300 [folder of inputs]`. A finding is written to `crash-…` and ends the run.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(include=["app.media.containers", "app.media.photo", "app.media.pixels"]):
    from app.errors import AppError
    from app.media.photo import ENOUGH, decode
    from app.settings import LimitSettings

LIMITS = LimitSettings(photo_bytes=100_000, photo_pixels=1_000_000)


def photo(data: bytes) -> None:
    """A picture in RGB or a refusal; anything else is a finding."""
    try:
        picture = decode(data, LIMITS, enough=ENOUGH)
    except AppError:
        return
    if picture.mode != "RGB" or picture.info or picture.width * picture.height > LIMITS.photo_pixels:
        raise AssertionError(f"{picture.mode} {picture.size} {picture.info}")


def main() -> None:
    from tests.app.media.mutations import seeds

    with TemporaryDirectory() as folder:
        for number, data in enumerate(seeds().values()):
            Path(folder, str(number)).write_bytes(data)
        atheris.Setup([*sys.argv, folder, "-timeout=10", "-rss_limit_mb=3000", "-max_len=40000"], photo)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
