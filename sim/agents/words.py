"""Names, issues, uncertainties and probabilities as they stand in a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.case.case import Case
    from sim.world.world import World


def issue(cell: str) -> str:
    """An issue in words.

    >>> issue("power_sharing")
    'power sharing'
    """
    return cell.replace("_", " ")


def sentence(text: str) -> str:
    """With a capital and a full stop.

    >>> sentence("the talks went on")
    'The talks went on.'
    """
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")


def listing(parts: Iterable[str]) -> str:
    """Parts joined as in a sentence.

    >>> listing(["a", "b", "c"])
    'a, b and c'
    """
    found = list(parts)
    return ", ".join(found[:-1]) + " and " + found[-1] if len(found) > 1 else "".join(found)


def percent(share: float) -> str:
    """A probability in words; what rounds to nothing or to certainty says so.

    >>> percent(0.314), percent(0.001), percent(0.9999)
    ('31%', 'less than 1%', 'more than 99%')
    """
    if share < 0.01:
        return "less than 1%"
    return "more than 99%" if share > 0.99 else f"{100 * share:.0f}%"


def name_of(world: World, who: str) -> str:
    """A player's or a seat's name in a sentence."""
    return world.case.name_of(who) if who in world.case.players else f"the {who}"


def war_of(case: Case, name: str) -> str:
    """A war in words: as the case calls it, else its name.

    >>> from sim.case.loading import load_case
    >>> war_of(load_case(), "ttp_insurgency")
    'TTP insurgency'
    """
    return case.wars[name].title or issue(name)


def place_of(world: World, place: str) -> str:
    """A table's or a war's name in a sentence."""
    if place in world.case.tables:
        return world.case.tables[place].title
    return f"the {war_of(world.case, place)}"


def label(case: Case, name: str) -> str:
    """An uncertainty of a case in a few words, for a table or a figure.

    >>> from sim.case.loading import load_case
    >>> afghanistan = load_case("afghanistan")
    >>> label(afghanistan, "trust.US.PAK"), label(afghanistan, "start.cell.delisting"), label(afghanistan, "half_life")
    ('trust of the United States in Pakistan', 'delisting at the start', 'half life')
    """
    match name.split("."):
        case ["trust", who, whom]:
            return f"trust of {case.name_of(who)} in {case.name_of(whom)}"
        case ["leverage", who, whom]:
            return f"leverage of {case.name_of(who)} over {case.name_of(whom)}"
        case ["position" | "red_line" as kind, who, cell]:
            return f"{issue(kind)} of {case.name_of(who)} on {issue(cell)}"
        case ["salience", who, cell]:
            return f"salience of {issue(cell)} for {case.name_of(who)}"
        case ["share", who, whom, tool]:
            return f"share of {issue(tool)} in the leverage of {case.name_of(who)} over {case.name_of(whom)}"
        case ["start", "cell", cell]:
            return f"{issue(cell)} at the start"
        case ["start", what, where]:
            return f"{what} of {issue(where)} at the start"
        case ["start", what]:
            return f"{what} at the start"
        case _:
            return issue(name)
