"""The scenarios of a case as a researcher looks through them: by name, each with its question and its levers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import nan
from typing import TYPE_CHECKING

from sim.case.case import Case
from sim.case.scenario import Scenario, load_scenario, scenario_names
from sim.inputs.frozen import listed

if TYPE_CHECKING:
    import pandas as pd


class Scenarios(Mapping[str, Scenario]):
    """The scenarios that come with a case, by name; each is read and checked when it is looked at.

    Args:
        case: the case.
    """

    def __init__(self, case: Case) -> None:
        self._case = case
        self._names = scenario_names(case)

    def __getitem__(self, name: str) -> Scenario:
        """A scenario by its name; `case.scenario` also takes files and changes.

        Raises:
            InputError: the case has no scenario of that name; the likely meant one is named.
        """
        return load_scenario(self._case, name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __eq__(self, other: object) -> bool:
        """Whether they are those of the same case: two cases are compared by what they are, not by reading files."""
        return isinstance(other, Scenarios) and self._case is other._case

    def __hash__(self) -> int:
        return id(self._case)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __dir__(self) -> list[str]:
        return listed(self)

    def __repr__(self) -> str:
        return "\n".join(f"{name}: {scenario.question} [{scenario.told_levers}]" for name, scenario in self.items())

    def table(self) -> pd.DataFrame:
        """One row a lever, by scenario and lever: the question, the lever's `value`, `low`, `high`, unit and meaning.

        A scenario without levers has one row with an empty lever and no numbers.
        """
        import pandas as pd

        rows: list[tuple[object, ...]] = []
        for name, scenario in self.items():
            for key, one in scenario.levers.items():
                rows.append((name, key, scenario.question, one.value, one.low, one.high, one.unit, one.meaning))
            rows += [] if scenario.levers else [(name, "", scenario.question, nan, nan, nan, "", "")]
        columns = ["scenario", "lever", "question", "value", "low", "high", "unit", "meaning"]
        return pd.DataFrame(rows, columns=columns).set_index(["scenario", "lever"])

    def _repr_html_(self) -> str:
        return str(self.table().to_html(na_rep=""))
