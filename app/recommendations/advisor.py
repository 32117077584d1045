"""Who words the advice: the grammar, or a local language model whose text is checked and whose time is limited (F8)."""

import asyncio
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import structlog

from app.recommendations.advice import Subject
from app.recommendations.advice_check import faults
from app.recommendations.advice_facts import Facts, facts_of_look, prompt_for
from app.settings import AdviceSettings
from models.writing.writer import Writer

log = structlog.get_logger(__name__)


class Advisor:
    """Without a writer, the grammar's words stand. One text is written at a time, off the event loop."""

    def __init__(self, writer: Writer | None = None, settings: AdviceSettings | None = None) -> None:
        self._writer = writer
        self._settings = settings or AdviceSettings()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="tryon-advice")

    @property
    def writes(self) -> bool:
        """Whether there is a model to ask."""
        return self._writer is not None

    async def word(
        self, subjects: Sequence[Subject], drafts: Sequence[str], locale: str, brands: Iterable[str] = ()
    ) -> list[str]:
        """A text for each look of one answer: written and found true, else the grammar's own of `drafts`.

        All looks of the answer share `limit_s` seconds; those that are not reached keep the grammar's words.
        """
        texts = list(drafts)
        if not self.writes:
            return texts
        until, names = monotonic() + self._settings.limit_s, tuple(brands)
        for number, (subject, draft) in enumerate(zip(subjects, drafts, strict=True)):
            texts[number] = await self._written(facts_of_look(subject, draft, locale), until, names) or draft
        return texts

    async def close(self) -> None:
        """What is being written ends by its own time limit; nothing waits for it."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _written(self, facts: Facts, until: float, brands: Sequence[str]) -> str:
        """Empty when nothing true came in time."""
        left = until - monotonic()
        if left <= 0 or self._writer is None:
            return ""
        writing = asyncio.get_running_loop().run_in_executor(self._thread, self._write, self._writer, facts, left)
        try:
            text = await asyncio.wait_for(writing, left)
        except TimeoutError:
            log.info("advice_not_in_time", limit_s=self._settings.limit_s)
            return ""
        except Exception as error:  # whatever breaks in a model, the answer is good without it
            log.warning("advice_not_written", error=f"{type(error).__name__}: {error}")
            return ""
        wrong = faults(text, facts, brands)
        if wrong:
            log.info("advice_refused", faults=wrong[:3])
        return "" if wrong else text

    def _write(self, writer: Writer, facts: Facts, limit_s: float) -> str:
        return writer.write(prompt_for(facts), max_tokens=self._settings.max_tokens, limit_s=limit_s)


GRAMMAR = Advisor()
"""For where no model is configured."""
