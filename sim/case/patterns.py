"""Patterns: what the articles lead one to expect of the model, as data; and the worlds that they are measured in.

A pattern is a statement with claims. A claim compares an outcome of one world with that of another, with another
outcome, or with the start of the same run. The file `patterns.yaml` of a case holds them (design, section 8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache, cached_property, partial
from typing import Any, Literal

from pydantic import Field

from sim.case.articles import check_cited, load_articles
from sim.case.asking import asked
from sim.case.case import Case
from sim.case.columns import columns_by_name
from sim.case.happening import LONGEST
from sim.case.scenario import Scenario, load_scenario, scenario_names
from sim.case.trigger import LEVER
from sim.inputs.errors import InputError, Mistakes, one_of
from sim.inputs.files import read_yaml
from sim.inputs.numbers import whole_number
from sim.inputs.objects import Strict, checked

FILE = "patterns.yaml"


class World(Strict):
    """A scenario of the case with what is changed in it.

    Attributes:
        scenario: its name.
        epoch: where it is put; None for where it is.
        horizon: weeks; None for its own.
        levers: values of its levers.
        fixed: uncertainties held at a value.
        without: words of its events that are left out.
        events: events that are added, as in a scenario's file.
    """

    scenario: str
    epoch: str | None = None
    horizon: int | None = None
    levers: dict[str, float] = Field(default_factory=dict)
    fixed: dict[str, float] = Field(default_factory=dict)
    without: tuple[str, ...] = ()
    events: tuple[dict[str, Any], ...] = ()


class Less(Strict):
    """What an outcome is compared with, run by run: one of these.

    Attributes:
        world: the same outcome in another world, in the run with the same luck.
        outcome: another outcome of the same run.
        start: a number of the draw, such as the trust with which the run starts.
        given: the same outcome in the runs of the same draw in which this condition holds.
    """

    world: str | None = None
    outcome: str | None = None
    start: str | None = None
    given: str | None = None


class Claim(Strict):
    """One measured claim: the outcome, less what it is compared with, is above or below a threshold.

    Attributes:
        claim: in words.
        world: where it is measured.
        outcome: what is measured (`Runs.values`); several: whether any of them holds.
        given: the runs that count.
        less: what it is compared with; None for nothing.
        above: threshold of the draw's mean; this or `below`.
        below: likewise.
        unit: of the threshold: 1, or the standard deviation of what it is compared with over all runs.
        need_not: whether the statement is that the claim need not hold.
        possible: only draws count in which the outcome is likelier than this without what the claim is about, in the
            world of `less`: what cannot happen cannot become less likely. None: all.
    """

    claim: str = Field(min_length=1)
    world: str
    outcome: str | tuple[str, ...]
    given: str | None = None
    less: Less | None = None
    above: float | None = None
    below: float | None = None
    unit: Literal["1", "SD"] = "1"
    need_not: bool = False
    possible: float | None = Field(default=None, ge=0.0, lt=1.0)

    @property
    def worlds(self) -> tuple[str, ...]:
        """The worlds that it looks at."""
        other = self.less.world if self.less else None
        return (self.world,) if other is None else (self.world, other)


class Pattern(Strict):
    """One pattern.

    Attributes:
        statement: in words, as designed.
        kind: built_in (follows from how the model is made) or open (it could fail).
        paragraphs: those that it rests on, by article.
        epochs: where its worlds are put, one after the other; empty for where they are.
        note: how the statement was read.
        claims: all have to hold.
        also: measured beside, for what they tell.
        for_calibration: whether `job=calibrate` may learn from it; of an open one only.
    """

    statement: str = Field(min_length=1)
    kind: Literal["built_in", "open"]
    paragraphs: dict[str, tuple[int, ...]] = Field(default_factory=dict)
    epochs: tuple[str, ...] = ()
    note: str = ""
    claims: tuple[Claim, ...] = Field(min_length=1)
    also: tuple[Claim, ...] = ()
    for_calibration: bool = False

    @property
    def places(self) -> tuple[str | None, ...]:
        """The epochs at which it is measured; None for that of each world."""
        return self.epochs or (None,)


class PatternsFile(Strict):
    """patterns.yaml: what one expects of the model.

    Attributes:
        enough: share of the draws in which a pattern has to hold.
        worlds: by name.
        patterns: by name, in order.
    """

    enough: float = Field(gt=0.0, le=1.0)
    worlds: dict[str, World]
    patterns: dict[str, Pattern] = Field(min_length=1)


@dataclass(frozen=True)
class Patterns:
    """The patterns of a case.

    Attributes:
        case: the case.
        enough: share of the draws in which a pattern has to hold.
        worlds: by name.
        patterns: by name, in order.
    """

    case: Case
    enough: float
    worlds: Mapping[str, World]
    patterns: Mapping[str, Pattern]

    def epochs_of(self, world: str) -> tuple[str | None, ...]:
        """Where a world is put by the patterns that look at it; None for where it is."""
        looking = [one for one in self.patterns.values() if any(world in c.worlds for c in (*one.claims, *one.also))]
        return tuple(dict.fromkeys(place for pattern in looking for place in pattern.places)) or (None,)

    def __getstate__(self) -> dict[str, Any]:
        """What it was made of: what was read for it is read again in another process."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @cached_property
    def _loaded(self) -> Callable[[str], Scenario]:
        """A scenario of the case, read once: several worlds change the same one."""
        return cache(partial(load_scenario, self.case))

    def scenario(self, world: str, epoch: str | None = None, off: Sequence[str] = ()) -> Scenario:
        """The scenario of a world, put at an epoch (None: where it is), with mechanisms switched off."""
        given = self.worlds[world]
        found = self._loaded(given.scenario)
        events = tuple(event for event in found.events if event["event"] not in given.without) + given.events
        used = {name for event in events for name in LEVER.findall(str(event))}
        levers = {name: lever for name, lever in found.levers.items() if name in used}
        place = epoch or given.epoch or found.epoch
        changed = replace(found, events=events, levers=levers, epoch=place)
        values: dict[str, Any] = dict(given.levers)
        return changed.change(horizon=given.horizon, fixed=given.fixed, off=off, **values)


