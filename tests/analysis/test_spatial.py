"""Models of one issue on a line against closed forms, laws, and numbers that another program printed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.spatial import (
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
