"""Two or three sentences on each look of an answer: what goes with what, what for or why, and one tip (F8).

A grammar: messages of the locale files may be said in several ways, chosen by the look itself, so that the same look is
always described the same and looks of one answer never in the same way. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from app.recommendations.advice_lines import Line, Spending, Subject, budget, colours, occasion, openings, season
from app.recommendations.advice_tips import needed, tips
from app.recommendations.wording import say, ways

__all__ = ["Spending", "Subject", "Told", "advise"]

DIGEST = 8


@dataclass(frozen=True, slots=True)
class Told:
    """`text` for people; `forms` names the message and way of each sentence, in order."""

    text: str
    forms: tuple[str, ...]


def advise(subjects: Sequence[Subject], locale: str) -> list[Told]:
    """Advice on each look of one answer, no sentence form twice as long as there are others."""
    voice = _Voice(locale)
    return [_told(subject, locale, voice) for subject in subjects]


@dataclass(slots=True)
class _Voice:
    """Remembers what was said in one answer."""

    locale: str
    used: set[str] = field(default_factory=set)

    def pick(self, seed: str, *preferred: Sequence[Line]) -> tuple[Line, str] | None:
        """A line and the way to say it: from the first list that has something new to say, else from the last one with
        lines at all. None without lines.
        """
        choices = [self._forms(lines) for lines in preferred if lines]
        for forms in choices:
            fresh = [f for f in forms if _form(*f) not in self.used and f[0].message not in self.used]
            fresh = fresh or [f for f in forms if _form(*f) not in self.used]
            if fresh:
                return self._take(seed, fresh)
        return self._take(seed, choices[-1]) if choices else None

    def _forms(self, lines: Sequence[Line]) -> list[tuple[Line, str]]:
        return [(line, way) for line in lines for way in ways(self.locale, line.message)]

    def _take(self, seed: str, forms: Sequence[tuple[Line, str]]) -> tuple[Line, str]:
        line, way = forms[int.from_bytes(blake2b(seed.encode(), digest_size=DIGEST).digest()) % len(forms)]
        self.used.add(_form(line, way))
        if line.message.startswith("tip-"):  # an opening may come again in other words, a tip had better be another
            self.used.add(line.message)
        return line, way


def _told(subject: Subject, locale: str, voice: _Voice) -> Told:
    seed = "|".join([locale, subject.anchor.kind, subject.anchor.colour, *(piece.id for piece in subject.worn)])
    for_occasion, plain = openings(subject, locale)
    spending = budget(subject)
    if subject.said_occasion and spending:  # the budget takes the second sentence
        first = voice.pick(f"opening|{seed}", for_occasion, plain)
    else:
        first = voice.pick(f"opening|{seed}", [*for_occasion, *plain])
    named = first is not None and first[0] in for_occasion
    second = voice.pick(f"body|{seed}", *_bodies(subject, spending, named, locale))
    third = voice.pick(f"tip|{seed}", needed(subject, locale), tips(subject, locale))
    chosen = [found for found in (first, second, third) if found is not None]
    text = ("" if locale == "zh" else " ").join(say(locale, line.message, line.params, way) for line, way in chosen)
    return Told(text, tuple(_form(line, way) for line, way in chosen))


def _bodies(subject: Subject, spending: Line | None, named: bool, locale: str) -> list[list[Line]]:
    """Lines for the second sentence, by preference: what was asked about first, then whatever is true."""
    suits = None if named else occasion(subject, locale)
    asked = spending or (suits if subject.said_occasion else None)
    true = [suits or season(subject, locale), colours(subject.worn, locale)]
    return [[asked] if asked else [], [line for line in true if line is not None]]


def _form(line: Line, way: str) -> str:
    return f"{line.message}.{way}"
