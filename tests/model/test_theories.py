"""Each theory has its closed form or limiting case; what it does not replace stays as it is; a file is all it takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worlds import (
    COMMON,
    HURDLE,
    MOST,
    NOISE,
    OPPOSED,
    SESSIONS,
    begun,
    linear_table,
    march,
    runs,
    start,
    world,
)

from sim.case.theory import load_theory, theory_files, theory_of
from sim.inputs.errors import InputError
from sim.inputs.files import read_yaml
from sim.model.equations.attendance import ATTEND
from sim.model.equations.choice import log_odds
from sim.model.equations.theories import motivation, obstinacy, optimism, yielded, yielding_rate
from sim.model.parameters import CONSTANTS, REPLACEABLE
from sim.model.phases.attend import attend
from sim.model.phases.bargain import bargain
from sim.model.phases.theories import fights_on, gives_way, hurt, is_ripe, readiness
from sim.model.vocabulary import (
    BY_ATTRITION,
    BY_COMPROMISE,
    BY_NASH,
    BY_QUANTAL,
    BY_READINESS,
    BY_RIPENESS,
    CERTAIN,
    OUT_OF_TIME,
    REFUSED,
    SIGNED,
)
from sim.numerics.arithmetic import logistic

pytestmark = pytest.mark.long

# ---------------------------------------------------------------- what is signed


def test_nash_signs_the_top_of_the_product_in_the_first_session() -> None:
    """Gains are (c_0 + w_0 x, c_1 - w_1 x): their product is largest at x = (c_1 w_0 - c_0 w_1) / (2 w_0 w_1)."""
    rules, draw, state = linear_table()
    draw.accepting = BY_NASH
    bargain(rules, draw, state, 0)
    x = (COMMON[1] * OPPOSED[0] - COMMON[0] * OPPOSED[1]) / (2.0 * OPPOSED[0] * OPPOSED[1])
    assert state.session[0] == SIGNED
    np.testing.assert_allclose(state.offer[0, :2], (1.0, 0.5 + x), atol=1e-12)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 1.0])
def test_compromise_signs_the_weighted_mean_of_the_positions(share: float) -> None:
    """Both want 1 of the first clause; of the second the parties want 1 and 0, weighed by leverage times salience."""
    rules, draw, state = linear_table()
    draw.accepting = BY_COMPROMISE
    draw.salience[:2, :2] = 0.5
    state.leverage[0, 1], state.leverage[1, 0] = share, 1.0 - share
    bargain(rules, draw, state, 0)
    gains = (COMMON[0] + OPPOSED[0] * (share - 0.5), COMMON[1] - OPPOSED[1] * (share - 0.5))
    np.testing.assert_allclose(state.offer[0, :2], (1.0, share), atol=1e-12)
    assert (state.session[0] == SIGNED) == (min(gains) > 0.0)


def session_of(draw_noise: float, week: int, accepting: int) -> tuple[Any, Any]:
    """The draw and state after the first session of a table, without private numbers."""
    rules, draw, state = linear_table()
    draw.accepting, draw.noise, draw.private_on = accepting, draw_noise, 0
    draw.concession = 2.0  # gives way early, so that either course is had
    state.week, state.sessions[0] = week, week % 12
    bargain(rules, draw, state, 0)
    return draw, state


def test_quantal_response_without_noise_is_the_deterministic_rule() -> None:
    for week in range(1, 40):
        usual, quantal = (session_of(1e-9, week, rule)[1] for rule in (0, BY_QUANTAL))
        assert usual.session[0] == quantal.session[0]
        assert {SIGNED, REFUSED} >= {int(usual.session[0])}


def test_quantal_response_accepts_with_the_logit_of_what_waiting_would_bring() -> None:
    """Summed over weeks the acceptances are as many as the chances say, to four standard errors."""
    taken, chance, variance = 0.0, 0.0, 0.0
    for week in range(1, 400):
        draw, state = session_of(0.3, week, BY_QUANTAL)
        _, _, _, other_gain, floor, accepted, _, _ = state.offer_terms[0, :8]
        one = float(logistic(log_odds((other_gain, -floor), draw.noise)))
        taken, chance, variance = taken + accepted, chance + one, variance + one * (1.0 - one)
    assert abs(taken - chance) < 4.0 * np.sqrt(variance)
    assert 40.0 < taken < 360.0


DEMAND = 0.75


def attrition_session(minds: Any, run: int) -> int:
    """In which session of a war of attrition one side gives way; 0 for never."""
    rules, draw, state = linear_table()
    draw.accepting, draw.demand, draw.home = BY_ATTRITION, DEMAND, 1
    state.mind[0], state.run, state.seed = minds, run, 5
    for session in range(1, SESSIONS + 1):
        state.week = session
        bargain(rules, draw, state, 0)
        if state.session[0] != REFUSED:
            return session if state.session[0] == SIGNED else 0
    return 0


def test_a_war_of_attrition_ends_when_abreu_and_gul_say() -> None:
    """P(over by session n) = 1 - (1 - F_1(n - 1)) (1 - F_2(n - 1)), on one linear frontier with known chances."""
    conceded = [(1.0 - DEMAND) * most for most in MOST]
    own = [DEMAND * most for most in MOST]
    doubts = [obstinacy(HURDLE, NOISE, 0.0, one) for one in conceded]
    rates = [yielding_rate(1.0 / SESSIONS, conceded[1 - i], own[1 - i]) for i in (0, 1)]
    rng = np.random.default_rng(7)
    count = 250
    ends = np.array([attrition_session(rng.uniform(size=2), run) for run in range(count)])
    for session in (1, 4, 12, SESSIONS):
        left = [1.0 - yielded(doubts[i], rates[i], doubts[1 - i], rates[1 - i], session - 1.0) for i in (0, 1)]
        exact = 1.0 - left[0] * left[1]
        share = ((ends > 0) & (ends <= session)).mean()
        assert abs(share - exact) < 3.5 * np.sqrt(exact * (1.0 - exact) / count)


def test_only_one_side_gives_way_at_once_and_two_obstinate_ones_never_agree() -> None:
    for doubt, other in ((0.1, 0.5), (0.5, 0.1), (0.3, 0.3)):
        at_once = (yielded(doubt, 0.1, other, 0.1, 0.0), yielded(other, 0.1, doubt, 0.1, 0.0))
        assert min(at_once) == pytest.approx(0.0, abs=1e-12)
        assert (at_once[0] > 1e-9) == (doubt < other)  # the likelier a side is to be able to, the sooner it has to
        late = yielded(doubt, 0.1, other, 0.1, 1e9)
        assert late == pytest.approx(1.0 - doubt * max(1.0, other / doubt) * min(1.0, doubt / other))
    rules, draw, state = linear_table()
    draw.accepting, draw.demand = BY_ATTRITION, DEMAND
    state.mind[0] = 1.0 - 1e-12
    for session in range(1, SESSIONS + 1):
        state.week = session
        bargain(rules, draw, state, 0)
        assert state.session[0] == (REFUSED if session < SESSIONS else OUT_OF_TIME)


def test_who_is_left_nothing_does_not_give_way() -> None:
    for own, conceded in ((DEMAND, 1e-12), (1.0, 0.5), (1.0, 1e-12), (1.0, 0.0)):
        for other, other_conceded in ((DEMAND, 0.0), (1.0, 1e-12)):
            rules, draw, state = linear_table()
            draw.accepting, draw.demand, draw.home, state.mind[0] = BY_ATTRITION, DEMAND, 1, 0.0
            state.week = state.sessions[0] = 1
            for terms in ((own, conceded, other, other_conceded), (other, other_conceded, own, conceded)):
                assert not gives_way(rules, draw, state, 0, 0, *terms)


# ---------------------------------------------------------------- who comes


def at_war() -> Any:
    """A run at an epoch at which Kabul and the Taliban fight and have a table."""
    found = begun("2021-04")
    t = found.table("intra_afghan")
    found.state.meeting[t] = 1
    return found, t


def test_a_moment_is_ripe_where_both_hurt_neither_wins_and_there_is_a_way_out() -> None:
    found, t = at_war()
    rules, draw, state = found.rules, found.draw, found.state
    draw.coming, draw.hurting, draw.stalemate = BY_RIPENESS, 0.5, 1.0
    state.intensity[0], state.zone[t] = 0.8, 1
    assert is_ripe(rules, draw, state, t)
    for name, value in (("zone", 0), ("intensity", 0.2)):
        before = float(state[name][t if name == "zone" else 0])
        state[name][t if name == "zone" else 0] = value
        assert not is_ripe(rules, draw, state, t)
        state[name][t if name == "zone" else 0] = before
    draw.stalemate = 1e-12
    state.control[0] = 0.5
    assert not is_ripe(rules, draw, state, t)
    state.war_open[0] = 0  # peace waits for no moment
    assert is_ripe(rules, draw, state, t)
    assert is_ripe(rules, draw, state, found.table("us_pakistan"))  # nor do those who do not fight each other


@pytest.mark.parametrize("ripe", [False, True])
def test_who_comes_unripe_comes_never_and_ripe_as_designed(ripe: bool) -> None:
    found, t = at_war()
    rules, draw, state = found.rules, found.draw, found.state
    state.zone[t], state.intensity[0] = 1, 0.8
    attend(rules, draw, state, t, 0)
    usual = state.attend_terms[t, 0].copy()
    draw.coming, draw.hurting, draw.stalemate = BY_RIPENESS, 0.5 if ripe else 1.0, 1.0
    state.stance[t, 0] = 1e-9
    attend(rules, draw, state, t, 0)
    assert state.attending[t, 0] == int(ripe)
    np.testing.assert_array_equal(state.attend_terms[t, 0, :6], usual[:6])
    assert state.attend_terms[t, 0, 6] == (usual[6] if ripe else -CERTAIN)
    assert logistic(-CERTAIN) == 0.0
    assert logistic(CERTAIN) == 1.0


def test_without_a_ripe_moment_no_fighting_parties_meet_in_any_run() -> None:
    found = world("2021-04", 40)
    found.draws.coming, found.draws.hurting, found.draws.stalemate = BY_RIPENESS, 1e9, 1.0
    states = runs(found, 12)
    tables = list(found.case.tables)
    assert states.asked[:, tables.index("intra_afghan"), :2].sum() > 0
    assert states.attended[:, tables.index("intra_afghan"), :2].sum() == 0
    assert states.attended[:, tables.index("us_pakistan"), :2].sum() > 0


@pytest.mark.parametrize("side", [0, 1])
def test_readiness_takes_the_place_of_surplus_and_pressure(side: int) -> None:
    found, t = at_war()
    rules, draw, state = found.rules, found.draw, found.state
    draw.coming = BY_READINESS
    state.intensity[0], state.pressure[t] = 0.4, 0.25
    state.rounds[t], state.sessions_held[t], state.impasses[t] = 5, 3, 1
    felt = hurt(rules, state, t, 0, side)
    hoped = optimism(float(state.guaranteed_trust[t, side]), 2.0, 4.0)
    assert felt == 0.4
    assert readiness(rules, draw, state, t, side) == pytest.approx(motivation(0.4, 0.25) * hoped)
    attend(rules, draw, state, t, side)
    weight, ready = draw.table_weight[t, side], motivation(0.4, 0.25) * hoped
    noted = dict(zip([term.name for term in ATTEND.terms], state.attend_terms[t, side], strict=False))
    assert (noted["surplus"], noted["pressure"]) == (pytest.approx(weight * ready), 0.0)
    assert noted["cost"] == -draw.attendance_cost


def test_readiness_is_nothing_without_motivation_and_falls_as_talks_bring_nothing() -> None:
    assert motivation(0.0, 0.0) == 0.0
    assert optimism(0.8, 0.0, 0.0) == 0.8
    hopes = [optimism(0.8, 0.0, float(n)) for n in range(6)]
    assert hopes == sorted(hopes, reverse=True)
    assert optimism(0.8, 5.0, 5.0) == 0.8  # every round brought an offer
    found, t = at_war()
    assert fights_on(found.rules, found.state, t)
    found.state.war_open[...] = 0
    assert not fights_on(found.rules, found.state, t)


# ---------------------------------------------------------------- whole runs


def test_where_promises_bind_everything_that_falls_due_is_kept() -> None:
    found = world("2018-12", 60, off=("learning", "vulnerability"))
    load_theory("nash").write(found.draws)
    states = found.states()
    start(found.rules, found.draws, found.plan, states, 1, 0)
    for _ in range(104):
        before = states.collapses.copy()
        march(found.rules, found.draws, found.plan, states, 1)
        ended = states.collapses > before
        assert (states.worth[ended] < 0.0).all()  # unbroken, but worth less than nothing to both
    assert states.agreements.sum() > 0
    assert states.tranches_due.sum() > 0
    assert states.tranches_broken.sum() == 0
    np.testing.assert_array_equal(states.trust, found.draws.start_trust)
    assert (states.trust == 1.0).all()


def test_the_model_as_designed_replaces_nothing() -> None:
    assert not load_theory("as_designed").changes
    plain, written = world("2021-04", 3), world("2021-04", 3)
    load_theory("as_designed").write(written.draws)
    assert plain.draws.tobytes() == written.draws.tobytes()
    assert all((plain.draws[one.name] == 0).all() for one in (*REPLACEABLE, *CONSTANTS))


# ---------------------------------------------------------------- files


@pytest.mark.parametrize("name", theory_files())
def test_every_theory_has_a_source_and_changes_something(name: str) -> None:
    found = load_theory(name)
    assert found.theory == name
    assert found.changes == (name != "as_designed")
    assert theory_of(found.data(), file="x") == found


def test_every_way_of_a_rule_belongs_to_a_theory_and_every_word_to_a_code() -> None:
    used = {pair for name in theory_files() for pair in load_theory(name).rules}
    assert used == {(rule.name, way) for rule in REPLACEABLE for way in list(rule.ways)[1:]}
    codes = [REPLACEABLE[0].code(way) for way in ("nash", "compromise", "quantal", "attrition")]
    assert codes == [BY_NASH, BY_COMPROMISE, BY_QUANTAL, BY_ATTRITION]
    assert [REPLACEABLE[1].code(way) for way in ("ripeness", "readiness")] == [BY_RIPENESS, BY_READINESS]


BROKEN = [
    ("rules: {coming: ripeness}", "rules: {coming: ripe}", "'ripe' is not a way of coming.*did you mean ripeness"),
    ("rules: {coming", "rules: {comming", "'comming' is not a rule.*did you mean coming"),
    ("hurting: 0.5", "hurting: 0", "0 is out of range; allowed: above 0, up to 2"),
    ("hurting: 0.5", "hurting: .nan", "finite number"),
    ("{hurting: 0.5, ", "{", r"constants\.hurting: is missing: coming by ripeness needs it"),
    ("{hurting: 0.5", "{demand: 0.5, hurting: 0.5", "'demand' is not a number of its rules"),
    ("source: Zartman", "sauce: Zartman", "unknown key.*did you mean source"),
    ("theory: ripeness", "theory: rotten", "'rotten' is not the file's name"),
    ("rules: {coming", '"off": [lurning]\nrules: {coming', "'lurning' is not a switch.*did you mean learning"),
]


@pytest.mark.parametrize(("old", "new", "says"), BROKEN, ids=[new for _, new, _ in BROKEN])
def test_a_mistake_in_a_theory_is_one_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = theory_files()["ripeness"].read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "ripeness.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=says) as told:
        load_theory(file)
    assert "\n" not in str(told.value)
    assert str(file) in str(told.value)


def test_a_theory_is_one_file(tmp_path: Path) -> None:
    """Ripeness and a war of attrition at once, in a file of one's own: nothing else has to be written."""
    file = tmp_path / "both.yaml"
    data = read_yaml(theory_files()["ripeness"])
    file.write_text(
        "theory: both\ntitle: both\nsource: mine\nsays: both\nsilent: all else\n"
        "rules: {coming: ripeness, accepting: attrition}\nconstants: {hurting: 0.5, stalemate: 0.1, demand: 0.6}\n"
    )
    found = load_theory(file)
    assert dict(found.constants) == {**data["constants"], "demand": 0.6}
    assert load_theory(str(file)) == found
