"""The whole API against its own OpenAPI document: schemathesis, all its checks, for seconds. `bench.schema_fuzz` is
the same for longer, over a real catalogue.
"""

import asyncio
from pathlib import Path

import pytest

from app.admission.settings import AdmissionSettings, RateSettings
from bench.schema_fuzz import one_run
from tests.app.conftest import serving
from tests.live import listening

UNLIMITED = AdmissionSettings(address=RateSettings(), bad_keys="")
EXAMPLES = 2


@pytest.mark.parametrize(("scope", "phases", "least"), [("admin", "examples,fuzzing", 100), ("", "examples", 30)])
async def test_the_service_does_as_its_document_says(tmp_path: Path, scope: str, phases: str, least: int) -> None:
    async with serving(tmp_path, admission=UNLIMITED) as whole, listening(whole.app) as port:
        key = whole.keys[scope] if scope else None
        run = await asyncio.to_thread(one_run, f"http://127.0.0.1:{port}", key, 1, EXAMPLES, phases=phases)
    assert not run.failed, run.told
    assert run.cases >= least
