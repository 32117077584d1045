"""All that a text on one look may mention, and how a language model is asked for such a text (F8). Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.catalog.facts import ItemFacts
from app.recommendations.advice_lines import Subject
from app.recommendations.fit_notes import fit_note
from app.recommendations.naming import garment, is_sure
from app.recommendations.wording import facet_name, phrase, stated
from models.writing.writer import Prompt


@dataclass(frozen=True, slots=True)
class Facts:
    """One look in words and in taxonomy ids; `draft` is what the grammar says of it.

    Attributes:
        own: the shopper's garment in words; empty when everything is the shop's.
        pieces: what is to be bought, in words.
        ids: by facet (kind, slot, colour, pattern, usage, season) what is true of some piece or of the whole look.
        total, budget: sums as the shopper reads them; empty without one.
        notes: further facts, a line each.
    """

    locale: str
    own: str
    pieces: tuple[str, ...]
    ids: Mapping[str, frozenset[str]]
    total: str
    budget: str
    notes: tuple[str, ...]
    draft: str

    @property
    def words(self) -> str:
        """Everything as one text: what is written here may be repeated."""
        return "\n".join((self.own, *self.pieces, self.total, self.budget, *self.notes, self.draft))


def facts_of_look(subject: Subject, draft: str, locale: str) -> Facts:
    money, brief = subject.money, subject.look.brief
    within = bool(money.total and money.budget)
    return Facts(
        locale=locale,
        own=garment(subject.anchor, locale, article=False) if subject.given else "",
        pieces=tuple(garment(p, locale, article=False) for p in subject.bought),
        ids={
            "kind": frozenset(p.kind for p in subject.worn if is_sure(p)),
            "slot": frozenset(p.slot for p in subject.worn),
            "colour": _stated(subject, "colour"),
            "pattern": _stated(subject, "pattern"),
            "usage": frozenset({brief.occasion}) if subject.suits else frozenset(),
            "season": _stated(subject, "season"),
        },
        total=money.total if within else "",
        budget=money.budget if within else "",
        notes=tuple(_notes(subject, locale)),
        draft=draft,
    )


def prompt_for(facts: Facts) -> Prompt:
    """The facts as a list, what to write, and the grammar's own text for the tone."""
    lines = [
        _line(facts.locale, "own", facts.own),
        _line(facts.locale, "pieces", ("、" if facts.locale == "zh" else "; ").join(facts.pieces)),
        *(_line(facts.locale, "note", note) for note in facts.notes),
        _line(facts.locale, "total", facts.total),
        _line(facts.locale, "budget", facts.budget),
        _line(facts.locale, "draft", facts.draft),
    ]
    return Prompt(phrase(facts.locale, "writer-system", {}), "\n".join(line for line in lines if line))


def _line(locale: str, name: str, value: str) -> str:
    return phrase(locale, f"writer-{name}", {"value": value}) if value else ""


def _stated(subject: Subject, name: str) -> frozenset[str]:
    return frozenset(value for piece in subject.worn if (value := stated(piece, name)))


def _notes(subject: Subject, locale: str) -> Iterator[str]:
    if subject.suits:
        yield phrase(locale, "writer-occasion", {"value": facet_name("usage", subject.look.brief.occasion, locale)})
    for piece in subject.bought:
        yield from _of_piece(piece, locale)


def _of_piece(piece: ItemFacts, locale: str) -> Iterator[str]:
    name = garment(piece, locale, article=False)
    if (pattern := stated(piece, "pattern")) not in ("", "solid"):
        yield f"{name}: {facet_name('pattern', pattern, locale)}"
    if (note := fit_note(piece)) is not None and note.text.isprintable():
        yield f"{name}: {note.text}"
