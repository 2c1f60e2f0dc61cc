"""The answer to a scenario's question: each outcome that it names, its effect, and what was expected of it."""

from __future__ import annotations

from dataclasses import dataclass

from sim.analysis.paired import Difference, difference, paired_draws
from sim.analysis.shares import Values
from sim.analysis.weights import Weights
from sim.case.answer import Answer
from sim.case.case import Case
from sim.case.columns import columns_by_name
from sim.case.scenario import Scenario
from sim.experiment.runs import Runs

AS_EXPECTED = "as the article expects"
OPPOSITE = "opposite"
NO_EFFECT = "no clear effect"
UNEXPECTED = "effect, nothing expected"
UNTOLD = "cannot be told"
PERCENT = ("share", "yes is 1")  # units that are told in hundredths


@dataclass(frozen=True)
class Answered:
    """An answer as the runs give it.

    Attributes:
        answer: what was asked, and expected.
        gap: scenario less baseline, paired; None where too few pairs of runs have both numbers.
    """

    answer: Answer
    gap: Difference | None

    @property
    def verdict(self) -> str:
        """In words: one of the five above."""
        return verdict(self.gap, self.answer.expected)


def label_of(scenario: Scenario, outcome: str) -> str:
    """An outcome by the label that a scenario's question gives it, else by its name."""
    return {answer.outcome: answer.label for answer in scenario.answered_by}.get(outcome, outcome)


def scale_of(case: Case, outcome: str) -> float:
    """100 where an outcome is told in hundredths, as a share or a yes or no; else 1."""
    column = columns_by_name(case).get(outcome)
    return 100.0 if column is None or column.unit in PERCENT else 1.0


def verdict(gap: Difference | None, expected: str | None) -> str:
    """What an effect says of an expectation: its interval leaves zero out, on one side or the other, or it does not.

    Args:
        gap: the effect; None where there is none to be told.
        expected: `rises`, `falls`, or None.
    """
    if gap is None:
        return UNTOLD
    if not gap.is_clear:
        return NO_EFFECT
    if expected is None:
        return UNEXPECTED
    return AS_EXPECTED if (gap.value > 0.0) == (expected == "rises") else OPPOSITE


def paired_effect(first: Values, second: Values, *, yes_no: bool, weights: Weights = None) -> Difference | None:
    """Second less first; None where it does not stand (`Difference.stands`), or rests on fewer than two draws.

    Where a number is defined in some runs alone (who was asked to come), and these are others in the two, a difference
    over the runs in which both are defined compares survivors (Frangakis & Rubin 2002), and none is told.
    """
    if paired_draws(first, second, weights) < 2:
        return None
    found = difference(first, second, yes_no=yes_no, weights=weights)
    return found if found.stands else None


def answered(baseline: Runs, scenario: Runs) -> tuple[Answered, ...]:
    """The answers of a scenario against its baseline, in the order in which its file names them."""
    return tuple(
        Answered(answer, _effect(baseline, scenario, answer.outcome)) for answer in scenario.sweep.scenario.answered_by
    )


def _effect(baseline: Runs, scenario: Runs, outcome: str) -> Difference | None:
    first, second = (runs.values(outcome) for runs in (baseline, scenario))
    return paired_effect(first, second, yes_no=scenario.is_yes_no(outcome), weights=scenario.weights)
