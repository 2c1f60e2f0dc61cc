"""The frontier against two independent judges: a linear programme and a brute-force grid, on 10,000 random tables."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pytest
from numba import njit
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array
from worlds import CLAUSES, Tables, bare_records

from sim.model.phases.bargain import sign
from sim.model.phases.cuts import best_point
from sim.model.phases.defaults import set_range
from sim.model.phases.frontier import concede, package_value, set_midpoint, trace_frontier
from sim.model.vocabulary import LEAST_GAIN, PROMISE

TABLES = 10_000
pytestmark = pytest.mark.long  # the tables are solved once, not once for each worker


def random_tables(count: int, seed: int) -> Tables:
    """Tables of every kind: extreme defaults, same-side positions, red lines, a war, optimism, no trust."""
    rng = np.random.default_rng(seed)
    shape = (count, 2, CLAUSES)

    def rounded(values: NDArray[np.float64], share: float) -> NDArray[np.float64]:
        return np.where(rng.random(values.shape) < share, np.round(4.0 * values) / 4.0, values)

    clauses = rng.integers(1, CLAUSES + 1, count)
    position = rounded(rng.random(shape), 0.3)
    same = rng.random((count, CLAUSES)) < 0.1
    position[:, 1] = np.where(same, position[:, 0], position[:, 1])
    default = np.broadcast_to(rounded(rng.random((count, 1, CLAUSES)), 0.3), shape)
    optimism = np.where(rng.random((count, 1, CLAUSES)) < 0.25, rng.uniform(0.0, 0.3, (count, 1, 1)), 0.0)
    weight = rng.uniform(0.0, 1.0, shape) * (rng.random(shape) > 0.05)
    weight[:, :, 0] += 0.05
    weight *= (np.arange(CLAUSES) < clauses[:, None])[:, None, :]
    lined = rng.random(shape) < rng.choice((0.0, 0.2, 0.6), (count, 1, 1))
    # No trust at all, or enough of it for the tolerance of a linear programme.
    trust = rounded(rng.random((count, 2)) ** rng.choice((0.3, 1.0, 2.0), (count, 1)), 0.1)
    trust = np.where(trust < 0.01, 0.0, trust)
    return Tables(
        clauses=clauses,
        position=position,
        default=default + optimism * (position - default),
        weight=weight / weight.sum(axis=2, keepdims=True),
        line=np.where(lined, rounded(rng.random(shape), 0.3), np.nan),
        trust=trust,
        reach=np.where(rng.random(shape) < 0.15, rng.random(shape), 1.0),
        vulnerability=rounded(2.0 * rng.random(count), 0.2),
        ending=np.where(rng.random(count) < 0.5, rng.integers(0, clauses), -1),
        war=rng.uniform(0.0, 0.4, (count, 2)),
    )


@njit
def solve(rules: Any, states: Any, shares: Any, offers: Any, gains: Any, told: Any, floors: Any, targets: Any) -> None:
    """The frontier of every table: ranges, offers and gains of each side at its target, and at the midpoint."""
    for n in range(len(rules)):
        for k in range(rules[n].clauses[0]):
            set_range(rules[n], states[n], 0, k, True)
        trace_frontier(rules[n], states[n], 0, True)
        for side in range(2):
            best = states[n].best[0, side]
            floors[n, side] = states[n].end_value[0, 1 - side, side]
            top = states[n].end_value[0, side, side]
            reached = (
                shares[n, side] * best if states[n].zone[0] == 1 else top + shares[n, side] * (floors[n, side] - top)
            )
            targets[n, side] = reached
            told[n, side, side], told[n, side, 1 - side] = concede(
                rules[n], states[n], 0, side, reached, offers[n, side]
            )
            for judge in range(2):
                gains[n, side, judge] = package_value(rules[n], states[n], 0, judge, offers[n, side])
        set_midpoint(rules[n], states[n], 0)
        offers[n, 2, :] = states[n].midpoint[0]
        for judge in range(2):
            gains[n, 2, judge] = package_value(rules[n], states[n], 0, judge, offers[n, 2])


class Solved(NamedTuple):
    tables: Tables
    states: Any
    shares: NDArray[np.float64]  # n, side: aspiration as a share of the best
    offers: NDArray[np.float64]  # n, side or midpoint, clause
    gains: NDArray[np.float64]  # n, side or midpoint, judge
    targets: NDArray[np.float64]  # n, side
    told: NDArray[np.float64]  # n, side, judge: the gains that conceding tells of

    @property
    def best(self) -> NDArray[np.float64]:
        return np.asarray(self.states.best[:, 0])

    @property
    def zone(self) -> NDArray[np.bool_]:
        return np.asarray(self.states.zone[:, 0] == 1)


@cache
def solved() -> Solved:
    tables = random_tables(TABLES, seed=3)
    rules, _, states = bare_records(tables)
    shares = np.random.default_rng(4).random((TABLES, 2))
    shares[: TABLES // 10] = np.round(shares[: TABLES // 10])
    offers, gains = np.zeros((TABLES, 3, CLAUSES)), np.zeros((TABLES, 3, 2))
    told, floors, targets = np.zeros((TABLES, 2, 2)), np.zeros((TABLES, 2)), np.zeros((TABLES, 2))
    solve(rules, states, shares, offers, gains, told, floors, targets)
    return Solved(tables, states, shares, offers, gains, targets, told)


# ---------------------------------------------------------------- the linear programme


def best_by_linear_programme(
    tables: Tables, chosen: NDArray[np.int64], side: int, floor: NDArray[np.float64]
) -> NDArray[np.float64]:
    """max V_side subject to V_other >= floor, within the red lines, for the chosen tables; one sparse programme.

    V of a clause is the least of four lines (gain or loss, either side of the position), so z <= each of them. The
    tables have no variable in common, so that one optimum of the sum is the optimum of each.
    """
    count = len(chosen)
    low, high = tables.ranges()
    open_clause = tables.open_clauses()[chosen]
    points = np.arange(count * CLAUSES).reshape(count, CLAUSES)
    rows, columns, entries, bounds = [], [], [], []
    row = 0
    for judge, turned, losing in product(range(2), (-1.0, 1.0), (False, True)):
        believed = tables.trust[chosen, judge, None] * tables.reach[chosen, judge]
        slope = tables.concession()[chosen, judge] if losing else tables.weight[chosen, judge] * believed
        stake = tables.stake()[chosen, judge]
        position, default = tables.position[chosen, judge], tables.default[chosen, judge]
        here = row + points
        rows += [here, here]
        columns += [(1 + judge) * count * CLAUSES + points, points]
        entries += [np.ones_like(slope), turned * slope - stake]
        bounds.append(slope * (np.abs(default - position) + turned * position) - stake * default)
        row += count * CLAUSES
    for judge, limit in ((1 - side, floor),):
        rows.append(row + np.repeat(np.arange(count), CLAUSES).reshape(count, CLAUSES))
        columns.append((1 + judge) * count * CLAUSES + points)
        entries.append(-1.0 * open_clause)
        bounds.append(-limit)
    flat = [np.concatenate([part.ravel() for part in parts]) for parts in (entries, rows, columns, bounds)]
    matrix = coo_array((flat[0], (flat[1], flat[2]))).tocsr()
    cost = np.zeros(3 * count * CLAUSES)
    cost[((1 + side) * count * CLAUSES + points)[open_clause]] = -1.0
    ends = np.stack([np.minimum(low, high)[chosen].ravel(), np.maximum(low, high)[chosen].ravel()], axis=1)
    limits = np.concatenate([ends, np.tile((-9.0, 9.0), (2 * count * CLAUSES, 1))])
    options = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    found = linprog(cost, A_ub=matrix, b_ub=flat[3], bounds=limits, method="highs", options=options)
    assert found.status == 0, found.message
    values = found.x[(1 + side) * count * CLAUSES :][: count * CLAUSES].reshape(count, CLAUSES)
    return np.asarray((values * open_clause).sum(axis=1))


def optimum(tables: Tables, side: int, floor: NDArray[np.float64], keep: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The same for all tables to keep, NaN elsewhere, a few hundred at a time."""
    result = np.full(len(keep), np.nan)
    for chosen in np.array_split(np.flatnonzero(keep), max(1, keep.sum() // 250)):
        result[chosen] = best_by_linear_programme(tables, chosen, side, floor[chosen])
    return result


def largest_value(tables: Tables, side: int) -> NDArray[np.float64]:
    """The most that a side can have, whatever the other gets: a concave sum is largest at its corners."""
    low, high = tables.ranges()
    p, d = tables.position[:, side], tables.default[:, side]
    corners = [np.clip(x, low, high) for x in (p, d, 2.0 * p - d, low, high)]
    values = np.stack([tables.values(x)[:, side] for x in corners])
    return np.asarray(np.where(tables.open_clauses(), values.max(axis=0), 0.0).sum(axis=1))


@pytest.mark.parametrize("side", [0, 1])
def test_the_best_gain_is_the_optimum_of_a_linear_programme(side: int) -> None:
    case = solved()
    attainable = largest_value(case.tables, 1 - side)
    assert np.all(case.best[attainable < -1e-12, side] < 0.0)
    feasible = attainable > 1e-9
    assert feasible.sum() > TABLES // 2
    expected = optimum(case.tables, side, np.zeros(TABLES), feasible)
    np.testing.assert_allclose(case.best[feasible, side], expected[feasible], atol=1e-7, rtol=0)
    assert not case.zone[~feasible].any()


def test_a_zone_is_where_both_can_gain() -> None:
    case = solved()
    np.testing.assert_array_equal(case.zone, (case.best > LEAST_GAIN).all(axis=1))
    assert TABLES // 10 < case.zone.sum() < TABLES - TABLES // 10


@pytest.mark.parametrize("side", [0, 1])
def test_an_offer_keeps_the_aspiration_and_leaves_the_other_the_optimum(side: int) -> None:
    """No package gives the other more at the same aspiration: the offer is not dominated."""
    case = solved()
    own, other = case.gains[:, side, side], case.gains[:, side, 1 - side]
    np.testing.assert_allclose(own, np.maximum(own, case.targets[:, side]), atol=1e-12)
    everything = np.ones(TABLES, dtype=bool)
    expected = optimum(case.tables, 1 - side, case.targets[:, side] - 1e-12, everything)
    np.testing.assert_allclose(other, expected, atol=1e-7, rtol=0)


@pytest.mark.parametrize("side", [0, 1])
def test_an_offer_gives_nothing_up_that_is_worth_nothing_to_the_other(side: int) -> None:
    case = solved()
    floor = case.gains[:, side, 1 - side] - 1e-10
    expected = optimum(case.tables, side, floor, np.ones(TABLES, dtype=bool))
    # Where the other gains next to nothing by what is given up, the programme's tolerance is worth much of it.
    np.testing.assert_allclose(case.gains[:, side, side], expected, atol=1e-4, rtol=0)


def test_an_offer_has_just_the_aspiration_unless_the_other_needs_no_more() -> None:
    case = solved()
    for side in range(2):
        own, other = case.gains[:, side, side], case.gains[:, side, 1 - side]
        slack = own - case.targets[:, side] > 1e-10
        np.testing.assert_allclose(other[slack], largest_value(case.tables, 1 - side)[slack], atol=1e-12)


def test_the_midpoint_gives_both_the_same_share_of_their_best_and_lies_on_the_frontier() -> None:
    case = solved()
    zone, best = case.zone, case.best
    shares = case.gains[:, 2] / np.where(best > 0.0, best, 1.0)
    np.testing.assert_allclose(shares[zone, 0], shares[zone, 1], atol=1e-6)
    assert np.all(shares[zone, 0] >= 0.5 - 1e-6)
    assert np.all(shares[zone, 0] <= 1.0 + 1e-6)

    expected = optimum(case.tables, 1, case.gains[:, 2, 0], zone)
    np.testing.assert_allclose(case.gains[zone, 2, 1], expected[zone], atol=1e-7, rtol=0)


def test_without_a_zone_the_midpoint_lies_half_way_between_what_both_expect() -> None:
    case = solved()
    middle = np.where(case.tables.used(), case.tables.default.mean(axis=1), 0.0)
    np.testing.assert_allclose(case.offers[~case.zone, 2], middle[~case.zone], atol=1e-15)


def test_conceding_tells_what_the_package_is_worth_to_both() -> None:
    np.testing.assert_allclose(solved().told, solved().gains[:, :2], atol=1e-12)


# ---------------------------------------------------------------- brute force


@njit
def count_better(values: Any, sizes: Any, clauses: int, first: float, second: float) -> int:
    """How many packages of a grid give one side more and the other no less: values are (side, clause, point)."""
    places = np.zeros(clauses, np.int64)
    better = 0
    while True:
        a = b = 0.0
        for k in range(clauses):
            a += values[0, k, places[k]]
            b += values[1, k, places[k]]
        if (a > first + 1e-10 and b >= second - 1e-12) or (b > second + 1e-10 and a >= first - 1e-12):
            better += 1
        k = 0
        while k < clauses and places[k] == sizes[k] - 1:
            places[k] = 0
            k += 1
        if k == clauses:
            return better
        places[k] += 1


@njit
def best_on_grid(values: Any, sizes: Any, clauses: int, side: int) -> float:
    """The most that a side gets on the grid where the other gets at least nothing; -inf if it never does."""
    places = np.zeros(clauses, np.int64)
    best = -np.inf
    while True:
        own = other = 0.0
        for k in range(clauses):
            own += values[side, k, places[k]]
            other += values[1 - side, k, places[k]]
        if other >= 0.0:
            best = max(best, own)
        k = 0
        while k < clauses and places[k] == sizes[k] - 1:
            places[k] = 0
            k += 1
        if k == clauses:
            return best
        places[k] += 1


POINTS_OF_A_CLAUSE = {0: 1, 1: 801, 2: 61, 3: 21, 4: 11, 5: 7, 6: 5}


def grids(tables: Tables) -> Any:
    """For every table: its open clauses' values on a grid of the points that the red lines allow."""
    low, high = tables.ranges()
    open_clause = tables.open_clauses()
    numbers = open_clause.sum(axis=1)
    finest = max(POINTS_OF_A_CLAUSE.values())
    values = np.zeros((len(numbers), 2, CLAUSES, finest))
    for number in set(numbers.tolist()) - {0}:
        rows = np.flatnonzero(numbers == number)
        points = POINTS_OF_A_CLAUSE[number]
        for place, part in enumerate(np.linspace(0.0, 1.0, points)):
            at = tables.values(low + part * (high - low))
            order = np.argsort(~open_clause[rows], axis=1, kind="stable")
            values[rows, :, :, place] = np.take_along_axis(at[rows], np.repeat(order[:, None, :], 2, axis=1), axis=2)
    return values, numbers


def test_no_package_of_a_grid_is_better_for_one_and_as_good_for_the_other() -> None:
    case = solved()
    values, numbers = grids(case.tables)
    for n in range(TABLES):
        sizes = np.full(CLAUSES, POINTS_OF_A_CLAUSE[int(numbers[n])])
        for offer in range(3 if case.zone[n] else 2):
            first, second = case.gains[n, offer]
            assert count_better(values[n], sizes, int(numbers[n]), first, second) == 0


@pytest.mark.parametrize("side", [0, 1])
def test_the_best_gain_is_never_below_that_of_a_grid(side: int) -> None:
    case = solved()
    values, numbers = grids(case.tables)
    close = 0
    for n in range(TABLES):
        sizes = np.full(CLAUSES, POINTS_OF_A_CLAUSE[int(numbers[n])])
        found = best_on_grid(values[n], sizes, int(numbers[n]), side)
        if found > -np.inf and case.best[n, 1 - side] > 1e-9:
            assert found <= case.best[n, side] + 1e-12
            close += case.best[n, side] - found < 0.05
    assert close > 0.8 * case.zone.sum()


# ---------------------------------------------------------------- the package as the design writes it


def test_values_in_the_engine_are_those_of_the_design() -> None:
    case = solved()
    for offer in range(3):
        np.testing.assert_allclose(case.gains[:, offer], case.tables.package_values(case.offers[:, offer]), atol=1e-12)


def test_an_offer_stays_within_both_red_lines() -> None:
    case = solved()
    low, high = case.tables.ranges()
    open_clause = case.tables.open_clauses()
    for offer in range(2):
        points = case.offers[:, offer]
        assert np.all((points >= low - 1e-15) & (points <= high + 1e-15) | ~open_clause)


def test_a_deadlocked_clause_stays_as_it_is() -> None:
    case = solved()
    low, high = case.tables.ranges()
    deadlocked = case.tables.used() & (low > high)
    assert deadlocked.sum() > 100
    np.testing.assert_array_equal(case.states.deadlocked[:, 0] == 1, deadlocked)
    default = case.tables.default.mean(axis=1)
    for offer in range(2):  # whichever of the two makes it
        np.testing.assert_allclose(case.offers[:, offer][deadlocked], default[deadlocked], atol=1e-15)


def test_a_table_that_was_cut_otherwise_before_has_the_frontier_of_a_new_one() -> None:
    """Clauses keep their slots, and their pieces the order in which they stood: what has changed is listed anew."""
    count = TABLES // 5
    before, now = random_tables(count, seed=5), random_tables(count, seed=6)
    now = now._replace(clauses=before.clauses, ending=before.ending)  # the same for as long as there is a table
    first_alone = np.arange(count) % 2 == 0  # of these nothing changes but the first clause, and how far trust goes
    trusted = (before.trust > 0.0) & (now.trust > 0.0)
    moved = np.ones((count, 1, CLAUSES), bool)
    moved[first_alone, :, 1:] = False
    where = {"position": moved, "default": moved, "line": moved, "weight": ~first_alone[:, None, None]}
    where |= {"trust": ~first_alone[:, None] | trusted, "reach": ~first_alone[:, None, None]}
    where |= {"vulnerability": ~first_alone, "war": ~first_alone[:, None]}
    now = now._replace(**{name: np.where(on, getattr(now, name), getattr(before, name)) for name, on in where.items()})
    shares = np.random.default_rng(7).random((count, 2))

    def frontier(rules: Any, states: Any) -> tuple[Any, ...]:
        found = np.zeros((count, 3, CLAUSES)), np.zeros((count, 3, 2)), np.zeros((count, 2, 2))
        solve(rules, states, shares, *found, np.zeros((count, 2)), np.zeros((count, 2)))
        return *found, states.best.copy(), states.zone.copy()

    rules, _, fresh = bare_records(now)
    known, _, used = bare_records(before)
    frontier(known, used)
    for name in ("position", "default", "red_line", "guaranteed_trust", "slope", "stake"):
        used[name] = fresh[name]
    used.is_cut[np.broadcast_to(moved, used.is_cut.shape)] = 0
    for again, new in zip(frontier(rules, used), frontier(rules, fresh), strict=True):
        np.testing.assert_array_equal(again, new)


def test_an_exit_that_a_signature_brings_adds_its_worth_to_both_ends() -> None:
    count = TABLES // 20
    worth = np.random.default_rng(8).uniform(-0.3, 0.3, (count, 2))
    rules, _, plain = bare_records(random_tables(count, seed=9))
    tied = plain.copy()
    tied.exit_worth[:, 0] = worth
    found = [np.zeros(shape) for shape in ((count, 3, CLAUSES), (count, 3, 2), (count, 2, 2), (count, 2), (count, 2))]
    for states in (plain, tied):
        solve(rules, states, np.ones((count, 2)), *found)
    np.testing.assert_allclose(tied.end_value[:, 0], plain.end_value[:, 0] + worth[:, None, :], atol=1e-15)
    np.testing.assert_allclose(found[2], found[1][:, :2], atol=1e-12)  # what conceding tells, with the exit in it


def test_who_is_promised_nothing_that_it_believes_begins_at_its_default() -> None:
    case = solved()
    low, high = case.tables.ranges()
    plain = case.tables.open_clauses() & (case.tables.stake() == 0.0).all(axis=1)
    for side in range(2):
        unbelieved = plain & (case.states.slope[:, 0, side, PROMISE] == 0.0)
        assert unbelieved.sum() > TABLES // 100
        expected = np.clip(case.tables.default[:, side], low, high)
        np.testing.assert_array_equal(case.states.end[:, 0, side][unbelieved], expected[unbelieved])


@pytest.mark.parametrize(
    ("promise", "concession", "stake", "best"),
    [
        (0.0, 1.0, 0.0, 0.5),  # no promise is believed: the default, though the position is as good
        (0.4, 1.0, 0.0, 0.75),  # its position
        (0.4, 1.0, 0.3, 0.75),  # an end of the war that is worth less than the gain that would be lost again beyond
        (0.2, 1.0, 0.3, 0.875),  # one that is worth more: the red line
        (
            0.4,
            1.0,
            -0.4,
            0.5,
        ),  # what war gives eats up all gain: the default, though the way to the position is as good
        (0.4, 1.0, -0.5, 0.5),  # and more: but below the default a concession costs more still
        (0.4, 0.2, -0.5, 0.125),  # and costs less: the other red line
    ],
)
def test_a_sides_best_point_is_the_default_where_nothing_is_better(
    promise: float, concession: float, stake: float, best: float
) -> None:
    assert best_point(0.125, 0.875, 0.5, 0.75, promise, concession, stake) == best


def test_pieces_fall_in_gain_over_cost() -> None:
    states = solved().states
    for n in range(TABLES):
        pieces = states.pieces[n, 0]
        rank = states.piece_rank[n, 0, :pieces]
        cost, gain = states.piece_cost[n, 0, rank], states.piece_gain[n, 0, rank]
        assert np.all(gain[1:] * cost[:-1] <= gain[:-1] * cost[1:] + 1e-12)
        assert np.all((cost >= 0.0) & (gain >= 0.0))


# ---------------------------------------------------------------- what is kept of a signature


def test_a_signature_keeps_the_product_of_the_gains_and_what_distrust_has_cost_the_first_side() -> None:
    """Regret against the linear programme of the same table at full trust, where the second keeps what it has."""
    tables = random_tables(400, seed=17)
    rules, draws, states = bare_records(tables)
    shares, sizes = np.random.default_rng(18).random((400, 2)), ((400, 3, CLAUSES), (400, 3, 2), (400, 2, 2))
    offers, gains, told = (np.zeros(size) for size in sizes)
    solve(rules, states, shares, offers, gains, told, np.zeros((400, 2)), np.zeros((400, 2)))
    signed = states.zone[:, 0] == 1
    for n in np.flatnonzero(signed):
        states[n].offer[0] = offers[n, 2]
        sign(rules[n], draws[n], states[n], 0)
    product_of_gains = np.maximum(tables.package_values(offers[:, 2]), 0.0).prod(axis=1)
    np.testing.assert_allclose(states.nash_product[signed, 0], product_of_gains[signed], atol=1e-12)
    full = tables._replace(trust=np.ones((400, 2)), reach=np.ones((400, 2, CLAUSES)), vulnerability=np.zeros(400))
    held = full.package_values(offers[:, 2])
    best = optimum(full, 0, held[:, 1], signed)
    np.testing.assert_allclose(states.regret[signed, 0], np.maximum(best - held[:, 0], 0.0)[signed], atol=1e-7)
    assert (states.regret[signed, 0] > 0.01).sum() > 20


def test_at_full_trust_there_is_nothing_to_regret() -> None:
    tables = random_tables(200, seed=19)
    tables = tables._replace(trust=np.ones((200, 2)), reach=np.ones((200, 2, CLAUSES)), vulnerability=np.zeros(200))
    rules, draws, states = bare_records(tables)
    offers, gains, told = np.zeros((200, 3, CLAUSES)), np.zeros((200, 3, 2)), np.zeros((200, 2, 2))
    solve(rules, states, np.full((200, 2), 0.5), offers, gains, told, np.zeros((200, 2)), np.zeros((200, 2)))
    for n in np.flatnonzero(states.zone[:, 0] == 1):
        states[n].offer[0] = offers[n, 2]
        sign(rules[n], draws[n], states[n], 0)
        assert states[n].regret[0] < 1e-9
