"""The job `check`: reads everything in a case's folder and tells all mistakes at once, each in one line."""

from __future__ import annotations

import copy
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.case.case import Case
from sim.case.folder import case_folder
from sim.case.loading import LoadedCase, case_of
from sim.case.patterns import FILE as PATTERNS
from sim.case.patterns import Patterns, load_patterns
from sim.case.record import FILE as RECORD
from sim.case.record import load_record
from sim.case.scenario import Scenario, effects, load_scenario, scenario_names
from sim.evidence.harmonised import harmonised
from sim.evidence.loading import load_evidence
from sim.evidence.rows import Evidence
from sim.experiment.patterns import check_starts
from sim.inputs.errors import InputError, Mistakes, nearest
from sim.inputs.files import read_yaml
from sim.inputs.numbers import counted
from sim.inputs.objects import UNKNOWN
from sim.jobs.settings import Settings
from sim.model import vocabulary as words
from sim.world.uncertainty import uncertainty

PARTS = ("case.yaml", PATTERNS, RECORD, "epoch", "scenario", "evidence")  # of a case's folder
ROUNDS = 5  # in which a case is read on with what was likely meant


@dataclass(frozen=True)
class Checked:
    """What a case's folder holds, and what is wrong with it.

    Attributes:
        folder: of the case.
        mistakes: all that were found, each once.
        remarks: what is allowed and hardly meant.
        held_back: what could not be read because of the mistakes.
        told: what is there, in words.
    """

    folder: Path
    mistakes: tuple[InputError, ...]
    remarks: tuple[str, ...] = ()
    held_back: str = ""
    told: tuple[str, ...] = ()


def run(settings: Settings) -> int:
    """Tell all mistakes of a case, or in one line that there are none.

    Returns:
        2 where there is a mistake, else 0.

    Raises:
        InputError: there is no such case.
    """
    found = checked_folder(case_folder(settings.case))
    for mistake in found.mistakes:
        print(mistake, file=sys.stderr)
    for remark in found.remarks:
        print(remark)
    if found.held_back:
        print(found.held_back, file=sys.stderr)
    if found.mistakes:
        print(f"{counted(len(found.mistakes), 'mistake')} in {found.folder}", file=sys.stderr)
        return 2
    print(f"{found.folder}: no mistakes; {', '.join(found.told)}")
    return 0


def checked_folder(folder: Path) -> Checked:
    """Everything in a case's folder, read and checked.

    Args:
        folder: with a case.yaml in it.
    """
    mistakes = Mistakes()
    _check_parts(folder, mistakes)
    case = _case(folder, mistakes)
    if case is None:
        held = "the other files are read once case.yaml can be"
        return Checked(folder, _once(mistakes), held_back=held)
    evidence = _evidence(case, mistakes)
    if len(case.epochs) < len(list((folder / "epoch").glob("*.yaml"))):
        held = "scenarios, patterns and the record are read once every epoch can be"
        return Checked(folder, _once(mistakes), held_back=held)
    scenarios = _scenarios(case, evidence, mistakes)
    patterns = _patterns(case, evidence, mistakes)
    statements = _statements(case, mistakes)
    counts = (
        (case.actors, "actor"),
        (case.tables, "table"),
        (case.epochs, "epoch"),
        (scenarios, "scenario"),
        (() if evidence is None else evidence.passes, "coding pass"),
        (() if patterns is None else patterns.patterns, "pattern"),
        (statements, "statement of the record"),
    )
    shown = tuple(_counted(len(part), noun) for part, noun in counts)
    remarks = tuple(_remarks(case, scenarios)) if not mistakes.found else ()
    return Checked(folder, _once(mistakes), remarks, told=shown)


def _counted(count: int, noun: str) -> str:
    """A count with its noun, whose plural may stand in its midst."""
    plurals = {"coding pass": "coding passes", "statement of the record": "statements of the record"}
    return f"{count} {noun if count == 1 else plurals.get(noun, f'{noun}s')}"


def _once(mistakes: Mistakes) -> tuple[InputError, ...]:
    return tuple({str(one): one for one in mistakes.found}.values())


def _check_parts(folder: Path, mistakes: Mistakes) -> None:
    """Refuse a part under a name that nobody reads, where the part that was likely meant is not there."""
    there = {path.name for path in folder.iterdir()}
    missing = [part for part in PARTS if part not in there]
    for name in sorted(there - set(PARTS)):
        meant = nearest(name, missing) if (folder / name).is_dir() or Path(name).suffix in (".yaml", ".yml") else None
        with mistakes.apart():
            if meant is not None:
                raise InputError(folder / name, "", "is no part of a case", allowed=PARTS, meant=meant)


# --- the case, read on with what was likely meant ---------------------------------------------------------------------


