"""Whose a scenario's levers are: read from the events that use them, for no file says it.

Who does an event is its `by`; else the mediator who tries harder or keeps away; else, where it moves the patron's
forces, the patrons; else whoever's effort it sets. A table that is called, or an invitation, is nobody's act.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.case.case import Case
from sim.case.happening import Happening
from sim.case.scenario import Scenario, happenings, levers_in
from sim.inputs.errors import InputError, one_of


def owners(scenario: Scenario) -> Mapping[str, tuple[str, ...]]:
    """By lever, the players whose acts it decides, in the order of the case; empty for a lever that is nobody's."""
    found: dict[str, set[str]] = {name: set() for name in scenario.levers}
    for data, happening in zip(scenario.events, happenings(scenario), strict=True):
        for name in levers_in(data):
            found[name] |= doers(scenario.case, happening)
    return {name: tuple(one for one in scenario.case.players if one in those) for name, those in found.items()}


def doers(case: Case, happening: Happening) -> set[str]:
    """The players who do an event; none where it happens to all."""
    event, given = happening.event, happening.arguments
    if given.get("by"):
        return {given["by"]}
    if any(one.name == "mediator" and one.kind == "player" for one in event.arguments):
        return {given["mediator"]}
    if event.presence:
        return {war.patron for war in case.wars.values() if war.patron is not None}
    players = list(case.players)
    return {players[effect.player] for effect in happening.effects if effect.player >= 0}


def levers_of(scenario: Scenario, actor: str) -> tuple[str, ...]:
    """The levers of a scenario that are an actor's.

    Raises:
        InputError: there is no such actor or third party, or no lever is its.
    """
    case = scenario.case
    one_of("robust", "actor", actor, case.players, "an actor or third party")
    whose = owners(scenario)
    found = tuple(name for name, players in whose.items() if actor in players)
    if not found:
        told = [f"{name} is {' and '.join(those) or 'nobody'}'s" for name, those in whose.items()]
        problem = f"no lever of {scenario.scenario} is {actor}'s"
        raise InputError("robust", "actor", problem, allowed="; ".join(told) or "a scenario with levers")
    return found
