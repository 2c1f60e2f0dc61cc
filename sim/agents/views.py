"""Views into the engine's records: what a Mesa agent shows of the state is the state itself, never a copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sim.model.variables import Variable


class View:
    """A record whose arrays are at hand.

    numpy looks a record's field up by name on each access; a view does so once, which makes an interpreted run several
    times faster. The arrays are the record's own memory, and single numbers are read from it and written to it, so
    that phases compute the same bits on a view as on its record.

    Args:
        record: one record of `sim.world`.
        variables: its variables, as in `sim.model.variables`.
        constant: whether nothing will be written to it; single numbers are then at hand as well.
    """

    def __init__(self, record: Any, variables: Sequence[Variable], *, constant: bool = False) -> None:
        at_hand = self.__dict__
        at_hand["record"] = record
        for variable in variables:
            if variable.axes:
                at_hand[variable.name] = record[variable.name]
            elif constant:
                at_hand[variable.name] = record[variable.name].item()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "record":  # copies and pickles ask before anything is at hand
            raise AttributeError(name)
        return self.record[name]

    def __setattr__(self, name: str, value: Any) -> None:
        self.record[name] = value


class Row(Mapping[str, float]):
    """Numbers by name that are read where they are asked for: `pakistan.trust["TAL"]`.

    Args:
        names: the names, in order.
        read: gives the number at a place.
    """

    def __init__(self, names: Sequence[str], read: Callable[[int], float]) -> None:
        self._places = {name: place for place, name in enumerate(names)}
        self._read = read

    def __getitem__(self, name: str) -> float:
        return float(self._read(self._places[name]))

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __repr__(self) -> str:
        return "{" + ", ".join(f"{name}: {value:.3f}" for name, value in self.items()) + "}"
