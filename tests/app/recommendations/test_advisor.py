"""A language model's advice reaches a shopper only when all of it is so, and only in time."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import pytest

from app.recommendations.advice import Spending, Subject, advise
from app.recommendations.advice_check import faults
from app.recommendations.advice_facts import Facts, facts_of_look, prompt_for
from app.recommendations.advisor import Advisor
from app.recommendations.outfit import Look
from app.recommendations.outfit_rules import Brief
from app.settings import AdviceSettings
from models.writing import Prompt, Writer, load_writer
from tests.app.recommendations.making import item
from tests.models.writing.babbler import save_babbler

MINE = item("", "tshirt", "red", title="", usage="casual")
PIECES = (
    item("j", "jeans", "navy", title="Acme jeans", usage="casual", brand="Acme"),
    item("s", "casual_shoes", "white", title="Acme shoes", usage="casual"),
)
LOOK = Look(0.9, PIECES, None, Brief(occasion="casual"))
SUBJECT = Subject(MINE, LOOK, given=True, money=Spending("50.00 EUR", "80.00 EUR"))

GOOD = {
    "en": [
        "Your red t-shirt looks great with navy jeans and white casual shoes. Turn the jeans up so the shoes show.",
        "Wear the navy jeans with your red t-shirt. At 50.00 EUR the pieces stay within your 80.00 EUR.",
    ],
    "zh": ["红色T恤配藏青色牛仔裤和白色休闲鞋，清爽又好看。裤脚卷一道，鞋子更显眼。"],
}
BAD = {
    "en": {
        "invented colour": "Your red t-shirt looks great with green jeans and white casual shoes.",
        "invented piece": "Your red t-shirt goes with navy jeans, casual shoes and a leather belt.",
        "another price": "Your red t-shirt and navy jeans cost only 45.00 EUR together.",
        "a price in words": "Your red t-shirt and navy jeans cost only thirty euros together.",
        "an offer": "Your red t-shirt looks great with navy jeans, now at a discount.",
        "a percentage": "Your red t-shirt with navy jeans and casual shoes suits you 100 %.",
        "another brand": "Your red t-shirt looks great with navy Levis jeans and white casual shoes.",
        "a brand first": "Zara jeans in navy look great with your red t-shirt.",
        "the shop's other brand": "The navy jeans by Blue Bird look great with your red t-shirt.",
        "a material": "Your red cotton t-shirt looks great with navy jeans.",
        "a pattern": "Your red striped t-shirt looks great with navy jeans.",
        "an occasion": "Your red t-shirt with navy jeans is perfect for a wedding.",
        "a season": "Your red t-shirt with navy jeans is made for winter days.",
        "the wrong language": "红色T恤配藏青色牛仔裤和白色休闲鞋，清爽又好看。",
        "too long": "Your red t-shirt looks great with navy jeans and white casual shoes. " * 7,
        "too many sentences": "Red t-shirt. Navy jeans. White casual shoes. Wear them well.",
        "cut off": "Your red t-shirt looks great with navy jeans and white casual",
        "markup": "Your red t-shirt:\n* navy jeans\n* white casual shoes.",
        "not about it": "Fashion is about being yourself, so wear what you like.",
        "a link": "See https://example.org for your red t-shirt and navy jeans.",
        "empty": "",
        "another script": "Ваша красная футболка: t-shirt with jeans, navy and red.",
    },
    "zh": {
        "invented colour": "红色T恤配绿色牛仔裤和白色休闲鞋，清爽又好看。",
        "invented piece": "红色T恤配藏青色牛仔裤和腰带，清爽又好看。",
        "another price": "红色T恤配藏青色牛仔裤，只要45元，清爽又好看。",
        "an offer": "红色T恤配藏青色牛仔裤，现在打折，清爽又好看。",
        "another brand": "红色T恤配Levis藏青色牛仔裤，清爽又好看。",
        "an occasion": "红色T恤配藏青色牛仔裤，参加婚礼正合适。",
        "the wrong language": GOOD["en"][0],
        "too long": "红色T恤配藏青色牛仔裤和白色休闲鞋，清爽又好看。" * 12,
    },
}
CASES = [(locale, name) for locale, cases in BAD.items() for name in cases]


def facts(locale: str) -> Facts:
    return facts_of_look(SUBJECT, advise([SUBJECT], locale)[0].text, locale)


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_good_texts_pass(locale: str) -> None:
    for text in GOOD[locale]:
        assert faults(text, facts(locale), ["Acme", "Blue Bird"]) == []


@pytest.mark.parametrize(("locale", "name"), CASES)
def test_bad_texts_are_refused(locale: str, name: str) -> None:
    assert faults(BAD[locale][name], facts(locale), ["Acme", "Blue Bird"])


def test_the_prompt_holds_the_facts_and_nothing_of_the_shopper() -> None:
    prompt = prompt_for(facts("en"))
    for fact in ("red t-shirt", "navy jeans", "white casual shoes", "50.00 EUR", "80.00 EUR", "casual"):
        assert fact in prompt.user
    assert "English" in prompt.system
    assert "中文" in prompt_for(facts("zh")).system


@dataclass
class Scripted:
    """Writes what it is told to, and says on which thread."""

    texts: Iterator[str]
    threads: list[str] = field(default_factory=list)

    def write(self, prompt: Prompt, *, max_tokens: int, limit_s: float) -> str:
        self.threads.append(threading.current_thread().name)
        return next(self.texts)


async def word(writer: Writer, count: int = 1, *, limit_s: float = 4.0, max_tokens: int = 120) -> list[str]:
    advisor = Advisor(writer, AdviceSettings(model="x", limit_s=limit_s, max_tokens=max_tokens))
    try:
        return await advisor.word([SUBJECT] * count, ["grammar"] * count, "en", ["Blue Bird"])
    finally:
        await advisor.close()


async def test_what_is_true_is_shown_and_the_grammar_stands_in_for_the_rest() -> None:
    writer = Scripted(iter([GOOD["en"][0], BAD["en"]["invented colour"], GOOD["en"][1]]))
    assert await word(writer, 3) == [GOOD["en"][0], "grammar", GOOD["en"][1]]
    assert all(name.startswith("tryon-advice") for name in writer.threads)


async def test_a_model_that_breaks_costs_nothing_but_its_text() -> None:
    class Broken:
        def write(self, prompt: Prompt, *, max_tokens: int, limit_s: float) -> str:
            raise RuntimeError("out of memory")

    assert await word(Broken()) == ["grammar"]


async def test_a_slow_model_is_not_waited_for_and_does_not_hold_up_the_loop() -> None:
    release = threading.Event()

    class Slow:
        def write(self, prompt: Prompt, *, max_tokens: int, limit_s: float) -> str:
            release.wait(30)
            return GOOD["en"][0]

    began = monotonic()
    ticks = 0

    async def ticking() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    beside = asyncio.create_task(ticking())
    try:
        assert await word(Slow(), 3, limit_s=0.3) == ["grammar"] * 3
    finally:
        release.set()
        beside.cancel()
    assert monotonic() - began < 10
    assert ticks > 2


async def test_an_untrained_model_in_the_real_format_is_refused_and_the_grammar_answers(tmp_path: Path) -> None:
    writer = load_writer(str(save_babbler(tmp_path)), device="cpu")
    babble = writer.write(prompt_for(facts("en")), max_tokens=40, limit_s=20)
    assert faults(babble, facts("en"))
    assert await word(writer, 2, limit_s=20.0, max_tokens=40) == ["grammar"] * 2
