"""The classes in which a run can end, as a reader meets them: what each means, and its colour in every figure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from sim.case.case import NO_CLASS, Case
from sim.case.loading import load_case
from sim.inputs.frozen import Frozen
from sim.pages.kit.colours import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILLION, YELLOW

# By name, in the order in which classes that name none take them.
COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "blue": BLUE, "green": GREEN, "orange": ORANGE, "sky": SKY, "purple": PURPLE, "yellow": YELLOW,
        "vermillion": VERMILLION,
    }
)  # fmt: skip


class SettlementClass(NamedTuple):
    """A settlement class at the horizon.

    Attributes:
        meaning: what holds of a run in the class, in words.
        colour: as `#rrggbb`.
    """

    meaning: str
    colour: str


def settlements(case: str | Path | Case = "afghanistan") -> Mapping[str, SettlementClass]:
    """The classes in which a run of a case can end, by name: what each means, and the colour of its figures.

    Args:
        case: a case, the name of one, or a case's folder.

    Returns:
        In the order in which they are tried: a run is in the first class that holds, in `none` where none does.

    Raises:
        InputError: the first mistake found in the case.
    """
    read = case if isinstance(case, Case) else load_case(case)
    taken = {one.colour for one in read.settlements.values()}
    free = iter([colour for name, colour in COLOURS.items() if name not in taken])
    found = {
        name: SettlementClass(one.meaning, COLOURS[one.colour] if one.colour else next(free))
        for name, one in read.settlements.items()
    }
    return Frozen(found | {NO_CLASS: SettlementClass("none of these", GREY)})
