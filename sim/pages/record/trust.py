"""How far to trust the model, in plain words: what it was tried on, how it did, and what that cannot show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import numpy as np

from sim.analysis.scores import resampled
from sim.analysis.shares import Interval
from sim.experiment.onward import Moved
from sim.experiment.record import Compared, Found, Scored
from sim.inputs.numbers import counted
from sim.pages.record.table import SIMPLE, Against, told_interval

Row = TypeVar("Row", Compared, Against)
FEW_EVENTS = 10
PLAIN_SCORES = ("brier", "crps")
PLAIN = {
    "coin": "tossing a coin",
    "base_rate": "saying how often such things happen elsewhere",
    "persistence": "saying that nothing changes",
    "compromise": "saying that all meet in the middle, by their weight",
    "nash": "saying that all agree as if every promise were kept",
}
KNOWN = (
    "Whoever built the model knew how the story went on. A rule that was chosen with the outcome in mind "
    "fits it better "
    "than it would fit something new, even where no number was set by hand. This test can embarrass the "
    "model; it cannot "
    "prove it right."
)
MEANS = (
    "If a report says 40 %, forty in a hundred of the model's runs ended so, over everything that is not "
    "known and over "
    "chance. It does not say that the world would have ended so in forty cases of a hundred: there was "
    "one world, and no "
    "test as short as this one can tell whether the model's 40 % are the world's."
)
OBJECT = (
    "Every number that goes in stands on the evidence page with its paragraph. Anybody can bring statements on events "
    "that the model has never been held against, in a file of their own, and have it scored on them: "
    "docs/guides/own_record.md."
)


def words(found: Found) -> Iterator[tuple[str, list[str]]]:
    """Heads with their paragraphs."""
    yield (
        "What it is",
        [
            "A set of rules about who talks to whom, who signs and who keeps their word, played many thousand times "
            "with numbers that coders read out of the case's sources. It explores what could follow from such rules. "
            "It does not foretell."
        ],
    )
    yield "What it was tried on", [*_tried(found), KNOWN]
    yield "How it did", list(_did(found))
    if found.moved:
        yield "Does it know how relations change?", [moved_told(found.moved)]
    yield "What a percentage means here", [MEANS]
    yield "How to object", [OBJECT]


def _tried(found: Found) -> Iterator[str]:
    used = len(found.scored) - len(found.tested)
    told = (
        f"{counted(len(found.tested), 'statement')} on what happened, about "
        f"{counted(found.events, 'independent event')}: several speak of the same event, so the second number "
        f"is the one "
        "to keep in mind."
    )
    if found.events < FEW_EVENTS:
        told += f" {found.events} is few. One event that went another way would change what stands below."
    told += (
        f" {counted(used, 'further one')} set the model's numbers, or which guesses count more, and test nothing."
        if used
        else ""
    )
    yield told if used else f"{told} None of them was used to set the model's numbers."


def _did(found: Found) -> Iterator[str]:
    told = [one for one in found.tested if one.kind == "yes_no"]
    if told:
        mean = 100.0 * sum(one.estimate.value for one in told) / len(told)
        over = sum(one.estimate.value > 0.5 for one in told)
        worst = min(told, key=lambda one: one.estimate.value)
        yield (
            f"To what happened it gave a probability of {mean:.0f} % on average, where a coin gives 50 %. It held "
            f"{over} of {len(told)} for likelier than not. What surprised it most: “{worst.statement.statement}”, "
            f"to which "
            f"it gave {100.0 * worst.estimate.value:.0f} %."
        )
    excluded = [one.statement.statement for one in found.tested if one.is_excluded]
    if excluded:
        yield f"It all but rules out one of the two answers in {len(excluded)}: {' '.join(excluded)}"
    yield from (_timing(one) for one in found.tested if one.place is not None)
    yield from _against(found)


def _timing(one: Scored) -> str:
    assert one.place is not None
    low, high = one.place
    inside = 100.0 * (high - low)
    return (
        f"“{one.statement.statement}” So it was in {inside:.0f} % of its runs; in {100.0 * low:.0f} % it came "
        f"earlier or "
        f"was less, in {100.0 * (1.0 - high):.0f} % later, more, or not at all."
    )


def simple(compared: Iterable[Row]) -> list[Row]:
    """The comparisons that are told in plain words: with simple forecasts, of yes or no, and of weeks and numbers."""
    return [row for row in compared if row.contender in SIMPLE and row.score in PLAIN_SCORES]


def _against(found: Found) -> Iterator[str]:
    rows = simple(found.compared)
    for verdict, words_of in (
        (-1, "It did clearly better than: {}."),
        (0, "No clear difference, for so few events, from: {}."),
        (1, "It did clearly worse than: {}."),
    ):
        those = [
            f"{PLAIN[row.contender]} ({'yes or no' if row.score == 'brier' else 'weeks and numbers'}, "
            f"{counted(row.events, 'event')})"
            for row in rows
            if row.verdict == verdict
        ]
        if those:
            yield words_of.format("; ".join(those))


def moved_told(moved: tuple[Moved, ...]) -> str:
    """How the model does from article to article against persistence, in words."""
    better = sum(one.model < one.persistence for one in moved)
    gap = gap_onward(moved)
    verdict = "better than" if gap.high < 0.0 else "worse than" if gap.low > 0.0 else "about as well as"
    return (
        f"In foretelling the trust and leverage that the next article's coders read, it does {verdict} saying "
        f"that nothing "
        f"changes: it is nearer in {better} of {len(moved)} pairs. Its mean error less that of no change is "
        f"{told_interval(gap, 4)}, on a scale from 0 to 1."
    )


def gap_onward(moved: tuple[Moved, ...]) -> Interval:
    """The mean difference of the errors, model less persistence, by the bootstrap over who trusts or moves."""
    gaps = np.array([one.model - one.persistence for one in moved])
    return resampled(gaps, [f"{one.kind}.{one.pair[0]}" for one in moved])
