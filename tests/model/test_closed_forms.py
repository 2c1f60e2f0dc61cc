"""Results that can be written down: the model has to give them (design, sections 4.3, 4.4 and 4.8)."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
from worlds import CLAUSES, HURDLE, MOST, NOISE, SESSIONS, Tables, bare_table, linear_table, runs, traced, world

from sim.model.equations.war import control_growth
from sim.model.phases.bargain import bargain
from sim.model.phases.begin import begin, derive
from sim.model.phases.fight import fight
from sim.model.phases.frontier import package_value, set_midpoint
from sim.model.vocabulary import NO_SESSION, NO_ZONE, OPEN, OUT_OF_TIME, REFUSED, SIGNED

# ---------------------------------------------------------------- the swap of one issue each


SWAPS = list(product((0.05, 0.3, 0.5, 0.8), (0.1, 0.4, 1.0), (0.0, 0.5, 2.0), (0.0, 0.15, 0.4)))


@pytest.mark.parametrize(("own", "distance", "vulnerability", "war"), SWAPS)
def test_the_full_swap_is_accepted_above_the_trust_that_the_design_names(
    own: float, distance: float, vulnerability: float, war: float
) -> None:
    """q >= w_own D (1 + rho) / (w_their D + rho w_own D + k v), where the other's part is a full ceasefire."""
    their = 1.0 - own
    # The war ends by the whole of the other's part: k v (x - x0) is k v at D = 1.
    war_term = war * distance
    limit = own * distance * (1.0 + vulnerability)
    limit /= their * distance + vulnerability * own * distance + war_term
    for trust in (limit - 1e-6, limit + 1e-6, 0.5 * limit, 1.0):
        if 0.0 <= trust <= 1.0:
            position = ((0.0, distance), (distance, 0.0))
            weight = ((own, their), (their, own))
            table = bare_table(position, (0.0, 0.0), weight, (trust, trust), vulnerability, 1, (war, war))
            rules, _, state = traced(table)
            accepted = package_value(rules, state, 0, 0, np.array([distance, distance])) >= 0.0
            assert accepted == (trust >= limit)


RATIOS = list(product((0.1, 0.4, 0.7, 1.0), (0.3, 0.9), (0.0, 1.0, 2.0), (0.2, 0.5, 0.6), (0.35, 0.5)))


@pytest.mark.parametrize(("first", "second", "vulnerability", "own_0", "own_1"), RATIOS)
def test_without_a_war_a_deal_exists_where_the_product_of_the_ratios_is_at_least_one(
    first: float, second: float, vulnerability: float, own_0: float, own_1: float
) -> None:
    """r_i r_j >= 1 with r_i = q_ij w_their / ((1 + (1 - q_ij) rho) w_own)."""
    ratios = [
        trust * (1.0 - own) / ((1.0 + (1.0 - trust) * vulnerability) * own)
        for trust, own in ((first, own_0), (second, own_1))
    ]
    product_of_ratios = ratios[0] * ratios[1]
    position, weight = ((0.0, 0.8), (0.8, 0.0)), ((own_0, 1.0 - own_0), (1.0 - own_1, own_1))
    _, _, state = traced(bare_table(position, (0.0, 0.0), weight, (first, second), vulnerability))
    if abs(product_of_ratios - 1.0) > 1e-6:
        assert (state.zone[0] == 1) == (product_of_ratios > 1.0)


# ---------------------------------------------------------------- special tables


@pytest.mark.parametrize("seed", range(50))
def test_the_empty_package_is_worth_nothing_to_anybody(seed: int) -> None:
    rng = np.random.default_rng(seed)
    default = rng.random(4)
    table = bare_table(
        rng.random((2, 4)), default, rng.random((2, 4)), tuple(rng.random(2)), rng.uniform(0, 2), 2, (0.3, 0.1)
    )
    rules, _, state = traced(table)
    for side in range(2):
        assert package_value(rules, state, 0, side, default) == 0.0


@pytest.mark.parametrize("seed", range(50))
def test_a_symmetric_table_splits_evenly(seed: int) -> None:
    """Mirror the issues in pairs: what the first party cares for in one, the second cares for in the other."""
    rng = np.random.default_rng(seed)
    a, b, x0 = rng.random(2), rng.random(2), rng.random(2)
    heavy, light = rng.uniform(0.3, 1.0, 2), rng.uniform(0.0, 0.3, 2)
    position = (np.concatenate([a, b]), np.concatenate([b, a]))
    weight = (np.concatenate([light, heavy]), np.concatenate([heavy, light]))
    trust = rng.uniform(0.6, 1.0)
    table = bare_table(position, np.concatenate([x0, x0]), weight, (trust, trust), rng.uniform(0.0, 1.0))
    rules, _, state = traced(table)
    np.testing.assert_allclose(state.best[0, 0], state.best[0, 1], atol=1e-12)
    if state.zone[0] == 1:
        set_midpoint(rules, state, 0)
        gains = [package_value(rules, state, 0, side, state.midpoint[0]) for side in range(2)]
        np.testing.assert_allclose(gains[0], gains[1], atol=1e-12)
        assert gains[0] >= 0.5 * state.best[0, 0] - 1e-12


def opposed_table(rng: np.random.Generator, trust: tuple[float, float], vulnerability: float) -> Tables:
    clauses = int(rng.integers(2, CLAUSES + 1))
    shape = (2, clauses)
    return bare_table(rng.random(shape), rng.random(clauses), 0.05 + rng.random(shape), trust, vulnerability)


