"""Every function of the phases gives the same bits interpreted and compiled, on 1,000 states that runs have reached."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from numba import njit
from worlds import EPOCHS, PHASE_STEPS, World, march, random_plan, same_bits, start, world

import sim.model.phases
from sim.model import vocabulary as words

pytestmark = pytest.mark.long

STATES = 1_000
# A week calls every phase and sees every state; each function of the phases sees a part of the states by itself.
PART = 100
WHOLE_BEGINNING = 20


def public_functions() -> dict[str, Callable[..., Any]]:
    """Every public function that a module of `sim.model.phases` defines, under `module.name`."""
    found = {}
    for module in pkgutil.iter_modules(sim.model.phases.__path__):
        inside = importlib.import_module(f"sim.model.phases.{module.name}")
        for name, function in inspect.getmembers(inside, inspect.isfunction):
            if function.__module__ == inside.__name__ and not name.startswith("_"):
                found[f"{module.name}.{name}"] = function
    return found


FUNCTIONS = public_functions()


@cache
def reached() -> list[tuple[World, Any, Any, Any]]:
    """(world, draw, plan, state) of runs of every epoch, after random numbers of weeks of random plans."""
    rng = np.random.default_rng(11)
    result = []
    each = STATES // len(EPOCHS)
    for epoch in EPOCHS:
        found = world(epoch, each, seed=5)
        states = found.states()
        for n in range(each):
            plan = random_plan(found, rng, int(rng.integers(0, 12)))
            alone = slice(n, n + 1)
            start(found.rules, found.draws[alone], plan, states[alone], 7, n)
            march(found.rules, found.draws[alone], plan, states[alone], int(rng.integers(0, 105)))
            result.append((found, found.draws[n], plan, states[n]))
    return result


def arguments(names: list[str], found: World, draw: Any, plan: Any, state: Any, rng: np.random.Generator) -> list[Any]:
    """Values for the parameters of a phase's function, by their names."""
    rules = found.rules
    t = int(rng.integers(rules.tables))
    seated = [n for n in range(rules.tables) if rules.seats[n] > 0]
    if "m" in names and "t" in names:
        t = int(rng.choice(seated))
    player = int(rng.integers(rules.players))
    many = {
        name: int(rng.integers(rules.players))
        for name in ("i", "j", "target", "observer", "concerned", "deliverer", "truster")
    }
    if "m" in names and "t" not in names:
        many["m"] = int(rng.integers(rules.players))
    elif rules.seats[t] > 0:
        many["m"] = int(rng.integers(rules.seats[t]))
    many |= {"player": player, "mediator": player, "actor": int(rng.integers(rules.players))}
    many |= {"t": t, "side": int(rng.integers(2)), "k": int(rng.integers(rules.clauses[t]))}
    many |= {"w": int(rng.integers(rules.wars)), "pair": int(rng.integers(rules.pairs))}
    many |= {"tool": int(rng.integers(rules.instruments)), "cell": int(rng.integers(rules.cells))}
    many |= {"e": int(rng.integers(max(plan.events, 1))), "d": 0, "step": 0, "end": int(rng.integers(2))}
    many |= {"first": int(rng.integers(2)), "second": int(rng.integers(2)), "until": int(rng.integers(200))}
    many |= {"run": int(rng.integers(50)), "seed": int(rng.integers(1, 1000)), "slot": int(rng.integers(1 << 26))}
    many |= {"conduct": int(rng.integers(4)), "conditional": int(rng.integers(2))}
    many |= {"block": int(rng.integers(1 << 24)), "place": int(rng.integers(4))}
    many |= {"o": int(rng.integers(rules.mediated))}
    many |= {"here": True, "fought": bool(rng.integers(2)), "lane": 0}
    many |= {"party": bool(rng.integers(2)), "delivered": bool(rng.integers(2))}
    many |= {"code": int(rng.integers(len(words.QUANTITIES)))}
    many |= {"count": int(rng.integers(words.PIECES_OF_A_CLAUSE))}
    many |= {"other": int(rng.integers(words.PIECES_OF_A_CLAUSE))}
    many |= {"n": int(rng.integers(words.PIECES_OF_A_CLAUSE)), "pieces": int(rng.integers(words.PIECES_OF_A_CLAUSE))}
    many |= {"v": int(rng.integers(rules.voter.shape[1]))}
    everything: dict[str, Any] = {"rules": rules, "draw": draw, "plan": plan, "state": state, **many}
    if "package" in names:
        everything["package"] = rng.random(rules.clauses.max())
    # Integers above, shares here, unless a name says weeks.
    values = [everything[name] if name in everything else float(rng.random()) for name in names]
    return [float(rng.integers(1, 60)) if name == "weeks" else value for name, value in zip(names, values, strict=True)]


