"""The textbook case: its answer, worked by hand as in its README, against every run; and the jobs that run it."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import pytest

from sim.agents.model import NegotiationModel
from sim.case.loading import load_case
from sim.experiment.runs import Runs
from sim.surface import sweep

pytestmark = pytest.mark.long
CASE = load_case("textbook")
MEETINGS = 25


class Answer(NamedTuple):
    """What the exercise gives: the week of the agreement, and the hours."""

    week: int
    hours: float


def by_hand(upper: float, lower: float) -> Answer:
    """The first meeting at which what one offers is what the other still asks for."""
    best = min(lower, 2 * upper)
    meeting = next(n for n in range(1, MEETINGS + 1) if 1 - n / MEETINGS <= 2 * upper / (upper + best) + 1e-9)
    share = 1 - meeting / MEETINGS
    return Answer(2 * meeting - 1, 2 * upper - share * upper if meeting % 2 else share * best)


@cache
def runs(scenario: str) -> Runs:
    return sweep(CASE.scenario(scenario), draws=100, runs=4, progress=False)


def test_the_numbers_of_the_readme() -> None:
    assert by_hand(0.4, 0.8) == (17, pytest.approx(0.544))
    assert by_hand(0.4, 0.6) == (9, pytest.approx(0.48))


@pytest.mark.parametrize("scenario", ["status_quo", "modest_wish"])
def test_the_villages_agree_when_and_where_the_exercise_says(scenario: str) -> None:
    found = runs(scenario)
    drawn = found.draws_table().astype(float)
    names = list(found.uncertainties)
    upper = drawn[:, names.index("position.UPP.opening")]
    lower = drawn[:, names.index("position.LOW.opening")]
    if scenario == "modest_wish":
        lower = np.full(len(lower), 0.6)
    wanted = [by_hand(a, b) for a, b in zip(upper, lower, strict=True)]
    came = (found.values("attendance.well.UPP") == 1) & (found.values("attendance.well.LOW") == 1)
    assert came.mean() > 0.98  # who gains by coming comes, all but always
    weeks, hours = found.values("table.well.agreed_week"), found.values("table.well.package.opening")
    first = came & (found.values("table.well.agreements") == 1)
    assert first.mean() > 0.98
    for draw, answer in enumerate(wanted):
        assert (weeks[draw][first[draw]] == answer.week).all()
        np.testing.assert_allclose(hours[draw][first[draw]], answer.hours, atol=1e-6)


def test_nothing_is_signed_where_one_side_loses_by_every_hour() -> None:
    assert runs("locked").share("none").value == 1.0


def test_a_more_modest_wish_is_agreed_earlier_for_shorter_hours() -> None:
    before, after = runs("status_quo"), runs("modest_wish")
    for outcome in ("table.well.agreed_week", "table.well.package.opening"):
        assert np.nanmax(after.values(outcome)) < np.nanmin(before.values(outcome))


def test_mesa_says_the_same_of_one_run() -> None:
    model = NegotiationModel("status_quo", case=CASE, horizon=20)
    model.run_model()
    drawn = model.drawn
    answer = by_hand(drawn["position.UPP.opening"], drawn["position.LOW.opening"])
    signed = next(model.journal.find(decision="status", outcome="in_force"))
    assert signed.week == answer.week
    assert signed.package["opening"] == pytest.approx(answer.hours)
