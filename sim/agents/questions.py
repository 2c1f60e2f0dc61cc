"""What somebody who plays an actor is asked, and what can be answered: the decisions that a run leaves to an actor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.inputs.errors import InputError, one_of, shown

if TYPE_CHECKING:
    from sim.case.case import Case

Answer = bool | Mapping[str, Any]
Key = tuple[int, str, str, str]

# Each decision, and what its answer says: yes or no, or a number or yes or no by name.
KINDS: Mapping[str, str] = {
    "attend": "whether it comes to a round of its own table",
    "mediate": "whether it comes to a round of others as their mediator",
    "offer": "the package that it offers, by issue; empty for no offer",
    "accept": "whether it takes the package that it is offered",
    "ratify": "whether its home ratifies what it has accepted",
    "vote": "whether it approves what its side has accepted, or what was signed",
    "comply": "whether it delivers, by issue, what is due in this tranche",
    "effort": "how hard it tries on others as a mediator, by player",
    "stand": "where it declares to stand, by issue; empty for nothing new",
}
NUMBERS = ("offer", "effort", "stand")  # answered by numbers from 0 to 1
YES, NO = -1.0, 2.0  # in place of a uniform number: below every chance, above every chance
AT_ONCE = "at once"  # the place of an effort that an event asks for, between the fourth weeks


class Question(NamedTuple):
    """One decision that a run leaves to whoever plays an actor.

    Attributes:
        week: from 1.
        who: the actor.
        kind: one of `KINDS`.
        place: the table; empty for an effort or a stand, `AT_ONCE` for an effort that an event asks for.
        about: the other party; empty where there is none.
        own: what the model would do in this place.
        names: what an answer by name can name.
        low, high: by name, the least and the most of an answer in numbers.
        terms: what weighs in the model's decision, by name.
        state: the run as it stood when this was asked; a copy.
    """

    week: int
    who: str
    kind: str
    place: str
    about: str
    own: Answer
    names: tuple[str, ...]
    low: Mapping[str, float]
    high: Mapping[str, float]
    terms: Mapping[str, float]
    state: Any

    @property
    def key(self) -> Key:
        """What tells this decision from all others of a run."""
        return self.week, self.who, self.kind, self.place


def checked(question: Question, answer: object) -> Answer:
    """An answer, if it is one to the question.

    Raises:
        InputError: it is something else, names what is not asked, or a number is out of range.
    """
    where = f"week {question.week}, {question.kind}"
    if question.kind not in (*NUMBERS, "comply"):
        if not isinstance(answer, bool):
            raise InputError(where, "", f"{shown(answer)} is no answer", allowed="true, false")
        return answer
    if not isinstance(answer, Mapping):
        raise InputError(where, "", f"{shown(answer)} is no answer", allowed="a value for each name")
    for name in answer:
        one_of(where, "", name, question.names, "asked about here")
    missing = [name for name in question.names if name not in answer]
    if missing and question.kind != "stand" and not (question.kind == "offer" and not answer):
        raise InputError(where, missing[0], "has no value", allowed="a value for each of " + ", ".join(question.names))
    return {name: _value(question, where, name, answer[name]) for name in question.names if name in answer}


def _value(question: Question, where: str, name: str, value: object) -> bool | float:
    if question.kind == "comply":
        if not isinstance(value, bool):
            raise InputError(where, name, f"{shown(value)} is no answer", allowed="true, false")
        return value
    low, high = question.low.get(name, 0.0), question.high.get(name, 1.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise InputError(where, name, f"{shown(value)} is not a number", allowed=f"{low:g} to {high:g}")
    if not low <= value <= high:
        raise InputError(where, name, f"{value:g} is out of range", allowed=f"{low:g} to {high:g}")
    return float(value)


def seats_of(case: Case) -> tuple[str, ...]:
    """Who can be played: the actors, then the third parties that decide something.

    Such a one mediates at a table by its own choice, where it is a mediator or once a scenario invites it (of several
    that come as one, the first decides), or has a vote.
    """
    tables = case.tables.values()
    deciding = {members[0] for table in tables for _, members, _ in table.seats}
    deciding |= {code for table in tables for code in table.voters}
    return (*case.actors, *(code for code in case.third_parties if code in deciding))


class Seats:
    """Which players somebody plays, and who answers for them.

    Args:
        codes: of those of `seats_of`.
        decide: gives the answer to a question.
    """

    def __init__(self, codes: tuple[str, ...] = (), decide: Callable[[Question], Answer] | None = None) -> None:
        self.codes = codes
        self._decide = decide

    def __contains__(self, code: object) -> bool:
        return code in self.codes

    def ask(self, question: Question) -> Answer:
        """The answer of whoever plays the actor."""
        assert self._decide is not None  # a question comes from a seat only
        return self._decide(question)


NOBODY = Seats()


def by_hand(number: float) -> bool:
    """Whether a decision's number says that somebody decided it: one that is drawn lies within (0, 1).

    >>> by_hand(YES), by_hand(NO), by_hand(0.5), by_hand(float("nan"))
    (True, True, False, False)
    """
    return number <= 0.0 or number >= 1.0
