"""Patterns: what the articles lead one to expect of the model, as data; and the worlds that they are measured in.

A pattern is a statement with claims. A claim compares an outcome of one world with that of another, with another
outcome, or with the start of the same run. The file `patterns.yaml` of a case holds them (design, section 8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from typing import Any, Literal

from pydantic import Field

from sim.case.case import Case
from sim.case.scenario import Scenario, load_scenario
from sim.case.trigger import LEVER
from sim.inputs.errors import InputError, one_of
from sim.inputs.files import read_yaml
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
        below: see above.
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
        return (self.world, other) if other else (self.world,)


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
    paragraphs: dict[str, tuple[int, ...]] = Field(min_length=1)
    epochs: tuple[str, ...] = ()
    note: str = ""
    claims: tuple[Claim, ...] = Field(min_length=1)
    also: tuple[Claim, ...] = ()
    for_calibration: bool = False

    @property
    def places(self) -> tuple[str | None, ...]:
        """The epochs at which it is measured; None for that of each world."""
        return self.epochs or (None,)


class _File(Strict):
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
        InputError: the first mistake found in its patterns.yaml, or in a world of it.
    """
    path = case.folder / FILE
    read = checked(_File, read_yaml(path), file=str(path))
    found = Patterns(case, read.enough, read.worlds, read.patterns)
    for key, claim in _claims(found):
        _check_claim(str(path), key, claim, read.worlds)
    for name, pattern in read.patterns.items():
        if pattern.for_calibration and pattern.kind != "open":
            problem = "is of a pattern that is built in, and teaches nothing"
            raise InputError(str(path), f"patterns.{name}.for_calibration", problem, allowed="true of an open one")
    for name in _used(found):
        found.scenario(name)
    for name in read.worlds:
        if name not in _used(found):
            raise InputError(str(path), f"worlds.{name}", "no claim looks at it")
    return found


def _claims(found: Patterns) -> Iterator[tuple[str, Claim]]:
    for name, pattern in found.patterns.items():
        for part in ("claims", "also"):
            for n, claim in enumerate(getattr(pattern, part)):
                yield f"patterns.{name}.{part}[{n}]", claim


def _used(found: Patterns) -> tuple[str, ...]:
    return tuple(dict.fromkeys(world for _, claim in _claims(found) for world in claim.worlds))


def _check_claim(file: str, key: str, claim: Claim, worlds: Mapping[str, World]) -> None:
    if (claim.above is None) == (claim.below is None):
        raise InputError(file, key, "has no threshold or two", allowed="exactly one of above, below")
    if claim.less is not None and sum(part is not None for _, part in claim.less) != 1:
        raise InputError(
            file, f"{key}.less", "compares with nothing or with several things", allowed=list(Less.model_fields)
        )
    if claim.possible is not None and (claim.less is None or claim.less.world is None):
        raise InputError(file, f"{key}.possible", "has no world without it", allowed="only beside less: {world: ...}")
    for world in claim.worlds:
        one_of(file, key, world, worlds, "a world")
