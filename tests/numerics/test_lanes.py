"""Runs in step: each lane's numbers have the bits of a single run's, whatever the other lanes do."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numba import njit
from worlds import EPOCHS, march, random_plan, start, world

import sim
from sim.engine.engine import Engine, Scratch
from sim.engine.kernel import copy_epoch
from sim.engine.sweep import Sweep
from sim.model import variables as the_model_variables
from sim.model.phases.week import week
from sim.model.variables import records
from sim.numerics.arithmetic import exp, log, logistic, normal_quantile, poisson_quantile
from sim.numerics.chance import CHANCE, uniforms4
from sim.numerics.dialect import any_of, fails, first_lane, lanes_where, one_of, run_of, where
from sim.numerics.interleaved import in_step, room
from sim.numerics.vectors import LANES, several
from sim.world.rules import sizes

pytestmark = pytest.mark.long

POINTS = 20_000
SPECIAL = (0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, 1e-310, 1.0, -1.0, 710.0, -746.0, 1e300, -1e300, 2.0, 0.5)
OPERATORS = {
    name: getattr(operator, name) for name in ("add", "sub", "mul", "truediv", "lt", "le", "gt", "ge", "eq", "ne")
} | {"min": min, "max": max}


def points(seed: int, scale: float) -> Any:
    numbers = np.random.default_rng(seed).normal(0.0, scale, POINTS)
    numbers[: len(SPECIAL)] = SPECIAL
    return numbers


def same(first: Any, second: Any) -> bool:
    """Equal in every bit, but that NaN is NaN."""
    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    return bool(np.all((a.view(np.int64) == b.view(np.int64)) | (np.isnan(a) & np.isnan(b))))


def in_lanes(function: Callable[..., Any], x: Any, y: Any) -> Any:
    """A function of two numbers, four at a time."""

    @njit
    def every(x: Any, y: Any, found: Any) -> None:
        for n in range(0, len(x), LANES):
            values = function(several(x[n], x[n + 1], x[n + 2], x[n + 3]), several(y[n], y[n + 1], y[n + 2], y[n + 3]))
            for lane in range(LANES):
                found[n + lane] = one_of(values, lane)

    found = np.zeros(len(x))
    every(x, y, found)
    return found


def alone(function: Callable[..., Any], x: Any, y: Any) -> Any:
    """The same, one by one."""

    @njit(error_model="numpy")
    def every(x: Any, y: Any, found: Any) -> None:
        for n in range(len(x)):
            found[n] = function(x[n], y[n])

    found = np.zeros(len(x))
    every(x, y, found)
    return found


@pytest.mark.parametrize("name", OPERATORS)
def test_an_operator_does_in_each_lane_what_it_does_to_one_number(name: str) -> None:
    function = njit(lambda x, y, what=OPERATORS[name]: what(x, y)) if name in ("min", "max") else None
    what = function or OPERATORS[name]
    x, y = points(1, 2.0), np.random.default_rng(2).permutation(points(3, 2.0))
    x[-100:] = y[-100:]
    assert same(in_lanes(what, x, y), alone(what, x, y))
    whole_x, whole_y = np.random.default_rng(4).integers(-5, 6, (2, POINTS))
    if name != "truediv":
        assert same(in_lanes(what, whole_x, whole_y), alone(what, whole_x, whole_y))
        assert same(in_lanes(what, whole_x, y), alone(what, whole_x, y))


@njit
def bits_moved(x: Any, y: Any) -> Any:
    return ((x >> 3) & 5) | (y << 2)


@njit
def chosen(x: Any, y: Any) -> Any:
    both = (x > 0.0) & (y > 0.0)
    neither = (x <= 0.0) & (y <= 0.0) & fails(math.isnan(x))
    return where(both, x, where(neither, -abs(y), 1)) + where(both | neither, 0.5, 0)


@njit
def roots(x: Any, y: Any) -> Any:
    return math.sqrt(abs(x)) - y


def test_bits_choices_and_roots_are_those_of_one_number() -> None:
    whole_x, whole_y = np.random.default_rng(5).integers(-(2**40), 2**40, (2, POINTS))
    assert same(in_lanes(bits_moved, whole_x, whole_y), alone(bits_moved, whole_x, whole_y))
    x, y = points(6, 1.0), np.random.default_rng(7).permutation(points(8, 1.0))
    assert same(in_lanes(chosen, x, y), alone(chosen, x, y))
    assert same(in_lanes(roots, x, y), alone(roots, x, y))


@pytest.mark.parametrize("function", [exp, log, logistic, normal_quantile])
def test_a_function_has_the_same_bits_in_every_lane(function: Callable[[float], float]) -> None:
    x = np.concatenate([points(9, 8.0), np.random.default_rng(10).random(POINTS), np.exp(-np.arange(0.0, 700.0, 0.5))])
    x = x[: len(x) // LANES * LANES]
    apply = njit(lambda x, y: function(x))
    assert same(in_lanes(apply, x, x), alone(apply, x, x))
    assert same(alone(apply, x, x), [float(function(float(number))) for number in x])


def test_attacks_are_counted_in_every_lane_as_in_one() -> None:
    rng = np.random.default_rng(11)
    u, rate = rng.random(POINTS), np.where(rng.random(POINTS) < 0.1, 0.0, rng.gamma(2.0, 5.0, POINTS))
    u[:100] = 1.0 - 2.0**-53
    apply = njit(lambda u, rate: poisson_quantile(u, rate))
    assert same(in_lanes(apply, u, rate), alone(apply, u, rate))
    rate[7] = -1.0
    with pytest.raises(ValueError, match="between 0 and 700"):
        in_lanes(apply, u, rate)


def test_each_lane_has_the_uniform_numbers_of_its_run() -> None:
    @njit
    def numbers(runs: Any, found: Any) -> None:
        drawn = uniforms4(7, 3, several(runs[0], runs[1], runs[2], runs[3]), 12, 5, CHANCE)
        for lane in range(LANES):
            for n, values in enumerate(drawn):
                found[lane, n] = one_of(values, lane)

    runs, found = np.array([4, 9, 2, 2**40]), np.zeros((LANES, 4))
    numbers(runs, found)
    assert same(found, [uniforms4(7, 3, int(run), 12, 5, CHANCE) for run in runs])


def test_lanes_are_taken_one_by_one_in_their_order() -> None:
    @njit
    def taken(x: Any, found: Any) -> int:
        left, count = lanes_where(several(x[0], x[1], x[2], x[3]) > 0.0), 0
        while left:
            lane, left = first_lane(left), left & (left - 1)
            found[count], count = lane, count + 1
        return count

    for bits in range(1 << LANES):
        x = np.array([1.0 if bits >> lane & 1 else -1.0 for lane in range(LANES)])
        found = np.zeros(LANES, np.int64)
        count = taken(x, found)
        assert list(found[:count]) == [lane for lane in range(LANES) if bits >> lane & 1]
        assert njit(lambda x: any_of(several(x[0], x[1], x[2], x[3]) > 0.0))(x) == (bits > 0)


# ---------------------------------------------------------------- whole states


def laid_out(states: Any) -> tuple[Any, Any]:
    """The states of four runs interleaved, and the field of each word."""
    memory, first = room(states.dtype), 0
    fields = sorted(states.dtype.fields, key=lambda name: states.dtype.fields[name][1])
    for name in fields:
        values = np.atleast_1d(states[name]).reshape(LANES, -1)
        kind = np.int64 if values.dtype.kind in "iu" else np.float64
        memory[first : first + values.shape[1]] = values.astype(kind).view(np.int64).T
        first += values.shape[1]
    return memory, fields


@njit
def weeks_in_step(rules: Any, draw: Any, plan: Any, single: Any, memory: Any, weeks: int) -> None:
    for _ in range(weeks):
        week(rules, draw, plan, in_step(memory, single[0]))


# Of a lane whose table rests while another's is open, some of what only open tables look at is worked out all the same.
UNSEEN = {
    *("luck", "luck_week", "luck_block", "attend_terms", "comply_terms", "offer_terms", "ratify_terms", "vote_terms"),
    *("piece_cost", "piece_gain", "piece_ratio", "end_value"),
}


@pytest.mark.parametrize("epoch", EPOCHS)
def test_runs_in_step_reach_the_states_of_runs_alone(epoch: str) -> None:
    """Through a hundred weeks of random events, every field of every lane, bit for bit."""
    rng = np.random.default_rng(12)
    for number in range(6):
        found = world(epoch, 1, seed=number)
        plan = random_plan(found, rng, 12)
        states = found.states(LANES)
        draws = np.repeat(found.draws, LANES).view(np.recarray)
        for lane in range(LANES):
            start(found.rules, draws[lane : lane + 1], plan, states[lane : lane + 1], 3, 10 + lane)
        memory, fields = laid_out(states)
        single = records(the_model_variables.STATE, sizes(found.case), 1)
        for _ in range(4):
            march(found.rules, draws, plan, states, 26)
            weeks_in_step(found.rules, draws[0], plan, single, memory, 26)
            expected, first = laid_out(states)[0], 0
            for name in fields:
                size = int(np.prod(states.dtype.fields[name][0].shape, dtype=int))
                if name not in UNSEEN:
                    np.testing.assert_array_equal(memory[first : first + size], expected[first : first + size], name)
                first += size


def test_an_epoch_is_copied_to_every_lane() -> None:
    memory, epoch = np.zeros((7, LANES), np.int64), np.arange(7)
    copy_epoch(epoch, memory)
    assert np.all(memory == epoch[:, None])


def test_a_run_has_one_row_whatever_goes_in_step_with_it() -> None:
    """Groups that are full, cut short by the end of a draw or of a call, and a run all by itself."""
    scenario = sim.load_case().scenario("turkey_summit", horizon=30)
    engine = Engine(Sweep(scenario, draws=3, runs=7, paths=5, band_runs=21), threads=1)
    scratch = Scratch(engine.sweep)
    whole = engine.piece(scratch, 0, 21)
    counted = scratch.bands.copy()
    for step in (1, 2, 3, 5):
        scratch = Scratch(engine.sweep)
        parts = [engine.piece(scratch, at, min(at + step, 21)) for at in range(0, 21, step)]
        assert np.concatenate([part.rows for part in parts]).tobytes() == whole.rows.tobytes()
        assert np.concatenate([part.paths for part in parts]).tobytes() == whole.paths.tobytes()
        assert np.array_equal(scratch.bands, counted)


def test_lanes_are_of_the_right_run() -> None:
    @njit
    def number(memory: Any, single: Any) -> None:
        state = in_step(memory, single[0])
        state.presence = 0.25
        state.status[3] = 2
        for lane in range(LANES):
            run_of(state, lane).run = 10 * lane
            run_of(state, lane).trust[1, 2] = 0.5 * lane
        state.trust[1, 2] = where(state.run >= 20, state.trust[1, 2] + state.presence, 0)

    case = sim.load_case()
    single = records(the_model_variables.STATE, sizes(case), LANES)
    memory, _ = laid_out(single)
    number(memory, single)
    single.presence, single.status[:, 3], single.run = 0.25, 2, [0, 10, 20, 30]
    single.trust[:, 1, 2] = [0.0, 0.0, 1.25, 1.75]
    assert np.array_equal(memory, laid_out(single)[0])
