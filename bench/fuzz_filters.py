"""Coverage-guided fuzzing of what a caller writes as filters: parsed, checked against the taxonomy, resolved.

`pip install atheris`, then `python -m bench.fuzz_filters -max_total_time=300`; see bench/fuzz_photo.py.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(
    include=["app.catalog.schemas", "app.catalog.narrowing.filters", "app.catalog.narrowing.attributes"]
):
    from app.catalog.narrowing.filters import resolve
    from app.catalog.schemas import FILTERS_EXAMPLE, Filters
    from app.errors import InvalidRequest

EXAMPLES = (
    FILTERS_EXAMPLE,
    '{"kind": ["dress"], "gender": "women", "price": {"min": "10", "max": "50.5"}, "in_stock": true}',
    '{"attributes": {"pattern": ["striped"]}, "size": ["M", "38"], "brand": ["x"], "colour": ["红色"]}',
    '{"kind": [[]], "price": {"min": 1e400}, "size": null}',
)


def filters(data: bytes) -> None:
    """Criteria, or a ValueError that says what is wrong; anything else is a finding."""
    try:
        resolve(Filters.parse(data.decode("utf-8", "replace")), own=("fabric",))
    except (ValueError, InvalidRequest):
        return


def main() -> None:
    with TemporaryDirectory() as folder:
        for number, text in enumerate(EXAMPLES):
            Path(folder, str(number)).write_text(text, encoding="utf-8")
        atheris.Setup([*sys.argv, folder, "-timeout=10", "-max_len=4000"], filters)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
