"""What others see of an act: in one unit, against the one who acted, as a change since the epoch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import World, runs, world

from sim.model import vocabulary as words
from sim.model.equations.trust import affinity, decayed, trust
from sim.model.phases.attend import arrears_held, set_exit
from sim.model.phases.defaults import exit_waits
from sim.model.phases.events import be_seen, set_cell
from sim.model.phases.rounds import blame, may_break_off

DRAWS = 200
share = st.floats(0.0, 1.0)


def player(found: World, code: str) -> int:
    return found.case.number("players", code)


def cell(found: World, name: str) -> int:
    return found.case.number("cells", name)


def begun(epoch: str, count: int = 40) -> tuple[World, Any]:
    found = world(epoch, count)
    return found, runs(found, 0)


@given(share, st.floats(0.5, 4.0), st.floats(1.0, 3.0), st.floats(0.0, 1.0))
def test_one_act_moves_trust_by_the_law(tau: float, kappa: float, ell: float, size: float) -> None:
    after = trust(kappa * tau + 1e-12, kappa * (1.0 - tau) + ell * size + 1e-12)
    assert after == pytest.approx(tau - tau * size * ell / (kappa + size * ell), abs=1e-6)
    assert decayed(1.0, 1.0, 0.9) == 1.0


@given(share)
def test_one_sides_with_those_whom_one_trusts_and_with_nobody_else(tau: float) -> None:
    assert affinity(tau) == max(2.0 * tau - 1.0, 0.0)


@pytest.mark.parametrize("epoch", ["2018-12", "2021-04", "2022-08"])
def test_an_act_never_raises_the_trust_of_the_one_it_hurts(epoch: str) -> None:
    found, states = begun(epoch)
    rng = np.random.default_rng(3)
    for n, state in enumerate(states):
        actor, c = int(rng.integers(5)), int(rng.integers(found.rules.cells))
        before, after = float(state.cell[c]), float(rng.random())
        state.gained[...] = state.lost[...] = 0.0
        be_seen(found.rules, found.draws[n], state, actor, c, before, after)
        for i in range(5):
            if i != actor and state.has_position[i, c] == 1:
                hurt = abs(after - state.position[i, c]) - abs(before - state.position[i, c])
                assert not (hurt > 0.0 and state.gained[i, actor] > 0.0)
                assert not (hurt < 0.0 and state.lost[i, actor] > 0.0)


def test_who_has_no_stake_sees_what_is_done_to_those_it_sides_with() -> None:
    found, states = begun("2018-12")
    kabul, taliban, pakistan = (player(found, code) for code in ("KAB", "TAL", "PAK"))
    c = cell(found, "sovereignty")
    for state, draw in zip(states, found.draws, strict=True):
        state.has_position[taliban, c] = 0
        state.has_position[kabul, c], state.position[kabul, c] = 1, 1.0
        for tau, wanted in ((0.2, False), (0.9, True)):
            state.trust[taliban, kabul] = tau
            state.lost[...] = 0.0
            be_seen(found.rules, draw, state, pakistan, c, 0.6, 0.2)
            assert (state.lost[taliban, pakistan] > 0.0) == wanted
            assert state.lost[kabul, pakistan] > state.lost[taliban, pakistan]
        draw.onlookers_on, state.lost[...] = 0, 0.0
        be_seen(found.rules, draw, state, pakistan, c, 0.6, 0.2)
        assert state.lost[taliban, pakistan] == 0.0 < state.lost[kabul, pakistan]
        draw.cell_weight[taliban, c] = 0.25
        state.has_position[taliban, c], state.position[taliban, c] = 1, 0.0  # with a stake of its own that alone counts
        state.gained[...] = state.lost[...] = 0.0
        be_seen(found.rules, draw, state, pakistan, c, 0.6, 0.2)
        assert state.lost[taliban, pakistan] == 0.0 < state.gained[taliban, pakistan]


def test_a_norm_that_stands_where_it_stood_is_no_news() -> None:
    found = world("2022-08", DRAWS, off=("effort",))
    for w in found.draws:
        w.attack_rate = 0.0
    states, later = runs(found, 0), runs(found, 8)
    for who, whom in (("PAK", "TAL"), ("TAL", "PAK")):
        i, j = player(found, who), player(found, whom)
        still = (later.status[:, found.case.number("tables", "pakistan_emirate")] != words.IN_FORCE) & (
            later.agreements.sum(axis=1) == 0
        )
        assert still.sum() > 50
        # nothing is signed and no act has moved a norm: what was coded at the epoch is what is trusted now
        assert np.allclose(later.trust[still, i, j], states.trust[still, i, j], atol=1e-12)


def test_strikes_count_against_the_one_who_strikes() -> None:
    found = world("2022-08", DRAWS, off=("effort",))
    c, pakistan, taliban = cell(found, "border"), player(found, "PAK"), player(found, "TAL")
    usual = runs(found, 12)
    plan = found.plan
    e = int(plan.events)
    for name in ("player", "target", "place_table", "place_cell", "place_war", "place_seat", "about"):
        plan[name][e] = words.NEVER
    plan.effect[e], plan.mode[e], plan.at_week[e] = words.SHIFT_CELL, words.BY_WEEK, 1
    plan.player[e], plan.place_cell[e], plan.value[e], plan.events = pakistan, c, -0.3, e + 1
    struck = runs(found, 12)
    fell = struck.trust[:, taliban, pakistan] - usual.trust[:, taliban, pakistan]
    assert fell.mean() < -0.01
    quiet = (usual.agreements.sum(axis=1) == 0) & (struck.agreements.sum(axis=1) == 0)
    back = struck.trust[quiet, pakistan, taliban] - usual.trust[quiet, pakistan, taliban]
    assert np.abs(back).max() < 1e-12  # and not against the one who is struck


def test_an_exit_waits_for_the_agreement_that_it_is_tied_to_and_is_not_foreseen() -> None:
    found, states = begun("2021-04", 10)
    table = found.case.number("tables", "intra_afghan")
    for state in states:
        state.schedule_on, state.schedule_conditional, state.schedule_table = 1, 0, table
        assert state.status[table] != words.IN_FORCE
        assert exit_waits(found.rules, state)
        state.status[table] = words.IN_FORCE
        assert not exit_waits(found.rules, state)


def test_attacks_are_held_against_who_could_stop_them() -> None:
    found, states = begun("2022-08", 20)
    rules, war = found.rules, found.case.number("wars", "ttp_insurgency")
    for state, draw in zip(states, found.draws, strict=True):
        at = {name: blame(rules, draw, state, t, war) for t, name in enumerate(found.case.tables)}
        host = state.leverage[player(found, "TAL"), player(found, "TTP")]
        assert at["pakistan_ttp"] == 1.0  # the attacker sits there
        assert at["pakistan_emirate"] == host
        assert at["doha"] == at["us_emirate"] == 0.0  # nobody there is attacked
        assert at["us_pakistan"] == state.leverage[player(found, "US"), player(found, "TTP")]
        draw.spoilers_on = 0
        alone = {name: blame(rules, draw, state, t, war) for t, name in enumerate(found.case.tables)}
        assert alone == {name: float(name == "pakistan_ttp") for name in alone}


def test_whatever_moves_the_cell_of_the_presence_moves_the_presence() -> None:
    found, states = begun("2018-12", 5)
    c = found.rules.presence_cell
    for state, draw in zip(states, found.draws, strict=True):
        set_cell(found.rules, draw, state, player(found, "US"), c, 0.75)
        assert state.presence == 0.25


def test_what_is_owed_is_held_against_a_debtor_wherever_it_has_something_to_lose() -> None:
    found, states = begun("2021-04")
    rules = found.rules
    doha, kabul = found.case.number("tables", "doha"), found.case.number("tables", "intra_afghan")
    creditor = list(rules.party[doha]).index(player(found, "TAL"))
    side = list(rules.party[kabul]).index(player(found, "TAL"))
    weighs = False
    for state, draw in zip(states, found.draws, strict=True):
        for owed in (0.0, 0.2, 0.4):
            state.arrears[...] = 0.0
            state.arrears[doha, creditor] = owed
            state.attending[kabul, 2:] = 0
            share = draw.observer_table_weight[kabul, player(found, "US")]
            weighs = weighs or share > 0.0
            draw.grievances_on = 1
            assert arrears_held(rules, draw, state, kabul, side) == share * owed  # as far as the table weighs with it
            assert arrears_held(rules, draw, state, doha, creditor) == owed  # in full where it sits
            draw.grievances_on = 0
            assert arrears_held(rules, draw, state, kabul, side) == 0.0
            assert arrears_held(rules, draw, state, doha, creditor) == owed
    assert weighs


def test_an_exit_that_waits_for_a_table_is_worth_there_what_it_changes_as_far_as_it_is_believed() -> None:
    found, states = begun("2021-04")
    rules = found.rules
    t, doha = found.case.number("tables", "intra_afghan"), found.case.number("tables", "doha")
    taliban, us, c = player(found, "TAL"), player(found, "US"), rules.presence_cell
    side = list(rules.party[t]).index(taliban)
    for state, draw in zip(states, found.draws, strict=True):
        state.schedule_on, state.schedule_table = 1, t
        state.has_position[taliban, c], state.position[taliban, c] = 1, 1.0
        set_exit(rules, draw, state, t, True)
        change = 1.0 - float(state.cell[c])
        wanted = draw.cell_weight[taliban, c] * state.trust[taliban, us] * change
        assert state.exit_worth[t, side] == pytest.approx(wanted, rel=1e-12)
        assert state.exit_worth[t, side] > 0.0
        set_exit(rules, draw, state, doha, True)
        assert not state.exit_worth[doha].any()  # it waits for the other table
        state.exit_worth[...] = 0.0
        draw.tied_exit_on = 0
        set_exit(rules, draw, state, t, True)
        assert not state.exit_worth[t].any()


def test_an_outsider_who_would_lose_by_a_deal_aims_its_offensive_at_the_table() -> None:
    found, states = begun("2022-08")
    rules, t = found.rules, found.case.number("tables", "pakistan_emirate")
    war = found.case.number("wars", "ttp_insurgency")
    aimed = 0
    for state, draw in zip(states, found.draws, strict=True):
        rates = {}
        for strength, on in ((0.0, 1), (0.5, 1), (1.0, 1), (1.0, 0)):
            state.status[t], state.meeting[t] = words.OPEN, 1
            state.offensive[war], state.offensive_until[war] = strength, state.week + 10
            draw.spoilers_on = on
            may_break_off(rules, draw, state, t)
            rates[strength, on] = float(state.break_rate[t])
        assert rates[0.0, 1] <= rates[0.5, 1] <= rates[1.0, 1]
        assert rates[1.0, 0] <= rates[0.0, 1]
        aimed += rates[1.0, 1] > rates[0.0, 1]
    assert aimed > 0
