"""What is best by what, in sentences: a setting, how much it gains, and what cannot be told from it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sim.analysis.shares import Interval
from sim.experiment.answers import label_of
from sim.experiment.robust import Choice, Found, Goal, Judged, Regret, Traded
from sim.inputs.numbers import counted
from sim.pages.paragraphs.table import gap_told

GO_ON = ("weeks",)  # units of levers whose range could have another end
AS_IT_STANDS = "as it stands"
TAIL_TOLD = "in the tenth of the draws where it is largest"
SHARE = 100.0  # a share of draws is told in hundredths


def title_of(found: Found, one: Judged) -> str:
    """The outcome in words, and what is wanted of it."""
    return f"{label_of(found.scenario, one.goal.outcome)}: {one.goal.better} is better"


def setting_told(found: Found, number: int) -> str:
    """A setting by its number and its levers."""
    told = ", ".join(f"{name}={value:.4g}" for name, value in found.settings[number].items())
    return f"{number} ({told}{'; ' + AS_IT_STANDS if number == 0 else ''})"


def value_told(one: Interval, scale: float) -> str:
    """A level with its interval; a share in per cent.

    >>> value_told(Interval(0.41, 0.37, 0.45), 100.0), value_told(Interval(3.25, math.nan, math.nan), 1.0)
    ('41.0 % (37.0 to 45.0)', '3.25')
    """
    form = ".1f" if scale == SHARE else ".3g"
    value, low, high = (f"{scale * part:{form}}" for part in one)
    unit = " %" if scale == SHARE else ""
    return f"{value}{unit}" if math.isnan(one.low) else f"{value}{unit} ({low} to {high})"


def regret_told(one: Regret, scale: float) -> str:
    """Between what and what a regret lies; in brackets the outer ends of both intervals. None is below zero.

    >>> regret_told(Regret(Interval(0.02, -0.01, 0.03), Interval(0.05, 0.04, 0.07)), 100.0)
    '2.0 to 5.0 (0.0 to 7.0) points'
    """
    form, unit = (".1f", " points") if scale == SHARE else (".3g", "")
    ends_of = one.valued.value, one.seen.value, one.valued.low, one.seen.high
    low, high, least, most = (f"{scale * max(0.0, part):{form}}" for part in ends_of)
    ends = "" if math.isnan(one.valued.low) or math.isnan(one.seen.high) else f" ({least} to {most})"
    return f"{low} to {high}{ends}{unit}"


def summary(found: Found) -> Iterator[str]:
    """What is best of each outcome on average, and what is best of both."""
    for one in found.outcomes:
        yield expected_told(found, one)
    for traded in found.fronts:
        yield front_told(found, traded)


def sentences(found: Found, one: Judged) -> tuple[str, ...]:
    """What is best of an outcome by each criterion."""
    return expected_told(found, one), knowing_told(one), worst_told(found, one), enough_told(found, one)


def expected_told(found: Found, one: Judged) -> str:
    """Which setting has the best mean, and how much better it is than the scenario as it stands."""
    choice, goal = one.choices["expected"], one.goal
    own, best = (one.standings[n].level for n in (0, choice.best))
    head = f"{title_of(found, one)}. {value_told(_interval(own), goal.scale)} as it stands."
    if choice.best == 0:
        return f"{head} No setting has a better mean.{open_told(found, choice)}"
    told = gap_told(_signed(choice.gain, goal), goal.scale)
    mean = value_told(_interval(best), goal.scale)
    clear = "" if choice.gain.low > 0.0 else " This cannot be told from the scenario as it stands."
    left = f"{clear}{open_told(found, choice)}{ends_told(found, choice.best)}"
    return (
        f"{head} The best mean has setting {setting_told(found, choice.best)}: {mean}, {told} against as it stands, by "
        f"an interval for all pairs of settings at once.{left}"
    )


def ends_told(found: Found, number: int) -> str:
    """Which levers a setting has at an end of a range that could go on; nothing where there is none."""
    levers = found.scenario.levers
    at_end = [
        name
        for name, value in found.settings[number].items()
        if value in (levers[name].low, levers[name].high) and levers[name].unit in GO_ON
    ]
    if not at_end:
        return ""
    return f" It lies at the end of the range of {' and '.join(at_end)}: what lies beyond was not tried."


def knowing_told(one: Judged) -> str:
    """What it would be worth to know the draw: the mean regret of the setting with the best mean."""
    regret = one.standings[one.choices["expected"].best].regret
    return (
        f"Who knew all that is uncertain, and chose the setting by it, would gain on average another "
        f"{regret_told(regret, one.goal.scale)}."
    )


def worst_told(found: Found, one: Judged) -> str:
    """Which setting has the least regret in the worst draws."""
    choice = one.choices["regret"]
    told = regret_told(one.standings[choice.best].worst, one.goal.scale)
    return (
        f"Least regret {TAIL_TOLD}: setting {setting_told(found, choice.best)}, {told}; as it stands "
        f"{regret_told(one.standings[0].worst, one.goal.scale)}.{open_told(found, choice)}"
    )


def enough_told(found: Found, one: Judged) -> str:
    """Which setting is good enough in the most draws."""
    choice = one.choices["enough"]
    best, own = (value_told(one.standings[n].enough.corrected, SHARE) for n in (choice.best, 0))
    return (
        f"Good enough ({bound_told(one.goal)}) in the most draws: setting {setting_told(found, choice.best)}, in "
        f"{best} of them; as it stands in {own}.{open_told(found, choice)}"
    )


def bound_told(goal: Goal) -> str:
    """What is good enough."""
    side = "at least" if goal.better == "more" else "at most"
    unit = " %" if goal.scale == SHARE else ""
    own = ", the level of the scenario as it stands" if goal.is_own else ""
    return f"{side} {goal.scale * goal.enough:.3g}{unit}{own}"


def open_told(found: Found, choice: Choice) -> str:
    """What cannot be told from the best; nothing where the best stands alone."""
    others = [n for n in choice.open if n != choice.best]
    if not others:
        return " Every other setting is worse by more than luck."
    if len(others) == len(found.settings) - 1:
        return " No setting can be told from it: which one is best is open."
    return f" Cannot be told from it: {_numbers(others)}."


def front_told(found: Found, traded: Traded) -> str:
    """Which settings no other one beats in both outcomes."""
    names = [label_of(found.scenario, found.outcomes[n].goal.outcome) for n in (traded.first, traded.second)]
    on = [n for n, is_on in enumerate(traded.on_front) if is_on]
    beaten = [n for n, is_beaten in enumerate(traded.beaten) if is_beaten]
    told = f"{names[0]} and {names[1]} together: on the front, where no other beats it in both, {_numbers(on)}"
    sure = "no setting is beaten for certain" if not beaten else f"beaten for certain: {_numbers(beaten)}"
    left = len(found.settings) - len(set(on) | set(beaten))
    tail = f"; of {counted(left, 'other setting')} it cannot be told" if left else ""
    return f"{told}; {sure}{tail}."


def _numbers(numbers: list[int]) -> str:
    return ("settings " if len(numbers) > 1 else "setting ") + ", ".join(map(str, numbers))


def _signed(gain: Interval, goal: Goal) -> Interval:
    """A gain as a change of the outcome."""
    ends = sorted((goal.sign * gain.low, goal.sign * gain.high))
    return Interval(goal.sign * gain.value, *ends)


def _interval(one: object) -> Interval:
    value, low, high = (float(getattr(one, name)) for name in ("value", "low", "high"))
    return Interval(value, low, high)
