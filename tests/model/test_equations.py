"""Every equation against the formula of its docstring, written anew in plain numpy, at operands inside their ranges.

An equation without an entry in `FORMULAS` fails: a new one cannot come without its formula. The names of a formula's
operands are those of the equation; their ranges are open (no 0 and no 1, which hide a factor or a sign) and go on both
sides of every bend.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import sim.model.equations


def equations() -> dict[str, Callable[..., Any]]:
    """Every function that a module of `sim.model.equations` defines, under `module.name`."""
    found = {}
    for module in pkgutil.iter_modules(sim.model.equations.__path__):
        inside = importlib.import_module(f"sim.model.equations.{module.name}")
        for name, function in inspect.getmembers(inside, inspect.isfunction):
            if function.__module__ == inside.__name__:
                found[f"{module.name}.{name}"] = function
    return found


EQUATIONS = equations()


def bend(x: Any) -> Any:
    """x where it is positive, else 0."""
    return np.maximum(x, 0.0)


def whole(x: Any) -> Any:
    """The whole weeks of a time, where rounding does not decide how many they are."""
    assume(abs(x - np.round(x)) > 1e-9)
    return np.floor(x)


def given_way(doubt: Any, rate: Any, other_doubt: Any, other_rate: Any, time: Any) -> Any:
    """1 - c e^(-lambda s), c = z e^(lambda T_0) (Abreu & Gul 2000): 0 before the first session, 1 - z from T_0."""
    last = np.minimum(np.log(1 / doubt) / rate, np.log(1 / other_doubt) / other_rate)
    return np.where(time < 0, 0, 1 - doubt * np.exp(rate * last) * np.exp(-rate * np.minimum(time, last)))


def giving_way(doubt: Any, rate: Any, other_doubt: Any, other_rate: Any, time: Any) -> Any:
    """The part of those who can give way and had not a session ago that does so now; all where none was left."""
    last = np.minimum(np.log(1 / doubt) / rate, np.log(1 / other_doubt) / other_rate)

    def left(now: Any) -> Any:
        return np.where(now < 0, 1, doubt / (1 - doubt) * np.expm1(rate * bend(last - now)))

    before = left(time - 1)
    return 1 - left(time) / before if before > 0 else 1.0


FORMULAS: dict[str, Callable[..., Any]] = {
    "attendance.pressure": lambda pressure_weight, resistance: pressure_weight - pressure_weight * resistance,
    "attendance.attendance": lambda weight, surplus, offer, arrears, pressure, cost, recognition: (
        np.array([weight, weight, -weight, 1, -1, -1])
        * np.array([surplus, offer, arrears, pressure, cost, recognition])
    ),
    "attendance.mediation": lambda weight, gain, welcome, consent: (weight * gain, welcome, -consent),
    "choice.log_odds": lambda terms, noise: np.sum(np.array(terms) / noise),
    "compliance.delivery": lambda patience, surplus, pressure_weight, reach, temptation: (
        patience * bend(surplus),
        pressure_weight * reach**2,
        -temptation,
    ),
    "concession.eagerness": lambda concession, pressure, pressure_weight: (
        concession + concession * pressure / pressure_weight
    ),
    "concession.log_of_time": lambda session, deadline: np.log(np.clip(session / deadline, 0, 1)),
    "concession.aspiration": lambda log_time, eagerness: 1 - np.exp(log_time) ** (1 / eagerness),
    "effort.chosen_effort": lambda usual, reasons, strength, coercion_cost: np.clip(
        np.where(
            (usual <= 0.5) & (usual + strength * reasons > 0.5),
            np.maximum(usual + strength * (reasons - coercion_cost), 0.5),
            usual + strength * reasons,
        ),
        0,
        1,
    ),
    "effort.kindness": lambda change, relative_salience, loss_weight: (
        relative_salience * (bend(change) - loss_weight * bend(-change))
    ),
    "effort.promise_for_effort": lambda weight, trust, change: weight * trust * (bend(change) + bend(-change)),
    "leverage.leverage": lambda coded, available, available_at_epoch: np.clip(
        coded * (available / available_at_epoch), 0, 1
    ),
    "leverage.sanctuary": lambda autonomy, control: (1 - autonomy) * (2 - control) / 2,
    "leverage.joint": lambda first, second: first + second - first * second,
    "package.utility": lambda point, position: 1 - np.maximum(point - position, position - point),
    "package.gain": lambda point, default, position: np.hypot(default - position, 0) - np.hypot(point - position, 0),
    "package.promise_worth": lambda weight, trust_in_delivery: weight * trust_in_delivery,
    "package.concession_cost": lambda weight, trust, vulnerability: (
        weight + weight * vulnerability - weight * trust * vulnerability
    ),
    "package.tied_worth": lambda weight, trust, change: weight * trust * change,
    "package.clause_worth": lambda point, default, position, promise, concession, stake: (
        promise * bend(np.abs(default - position) - np.abs(point - position))
        - concession * bend(np.abs(point - position) - np.abs(default - position))
        + stake * point
        - stake * default
    ),
    "package.forecast": lambda control, growth, weeks: 1 / (1 + (1 - control) / control * np.exp(-growth * weeks)),
    "package.optimistic": lambda default, position, optimism: (1 - optimism) * default + optimism * position,
    "position.ideal_point": lambda start, coded, own_motion: start + own_motion * (coded - start),
    "private.spell": lambda half_life, u: 1 + whole(half_life * np.log2(1 / u)),
    "private.reservation": lambda hurdle, noise, mind, pressure, others: bend(
        hurdle + noise * np.log(mind / (1 - mind)) - pressure - others
    ),
    "ratification.favour": lambda odds, mind: (1 - mind) / (1 - mind + mind * np.exp(-odds)),
    "ratification.ratification": lambda surplus, others, pressure, hurdle: (surplus, others, pressure, -hurdle),
    "rounds.breaking_rate": lambda breaking, weeks, violence, trust: (
        breaking * weeks * violence - breaking * weeks * violence * trust
    ),
    "theories.motivation": lambda hurt, pressure: np.minimum(hurt, 1) + pressure - np.minimum(hurt, 1) * pressure,
    "theories.optimism": lambda trust, progress, rounds: trust / (1 + rounds) + trust * progress / (1 + rounds),
    "theories.yielding_rate": lambda patience, other_conceded, other_demand: (
        patience / (other_demand / other_conceded - 1)
    ),
    "theories.obstinacy": lambda hurdle, noise, pressure, conceded: np.maximum(
        1 / (1 + np.exp((conceded + pressure - hurdle) / noise)), 1e-9
    ),
    "theories.yielded": given_way,
    "theories.yield_hazard": giving_way,
    "trust.trust": lambda kept, broken: 1 / (1 + broken / kept),
    "trust.weekly_decay": lambda half_life: 0.5 ** (1 / half_life),
    "trust.decayed": lambda count, start, decay: decay * count + (1 - decay) * start,
    "trust.guarantee": lambda reach, effort, guarantor_weight, trust_in_guarantor: (
        guarantor_weight * effort * reach**2 * trust_in_guarantor
    ),
    "trust.affinity": lambda trust_in_victim: bend(2 * trust_in_victim - 1),
    "trust.evidence": lambda nu, weight, share: nu * weight * share,
    "war.challenger_strength": lambda strength, sanctuary_effect, sanctuary, armed: (
        armed * (strength + strength * sanctuary_effect * sanctuary)
    ),
    "war.incumbent_strength": lambda cohesion, presence_effect, presence: (
        cohesion + cohesion * presence_effect * presence
    ),
    "war.success": lambda challenger, incumbent: 1 / (1 + incumbent / challenger),
    "war.control_growth": lambda combat_pace, intensity, success: combat_pace * intensity * (success - (1 - success)),
    "war.next_control": lambda control, growth, shock: np.clip(
        control + (control - control**2) * (growth + shock), 0.01, 0.99
    ),
    "war.side_taking": lambda bandwagon, control, expected: bandwagon * expected - bandwagon * control,
    "war.next_intensity": lambda intensity, ceasefire, offensive: (
        0.75 * intensity + (1 - ceasefire) * (1 + offensive) / 4
    ),
    "war.cohesion_target": lambda patron_share, trust_in_patron, presence: (
        1 - patron_share * (1 - trust_in_patron * presence)
    ),
    "war.next_cohesion": lambda cohesion, target, setback_effect, lost_control: np.clip(
        25 / 26 * cohesion + target / 26 - setback_effect * bend(lost_control), 0.01, 1
    ),
    "war.takeover_hazard": lambda takeover_rate, presence, cohesion, control: (
        takeover_rate * control**2 * (1 - presence) * (1 - cohesion)
    ),
    "war.chance": lambda rate: -np.expm1(-rate),
    "war.allied": lambda strength, allies: strength + strength * allies,
    "war.parity_strength": lambda parity, incumbent, sanctuary_effect, sanctuary, armed, allies: (
        incumbent * parity / ((1 - parity) * (1 + sanctuary_effect * sanctuary) * armed * (1 + allies))
    ),
    "war.flight": lambda flight_base, flight_shift, intensity, lost_control: (
        flight_base * intensity + flight_shift * bend(lost_control)
    ),
    "war.after_return": lambda control, returned: np.clip(control + control * (1 - control) * returned, 0.01, 0.99),
}

SHARE, SIGNED = (0.02, 0.98), (-0.98, 0.98)
# Operands that are no share, by their names; for one equation where its own range differs.
RANGES: dict[str, tuple[float, float]] = {
    "surplus": SIGNED, "others": SIGNED, "gain": SIGNED, "change": SIGNED, "reasons": SIGNED, "lost_control": SIGNED,
    "growth": (-3.0, 3.0), "shock": (-3.0, 3.0), "log_time": (-4.0, -0.01), "session": (1.0, 40.0),
    "deadline": (6.0, 24.0), "half_life": (4.0, 200.0), "weeks": (1.5, 6.0), "loss_weight": (1.1, 3.0),
    "strength": (0.1, 2.0), "allies": (0.1, 3.0), "coercion_cost": (0.02, 0.3), "vulnerability": (0.1, 2.0),
    "concession": (0.2, 1.9),
    "eagerness": (0.2, 3.0), "kept": (0.1, 5.0), "broken": (0.1, 5.0), "count": (0.1, 5.0), "start": (0.1, 5.0),
    "intensity": (0.1, 2.0), "offensive": (0.1, 2.0), "violence": (0.1, 2.0), "rate": (0.01, 3.0),
    "challenger": (0.1, 3.0), "incumbent": (0.1, 3.0), "sanctuary_effect": (0.1, 2.0), "presence_effect": (0.1, 2.0),
    "setback_effect": (0.1, 3.0), "noise": (0.05, 0.5), "pressure_weight": (0.1, 0.9), "hurt": (0.1, 2.0),
    "progress": (0.5, 20.0), "rounds": (0.5, 20.0), "odds": (-4.0, 4.0), "other_rate": (0.01, 3.0),
    "time": (-1.5, 30.0),
}  # fmt: skip
OF_ONE = {
    ("package.forecast", "growth"): (-0.1, 0.1),
    ("package.forecast", "weeks"): (2.0, 52.0),
    # What a side demands is more than what it has of giving way.
    ("theories.yielding_rate", "other_conceded"): (0.02, 0.45),
    ("theories.yielding_rate", "other_demand"): (0.5, 0.98),
}


@st.composite
def operands(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """One number for each operand of an equation, inside its range."""

    def number(operand: str) -> st.SearchStrategy[float]:
        low, high = OF_ONE.get((name, operand), RANGES.get(operand, SHARE))
        return st.floats(low, high)

    found = {
        operand: draw(st.tuples(*[st.floats(*SIGNED)] * 3) if operand == "terms" else number(operand))
        for operand in inspect.signature(EQUATIONS[name]).parameters
    }
    return found


def test_every_equation_has_its_formula_and_no_other() -> None:
    assert set(FORMULAS) == set(EQUATIONS)


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_a_formula_speaks_of_the_equations_operands(name: str) -> None:
    assert list(inspect.signature(FORMULAS[name]).parameters) == list(inspect.signature(EQUATIONS[name]).parameters)


# Finds of `make fresh` that are kept: an equation, and the operands at which it was not its formula.
FOUND: dict[str, list[dict[str, Any]]] = {}


@pytest.mark.hypothesis
@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_an_equation_is_the_formula_of_its_docstring(name: str) -> None:
    def law(drawn: dict[str, Any]) -> None:
        np.testing.assert_allclose(EQUATIONS[name](**drawn), FORMULAS[name](**drawn), rtol=1e-11, atol=1e-12)

    for kept in FOUND.get(name, []):
        law = example(drawn=kept)(law)
    given(drawn=operands(name))(law)()
