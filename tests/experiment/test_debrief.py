"""The debrief of a game: what it is held against is the same world, and a decision given back is the model's."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from sim.agents.game import Game
from sim.experiment.debrief import RUNS, Aims, Debrief, Many, aims, debriefed, many_runs, nearness, to_give_back
from sim.pages.play.debrief import debrief_told, moved, picture
from sim.world.world import World, load_world

pytestmark = pytest.mark.long
WEEKS, DRAW, RUN, SEED = 30, 2, 5, 7


@cache
def world() -> World:
    found = load_world("do_more")
    return found.change(found.scenario.change(horizon=WEEKS))


def game_of(who: str, contrary: bool) -> Game:
    """A game that answers as the model does, or else in every question of yes and no."""
    game = Game(world(), (who,), draw=DRAW, run=RUN, seed=SEED)
    while (question := game.question) is not None:
        answer = not question.own if contrary and isinstance(question.own, bool) else question.own
        game.answer(answer)
    return game


@cache
def many() -> Many:
    return many_runs(game_of("PAK", False).model, "PAK", progress=False)


@cache
def debrief(contrary: bool) -> Debrief:
    return debriefed(game_of("PAK", contrary), "PAK", many())


def test_the_run_with_the_same_luck_is_among_the_thousand() -> None:
    assert many().near.shape == (RUNS, WEEKS + 1)
    np.testing.assert_allclose(many().near[RUN], debrief(False).same_luck, atol=1e-6)  # weeks are kept in 32 bits


def test_whoever_decides_as_the_model_does_has_its_course_and_nothing_to_give_back() -> None:
    found = debrief(False)
    assert np.array_equal(found.course, found.same_luck)
    assert found.turned == ()
    assert found.settlement == found.same_luck_settlement
    assert "nothing can be given back" in debrief_told(world(), found)[-1]


def test_every_decision_that_is_not_the_models_is_given_back_once() -> None:
    game, found = game_of("PAK", True), debrief(True)
    assert len(found.turned) == to_give_back(game, "PAK") > 3
    assert {one.move.key for one in found.turned} == {move.key for move in game.moves if not move.is_own}
    sizes = [abs(one.nearer) for one in found.turned]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 0.0


def test_the_words_name_the_decisions_that_moved_most_with_their_week() -> None:
    found = debrief(True)
    told = debrief_told(world(), found)
    for one in moved(found):
        assert any(f"week {one.move.week}" in line for line in told)
    assert f"{len(found.turned)} of them" in told[0]


def test_a_seat_that_wants_nothing_is_told_how_the_run_ends() -> None:
    game = game_of("QAT", False)
    found = debriefed(game, "QAT", many())
    assert found.wants == aims(game.model, "QAT").cells == ()
    assert found.decisions == len(game.moves) > 0
    told = debrief_told(world(), found)
    assert "Qatar holds no position on any issue" in told[1]
    assert not any("near" in line for line in told[:3])
    (axes,) = picture(world(), found, SEED, DRAW, RUN).axes
    assert axes.get_xlabel() == "share of 1,000 runs that end so, the model in every seat, %"
    widths = [bar.get_width() for bar in axes.patches]
    assert widths == pytest.approx([100.0 * share for share in found.settlements.values()])


def test_the_picture_has_axes_with_units_and_marks_the_decisions() -> None:
    found = debrief(True)
    figure = picture(world(), found, SEED, DRAW, RUN)
    assert isinstance(figure, Figure)
    course, ends = figure.axes
    assert (course.get_xlabel(), ends.get_xlabel()) == ("week", "runs, at the end")
    assert course.get_ylabel().endswith("%")
    assert [text.get_text() for text in course.texts] == [str(n) for n in range(1, len(moved(found)) + 1)]


SHARES = st.floats(0.0, 1.0)


@given(st.lists(st.tuples(SHARES, SHARES, st.floats(0.01, 1.0)), min_size=1, max_size=6))
def test_nearness_is_one_at_what_is_wanted_and_never_leaves_its_range(issues: list[tuple[float, float, float]]) -> None:
    points, cells, weights = (np.array(column) for column in zip(*issues, strict=True))
    wanted = Aims(tuple(map(str, range(len(points)))), points, weights / weights.sum())
    assert nearness(wanted, points) == pytest.approx(1.0)
    assert -1e-12 <= nearness(wanted, cells) <= 1.0 + 1e-12
    closer = points + 0.5 * (cells - points)
    assert nearness(wanted, closer) >= nearness(wanted, cells) - 1e-12


def test_the_aims_of_an_actor_weigh_one_together() -> None:
    for who in world().case.actors:
        assert aims(game_of("PAK", False).model, who).weights.sum() == pytest.approx(1.0)