def patterns_of(case: Case) -> Patterns | None:
    """The patterns of a case; None for a case without."""
    return load_patterns(case) if (case.folder / FILE).is_file() else None


def load_patterns(case: Case) -> Patterns:
    """The patterns of a case.

    Raises:
        InputError: there are none, or the mistakes found in its patterns.yaml, or in a world of it.
    """
    path = case.folder / FILE
    if not path.is_file():
        raise InputError(path, "", f"{case.case} has no patterns", allowed=f"a file {FILE} in the case's folder")
    read = checked(PatternsFile, read_yaml(path), file=str(path))
    found = Patterns(case, read.enough, read.worlds, read.patterns)
    file = str(path)
    with Mistakes() as mistakes:
        for name, pattern in read.patterns.items():
            with mistakes.apart():
                _check_pattern(found, file, f"patterns.{name}", pattern)
        for key, claim in _claims(found):
            with mistakes.apart():
                _check_claim(found, file, key, claim)
        used = _used(found)
        for name, world in read.worlds.items():
            with mistakes.apart():
                _check_world(found, file, f"worlds.{name}", name, world)
                if name not in used:
                    raise InputError(file, f"worlds.{name}", "no claim looks at it")
    return found


def _check_pattern(found: Patterns, file: str, key: str, pattern: Pattern) -> None:
    with Mistakes() as mistakes:
        with mistakes.apart():
            if not pattern.paragraphs and load_articles(found.case.folder):
                raise InputError(file, f"{key}.paragraphs", "is missing", allowed="those that it rests on, by article")
            check_cited(found.case, file, f"{key}.paragraphs", pattern.paragraphs)
        with mistakes.apart():
            if pattern.for_calibration and pattern.kind != "open":
                problem = "is of a pattern that is built in, and teaches nothing"
                raise InputError(file, f"{key}.for_calibration", problem, allowed="true of an open one")
        for number, epoch in enumerate(pattern.epochs):
            with mistakes.apart():
                one_of(file, f"{key}.epochs[{number}]", epoch, found.case.epochs, "an epoch")


