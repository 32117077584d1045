"""What tests of imports share."""

from pathlib import Path

import pytest

from app.media.storage import LocalBlobs


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "blobs")
