"""Server-sent events of a job: whatever is written and wherever a reader drops out, it learns everything once."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db.base import now
from app.db.session import Database
from app.errors import InvalidRequest
from app.jobs.context import JobContext
from app.jobs.events import events_since, follow, seen_by
from app.jobs.repository import JobRepository
from app.jobs.runner import JobRunner
from app.jobs.settings import JobSettings
from app.jobs.states import JobState
from app.jobs.tables import JobRow
from app.jobs.watching import Watchers
from tests.app.jobs.conftest import WaitFor

RESULT = {
    **{"version": "v", "unchanged": False, "pruned": []},
    **{"items": 2, "encoded_images": 2, "encoded_texts": 2, "encoded_tokens": 0, "inferred": 0},
}


def job(**values: Any) -> JobRow:
    plain = {"state": "running", "stage": "", "stage_at": 0, "attempts": 1, "done": 0, "errors": [], "params": {}}
    return JobRow(**(plain | {"id": "j", "kind": "reindex", "sequence": 1, "created_at": now()} | values))


Step = tuple[str, bool]
STEPS = st.lists(st.tuples(st.sampled_from(["progress", "stage", "error"]), st.booleans()), max_size=30)


@given(STEPS, st.sampled_from(["succeeded", "failed", "cancelled"]))
def test_every_error_and_the_end_are_told_once_wherever_a_reader_drops_out(steps: list[Step], end: str) -> None:
    row, seen = job(), 0
    errors: list[str] = []
    stages: list[str] = []
    finished: list[str] = []

    def read(seen: int) -> int:
        for event in events_since(row, seen):
            data = json.loads(event.data)
            match event.event:
                case "error":
                    errors.append(data["reason"])
                case "stage":
                    stages.append(data["stage"])
                case "finished":
                    finished.append(data["state"])
            seen = int(event.id) if event.id is not None else seen
        return seen

    for number, (kind, looks) in enumerate(steps):
        row.sequence += 1
        if kind == "stage":
            row.stage, row.stage_at = f"s{number}", row.sequence
        if kind == "error":
            row.errors = [*row.errors, {"reason": f"e{number}", "sequence": row.sequence}]
        if looks:
            seen = read(seen_by(str(seen), row))
    row.sequence, row.state = row.sequence + 1, end
    seen = read(seen)
    assert read(seen) == seen
    assert errors == [error["reason"] for error in row.errors]
    assert len(set(stages)) == len(stages)
    assert stages[-1:] == ([row.stage] if row.stage else [])
    assert finished == [end]


def test_only_the_last_of_what_came_together_has_the_id() -> None:
    row = job(sequence=7, stage="build", stage_at=7, errors=[{"reason": "r", "sequence": 7}])
    assert [(e.event, e.id) for e in events_since(row, 6)] == [("stage", None), ("error", None), ("progress", "7")]
    assert events_since(row, 7) == []


def test_a_foreign_id_has_seen_nothing_and_no_number_is_refused() -> None:
    assert (seen_by(None, job()), seen_by("99", job(sequence=7)), seen_by("6", job(sequence=7))) == (0, 0, 6)
    with pytest.raises(InvalidRequest, match="Last-Event-ID"):
        seen_by("6a", job())


@pytest.mark.parametrize("elsewhere", [False, True], ids=["in this process", "in another"])
async def test_a_running_job_is_followed_to_its_end(database: Database, wait_for: WaitFor, elsewhere: bool) -> None:
    heard, go = asyncio.Event(), asyncio.Event()

    async def work(context: JobContext, params: Mapping[str, Any]) -> dict[str, Any]:
        await context.stage("encode")
        context.errors.append({"reason": "a picture is unreadable"})
        await context.progress(1, 2)
        heard.set()
        await go.wait()
        await context.progress(2, 2)
        return RESULT

    runner = JobRunner(database, {"work": work}, JobSettings(poll_s=0.02))
    watchers = Watchers() if elsewhere else runner.watchers
    started = await runner.submit("work", {})
    seen: list[tuple[str, Any]] = []
    await runner.start()
    try:
        async with asyncio.timeout(20):
            await heard.wait()
            async for event in follow(database, watchers, started.id, 0):
                seen.append((event.event or "", json.loads(event.data)))
                go.set()
    finally:
        await runner.stop()
    names = [name for name, _ in seen]
    assert names[:3] == ["stage", "error", "progress"]
    assert names.count("error") == names.count("stage") == names.count("finished") == 1
    assert seen[-1][1]["result"] == RESULT
    assert [event async for event in follow(database, watchers, "nope", 0)] == []
    await wait_for(started.id, JobState.succeeded)
    async with database.unit_of_work() as session:
        row = await JobRepository(session).get(started.id)
    assert row is not None
    assert [e async for e in follow(database, watchers, started.id, row.sequence)] == []