def _check_world(found: Patterns, file: str, key: str, name: str, world: World) -> None:
    """The scenario exists, and is possible as the world changes it, at each epoch where a pattern looks at it."""
    case = found.case
    one_of(file, f"{key}.scenario", world.scenario, scenario_names(case), "a scenario")
    scenario = load_scenario(case, world.scenario)
    with Mistakes() as mistakes:
        with mistakes.apart():
            if world.epoch is not None:
                one_of(file, f"{key}.epoch", world.epoch, case.epochs, "an epoch")
        for number, word in enumerate(world.without):
            with mistakes.apart():
                events = tuple(dict.fromkeys(str(event["event"]) for event in scenario.events))
                one_of(file, f"{key}.without[{number}]", word, events, f"an event of {world.scenario}")
        for number, event in enumerate(world.events):
            with mistakes.apart():
                if "event" not in event:
                    raise InputError(file, f"{key}.events[{number}].event", "is missing", allowed="a word for an event")
        with mistakes.apart():
            if world.horizon is not None:
                whole_number(file, f"{key}.horizon", world.horizon, 1, LONGEST, "of weeks")
    for epoch in found.epochs_of(name):
        try:
            found.scenario(name, epoch)
        except InputError as error:
            where = f"{key} ({error.key})" if error.key else key
            raise InputError(file, where, error.problem, allowed=error.allowed, meant=error.meant) from None


def _claims(found: Patterns) -> Iterator[tuple[str, Claim]]:
    for name, pattern in found.patterns.items():
        for part in ("claims", "also"):
            for n, claim in enumerate(getattr(pattern, part)):
                yield f"patterns.{name}.{part}[{n}]", claim


def _used(found: Patterns) -> tuple[str, ...]:
    return tuple(dict.fromkeys(world for _, claim in _claims(found) for world in claim.worlds))


def _check_claim(found: Patterns, file: str, key: str, claim: Claim) -> None:
    with Mistakes() as mistakes:
        with mistakes.apart():
            if (claim.above is None) == (claim.below is None):
                raise InputError(file, key, "has no threshold or two", allowed="exactly one of above, below")
        with mistakes.apart():
            if claim.less is not None and sum(part is not None for _, part in claim.less) != 1:
                problem = "compares with nothing or with several things"
                raise InputError(file, f"{key}.less", problem, allowed=list(Less.model_fields))
        with mistakes.apart():
            if claim.possible is not None and (claim.less is None or claim.less.world is None):
                allowed = "only beside less: {world: ...}"
                raise InputError(file, f"{key}.possible", "has no world without it", allowed=allowed)
        for world in claim.worlds:
            with mistakes.apart():
                one_of(file, key, world, found.worlds, "a world")
        with mistakes.apart():
            _check_outcomes(found.case, file, key, claim)
            _check_threshold(found.case, file, key, claim)


def _check_threshold(case: Case, file: str, key: str, claim: Claim) -> None:
    """A threshold in the outcome's own unit lies where the outcome, or a difference of it, can lie."""
    first = claim.outcome if isinstance(claim.outcome, str) else ""
    column = columns_by_name(case).get(first)
    low, high = (column.low, column.high) if column is not None and not column.is_yes_no else (0.0, 1.0)
    if claim.less is not None:
        low, high = low - high, high - low
    name, value = ("above", claim.above) if claim.above is not None else ("below", claim.below)
    if claim.unit == "1" and value is not None and not low <= value <= high:
        problem = f"{value:g} is out of range of what is measured"
        raise InputError(file, f"{key}.{name}", problem, allowed=f"{low:g} to {high:g}")


def _check_outcomes(case: Case, file: str, key: str, claim: Claim) -> None:
    """Everything that a claim asks of the runs is an outcome; a condition under which runs count is a yes or no."""
    several = claim.outcome if isinstance(claim.outcome, tuple) else ()
    alone = () if several else (claim.outcome,)
    less = claim.less or Less()
    with Mistakes() as mistakes:
        if not several and claim.outcome == ():
            raise InputError(file, f"{key}.outcome", "names none", allowed="an outcome, or several")
        for place, what in (
            *((f"{key}.outcome", str(one)) for one in alone),
            *((f"{key}.outcome[{n}]", one) for n, one in enumerate(several)),
            *((f"{key}.less.outcome", one) for one in (less.outcome,) if one is not None),
        ):
            with mistakes.apart():
                if asked(case, file, place, what).is_code:
                    raise InputError(
                        file, place, f"{what} is a code, which has no mean", allowed="a number, or yes or no"
                    )
        for place, what in (
            *((f"{key}.outcome[{n}]", one) for n, one in enumerate(several)),
            *((f"{key}.given", one) for one in (claim.given,) if one is not None),
            *((f"{key}.less.given", one) for one in (less.given,) if one is not None),
        ):
            with mistakes.apart():
                if not asked(case, file, place, what).is_yes_no:
                    raise InputError(file, place, f"{what} is no yes or no", allowed=f"'{what} >= NUMBER'")
