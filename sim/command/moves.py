"""Words that are not Hydra's alone: levers, fixed uncertainties and what is swept, put where the settings look for
them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.command.composed import COMMAND_LINE, FRAME, OPEN, Composed, source_of
from sim.command.overrides import allowed_words, check_scenario, parsed_words
from sim.inputs.errors import InputError, nearest
from sim.inputs.files import read_yaml
from sim.jobs.settings import groups, keys

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override


def with_moves(
    composed: Composed, moves: Sequence[Override], overrides: tuple[Override, ...], scenarios: Mapping[str, Path]
) -> Composed:
    """What was composed, with levers, uncertainties and swept values put into the keys that hold them."""
    values = {**composed.values, **{key: _flat(composed.values.get(key)) for key in OPEN}}
    names = _Names(str(values["case"]), scenarios)
    values["levers"] = {names.key(f"levers.{k}", composed)[7:]: v for k, v in values["levers"].items()}
    values["fixed"] = {names.key(f"fixed.{k}", composed)[6:]: v for k, v in values["fixed"].items()}
    values["sweep"] = {names.key(k, composed): _listed(k, v, scenarios) for k, v in values["sweep"].items()}
    seen = {override.key_or_group for override in composed.overrides}
    for override in moves:
        key = names.key(override.key_or_group, composed, override)
        if key in seen:
            raise InputError(COMMAND_LINE, override.key_or_group, "is given twice")
        seen.add(key)
        if override.is_sweep_override():
            values["sweep"][key] = _values(override, scenarios)
        else:
            _set(values, key, override.value())
    return Composed(values, overrides, composed.files)


def _set(values: dict[str, Any], key: str, value: Any) -> None:
    """One value for a lever, an uncertainty, or a key of the frame."""
    value = getattr(value, "text", value)
    group, _, name = key.partition(".")
    values["sweep"].pop(key, None)
    if not name:
        values[key] = value
    else:
        values[group][name] = value


class _Names:
    """The keys that a plan can set or sweep; the case and its evidence are read only where a key needs them."""

    def __init__(self, case: str, scenarios: Mapping[str, Path]) -> None:
        self.case = case
        self.scenarios = scenarios
        self._columns: dict[str, str] | None = None

    @property
    def columns(self) -> dict[str, str]:
        """The uncertainties of the case by their names in small letters."""
        if self._columns is None:
            from sim.case.loading import load_case
            from sim.evidence.loading import load_evidence
            from sim.evidence.priors import all_columns

            case = load_case(self.case)
            self._columns = all_columns(case, load_evidence(case.folder / "evidence", case=case))
        return self._columns

    def _levers(self, composed: Composed) -> list[str]:
        """The levers of the scenario that was composed; of all of them where none was."""
        chosen = composed.values.get("scenario")
        files = [read_yaml(path) for path in self.scenarios.values()] if chosen is None else [chosen]
        return [lever for file in files for lever in file.get("levers") or ()]

    def key(self, name: str, composed: Composed, given: Override | None = None) -> str:
        """The one name of a key.

        Args:
            name: as it was written.
            composed: what it is part of.
            given: the word of the command line that has it; None for a key in a file.

        Raises:
            InputError: there is no such key, or it cannot be swept; the likely meant one is named.
        """
        bare = name.removeprefix("scenario.")
        if (
            name == "scenario"
            or (bare in FRAME and name != "scenario.theory")
            or (bare.startswith("levers.") and bare != "levers.")
        ):
            return bare
        column = self.columns.get(name.removeprefix("fixed.").lower())
        if column is not None:
            return f"fixed.{column}"
        source = COMMAND_LINE if given else source_of(name, composed.overrides, composed.files)
        if name in {key.name for key in keys()} | set(groups()):
            swept = "scenario, epoch, horizon, off, theory, levers, uncertainties"
            raise InputError(source, name, "cannot be swept", allowed=swept)
        words = [*(key.name for key in keys()), *groups(), *FRAME]
        likely = nearest(name.removeprefix("fixed.").lower(), [*words, *self.columns])
        levers = self._levers(composed)
        lever = bare if bare in levers else None if likely else nearest(bare, levers)
        if lever is not None:
            problem = "is a lever of a scenario" if lever == bare else "unknown key"
            raise InputError(source, name, problem, meant=f"scenario.levers.{lever}={_written(given)}")
        raise InputError(
            source, name, "unknown key", allowed=allowed_words(), meant=self.columns.get(likely or "", likely)
        )


def _written(given: Override | None) -> str:
    """The value of a word as it was written."""
    return "..." if given is None else str(given.input_line).partition("=")[2]


def _flat(data: Any, above: str = "") -> dict[str, Any]:
    """A mapping with dotted keys, however deep it was written."""
    found: dict[str, Any] = {}
    for key, value in (data or {}).items() if isinstance(data, dict | None) else ():
        found |= _flat(value, f"{above}{key}.") if isinstance(value, dict) else {f"{above}{key}": value}
    return found


def _listed(key: str, value: Any, scenarios: Mapping[str, Path]) -> list[Any]:
    """The values of a key of ``sweep`` in a file: a list, or text in Hydra's grammar."""
    if isinstance(value, list):
        return value
    (override,) = parsed_words([f"{key}={value}"])
    return _values(override, scenarios) if override.is_sweep_override() else [_element(override.value())]


def _values(override: Override, scenarios: Mapping[str, Path]) -> list[Any]:
    """The values that an override sweeps over, in order."""
    from hydra.core.override_parser.types import Glob, RangeSweep

    name, value = override.key_or_group, override.value()
    written = str(override.input_line).partition("=")[2]
    if override.is_interval_sweep():
        problem = f"{written} has no points to visit"
        raise InputError(COMMAND_LINE, name, problem, allowed="a,b or range(from,below,step)")
    if getattr(value, "shuffle", False):
        raise InputError(COMMAND_LINE, name, f"{written}: a result does not depend on the order", allowed="no shuffle")
    if isinstance(value, Glob):
        if name != "scenario":
            raise InputError(COMMAND_LINE, name, f"{written} picks among names", allowed="scenario=glob(...)")
        found = value.filter(list(scenarios))
        if not found:
            raise InputError(COMMAND_LINE, name, f"{written} fits no scenario", allowed=list(scenarios))
        return [_scenario_word(name, scenarios) for name in found]
    found = [_element(element) for element in override.sweep_iterator()]
    if isinstance(value, RangeSweep):  # its floats are sums: 0.1 + 0.2 is 0.30000000000000004, and may reach the end
        found = [float(f"{x:.12g}") if isinstance(x, float) else x for x in found]
        found = [x for x in found if x != value.stop]
    return [_scenario_word(str(word), scenarios) for word in found] if name == "scenario" else found


def _scenario_word(name: str, scenarios: Mapping[str, Path]) -> str:
    """A scenario of a sweep: by its name where it is the case's or the user's own, else by its file."""
    if not name.endswith(".yaml"):
        check_scenario(name, scenarios)
    return str(scenarios.get(name, name))


def _element(value: Any) -> Any:
    if isinstance(value, list):
        return [_element(inner) for inner in value]
    return getattr(value, "text", value)
