"""Models of one issue on a line against closed forms, laws, and numbers that another program printed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.spatial import (
    ROUNDS,
    SETTLED,
    Actors,
    challenge,
    expected,
    moves,
    nash_solution,
    risk_exponents,
    success,
    weighted_mean,
    weighted_median,
)

many = st.lists(
    st.tuples(st.integers(0, 100).map(lambda x: x / 100), st.floats(0.05, 1.0), st.floats(0.1, 10.0)),
    min_size=2,
    max_size=7,
).map(lambda rows: Actors(*np.array(rows).T))


@given(many)
def test_solutions_lie_between_the_actors_and_know_no_unit_of_power(actors: Actors) -> None:
    low, high = actors.position.min(), actors.position.max()
    stronger = actors._replace(power=3.0 * actors.power)
    for solve in (weighted_mean, weighted_median, lambda one: nash_solution(one, 0.0, 1.0)):
        at = solve(actors)
        assert low - 1e-9 <= at <= high + 1e-9
        assert solve(stronger) == pytest.approx(at)


@given(many)
def test_no_position_beats_the_median_and_no_point_the_nash_product(actors: Actors) -> None:
    median, nash = weighted_median(actors), nash_solution(actors, 0.0, 1.0)

    def product(x: float) -> float:
        return float((actors.weight * np.log(np.maximum(1.0 - np.abs(x - actors.position), 1e-300))).sum())

    for other in actors.position:
        nearer = np.abs(actors.position - other) - np.abs(actors.position - median)
        assert (actors.weight * np.sign(-nearer)).sum() <= 1e-9 * actors.weight.sum()
    for x in np.linspace(0.0, 1.0, 41):
        assert product(float(x)) <= product(nash) + 1e-9


@pytest.mark.parametrize(("first", "second"), [(1.0, 1.0), (3.0, 1.0), (1.0, 5.0)])
def test_nash_of_two_has_a_closed_form(first: float, second: float) -> None:
    """At 0.2 and 0.6: w_1 / (1 - x + 0.2) = w_2 / (1 + x - 0.6), cut to between both."""
    actors = Actors(np.array([0.2, 0.6]), np.ones(2), np.array([first, second]))
    inside = (second * 1.2 - first * 0.4) / (first + second)
    assert nash_solution(actors, 0.0, 1.0) == pytest.approx(min(max(inside, 0.2), 0.6))


# Ten states on the date of an emission standard: position (years), salience, capability (Bueno de Mesquita 1994).
STANDARD = Actors(
    np.array([4.0, 7, 4, 4, 10, 10, 10, 7, 4, 7]),
    np.array([0.8, 0.4, 0.2, 0.8, 0.6, 0.6, 0.9, 0.1, 1.0, 0.7]),
    np.array([0.08, 0.08, 0.03, 0.16, 0.16, 0.16, 0.16, 0.05, 0.05, 0.08]),
)
BELGIUM, LUXEMBOURG, FRANCE, IRELAND = 1, 2, 4, 7


def of_all_pairs(exponents: np.ndarray) -> np.ndarray:
    """P_ij with the votes of all pairs of actors below the line, as a public program has it (dmasad's, 2014)."""
    apart = np.abs(STANDARD.position[:, None] - STANDARD.position[None, :]) / 6.0
    utility = 1.0 - apart ** exponents[:, None]
    votes = STANDARD.weight[:, None, None] * (utility[:, :, None] - utility[:, None, :])
    return np.maximum(votes, 0.0).sum(axis=0) / np.abs(votes).sum()


def test_expected_utilities_and_risks_are_those_that_another_program_prints() -> None:
    """Its log of the first round: Belgium and France -0.1148, 0.2433; Luxembourg and Belgium 0.2455, 0.5422."""
    plain = expected(STANDARD, of_all_pairs(np.ones(10)), 1.0, 6.0)
    np.fill_diagonal(plain, 0.0)
    exposed = plain.sum(axis=0)
    risk = (2.0 * exposed - exposed.max() - exposed.min()) / np.ptp(exposed)
    exponents = (1.0 - risk / 3.0) / (1.0 + risk / 3.0)
    for i, j, own, other in ((BELGIUM, FRANCE, -0.114830, 0.243297), (LUXEMBOURG, BELGIUM, 0.245509, 0.542246)):
        actors_chance = np.array(of_all_pairs(exponents))
        found = expected(STANDARD, actors_chance, float(exponents[i]), 6.0)
        assert found[i, j] == pytest.approx(own, abs=2e-6)
        assert found[j, i] == pytest.approx(other, abs=2e-6)


@given(many)
def test_chances_of_both_sides_add_up_and_risks_stay_in_their_range(actors: Actors) -> None:
    span = float(np.ptp(actors.position))
    if span < 1e-6:
        return
    chance = success(actors, np.ones(len(actors.position)), span)
    np.testing.assert_allclose(chance + chance.T, 1.0, atol=1e-9)
    exponents = risk_exponents(actors, span)
    assert ((exponents >= 0.5 - 1e-9) & (exponents <= 2.0 + 1e-9)).all()
    after = moves(actors, exponents, span)
    assert actors.position.min() - 1e-9 <= after.min() <= after.max() <= actors.position.max() + 1e-9


def test_who_has_all_votes_wins_and_everybody_ends_there() -> None:
    actors = Actors(np.array([0.0, 0.5, 1.0]), np.array([0.9, 0.1, 0.1]), np.array([100.0, 0.1, 0.1]))
    found = challenge(actors)
    np.testing.assert_allclose(found.positions[-1], 0.0, atol=5e-3)
    assert (found.medians == 0.0).all()


def test_a_mirror_mirrors_the_course() -> None:
    rng = np.random.default_rng(3)
    actors = Actors(rng.random(6), rng.uniform(0.2, 1.0, 6), rng.uniform(1.0, 9.0, 6))
    one, other = challenge(actors, 5), challenge(actors._replace(position=1.0 - actors.position), 5)
    np.testing.assert_allclose(one.positions, 1.0 - other.positions, atol=1e-9)


# --- the model once more, pair by pair --------------------------------------------------------------------------------

DRAWN = [
    Actors(rng.random(n).round(2), rng.uniform(0.2, 1.0, n), rng.uniform(0.5, 9.0, n))
    for n, rng in ((2, np.random.default_rng(1)), (4, np.random.default_rng(2)), (7, np.random.default_rng(3)))
]


def utility(actors: Actors, k: int, place: float, exponent: float, span: float) -> float:
    return float(1.0 - (abs(place - actors.position[k]) / span) ** exponent)


@pytest.mark.parametrize("actors", DRAWN)
def test_the_chance_to_prevail_is_the_votes_for_one_over_those_for_both(actors: Actors) -> None:
    x, span = actors.position, float(np.ptp(actors.position))
    exponents = np.random.default_rng(4).uniform(0.5, 2.0, len(x))
    found = success(actors, exponents, span)
    for i, j in itertools.permutations(range(len(x)), 2):
        votes = [
            actors.salience[k] * actors.power[k]
            * (utility(actors, k, x[i], exponents[k], span) - utility(actors, k, x[j], exponents[k], span))
            for k in range(len(x))
        ]  # fmt: skip
        every = sum(map(abs, votes))
        assert found[i, j] == pytest.approx(sum(v for v in votes if v > 0.0) / every if x[i] != x[j] else 0.5)
    assert np.diag(found).tolist() == [0.5] * len(x)


def worth_to(actors: Actors, i: int, j: int, chance: float, r: float, span: float) -> float:
    """What a challenge of i to j is worth to i, as the formula of Bueno de Mesquita has it."""
    d = min(abs(actors.position[i] - actors.position[j]) / span, 1.0)
    won, lost, stay = 2 - 4 * ((1 - d) / 2) ** r, 2 - 4 * ((1 + d) / 2) ** r, 2 - 4 / 2**r
    s = actors.salience[j]
    return float(s * (chance * won + (1 - chance) * lost) + (1 - s) * won - stay)


def test_what_a_challenge_is_worth_worked_by_hand() -> None:
    """All the way apart, of exponent 2 and salience 1/2: 2, -2 and 1, won one time in four."""
    actors = Actors(np.array([3.0, 7.0]), np.array([0.9, 0.5]), np.ones(2))
    assert expected(actors, np.array([[0.5, 0.25], [0.75, 0.5]]), 2.0, 4.0)[0, 1] == pytest.approx(-0.5)
    assert expected(actors, np.full((2, 2), 0.25), 2.0, 1.0)[0, 1] == pytest.approx(-0.5)  # as far as anything is


@pytest.mark.parametrize("actors", DRAWN)
@pytest.mark.parametrize("exponent", [0.5, 1.0, 1.7])
def test_what_a_challenge_is_worth_is_its_formula(actors: Actors, exponent: float) -> None:
    n, span = len(actors.position), float(np.ptp(actors.position))
    chance = np.random.default_rng(5).random((n, n))
    found = expected(actors, chance, exponent, span)
    for i, j in itertools.product(range(n), repeat=2):
        assert found[i, j] == pytest.approx(worth_to(actors, i, j, chance[i, j], exponent, span))


@pytest.mark.parametrize("actors", DRAWN[1:])
def test_who_is_least_exposed_risks_least_and_who_is_most_exposed_most(actors: Actors) -> None:
    n, span = len(actors.position), float(np.ptp(actors.position))
    chance = success(actors, np.ones(n), span)
    exposed = [sum(worth_to(actors, j, i, chance[j, i], 1.0, span) for j in range(n) if j != i) for i in range(n)]
    least, most = min(exposed), max(exposed)
    for one, exponent in zip(exposed, risk_exponents(actors, span), strict=True):
        risk = (2.0 * one - most - least) / (most - least)
        assert exponent == pytest.approx((1.0 - risk / 3.0) / (1.0 + risk / 3.0))
    assert (risk_exponents(actors, span).min(), risk_exponents(actors, span).max()) == pytest.approx((0.5, 2.0))


def test_where_all_are_exposed_alike_nobody_has_an_attitude_to_risk() -> None:
    alike = Actors(np.array([0.0, 1.0]), np.ones(2), np.ones(2))
    assert risk_exponents(alike, 1.0).tolist() == [1.0, 1.0]
    np.testing.assert_allclose(success(alike, np.ones(2), 1.0), 0.5)


@pytest.mark.parametrize("seed", range(12))
def test_a_round_is_the_smallest_of_the_moves_that_an_actor_cannot_resist(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 8))
    actors = Actors(np.round(rng.random(n) * 8.0) / 4.0, rng.uniform(0.1, 1.0, n), rng.uniform(0.5, 9.0, n))
    exponents, x = rng.uniform(0.5, 2.0, n), actors.position
    span = max(float(np.ptp(x)), 0.5)
    chance, found = success(actors, exponents, span), moves(actors, exponents, span)
    for i in range(n):
        offers = []
        for j in range(n):
            a = worth_to(actors, i, j, chance[i, j], exponents[i], span)
            b = worth_to(actors, j, i, chance[j, i], exponents[i], span)
            if x[i] == x[j]:
                continue
            if b > a > 0.0:
                offers.append(x[j] - x[i])
            elif b > 0.0 > a:
                offers.append(abs(a) / b * (x[j] - x[i]) if b > abs(a) else x[j] - x[i])
        assert found[i] == pytest.approx(x[i] + min(offers, key=abs, default=0.0))