def _case(folder: Path, mistakes: Mistakes) -> LoadedCase | None:
    """The case, with its mistakes mended as they were likely meant; None where that cannot be told."""
    file = folder / "case.yaml"
    data: dict[str, Any] | None = None
    with mistakes.apart():
        data = read_yaml(file)
    for _ in range(ROUNDS):
        if data is None:
            return None
        here, case = Mistakes(), None
        with here.apart():
            case = case_of(folder, data, here)
        mistakes.found.extend(here.found)
        own = [one for one in here.found if Path(one.file) == file]
        if not own:
            return case
        data = mended(data, own)
    return None


def mended(data: Mapping[str, Any], mistakes: Iterable[InputError]) -> dict[str, Any] | None:
    """The data with what was likely meant in the place of each mistake; None where that cannot be told of one.

    >>> wrong = InputError("case.yaml", "tables.doha.partys", UNKNOWN, meant="parties")
    >>> mended({"tables": {"doha": {"partys": ["US", "TAL"]}}}, [wrong])
    {'tables': {'doha': {'parties': ['US', 'TAL']}}}
    """
    found = copy.deepcopy(dict(data))
    return found if all(_mend(found, one) for one in mistakes) else None


_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def _mend(data: Any, mistake: InputError) -> bool:
    """Put what was likely meant in the place of a mistake; whether that could be done."""
    steps: list[int | str] = [int(index) if index else name for index, name in _STEP.findall(mistake.key)]
    *above, last = steps or [""]
    try:
        for step in above:
            data = data[step]
        value = data[last]
    except (KeyError, IndexError, TypeError):
        return False
    if mistake.problem == UNKNOWN or mistake.problem.startswith("goes with"):
        del data[last]
        if mistake.meant and mistake.meant not in data:
            data[mistake.meant] = value
    elif mistake.meant is not None and isinstance(value, str):
        data[last] = mistake.meant
    elif mistake.meant is not None and isinstance(data, dict) and mistake.meant not in data:
        data[mistake.meant] = data.pop(last)
    elif mistake.problem.endswith("out of range") and (ends := _NUMBER.findall(mistake.allowed or "")):
        data[last] = float(ends[-1]) if isinstance(value, float) else int(float(ends[-1]))
    else:
        return False
    return True


# --- what rests on the case -------------------------------------------------------------------------------------------


def _evidence(case: LoadedCase, mistakes: Mistakes) -> Evidence | None:
    found = None
    with mistakes.apart():
        found = load_evidence(case.folder / "evidence", case=case)
        harmonised(found, case)
    return found


def _scenarios(case: LoadedCase, evidence: Evidence | None, mistakes: Mistakes) -> tuple[Scenario, ...]:
    found: list[Scenario] = []
    for name in scenario_names(case):
        with mistakes.apart():
            found.append(load_scenario(case, name))
            _check_fixed(case, evidence, found[-1], found[-1].file, "fixed")
    with mistakes.apart():
        if not scenario_names(case):
            raise InputError(case.folder / "scenario", "", "holds no scenario", allowed="a file NAME.yaml for each")
    return tuple(found)


def _check_fixed(case: Case, evidence: Evidence | None, scenario: Scenario, file: str, key: str) -> None:
    """What is held at a value is uncertain at the epoch, and the value is in its range."""
    if evidence is None or not scenario.fixed:
        return
    try:
        uncertainty(case, evidence, scenario.epoch, scenario.fixed)
    except InputError as error:
        where = error.key.replace("fixed", key, 1)
        raise InputError(file, where, error.problem, allowed=error.allowed, meant=error.meant) from None


def _patterns(case: LoadedCase, evidence: Evidence | None, mistakes: Mistakes) -> Patterns | None:
    found = None
    if (case.folder / PATTERNS).is_file():
        with mistakes.apart():
            found = load_patterns(case)
            if evidence is not None:
                check_starts(found, evidence)
            for name in found.worlds:
                for epoch in found.epochs_of(name):
                    scenario, key = found.scenario(name, epoch), f"worlds.{name}.fixed"
                    _check_fixed(case, evidence, scenario, str(case.folder / PATTERNS), key)
    return found


def _statements(case: LoadedCase, mistakes: Mistakes) -> tuple[str, ...]:
    found: tuple[str, ...] = ()
    if (case.folder / RECORD).is_file():
        with mistakes.apart():
            found = tuple(load_record(case).statements)
    return found


def _remarks(case: LoadedCase, scenarios: Iterable[Scenario]) -> Iterator[str]:
    """What is allowed and hardly meant: a table that waits to be called, and is never."""
    convened = {effect.table for one in scenarios for _, effect in effects(one) if effect.code == words.CONVENE}
    for number, (name, table) in enumerate(case.tables.items()):
        opened = any(name in epoch.tables for epoch in case.epochs.values())
        if table.opens == "called" and not opened and number not in convened:
            place = f"{case.folder / 'case.yaml'}: tables.{name}.opens"
            yield f"{place}: no epoch opens this table and no scenario calls it, so that nobody ever meets there"
