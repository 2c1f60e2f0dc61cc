"""What a visitor has chosen, as a value: written into an address, read from one, and turned into a scenario.

Nothing that is typed is executed or read as a path: a choice names scenarios that are offered and numbers within
ranges.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import yaml

from sim.case.case import Case
from sim.case.scenario import BASELINE, Scenario, load_scenario, scenario_names
from sim.case.theory import AS_DESIGNED, Theory, load_theory, theory_files
from sim.evidence.loading import evidence_of
from sim.evidence.priors import priors
from sim.inputs.errors import InputError, one_of, shown
from sim.world.uncertainty import fixable

SOURCE, KEY = "studio", "studio.scenarios"  # what a mistake in an address is told of; the key of files of one's own
LEVER, HELD = "lever.", "held."
LONGEST = 4_000  # characters of an address that are read

Numbers = tuple[tuple[str, float], ...]


class Offered:
    """The scenarios and theories that a studio offers: a case's and the package's, and what whoever started it named.

    All are read and checked here, once: for what a visitor types no file is opened.

    Args:
        case: the case.
        own: scenarios of `own_scenarios`.
        theory: one of one's own; of a name that the package has too, it is taken instead.

    Attributes:
        theories: by name, the model as designed first.

    Raises:
        InputError: a mistake in a scenario or a theory.
    """

    def __init__(self, case: Case, own: Iterable[Scenario] = (), theory: Theory | None = None) -> None:
        self.case = case
        self.theories: dict[str, Theory] = {name: load_theory(name) for name in theory_files()}
        if theory is not None:
            is_own = theory.named != theory.theory  # visitors see no folder
            self.theories[theory.theory] = replace(theory, file=Path(theory.file).name) if is_own else theory
        those = {name: load_scenario(case, name) for name in scenario_names(case)}
        self._held = {**{one.scenario: one for one in own}, **those}

    @property
    def names(self) -> tuple[str, ...]:
        """The names, those of the studio's own files first."""
        return tuple(self._held)

    def scenario(self, name: str) -> Scenario:
        """A scenario by its name.

        Raises:
            InputError: there is none of that name.
        """
        return self._held[one_of(SOURCE, "scenario", name, self._held, "a scenario")]

    def theory(self, name: str) -> Theory:
        """A theory by its name.

        Raises:
            InputError: there is none of that name.
        """
        return self.theories[one_of(SOURCE, "theory", name, self.theories, "a theory")]

    @property
    def theory_titles(self) -> dict[str, str]:
        """Names of the theories by name, title and source, as they are offered to be chosen."""
        told = {name: f"{one.title}, {one.source}" if one.changes else one.title for name, one in self.theories.items()}
        return {f"{name.replace('_', ' ')}: {title}": name for name, title in told.items()}

    @property
    def titles(self) -> dict[str, str]:
        """Names by name and title, as they are offered to be chosen."""
        return {f"{name.replace('_', ' ')}: {one.title}": name for name, one in self._held.items()}


def own_scenarios(case: Case, files: Iterable[Path]) -> tuple[Scenario, ...]:
    """Scenarios from files of one's own, checked, each known by the name of its file alone: visitors see no folder.

    Raises:
        InputError: a file that is none or is wrong, a name of the case's, or one name twice.
    """
    found: dict[str, Scenario] = {}
    for file in files:
        if file.suffix != ".yaml":
            raise InputError(SOURCE, KEY, f"{shown(str(file))} is no scenario's file", allowed="files NAME.yaml")
        one = load_scenario(case, file)
        if one.scenario in (*scenario_names(case), *found):
            whose = "another of these" if one.scenario in found else "a scenario of the case"
            raise InputError(file, "scenario", f"{one.scenario} is the name of {whose}", allowed="a name of its own")
        found[one.scenario] = replace(one, file=file.name)
    return tuple(found.values())


@dataclass(frozen=True)
class Choice:
    """A scenario and what was moved of it.

    Attributes:
        scenario: the name of one that is offered.
        levers: those that were moved, with their values, by name.
        held: uncertainties held at a value, by name.
        off: mechanisms switched off, by name.
        theory: by whose rules it is played, by name.
        pinned: another choice that it is compared with, beside `status_quo`; that one has none of its own.
    """

    scenario: str
    levers: Numbers = ()
    held: Numbers = ()
    off: tuple[str, ...] = ()
    pinned: Choice | None = None
    theory: str = AS_DESIGNED

    def __post_init__(self) -> None:
        """One choice has one form, in whatever order it was made."""
        for name in ("levers", "held", "off"):
            object.__setattr__(self, name, tuple(sorted(getattr(self, name))))

    @property
    def alone(self) -> Choice:
        """The same without what it is compared with."""
        return replace(self, pinned=None)

    def query(self) -> str:
        """The choice as the query of an address; `read` gives it back.

        >>> Choice("turkey_summit", (("summit_week", 12.0),), off=("learning",)).query()
        'scenario=turkey_summit&lever.summit_week=12.0&off=learning'
        """
        parts = [("scenario", self.scenario)]
        parts += [(LEVER + name, repr(value)) for name, value in self.levers]
        parts += [(HELD + name, repr(value)) for name, value in self.held]
        parts += [("off", name) for name in self.off]
        parts += [] if self.theory == AS_DESIGNED else [("theory", self.theory)]
        parts += [] if self.pinned is None else [("pinned", self.pinned.query())]
        return urlencode(parts)


