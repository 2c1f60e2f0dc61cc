"""What is seen between agreements, how it is counted, and how trust follows it."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import Begun, begun, same_bits

from sim.model import vocabulary as words
from sim.model.phases.learn import fade_arrears, learn, notice_coercion, notice_norm, notice_norms
from sim.model.phases.witness import witness

TRANCHE = 4 / 26  # of half a year


def watched(table: str = "pakistan_emirate", regime: int = 1) -> tuple[Begun, int]:
    """A table at which nothing has moved and nothing was seen, and every pair can learn."""
    run, rng = begun("2018-12"), np.random.default_rng(3)
    rules, draw, state, t = run.rules, run.draw, run.state, run.table(table)
    draw.weight = rng.uniform(0.1, 0.9, draw.weight.shape)
    rules.clause_nu = rng.uniform(0.1, 0.9, rules.clause_nu.shape)
    state.regime, state.status[t], state.cell[...], state.cell_start[...] = regime, words.OPEN, 0.5, 0.5
    state.moved_by[...], state.gained[...], state.lost[...], state.stirred[...] = words.NEVER, 0.0, 0.0, 0
    rules.learning_pair[...] = np.arange(rules.players**2).reshape(rules.players, -1) % len(state.stirred)
    return run, t


def seen(run: Begun) -> dict[tuple[int, int], float]:
    """What each observer has seen each actor keep, less what it has seen broken."""
    state = run.state
    assert not ((state.gained != 0.0) & (state.lost != 0.0)).any()
    return {
        (int(i), int(j)): float(state.gained[i, j] - state.lost[i, j])
        for i, j in np.argwhere(state.gained + state.lost)
    }


# ---------------------------------------------------------------- norms


@pytest.mark.parametrize("change", [0.25, -0.125])
@pytest.mark.parametrize("by", [0, 1, 2])
@pytest.mark.parametrize("k", [0, 2, 3])
def test_a_norm_that_moves_counts_for_or_against_those_who_have_to_keep_it(k: int, by: int, change: float) -> None:
    run, t = watched()
    rules, draw, state = run.rules, run.draw, run.state
    cell, rules.clause_by[t, k] = rules.clause_cell[t, k], by
    rules.cell_norm[cell], state.cell[cell] = 1, 0.5 + change
    notice_norms(rules, draw, state, t)
    wanted = {}
    for actor in (0, 1) if by == 2 else (by,):
        pair = int(rules.party[t, 1 - actor]), int(rules.party[t, actor])
        wanted[pair] = rules.clause_nu[t, k] * draw.weight[t, 1 - actor, k] * change * TRANCHE
    assert seen(run) == pytest.approx(wanted)


def test_all_norms_of_a_table_count() -> None:
    run, t = watched()
    rules, draw, state = run.rules, run.draw, run.state
    rules.cell_norm[...], rules.clause_by[t], state.cell[...] = 1, 0, 0.75
    notice_norms(rules, draw, state, t)
    worth = (rules.clause_nu[t, :4] * draw.weight[t, 1, :4]).sum() * 0.25 * TRANCHE
    assert seen(run) == pytest.approx({tuple(rules.party[t, ::-1].tolist()): worth})


SEEN = [(words.OPEN, 1, True), (words.IN_FORCE, 0, True), (words.IN_FORCE, 1, False), (words.SUSPENDED, 0, True)]


@pytest.mark.parametrize(("regime", "table"), [(0, "pakistan_kabul"), (1, "pakistan_kabul"), (0, "pakistan_emirate")])
@pytest.mark.parametrize(("status", "in_package", "bare"), SEEN)
@pytest.mark.parametrize("norm", [0, 1])
def test_only_a_norm_that_no_agreement_covers_at_a_table_of_the_regime_counts(
    norm: int, status: int, in_package: int, bare: bool, regime: int, table: str
) -> None:
    run, t = watched(table, regime)
    rules, state = run.rules, run.state
    cells = rules.clause_cell[t, :4]
    rules.cell_norm[cells], state.cell[cells] = norm, 0.75
    state.status[t], state.in_package[t] = status, in_package
    notice_norms(rules, run.draw, state, t)
    assert bool(seen(run)) == (bool(norm) and bare and (regime, table) == (0, "pakistan_kabul"))


@pytest.mark.parametrize("mover", ["nobody", "first", "second", "stranger"])
def test_an_act_on_a_norm_counts_against_the_one_who_acted_and_nobody_else(mover: str) -> None:
    run, t = watched()
    rules, state, k = run.rules, run.state, 3
    cell, (first, second) = rules.clause_cell[t, k], rules.party[t]
    rules.cell_norm[...], rules.clause_by[t, k] = 0, 2
    rules.cell_norm[cell], state.cell[cell] = 1, 0.25
    state.moved_by[cell] = {"nobody": words.NEVER, "first": first, "second": second, "stranger": 5}[mover]
    notice_norms(rules, run.draw, state, t)
    wanted = {"nobody": {(second, first), (first, second)}, "first": {(second, first)}, "second": {(first, second)}}
    assert set(seen(run)) == wanted.get(mover, set())


@pytest.mark.parametrize("here", [False, True])
@pytest.mark.parametrize("change", [0.0, 0.25, -0.25])
def test_a_norm_that_has_not_moved_or_is_not_looked_at_stirs_nothing(change: float, here: bool) -> None:
    run, t = watched()
    rules, state = run.rules, run.state
    state.cell[rules.clause_cell[t, 1]] += change
    notice_norm(rules, run.draw, state, t, 1, 1, here)
    i, j = rules.party[t, 1], rules.party[t, 0]
    stirred = here and change != 0.0
    assert np.flatnonzero(state.stirred).tolist() == ([rules.learning_pair[j, i]] if stirred else [])
    assert bool(seen(run)) == stirred


# ---------------------------------------------------------------- what was owed


@pytest.mark.parametrize("status", range(5))
@pytest.mark.parametrize("table", ["doha", "us_pakistan"])
def test_what_is_owed_after_an_agreement_fades_as_trust_does_in_a_tranche_of_weeks(table: str, status: int) -> None:
    run, t = watched(table)
    state, run.draw.decay = run.state, 0.9
    state.arrears[...], state.status[t] = (0.4, 0.2), status
    fade_arrears(run.draw, state, t)
    left = 1.0 if status == words.IN_FORCE else 0.9**words.TRANCHE_WEEKS
    np.testing.assert_allclose(state.arrears[t], (0.4 * left, 0.2 * left), rtol=1e-14)
    assert (np.delete(state.arrears, t, axis=0) == (0.4, 0.2)).all()


# ---------------------------------------------------------------- coercion

COERCION = [(0.8, 0.0, 0.3), (0.8, 0.6, 0.2), (0.5, 0.2, 0.0), (0.6, 0.6, 0.0), (0.4, 0.1, 0.0), (0.7, 0.9, 0.0)]


@pytest.mark.parametrize("gone", [False, True])
@pytest.mark.parametrize(("effort", "start", "coerced"), COERCION)
@pytest.mark.parametrize("o", [0, 7, 22])
def test_what_presses_harder_than_it_did_counts_as_broken_unless_it_is_gone(
    o: int, effort: float, start: float, coerced: float, gone: bool
) -> None:
    run, _ = watched(regime=int(gone))
    rules, state = run.rules, run.state
    i, m = int(rules.truster[rules.mediated_pair[o]]), int(rules.trusted[rules.mediated_pair[o]])
    rules.effort_cell[o], rules.leaves[...], rules.leaves[m] = -1, 0, 1
    state.effort[o], state.effort_start[o] = effort, start
    notice_coercion(rules, state, i, m)
    wanted = {} if gone or not coerced else {(i, m): -coerced * TRANCHE}
    assert seen(run) == pytest.approx(wanted)
    assert state.stirred.any() == bool(wanted)


def test_who_mediates_for_nobody_coerces_nobody() -> None:
    run, _ = watched()
    rules, state = run.rules, run.state
    state.effort[...], state.effort_start[...] = 1.0, 0.0
    before = state.copy()
    for i, m in np.argwhere(rules.effort_pair.T < 0):
        notice_coercion(rules, state, i, m)
    assert same_bits(before, state) == []


# ---------------------------------------------------------------- evidence and trust


@pytest.mark.parametrize("here", [False, True])
@pytest.mark.parametrize("pair", [0, 1, 89, words.NEVER])
def test_what_is_seen_adds_up_for_a_pair_that_can_learn(pair: int, here: bool) -> None:
    run, _ = watched()
    rules, state = run.rules, run.state
    rules.learning_pair[4, 7], state.gained[4, 7], state.lost[4, 7] = pair, 0.25, 0.5
    gained, lost = state.gained.copy(), state.lost.copy()
    witness(rules, state, 4, 7, 0.125, 0.0625, here)
    counts = here and pair >= 0
    gained[4, 7], lost[4, 7] = (0.375, 0.5625) if counts else (0.25, 0.5)
    assert np.array_equal(state.gained, gained)
    assert np.array_equal(state.lost, lost)
    assert np.flatnonzero(state.stirred).tolist() == ([pair] if counts else [])
    witness(rules, state, 4, 7, 0.0, 0.0, False)
    assert state.stirred.any() == counts  # what was seen is not forgotten within the week


def learner() -> tuple[Begun, int, int]:
    """A pair that has seen something, with counts of its own."""
    run, _ = watched()
    draw, state, i, j = run.draw, run.state, 3, 8
    draw.learning_on, draw.loss_weight, draw.decay, state.regime = 1, 3.0, 0.75, 0
    draw.start_for[i, j], draw.start_against[i, j] = 2.0, 1.0
    state.trust_for[i, j], state.trust_against[i, j], state.trust[i, j] = 2.5, 1.25, 0.123
    state.gained[...], state.lost[...] = 0.5, 0.25
    state.stirred[run.rules.learning_pair[i, j]] = 1
    return run, i, j


def test_a_loss_weighs_more_and_the_counts_return_to_where_they_started() -> None:
    run, i, j = learner()
    state = run.state
    learn(run.rules, run.draw, state, i, j)
    kept, broken = 2.0 + 0.75 * 1.0, 1.0 + 0.75 * 1.0
    assert (state.trust_for[i, j], state.trust_against[i, j]) == (kept, broken)
    assert state.trust[i, j] == pytest.approx(kept / (kept + broken))
    assert np.argwhere(state.gained != 0.5).tolist() == np.argwhere(state.lost != 0.25).tolist() == [[i, j]]
    assert (state.gained[i, j], state.lost[i, j]) == (0.0, 0.0)


@pytest.mark.parametrize("why", ["off", "nothing seen", "observer gone", "actor gone", "another leaves"])
def test_who_does_not_learn_keeps_its_counts_and_what_it_saw_is_over(why: str) -> None:
    run, i, j = learner()
    rules, draw, state = run.rules, run.draw, run.state
    before = state.copy()
    draw.learning_on = int(why != "off")
    state.stirred[rules.learning_pair[i, j]] = int(why != "nothing seen")
    rules.leaves[...], state.regime = 0, 1
    rules.leaves[{"observer gone": i, "actor gone": j}.get(why, 2)] = 1
    learn(rules, draw, state, i, j)
    assert (state.gained[i, j], state.lost[i, j]) == (0.0, 0.0)
    kept = not any(name.startswith("trust") for name in same_bits(before, state))
    assert kept == (why != "another leaves")
