"""Where a scenario's question is answered: columns of the outcomes, and which way an article expects each to go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from sim.case.articles import load_articles
from sim.case.case import Case
from sim.case.columns import columns_by_name
from sim.inputs.errors import InputError, Mistakes, one_of
from sim.inputs.objects import Strict

NO_MEASURE = ("code", "week;")  # units whose mean says nothing: a code, and a week that need not come


class Answer(Strict):
    """One outcome in which the question of a scenario is answered.

    Attributes:
        outcome: a column of the outcomes that is an amount, a share, or a yes or no.
        label: what it is, in words.
        expected: which way it goes against the baseline according to an article; None where none says so.
        paragraphs: those that say so, by article.
    """

    outcome: str
    label: str = Field(min_length=1)
    expected: Literal["rises", "falls"] | None = None
    paragraphs: dict[str, tuple[int, ...]] = Field(default_factory=dict)


def measurable(case: Case) -> tuple[str, ...]:
    """The outcome columns of a case whose mean over runs says something, in order."""
    return tuple(name for name, column in columns_by_name(case).items() if not column.unit.startswith(NO_MEASURE))


def check_answers(case: Case, file: str, answers: Sequence[Answer], of_baseline: bool) -> None:
    """Refuse answers that no run could give.

    Args:
        case: whose outcomes are asked.
        file: where they stand.
        answers: of one scenario.
        of_baseline: whether it is the scenario that the others are compared with.

    Raises:
        InputError: the first mistake, with the outcome that was likely meant.
    """
    columns, allowed = columns_by_name(case), measurable(case)
    with Mistakes() as mistakes:
        for number, answer in enumerate(answers):
            key = f"answered_by[{number}]"
            with mistakes.apart():
                if answer.outcome in columns and answer.outcome not in allowed:
                    problem = f"{answer.outcome!r} is a code or a week, whose mean says nothing"
                    raise InputError(file, f"{key}.outcome", problem, allowed="an amount, a share, or a yes or no")
                one_of(file, f"{key}.outcome", answer.outcome, allowed, "an outcome", "a name in runs.columns")
                if answer.outcome in {before.outcome for before in answers[:number]}:
                    problem = f"{answer.outcome!r} is named twice"
                    raise InputError(file, f"{key}.outcome", problem, allowed="each outcome once")
            with mistakes.apart():
                _check_expected(file, key, answer, of_baseline, bool(load_articles(case.folder)))


def _check_expected(file: str, key: str, answer: Answer, of_baseline: bool, has_articles: bool) -> None:
    if answer.expected and of_baseline:
        problem = "the others are compared with this scenario, and it with none"
        raise InputError(file, f"{key}.expected", problem, allowed="nothing expected")
    if answer.expected and has_articles and not any(answer.paragraphs.values()):
        raise InputError(file, f"{key}.paragraphs", "is missing", allowed="the paragraphs that expect it, by article")
    if answer.paragraphs and not answer.expected:
        raise InputError(file, f"{key}.expected", "is missing", allowed="rises or falls, or no paragraphs")