def read(offered: Offered, query: str) -> Choice:
    """The choice in the query of an address, checked; keys that are not the studio's are left alone.

    Raises:
        InputError: a name or a number that there is not, in one line.
    """
    if len(query) > LONGEST:
        raise InputError(SOURCE, "address", f"has {len(query):,} characters", allowed=f"at most {LONGEST:,}")
    found = _read(offered, parse_qsl(query.removeprefix("?")))
    scenario_of(offered, found)
    return found


def _read(offered: Offered, pairs: Iterable[tuple[str, str]], inner: bool = False) -> Choice:
    scenario, levers, held, off, pinned, theory = BASELINE, {}, {}, [], None, AS_DESIGNED
    for key, value in pairs:
        if key == "scenario":
            scenario = offered.scenario(value).scenario
        elif key.startswith(LEVER):
            levers[key.removeprefix(LEVER)] = _number(key, value)
        elif key.startswith(HELD):
            held[key.removeprefix(HELD)] = _number(key, value)
        elif key == "off":
            off.append(value)
        elif key == "theory":
            theory = offered.theory(value).theory
        elif key == "pinned" and not inner:
            pinned = _read(offered, parse_qsl(value), inner=True)
            scenario_of(offered, pinned)
    return Choice(scenario, tuple(levers.items()), tuple(held.items()), tuple(dict.fromkeys(off)), pinned, theory)


def _number(key: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise InputError(SOURCE, key, f"{value!r} is not a number", allowed="a number") from None


def scenario_of(offered: Offered, choice: Choice) -> Scenario:
    """The scenario that was chosen, checked again.

    Raises:
        InputError: a lever, an uncertainty, a switch or a theory that there is not, or a value out of its range.
    """
    scenario = offered.scenario(choice.scenario)
    for name, value in choice.held:
        known = priors(offered.case, evidence_of(offered.case), scenario.epoch)
        one_of(SOURCE, HELD + name, name, known.names, "an uncertainty", "a name in sim.uncertainties()")
        low, high = fixable(known[name])
        if not low <= value <= high:
            raise InputError(SOURCE, HELD + name, f"{value:g} is out of range", allowed=f"{low:g} to {high:g}")
    for name, _ in choice.levers:
        told = "" if scenario.levers else "none: this scenario has no levers"
        one_of(SOURCE, LEVER + name, name, scenario.levers, "a lever", told)
    levers: dict[str, Any] = dict(choice.levers)
    theory = offered.theory(choice.theory)
    return scenario.change(fixed=dict(choice.held), off=choice.off or None, theory=theory, **levers)


def baseline_of(offered: Offered, scenario: Scenario) -> Scenario:
    """`status_quo` at the scenario's epoch and over its horizon, by its rules, with the same held and switched off."""
    moved = offered.scenario(BASELINE).change(
        epoch=scenario.epoch, horizon=scenario.horizon, off=scenario.off, theory=scenario.theory
    )
    return replace(moved, fixed=scenario.fixed)


def scenario_yaml(scenario: Scenario, name: str, command: str = "") -> str:
    """A scenario as a file that the command line takes.

    Args:
        scenario: with its levers set.
        name: what it is called, and its file without `.yaml`.
        command: what gives the same runs, if that is to be said in the file; a file has no words for sizes, the seed
            and a theory.
    """
    keys = ("title", "question", "paragraphs", "epoch", "horizon", "fixed", "off")
    data: dict[str, Any] = {"scenario": name, **{key: _plain(getattr(scenario, key)) for key in keys}}
    data["answered_by"] = [_plain(one.model_dump(exclude_none=True)) for one in scenario.answered_by]
    data["levers"] = {key: _plain(one.model_dump()) for key, one in scenario.levers.items()}
    data["events"] = [_plain(event) for event in scenario.events]
    text: str = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110)
    told = [f"{scenario.title}, as set in the studio."]
    told += [f"By the rules of {scenario.theory.title}, {scenario.theory.source}."] if scenario.theory.changes else []
    told += [f"The same numbers again: {command}"] if command else []
    return "".join(f"# {line}\n" for line in told) + text


def _plain(value: Any) -> Any:
    """Frozen mappings and tuples as those that YAML writes."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value