def fitted(name: str, names: list[str], values: list[Any], rng: np.random.Generator) -> list[Any]:
    """Arguments that a function takes only in a narrower range than their names say."""
    by_name = dict(zip(names, values, strict=True))
    if name == "bargain.bind_clause":
        by_name["weeks"] = int(by_name["weeks"])
    if name == "defaults.plain_default":
        by_name["code"] = words.BY_NONE
    if name == "defaults.shared_in_force":
        by_name["t"], by_name["k"] = next(
            (t, k)
            for t in range(by_name["rules"].tables)
            for k in range(by_name["rules"].clauses[t])
            if by_name["rules"].clause_default[t, k] == words.BY_SHARED
        )
    if name == "fight.turn_regime":
        by_name["w"] = 0
    if name == "frontier.concede":
        by_name["target"] = by_name["state"].end_value[by_name["t"], by_name["side"], by_name["side"]] - rng.random()
    if name == "theories.offer_by_theory":
        state, draw = by_name["state"], by_name["draw"]
        zones = np.flatnonzero(state.zone[: by_name["rules"].tables])
        if len(zones):
            by_name["t"] = int(rng.choice(zones))
        draw.accepting = rng.choice((words.BY_NASH, words.BY_COMPROMISE, words.BY_ATTRITION))
        draw.demand = rng.uniform(0.5, 1.0)
        state.sessions[by_name["t"]] = rng.integers(1, 20)
    if name == "theories.readiness":  # it is asked in a round that was called
        by_name["state"].rounds[by_name["t"]] = rng.integers(1, 20)
    if name.startswith("vote."):  # nobody votes in the case: a player does here
        if "rules" in by_name:
            by_name["rules"] = with_a_voter(by_name["rules"], by_name["t"], rng)
        by_name["state"].status[by_name["t"]] = rng.choice((words.PENDING, words.OPEN))
    return [by_name[key] for key in names]


def with_a_voter(rules: Any, t: int, rng: np.random.Generator) -> Any:
    """The rules with one player who votes on what is signed at a table."""
    rules = rules.copy()
    rules.members[t], rules.voters[t] = 0, 1
    rules.voter[t, 0], rules.vote_needed[t, 0] = rng.integers(rules.players), rng.normal()
    return rules


def bits(value: Any) -> Any:
    return None if value is None else np.float64(value).tobytes()


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_phase_has_the_same_bits_interpreted_and_compiled(name: str) -> None:
    function = FUNCTIONS[name]
    names = list(inspect.signature(function).parameters)
    compiled = njit(function)
    place = sorted(FUNCTIONS).index(name)
    rng = np.random.default_rng(place)
    part = STATES if name == "week.week" else WHOLE_BEGINNING if name == "begin.begin" else PART
    for found, draw, plan, state in reached()[place % (STATES // part) :: STATES // part]:
        chosen = rng.bit_generator.state
        once, again = state.copy(), state.copy()
        first_draw, second_draw = draw.copy(), draw.copy()
        rng.bit_generator.state = chosen
        first = fitted(name, names, arguments(names, found, first_draw, plan, once, rng), rng)
        rng.bit_generator.state = chosen
        second = fitted(name, names, arguments(names, found, second_draw, plan, again, rng), rng)
        assert bits(function(*first)) == bits(compiled(*second))
        if once.tobytes() != again.tobytes():
            assert same_bits(once, again) == []
        assert first_draw.tobytes() == second_draw.tobytes()


def test_the_phases_one_by_one_make_up_a_week() -> None:
    for found, draw, plan, state in reached()[::50]:
        whole, parts = state.copy(), state.copy()
        compiled_week = FUNCTIONS["week.week"]
        compiled_week(found.rules, draw, plan, whole)
        for step in PHASE_STEPS:
            step(found.rules, draw, plan, parts)
        assert same_bits(whole, parts) == []


def test_there_is_a_step_for_every_phase() -> None:
    assert [step.__name__ for step in PHASE_STEPS] == [f"{phase}_phase" for phase in words.PHASES]