@pytest.mark.parametrize("salience", [(0.5, 0.5), (0.5, 1.0)])
def test_whom_a_challenge_is_worth_as_much_as_to_the_other_or_nothing_stays(salience: tuple[float, float]) -> None:
    """Of two with as many votes: to both 1, a conflict; or 0 to the first, since the second resists, and 1 to it."""
    actors = Actors(np.array([0.0, 1.0]), np.array(salience), 1.0 / np.array(salience))
    gains = expected(actors, success(actors, np.ones(2), 1.0), 1.0, 1.0)
    assert (gains[0, 1], gains[1, 0]) == (2.0 - 2.0 * salience[1], 1.0)
    assert moves(actors, np.ones(2), 1.0).tolist() == [0.0, 1.0]


@pytest.mark.parametrize("actors", DRAWN)
def test_a_course_knows_neither_unit_nor_zero_of_the_scale(actors: Actors) -> None:
    one = challenge(actors)
    other = challenge(actors._replace(position=25.0 - 40.0 * actors.position))
    np.testing.assert_allclose(other.positions, 25.0 - 40.0 * one.positions, atol=1e-8)
    moved = challenge(actors._replace(position=3.0 + 0.125 * actors.position))
    np.testing.assert_allclose(moved.medians, 3.0 + 0.125 * one.medians, atol=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_a_course_ends_when_nobody_moves_further_than_a_thousandth_of_the_range(seed: int) -> None:
    rng = np.random.default_rng(seed)
    actors = Actors(5.0 * rng.random(6), rng.uniform(0.2, 1.0, 6), rng.uniform(1.0, 9.0, 6))
    found, span = challenge(actors), float(np.ptp(actors.position))
    steps = np.abs(np.diff(found.positions, axis=0)).max(axis=1) / span
    assert SETTLED == 1e-3
    assert (steps[:-1] > SETTLED).all()
    assert steps[-1] <= SETTLED or len(steps) == ROUNDS == 50
    assert found.positions[0].tolist() == actors.position.tolist()
    for n, after in enumerate(found.positions[1:]):
        now = actors._replace(position=found.positions[n])
        np.testing.assert_allclose(moves(now, risk_exponents(now, span), span), after)
    for place, median in zip(found.positions, found.medians, strict=True):
        assert median == weighted_median(actors._replace(position=place))
    short = challenge(actors, 2)
    assert short.positions.tolist() == found.positions[:3].tolist()
    assert short.medians.tolist() == found.medians[:3].tolist()


def test_a_course_that_does_not_settle_ends_after_fifty_rounds() -> None:
    actors = Actors(np.array([0.9, 0.4, 0.8, 0.6]), np.array([0.4, 0.9, 0.9, 0.5]), np.array([9.0, 3.0, 7.0, 6.0]))
    found = challenge(actors)
    assert len(found.positions) == len(found.medians) == 51
    assert np.abs(found.positions[-1] - found.positions[-2]).max() > SETTLED * 0.5


def test_actors_at_one_place_have_no_course() -> None:
    found = challenge(Actors(np.full(3, 2.0), np.ones(3), np.ones(3)))
    assert found.positions.tolist() == [[2.0, 2.0, 2.0]]
    assert found.medians.tolist() == [2.0]


def test_the_nash_solution_knows_the_scale() -> None:
    """From 10 to 30: positions 12 and 22 are 0.1 and 0.6 of it; w_1 / (1.1 - x) = w_2 / (0.4 + x)."""
    for first, second in ((1.0, 1.0), (2.0, 1.5), (9.0, 1.0)):
        actors = Actors(np.array([12.0, 22.0]), np.array([0.5, 1.0]), np.array([2.0 * first, second]))
        wanted = min(max((second * 1.1 - first * 0.4) / (first + second), 0.1), 0.6)
        assert nash_solution(actors, 10.0, 30.0) == pytest.approx(10.0 + 20.0 * wanted)
    ends = Actors(np.array([0.0, 0.5, 1.0]), np.ones(3), np.array([1.0, 3.0, 1.0]))
    assert nash_solution(ends, 0.0, 1.0) == pytest.approx(0.5)


def test_where_two_positions_halve_the_weight_the_lower_one_is_the_median() -> None:
    for power in (1.0, 0.1, 7e-9):
        even = Actors(np.array([4.0, 1.0, 9.0, 6.0]), np.full(4, 0.7), np.full(4, power))
        assert weighted_median(even) == 4.0
    thirds = Actors(np.array([3.0, 2.0, 1.0, 0.0]), np.array([0.1, 0.2, 0.3, 0.6]), np.ones(4))
    assert weighted_median(thirds) == 0.0  # 0.6 beside 0.3 + 0.2 + 0.1, which is rounded
    heavier = thirds._replace(power=np.array([1.0, 1.0, 1.0, 0.999]))
    assert weighted_median(heavier) == 1.0


def test_the_mean_counts_salience_times_power() -> None:
    actors = Actors(np.array([2.0, 5.0, 11.0]), np.array([0.5, 1.0, 0.25]), np.array([4.0, 3.0, 8.0]))
    assert actors.weight.tolist() == [2.0, 3.0, 2.0]
    assert weighted_mean(actors) == pytest.approx(41.0 / 7.0)
