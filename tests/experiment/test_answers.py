"""Every question is answered: verdicts, survivors, what else moves, and the link at which an effect dies."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.analysis.paired import Difference, difference
from sim.analysis.shares import Spread
from sim.case.answer import NO_MEASURE, measurable
from sim.case.columns import outcome_columns
from sim.case.loading import load_case
from sim.case.scenario import load_scenario, scenario_names
from sim.engine.computing import compute, made
from sim.engine.sweep import Sweep
from sim.experiment.answers import AS_EXPECTED, NO_EFFECT, OPPOSITE, UNEXPECTED, UNTOLD, paired_effect, verdict
from sim.experiment.chain import LAST_STEP, MOVES, STAGES, STILL, Chain, Link, before, chain
from sim.experiment.chain import UNTOLD as LINK_UNTOLD
from sim.experiment.comparison import Comparison, compare
from sim.experiment.moved import Moved
from sim.experiment.runs import Runs
from sim.inputs import InputError
from sim.model.outcomes import OUTCOMES

CASE = load_case()
COLUMNS = {column.name: column for column in outcome_columns(CASE)}


def gap(value: float, half: float) -> Difference:
    return Difference(value, value - half, value + half, 0.0, value, 50, 1.0, 50, Spread(0.0, 0.0), 1.0)


# --- verdicts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effect", "expected", "words"),
    [
        (gap(0.1, 0.05), "rises", AS_EXPECTED),
        (gap(-0.1, 0.05), "falls", AS_EXPECTED),
        (gap(0.1, 0.05), "falls", OPPOSITE),
        (gap(-0.1, 0.05), "rises", OPPOSITE),
        (gap(0.1, 0.05), None, UNEXPECTED),
        (gap(-0.1, 0.2), "rises", NO_EFFECT),
        (gap(0.0, 0.0), "falls", NO_EFFECT),
        (gap(0.1, 0.1), None, NO_EFFECT),  # an end at zero does not leave it out
        (None, "rises", UNTOLD),
        (None, None, UNTOLD),
    ],
)
def test_an_effect_is_judged_by_its_interval_and_what_was_expected(
    effect: Difference | None, expected: str | None, words: str
) -> None:
    assert verdict(effect, expected) == words


def test_an_effect_among_survivors_is_not_told() -> None:
    first, second = np.zeros((10, 10)), np.ones((10, 10))
    first[0, :] = np.nan
    told = paired_effect(first, second, yes_no=False)
    assert str(told) == str(difference(first, second, yes_no=False))  # 90 % of the pairs
    first[1, 0] = np.nan
    assert paired_effect(first, second, yes_no=False) is None
    assert difference(first, second, yes_no=False).pairs == pytest.approx(0.89)
    second[np.isnan(first)] = np.nan  # the same runs have none in both: no survivors are picked, as in a difference
    assert paired_effect(first, second, yes_no=False) == difference(first, second, yes_no=False)
    weights = np.array([1.0, *[0.1] * 9])
    second[0, :9] = 1.0
    assert paired_effect(first, second, yes_no=False) is not None  # 89 of 98 pairs
    assert paired_effect(first, second, yes_no=False, weights=weights) is None  # those of the draw that weighs most


# --- the answers of the case -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", scenario_names(CASE))
def test_every_scenario_is_answered_by_outcomes_that_can_be_at_its_epoch(name: str) -> None:
    scenario = load_scenario(CASE, name)
    assert scenario.answered_by
    regime = CASE.epochs[scenario.epoch].regime
    for answer in scenario.answered_by:
        column = COLUMNS[answer.outcome]
        tables = [one for axis, one in zip(column.axes, column.names, strict=True) if axis == "T"]
        assert all(regime in CASE.tables[table].regimes or name == "recorded_course" for table in tables)


def test_what_can_be_asked_is_every_column_but_codes_and_weeks() -> None:
    left = [column for column in COLUMNS.values() if column.name not in measurable(CASE)]
    assert left
    assert all(column.unit.startswith(NO_MEASURE) for column in left)
    assert {column.field for column in left} == {
        "settlement",
        "status",
        "takeover_week",
        "agreed_week",
        "collapsed_week",
        "broken_off_week",
    }


# --- the chain -------------------------------------------------------------------------------------------------------


def test_every_outcome_has_its_stage() -> None:
    staged = [field for fields in STAGES.values() for field in fields]
    assert sorted(staged) == sorted(one.field for one in OUTCOMES if not one.unit.startswith(NO_MEASURE))


def moved(outcome: str, size: float, corrected: float) -> Moved:
    return Moved(outcome, size, size, corrected, corrected)


ALIVE, DEAD = (moved("a", 0.5, 0.001),), (moved("b", 0.1, 0.6), moved("c", 0.01, 0.9))


@pytest.mark.parametrize(
    ("links", "dies"),
    [
        ((ALIVE, ALIVE, ALIVE), None),
        ((ALIVE, DEAD, DEAD), "trust"),
        ((ALIVE, DEAD, ALIVE), "trust"),
        ((ALIVE, (), DEAD), "attendance"),  # what cannot be told is passed over
        ((DEAD, ALIVE, DEAD), "attendance"),  # what the lever set is over by the horizon
        ((DEAD, DEAD, DEAD), "lever"),
        (((), (), ()), None),
    ],
)
def test_a_chain_dies_at_its_first_link_that_does_not_move(
    links: tuple[tuple[Moved, ...], ...], dies: str | None
) -> None:
    found = Chain("x", tuple(Link(stage, inside) for stage, inside in zip(STAGES, links, strict=False)), DEAD[0])
    assert (found.dies_at.stage if found.dies_at else None) == dies
    assert (f"“{dies}”" if dies else LAST_STEP) in found.words


def test_what_is_no_luck_and_next_to_nothing_does_not_move() -> None:
    assert moved("a", -0.05, 0.001).is_discovery
    assert not moved("a", -0.04, 0.001).is_discovery
    assert not moved("a", -0.5, 0.06).is_discovery


def test_a_link_tells_the_largest_that_moves() -> None:
    louder = moved("rare", 3.0, 0.4)
    assert Link("trust", (louder, *ALIVE)).largest == ALIVE[0]
    assert Link("trust", (louder, *DEAD)).largest == louder
    assert [Link("trust", inside).state for inside in (ALIVE, DEAD, ())] == [MOVES, STILL, LINK_UNTOLD]


def test_a_chain_that_breaks_says_what_moves_by_another_way() -> None:
    links = (Link("lever", ALIVE), Link("trust", DEAD), Link("attendance", ALIVE))
    told = Chain("x", links, ALIVE[0]).words
    assert (
        told
        == "It dies at “trust”: of its 2 outcomes none moves (but attendance and the outcome itself, by another way)."
    )


@pytest.mark.parametrize(
    ("outcome", "stages"),
    [
        ("trust.TAL.US", ("lever",)),
        ("attendance.doha.PAK", ("lever", "trust")),
        ("table.doha.agreed", ("lever", "trust", "attendance", "offer")),
        ("cell.ceasefire", ("lever", "trust", "attendance", "offer", "signature")),
        ("refugees", ("lever", "trust", "attendance", "offer", "signature", "delivery")),
    ],
)
def test_an_outcome_comes_after_its_stages(outcome: str, stages: tuple[str, ...]) -> None:
    assert before(COLUMNS[outcome]) == stages


# --- on runs ---------------------------------------------------------------------------------------------------------


def runs_of(name: str) -> Runs:
    sweep = Sweep(load_scenario(CASE, name), 40, 4, 1)
    return Runs(sweep, made(list(compute(sweep, range(sweep.shards), progress=False))))


@pytest.fixture(scope="module")
def found() -> Comparison:
    return compare(runs_of("status_quo"), runs_of("regional_consensus"))


def test_the_answers_are_the_comparison_s_own_differences(found: Comparison) -> None:
    told = found.answers()
    answers = found.second.sweep.scenario.answered_by
    assert list(told.index) == [answer.outcome for answer in answers]
    for answer in answers:
        row, own = told.loc[answer.outcome], found.difference(answer.outcome)
        assert (row["difference"], row["low"], row["high"]) == (own.value, own.low, own.high)
        assert row["verdict"] == verdict(own, answer.expected)


def test_answers_against_another_than_the_baseline_are_refused(found: Comparison) -> None:
    with pytest.raises(InputError, match=r"answers: the first is regional_consensus.*allowed: status_quo from 2021-04"):
        compare(found.second, found.first).answers()


def test_a_scenario_beside_itself_moves_nothing(found: Comparison) -> None:
    same = compare(found.first, found.first)
    assert not same.moved()["moves"].any()
    assert (same.moved()["difference"] == 0.0).all()
    assert same.chain("taken_over").attrs["words"].startswith("It dies at “lever”")


def test_what_moves_is_told_with_the_largest_first_and_counts_every_column(found: Comparison) -> None:
    table = found.moved()
    sizes = table["standardised"].abs().to_numpy()
    assert np.all(np.diff(sizes) <= 0.0)
    assert len(table) + len(found.looked.untold) == len(measurable(CASE))
    assert (table["moves"] == ((table["corrected"] <= 0.05) & (table["standardised"].abs() >= 0.05))).all()
    assert all(math.isfinite(one) for one in table["corrected"])


def test_a_chain_holds_only_what_has_to_do_with_its_answer(found: Comparison) -> None:
    built = chain(found.looked, found.second.sweep.scenario, "table.intra_afghan.agreed")
    inside = {one.outcome for link in built.links for one in link.looked}
    assert "attendance.intra_afghan.TAL" in inside
    assert "table.intra_afghan.agreed" not in inside
    assert not any(".doha." in one or ".pakistan_ttp." in one or "TTP" in one for one in inside)


def test_a_code_has_no_chain(found: Comparison) -> None:
    with pytest.raises(InputError, match="'settlement' is not an outcome"):
        found.chain("settlement")
