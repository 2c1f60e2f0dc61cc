"""Load a case: read its files, check that every name in them means something, and hand out its scenarios.

The first mistake is an `InputError` with file, key, value, what is allowed and the name that was probably meant; the
others stand beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from sim.case.asking import asked
from sim.case.case import Case, Epoch, Start, TableStart
from sim.case.checking import check_case
from sim.case.folder import case_folder
from sim.case.scenario import Scenario, load_scenario
from sim.case.scenarios import Scenarios
from sim.case.settlements import check_settlements, usual_settlements
from sim.inputs.errors import InputError, Mistakes, one_of
from sim.inputs.files import read_yaml
from sim.inputs.objects import checked


class LoadedCase(Case):
    """A case as a researcher holds it: the data, and the scenarios of its folder."""

    @cached_property
    def scenarios(self) -> Scenarios:
        """The scenarios that come with the case, by name; printed, each with its question and its levers."""
        return Scenarios(self)

    def scenario(self, name: str | Path, **changes: Any) -> Scenario:
        """A scenario of this case, or of a file that ends in .yaml, changed as `Scenario.change` takes it.

        Raises:
            InputError: an unknown scenario or lever, or a value out of its range.
        """
        found = load_scenario(self, name)
        return found.change(**changes) if changes else found


def load_case(name: str | Path = "afghanistan") -> LoadedCase:
    """Load and check a case and its epochs.

    Args:
        name: the name of a case that comes with the package, or the path of a case's folder.

    Raises:
        InputError: the first mistake found, with file, key, value and what is allowed, and the others beside it.
    """
    folder = case_folder(str(name))
    with Mistakes() as mistakes:
        found = case_of(folder, read_yaml(folder / "case.yaml"), mistakes)
    return found


def case_of(folder: Path, data: Mapping[str, Any], mistakes: Mistakes) -> LoadedCase:
    """A case from what its case.yaml holds, with those epochs of its folder that can be read.

    Args:
        folder: of the case.
        data: as `read_yaml` gives it.
        mistakes: where all that is wrong is gathered, if the case can be read at all.

    Raises:
        InputError: the case is no case: a key is unknown or missing, or a value is of another kind or out of range.
    """
    file = str(folder / "case.yaml")
    case = checked(LoadedCase, {**data, "folder": folder}, file=file)
    if not case.settlements:
        case = case.model_copy(update={"settlements": usual_settlements(case)})
    wars = {name: war.model_copy(update={"parity_prior": war.parity_of(name)}) for name, war in case.wars.items()}
    case = case.model_copy(update={"wars": wars})
    own = Mistakes()
    with own.apart():
        check_case(case, file)
    epochs: dict[str, Epoch] = {}
    paths = sorted((folder / "epoch").glob("*.yaml"))
    for path in paths:
        with mistakes.apart():
            epochs[path.stem] = checked(Epoch, read_yaml(path), file=str(path))
            _check_epoch(case, str(path), epochs[path.stem], path.stem)
    with mistakes.apart():
        if not paths:
            raise InputError(folder / "epoch", "", "holds no epoch", allowed="a file NAME.yaml for each epoch")
    case = case.model_copy(update={"epochs": epochs})
    if not own.found:  # the outcomes are named by all that the case names
        with own.apart():
            check_settlements(case, file)
        with own.apart():
            _check_headline(case, file, [path.stem for path in paths])
    mistakes.found[:] = [*own.found, *mistakes.found]
    return case


def _check_headline(case: Case, file: str, epochs: Iterable[str]) -> None:
    with Mistakes() as mistakes:
        for number, line in enumerate(case.headline):
            key = f"headline[{number}]"
            with mistakes.apart():
                found = asked(case, file, f"{key}.outcome", line.outcome)
                if found.is_code:
                    raise InputError(file, f"{key}.outcome", f"{line.outcome} is a code, which has no mean")
                if line.told == "share" and not found.is_yes_no:
                    problem = f"{line.outcome} is a number, not a yes or no"
                    raise InputError(file, f"{key}.told", problem, allowed="mean, median", meant="mean")
                if line.told == "mean" and found.column is not None and found.column.is_week:
                    problem = f"{line.outcome} is a week, whose mean leaves out the runs in which it never comes"
                    raise InputError(file, f"{key}.told", problem, allowed="median")
            for name in line.epochs:
                with mistakes.apart():
                    one_of(file, f"{key}.epochs", name, epochs, "an epoch")


def _check_epoch(case: Case, file: str, epoch: Epoch, name: str) -> None:
    with Mistakes() as mistakes:
        with mistakes.apart():
            if epoch.epoch != name:
                raise InputError(file, "epoch", f"{epoch.epoch!r} is not the file's name", allowed=name)
        with mistakes.apart():
            one_of(file, "regime", epoch.regime, case.regimes, "a regime")
        with mistakes.apart():
            _check_date(file, epoch.date)
        for name, start in epoch.start.items():
            with mistakes.apart():
                _check_start(case, file, f"start.{name}", name, start)
        for name in _needed_starts(case):
            with mistakes.apart():
                if name not in epoch.start:
                    allowed = "a range, low to high, with its reason"
                    raise InputError(file, f"start.{name}", "is missing", allowed=allowed)
        for name, table in epoch.tables.items():
            with mistakes.apart():
                _check_table_start(case, epoch, file, f"tables.{name}", name, table)


def _check_date(file: str, written: str) -> None:
    try:
        date.fromisoformat(written)
    except ValueError:
        raise InputError(file, "date", f"{written!r} is not a day", allowed="a date as 2018-12-20") from None


def _check_table_start(case: Case, epoch: Epoch, file: str, key: str, name: str, start: TableStart) -> None:
    table = case.tables[one_of(file, key, name, case.tables, "a table")]
    with Mistakes() as mistakes:
        for cell, point in start.package.items():
            with mistakes.apart():
                one_of(file, f"{key}.package.{cell}", cell, table.clauses, "a clause")
                if not 0.0 <= point <= 1.0:
                    raise InputError(file, f"{key}.package.{cell}", f"{point:g} is out of range", allowed="0 to 1")
        given = [part for part in ("signed_weeks_ago", "weeks_left", "package") if part in start.model_fields_set]
        if start.status != "in_force" and given:
            raise InputError(file, f"{key}.{given[0]}", f"goes with status: in_force, not {start.status}")
        if start.status == "in_force" and not start.package:
            raise InputError(file, f"{key}.package", "is missing", allowed="the terms of the agreement in force")
        if epoch.regime in case.regimes and epoch.regime not in table.regimes:
            raise InputError(file, key, f"the table is closed under the {epoch.regime}", allowed=table.regimes)


def _needed_starts(case: Case) -> list[str]:
    """The starting conditions without which the model would begin with nothing: control, and the patron's presence."""
    patrons = any(war.patron is not None for war in case.wars.values())
    return [*(["presence"] if patrons else []), *(f"control.{war}" for war in case.wars)]


def _check_start(case: Case, file: str, key: str, name: str, start: Start) -> None:
    if start.low > start.high:
        raise InputError(file, key, f"low {start.low} is above high {start.high}", allowed="low <= high")
    kind, _, rest = name.partition(".")
    domains: Mapping[str, Iterable[str]] = {
        "control": case.wars,
        "cell": case.cells,
        "sessions": case.tables,
        "presence": ("",),
    }
    one_of(file, key, kind, domains, "a starting condition")
    one_of(file, key, rest, domains[kind], f"a name for {kind}")
    if kind != "sessions" and start.high > 1.0:
        raise InputError(file, key, f"{start.high} is too large", allowed="0 to 1")
