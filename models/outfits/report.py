"""What a fitted scorer is worth, beside its controls: the table of `tryon train --task outfits`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.evaluation.interval import Interval, of_mean
from models.outfits.measure import Figures, Question, Score, at_random, measure
from models.outfits.pairs import PairModel

SEED = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One method's figures; `draw` says where the wrong answers came from."""

    draw: str
    method: str
    questions: int
    accuracy: float
    interval: Interval | None
    auc: float

    @property
    def as_json(self) -> Mapping[str, object]:
        low_high = [round(self.interval.low, 4), round(self.interval.high, 4)] if self.interval else None
        return {
            "wrong answers": self.draw,
            "method": self.method,
            "questions": self.questions,
            "fill in the blank": round(self.accuracy, 4),
            "95 % interval": low_high,
            "AUC": round(self.auc, 4),
        }


def row(draw: str, method: str, questions: Sequence[Question], figures: Figures) -> Row:
    """`figures` of one method as a line of the table."""
    return Row(draw, method, len(questions), figures.accuracy, of_mean(figures.hits), figures.auc)


def compared(draw: str, questions: Sequence[Question], methods: Mapping[str, tuple[Score, Score | None]]) -> list[Row]:
    """Every method over the same questions, and chance measured on them too; none where there are no questions."""
    if not questions:
        return []
    known = {**methods, "random": (at_random(SEED), None)}
    return [row(draw, name, questions, measure(questions, score, fill)) for name, (score, fill) in known.items()]


def scores_of(model: PairModel) -> tuple[Score, Score]:
    """The pair model's score of a set, and of the fillings of one gap."""
    return model.score, model.weight