@pytest.mark.parametrize("seed", range(50))
def test_without_any_trust_there_is_no_zone(seed: int) -> None:
    rng = np.random.default_rng(seed)
    trusts = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0)]
    for trust in trusts:
        _, _, state = traced(opposed_table(rng, trust, rng.uniform(0.0, 2.0)))
        assert state.zone[0] == 0


@pytest.mark.parametrize("seed", range(50))
def test_full_trust_without_vulnerability_gives_a_deal_by_the_deadline_wherever_both_can_gain(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = opposed_table(rng, (1.0, 1.0), 0.0)
    rules, draw, state = traced(table)
    places = rng.random((20_000, CLAUSES))
    wide = Tables(*(np.repeat(column, len(places), axis=0) for column in table))
    both_gain = (wide.package_values(places) > 1e-6).all(axis=1).any()
    if both_gain:
        assert state.zone[0] == 1
    draw.deadline, draw.concession, draw.pressure_weight = rng.uniform(12.0, 52.0), rng.uniform(0.3, 1.5), 0.3
    state.status[0], state.meeting[0], state.attending[0, :2] = OPEN, 1, 1
    for _ in range(int(np.ceil(draw.deadline))):
        bargain(rules, draw, state, 0)
        assert state.session[0] != NO_SESSION
        if state.session[0] != REFUSED:
            break
    assert state.session[0] == (SIGNED if state.zone[0] == 1 else NO_ZONE)


@pytest.mark.long
@pytest.mark.parametrize("epoch", ["2018-12", "2019-07"])
def test_no_trust_and_no_guarantor_gives_no_agreement_in_any_run(epoch: str) -> None:
    found = world(epoch, 60, off=("learning", "guarantors"))
    found.draws.start_trust[...] = 0.0
    states = runs(found, 104)
    assert states.sessions_held.sum() > 0
    assert states.agreements.sum() == 0


# ---------------------------------------------------------------- the war


def steady_war() -> tuple[Any, Any, Any]:
    """A war in which the chance of success stays where it is and nothing is left to luck."""
    found = world("2019-04", 1)
    rules, draw, state = found.rules, found.draws[0], found.states()[0]
    draw.combat_noise, draw.setback_effect, draw.patron_share, draw.sanctuary_effect = 0.0, 0.0, 0.0, 0.0
    draw.bandwagon = 0.0
    draw.takeover_rate, draw.combat_pace, draw.start_control[0], draw.parity[0] = 0.0, 0.02, 0.3, 0.8
    draw.start_cell[rules.ceasefire_cell[0]] = 0.0
    derive(rules, draw, found.plan)
    begin(rules, draw, found.plan, state, 1, 0)
    return rules, draw, state


def test_control_without_luck_is_logistic_growth() -> None:
    rules, draw, state = steady_war()
    growth = control_growth(0.02, 1.0, 0.8)
    exact = 0.3
    for week in range(1, 105):
        state.week = week
        fight(rules, draw, state, 0)
        exact += exact * (1.0 - exact) * growth
        assert abs(state.control[0] - exact) < 1e-12
        assert abs(state.success[0] - 0.8) < 1e-12
        odds = 0.3 / 0.7 * np.exp(growth * week)
        # A week's step is the first term of the exponential: the rest is of the order of the growth.
        assert abs(state.control[0] - odds / (1.0 + odds)) < growth


def test_at_parity_control_stays_where_it_is() -> None:
    rules, draw, state = steady_war()
    state.strength[0] = state.cohesion[0] * (1.0 + draw.presence_effect * state.presence)
    for week in range(1, 53):
        state.week = week
        fight(rules, draw, state, 0)
    assert abs(state.control[0] - 0.3) < 1e-12


# ---------------------------------------------------------------- minds at one linear frontier


def reserved(u: Any) -> Any:
    """What homes of these minds accept, by a formula of its own."""
    return np.maximum(HURDLE + NOISE * np.log(u / (1.0 - u)), 0.0)


@pytest.mark.parametrize("seed", range(60))
def test_two_minds_agree_by_the_deadline_where_a_package_serves_both_homes(seed: int) -> None:
    minds = np.random.default_rng(seed).uniform(0.3, 0.999, 2)
    needed = (reserved(minds) / MOST).sum()
    rules, draw, state = linear_table()
    state.mind[0] = minds
    for _ in range(SESSIONS):
        bargain(rules, draw, state, 0)
        if state.session[0] != REFUSED:
            break
    assert abs(needed - 1.0) > 1e-6
    assert (state.session[0] == SIGNED) == (needed < 1.0)
    assert state.session[0] == (SIGNED if needed < 1.0 else OUT_OF_TIME)


def test_the_chance_of_an_agreement_is_that_of_the_closed_form() -> None:
    """F_1(0) F_2(M_2) + integral over x in (0, M_1) of F_2(M_2 (1 - x / M_1)) dF_1(x)."""

    def accepts(x: Any) -> Any:
        return 1.0 / (1.0 + np.exp(-(x - HURDLE) / NOISE))

    x = np.linspace(0.0, MOST[0], 20_001)
    other = accepts(MOST[1] * (1.0 - x / MOST[0]))
    steps = np.diff(accepts(x))
    exact = accepts(0.0) * accepts(MOST[1]) + (0.5 * (other[1:] + other[:-1]) * steps).sum()
    u = (np.arange(1000) + 0.5) / 1000.0
    share = (reserved(u)[:, None] / MOST[0] + reserved(u)[None, :] / MOST[1] <= 1.0).mean()
    assert share == pytest.approx(exact, abs=0.002)
    assert 0.5 < exact < 0.95
