"""The classes in which a run can end, as a reader meets them: what each means, and its colour in every figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sim.inputs.frozen import Frozen
from sim.pages.kit.colours import BLUE, GREEN, GREY, SKY, VERMILLION, YELLOW


class Settlement(NamedTuple):
    """A settlement class at the horizon.

    Attributes:
        meaning: what holds of a run in the class, in words.
        colour: as `#rrggbb`.
    """

    meaning: str
    colour: str


# In the order of `sim.model.outcomes.SETTLEMENTS`: a run is in the first class that holds.
settlements: Mapping[str, Settlement] = Frozen(
    {
        "takeover": Settlement("the incumbent fell and the regime turned", VERMILLION),
        "comprehensive": Settlement(
            "an agreement between the warring sides in force, power sharing and ceasefire at least half kept", BLUE
        ),
        "interim": Settlement("the same in force, with less kept", SKY),
        "ceasefire": Settlement("only a ceasefire", GREEN),
        "bilateral": Settlement("only an agreement between challenger and patron in force", YELLOW),
        "none": Settlement("none of these", GREY),
    }
)
