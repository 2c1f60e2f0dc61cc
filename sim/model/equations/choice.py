"""Choosing with noise: what the decisions of the model have in common (McFadden 1974; McKelvey & Palfrey 1995).

A decision that is left to chance adds up terms, each for or against, in one unit: shares of the table's value. Its
terms are declared once, beside the equation that works them out; the record of a run, the words that explain it and
what the chance would have been without one of them are all made of that table.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sim.numerics.dialect import compilable, total


class Term(NamedTuple):
    """One term of a decision.

    Attributes:
        name: in the record.
        words: what it is, as it stands in a sentence.
        absent: what is told where it is nothing; empty where that is no news.
    """

    name: str
    words: str
    absent: str = ""


class Choice(NamedTuple):
    """What is kept of a decision: its terms, the log-odds and the number that decided, and what else it rested on.

    Attributes:
        terms: in the order of the tuple that the equation gives.
        of: what has the probability, in words.
        private: what the number that the probability is held against is called where it lasts; else empty.
        besides: names of further numbers, which the log-odds do not contain.
    """

    terms: tuple[Term, ...]
    of: str
    private: str = ""
    besides: tuple[str, ...] = ()

    @property
    def noted(self) -> tuple[str, ...]:
        """The names of all numbers that are noted, in order."""
        return (*(term.name for term in self.terms), "log_odds", "draw", *self.besides)


@compilable
def log_odds(terms: tuple[Any, ...], noise: float) -> Any:
    """logit P = (sum of the terms) / T.

    Args:
        terms: for the decision where positive, against it where negative.
        noise: T > 0.

    >>> log_odds((0.25, -0.5), 0.125)
    -2.0
    """
    return total(terms) / noise
