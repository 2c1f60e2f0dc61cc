"""What a calibration of the case rests on: one world for the statements of a course, one prior for both ways."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from sim.analysis.shares import Values
from sim.case.loading import load_case
from sim.case.patterns import load_patterns
from sim.case.record import load_record
from sim.engine.sweep import Sweep
from sim.experiment.calibration import Chosen, _Calibration, _whole, sizes
from sim.experiment.keeping import not_kept
from sim.experiment.plan import PlannedSweep

pytestmark = pytest.mark.long

CASE = load_case()


@cache
def asked() -> _Calibration:
    return _Calibration(load_record(CASE), load_patterns(CASE), sizes(20, 2), 1, (), True, not_kept)


def test_a_shorter_course_is_the_beginning_of_a_longer_one() -> None:
    """Statements over other weeks are held together in a run: that has to be one and the same world."""
    record = load_record(CASE)
    short, long = (record.statements[name].course(CASE) for name in ("doha_by_april_2021", "week_of_doha"))
    assert short.horizon < long.horizon
    first, second = (_whole(Sweep(one, 20, 2, 1, paths=0, band_runs=0)) for one in (short, long))
    for what in ("table.doha.agreed_week", "table.intra_afghan.agreed_week", "takeover_week"):
        one, other = first.weeks(what), second.weeks(what)
        assert np.array_equal(one, np.where(other <= short.horizon, other, np.inf))


def test_given_draws_are_played_as_drawn_ones() -> None:
    course, _ = asked().courses[0]
    usual = Sweep(course, 20, 2, 1, paths=0, band_runs=0)
    own = {name: getattr(usual.uncertainty, name) for name in ("case", "epoch", "priors", "fixed", "off", "theory")}
    given = Chosen(**own, rows=usual.uncertainty.table(20, 1))
    found = _whole(PlannedSweep(course, 20, 2, 1, (), True, 0, 0, known=given))
    for name in ("table.doha.sessions", "trust.US.TAL"):
        assert np.array_equal(found.values(name), _whole(usual).values(name))


def test_numbers_of_the_sampler_have_the_prior_of_the_draws() -> None:
    """Means of what uniform inputs make are those of the draws, at every epoch that something is played at."""
    one = asked()
    names, groups, columns = one.columns()
    given = np.random.default_rng(1).random((3_000, len(one.inputs)))
    made = one.values_of(given, names)
    many = np.stack([column(one, name, 3_000) for name in names], axis=1)
    assert len(names) == len(groups) == columns.shape[1] == made.shape[1]
    error = many.std(axis=0) * np.sqrt(2.0 / 3_000)
    assert np.all(np.abs(many.mean(axis=0) - made.mean(axis=0)) <= 5.0 * error)


def column(one: _Calibration, label: str, draws: int) -> Values:
    epoch, _, name = label.rpartition(" ")
    place = epoch or next(e for e, known in one.priors.items() if name in known.priors.index)
    return drawn(place, draws)[:, one.priors[place].priors.index[name]]


@cache
def drawn(place: str, draws: int) -> Values:
    found: Values = asked().priors[place].table(draws, 7)
    return found


def test_a_pattern_rules_a_draw_out_by_the_furthest_of_its_claims() -> None:
    """0.25 short of a threshold, with an error of 0.04 and a discrepancy of 0.05: 0.25 / 0.064 is the most of three."""
    one = asked()
    place = next(place for place in one.places if place.name == "P6")
    below = np.array([[0.05], [0.2], [-0.5]])  # P6 wants less than -0.05 of each
    halves = np.array([[0.03], [0.04], [0.0]])
    arrays = {"bounds": np.full(3, -0.05), "scales": np.ones(3), "effects": below}
    arrays |= {"effects_first": below + halves, "effects_second": below - halves}
    assert replace(one, size=sizes(2, 2)._replace(draws=1)).short(place, arrays)[0] == pytest.approx(
        0.25 / 0.064, rel=1e-3
    )
