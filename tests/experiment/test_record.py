"""The record is read strictly, each of its statements is scored, and what it is held against says what it can."""

from __future__ import annotations

import math
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.analysis.shares import Interval
from sim.case.loading import load_case
from sim.case.record import Record, course_onward, load_record, weeks_between
from sim.experiment.record import MODEL, Compared, Found, answers, compared, measured
from sim.experiment.runs import Runs
from sim.inputs import InputError
from sim.model import variables as model_variables
from sim.model.parameters import SWITCHES
from sim.model.phases.begin import begin, derive
from sim.model.phases.frontier import package_value
from sim.model.phases.theories import compromise, nash
from sim.model.variables import records
from sim.pages.record.trust import words
from sim.world.rules import sizes
from sim.world.world import load_world

pytestmark = pytest.mark.long

CASE = load_case()
DRAWS, RUNS = 20, 3
OFF = next(iter(SWITCHES))
Ends = tuple[float, float]


@cache
def found() -> Found:
    return measured(load_record(CASE), DRAWS, RUNS, 1, switches=(OFF,), progress=False)


def runs_of(record: Record, name: str) -> Runs:
    one = record.statements[name]
    return sim.sweep(one.course(CASE), draws=DRAWS, runs=RUNS, seed=1, progress=False)


def test_the_model_says_of_a_statement_what_its_runs_say() -> None:
    record = load_record(CASE)
    assert [one.name for one in found().scored] == list(record.statements)
    for one in found().scored:
        runs = runs_of(record, one.name)
        if one.kind == "yes_no":
            held = np.all([runs.values(condition) == 1.0 for condition in one.statement.all], axis=0)
            wanted = float((held == one.statement.happened).mean())
            assert one.forecasts[MODEL] == pytest.approx(wanted)
            assert one.scores[MODEL, "brier"] == pytest.approx((1.0 - wanted) ** 2)
            assert one.is_excluded == (not 0.02 <= wanted <= 0.98)
        else:
            weeks = np.minimum(runs.weeks(str(one.statement.outcome)), one.statement.weeks)
            assert np.array_equal(np.sort(weeks, axis=None), np.sort(one.forecasts[MODEL]))  # type: ignore[arg-type]
            assert 0.0 <= one.scores[MODEL, "crps"] <= 1.0


def test_a_coin_has_a_quarter_and_a_base_rate_its_own() -> None:
    record = load_record(CASE)
    for one in found().scored:
        if one.kind == "yes_no":
            assert one.scores["coin", "brier"] == 0.25
        name = one.statement.base_rate
        assert (("base_rate", "brier") in one.scores) == (name is not None)
        if name is not None:
            rate = record.base_rates[name].value
            assert one.forecasts["base_rate"] == pytest.approx(rate if one.statement.happened else 1.0 - rate)


def test_what_a_theory_of_a_table_does_not_speak_of_it_leaves_out() -> None:
    for one in found().scored:
        about = all(condition.split()[0].endswith(".agreed") for condition in one.statement.all)
        assert (one.forecasts["nash"] is not None) == (about and one.kind == "yes_no")
        if one.forecasts["nash"] is not None:
            assert 0.0 <= float(one.forecasts["nash"]) <= 1.0  # type: ignore[arg-type]


def test_a_mechanism_off_is_the_same_course_without_it() -> None:
    record = load_record(CASE)
    name = next(iter(record.statements))
    one = record.statements[name]
    runs = sim.sweep(one.course(CASE).change(off=[OFF]), draws=DRAWS, runs=RUNS, seed=1, progress=False)
    wanted = float(answers(runs, {name: one}, record.file)[name].mean())
    assert found().scored[0].forecasts[f"without {OFF}"] == pytest.approx(wanted)


def test_a_difference_is_that_of_the_statements_of_which_both_speak() -> None:
    for row in found().compared:
        both = [one for one in found().scored if (row.contender, row.score) in one.scores]
        assert row.statements == len(both)
        assert row.events == len({one.event for one in both}) <= row.statements
        assert row.over_statements.value == pytest.approx(row.model - row.other)
        assert row.over_statements.value == row.over_events.value == row.over_epochs.value


@pytest.mark.parametrize(
    ("statements", "events", "epochs", "widest", "verdict"),
    [
        ((-0.3, -0.1), (-0.4, -0.05), (-0.2, -0.02), (-0.4, -0.02), -1),
        ((-0.3, -0.1), (-0.4, -0.05), (-0.2, 0.02), (-0.4, 0.02), 0),  # clear of zero but over articles
        ((-0.3, 0.0), (-0.4, -0.05), (math.nan, math.nan), (-0.4, 0.0), 0),
        ((0.1, 0.3), (0.05, 0.4), (math.nan, math.nan), (0.05, 0.4), 1),
        ((0.0, 0.3), (0.05, 0.4), (0.1, 0.2), (0.0, 0.4), 0),
        ((math.nan, math.nan),) * 3 + ((math.nan, math.nan), 0),
    ],
)
def test_a_verdict_is_by_every_interval_and_the_widest_shows_it(
    statements: Ends, events: Ends, epochs: Ends, widest: Ends, verdict: int
) -> None:
    ways = (Interval(0.01, *ends) for ends in (statements, events, epochs))
    row = Compared("coin", "brier", 0.2, 0.19, 9, 6, *ways)
    np.testing.assert_array_equal(row.widest, (0.01, *widest))
    assert row.verdict == verdict


def test_what_calibrates_is_told_and_not_scored() -> None:
    first, *rest = found().scored
    used = first.statement.model_copy(update={"calibrates": True})
    held_back = list(compared([*rest, type(first)(**{**vars(first), "statement": used})]))
    alone = list(compared(rest))
    assert [row[:6] for row in held_back] == [row[:6] for row in alone]


def test_the_table_has_a_row_a_statement() -> None:
    table = found().table()
    assert list(table.index) == [one.name for one in found().scored]
    assert table.loc[found().scored[0].name, "brier.coin"] == 0.25


# --- the theories of a table -----------------------------------------------------------------------------------------


def states(count: int) -> list[tuple[object, object, object]]:
    """Rules, draw and state of some draws at the epoch, every promise believed."""
    world = load_world("recorded_course")
    told = []
    for n, draw in enumerate(world.uncertainty.records(count, 3, 0)):
        draw.start_trust[...] = 1.0
        draw.vulnerability = 0.0
        derive(world.rules, draw, world.plan)
        state = records(model_variables.STATE, sizes(world.case), 1)[0]
        begin(world.rules, draw, world.plan, state, 3, n)
        told.append((world.rules, draw, state))
    return told


def test_no_package_of_random_ones_has_a_greater_product_than_nash() -> None:
    rng = np.random.default_rng(1)
    for rules, draw, state in states(4):
        for t in range(2):
            clauses = int(rules.clauses[t])  # type: ignore[attr-defined]
            best = np.zeros(clauses)
            nash(state, t, best)
            gains = [package_value(rules, state, t, side, best) for side in (0, 1)]
            if min(gains) <= 0.0:
                continue
            low, high = state.range_low[t, :clauses], state.range_high[t, :clauses]  # type: ignore[attr-defined]
            for near in (0.02, 0.3, 1.0):
                for _ in range(60):
                    other = best.copy()
                    other[:clauses] = np.clip(best[:clauses] + rng.normal(0.0, near, clauses), low, high)
                    values = [package_value(rules, state, t, side, other) for side in (0, 1)]
                    if min(values) > 0.0:
                        assert values[0] * values[1] <= gains[0] * gains[1] * (1.0 + 1e-9)
            middle = np.zeros(clauses)
            compromise(rules, draw, state, t, middle)
            assert ((middle >= 0.0) & (middle <= 1.0)).all()


def test_with_one_weight_the_compromise_is_that_position() -> None:
    rules, draw, state = states(1)[0]
    first, second = (int(i) for i in rules.party[0])  # type: ignore[attr-defined]
    state.leverage[...] = 0.0  # type: ignore[attr-defined]
    state.leverage[first, second] = 0.4  # type: ignore[attr-defined]
    state.range_low[...], state.range_high[...] = 0.0, 1.0  # type: ignore[attr-defined]
    package = np.zeros(int(rules.clauses[0]))  # type: ignore[attr-defined]
    compromise(rules, draw, state, 0, package)
    for k in range(int(rules.clauses[0])):  # type: ignore[attr-defined]
        cell = int(rules.clause_cell[0, k])  # type: ignore[attr-defined]
        if state.has_position[first, cell] == 1 and draw.salience[first, cell] > 0.0:  # type: ignore[attr-defined]
            assert package[k] == pytest.approx(state.position[first, cell])  # type: ignore[attr-defined]


# --- from article to article -----------------------------------------------------------------------------------------


def interval_crps(sample: np.ndarray, low: float, high: float) -> float:
    """E|X - y| - E|X - X'| / 2, with what lies within the interval drawn together to one point."""
    near = np.where(sample > high, sample - (high - low), np.minimum(sample, low)).astype(np.float64)
    return float(np.abs(near - low).mean() - np.abs(near[:, None] - near[None, :]).mean() / 2.0)


def test_a_way_onward_is_played_for_the_weeks_between_and_aims_at_coded_pairs() -> None:
    record = load_record(CASE)
    evidence = sim.sweep(CASE.scenario("status_quo"), draws=1, runs=1, progress=False).sweep.evidence
    coded = {(row.article, row.kind, row.from_, row.to) for row in evidence.dyads}
    way_of = {(way.start, way.end): way for way in record.onward}
    assert {(one.start, one.end) for one in found().moved} == {*way_of}
    for one in found().moved:
        assert one.weeks == weeks_between(CASE, one.start, one.end)
        assert (CASE.epochs[one.end].article, one.kind, *one.pair) in coded
        assert 0.0 <= one.coded[0] < one.coded[1] <= 1.0
        runs = sim.sweep(course_onward(CASE, way_of[one.start, one.end]), DRAWS, RUNS, 1, progress=False)
        column = f"{one.kind}.{'.'.join(one.pair)}"
        began = runs.draws_table()[:, list(runs.uncertainties).index(column)].astype(np.float64)
        rows = [r for r in evidence.dyads if (r.kind, r.from_, r.to) == (one.kind, *one.pair)]
        aims = [(r.low / 5.0, (r.high + 1) / 5.0) for r in rows if r.article == CASE.epochs[one.end].article]
        for told, sample in ((one.model, runs.values(column).ravel()), (one.persistence, began)):
            assert told == pytest.approx(np.mean([interval_crps(sample, *aim) for aim in aims]))
        assert (one.began, one.came) == pytest.approx((began.mean(), runs.values(column).mean()))


def test_acts_of_the_past_are_left_out_and_those_that_last_go_on() -> None:
    record = load_record(CASE)
    way = record.onward[1]
    passed = weeks_between(CASE, CASE.scenario(way.scenario).epoch, way.start)
    whole, later = CASE.scenario(way.scenario), course_onward(CASE, way)
    assert passed > 0
    kept = {event["event"]: event for event in later.events}
    for event in whole.events:
        week = event["when"].get("week")
        if week is not None and week < passed and week + event.get("weeks", 0) <= passed:
            assert not any(other.get("why") == event["why"] for other in later.events)
        elif week is not None:
            (same,) = [other for other in later.events if other.get("why") == event["why"]]
            assert same["when"]["week"] == max(1, week - passed)
    assert kept


# --- mistakes --------------------------------------------------------------------------------------------------------


def test_a_case_may_have_no_record(tmp_path: Path) -> None:
    folder = tmp_path / "afghanistan"
    shutil.copytree(CASE.folder, folder)
    (folder / "record.yaml").unlink()
    with pytest.raises(InputError, match=r"this case has no record; allowed: record=FILE\.yaml"):
        load_record(load_case(folder))


BROKEN = [
    ("epoch: 2018-12", "epoch: 2018-11", "'2018-11' is not an epoch"),
    ("scenario: recorded_course", "scenario: recorded_curse", "did you mean recorded_course"),
    ("weeks: 32", "weeks: 0", "out of range"),
    ("happened: false", "happend: false", "unknown key"),
    ("happened: false", "happened: null", "is half a statement"),
    ("2019-07-nayadaur: [5, 6]", "2019-07-nayadur: [5, 6]", "did you mean 2019-07-nayadaur"),
    ("table.doha.agreed >= 1", "table.doha.agred >= 1", "did you mean table.doha.agreed"),
    ("table.doha.agreed >= 1", "table.doha.agreed >= nan", "'nan' is not a finite number"),
    ("table.doha.agreed >= 1", "trust.US.TAL", "is no yes or no"),
    ("takeover_week >= 7", "takeover_week >= 40", "week 40 comes after the 26 weeks that are played"),
    ("between: [33, 123]", "between: [33, 193]", "week 193 comes after the 192 weeks that are played"),
    ("between: [33, 123]", "between: [-33, 123]", "week -33 comes before the start"),
    ("between: [33, 123]", "between: [123, 33]", "123 is above 33"),
    ("between: [33, 123]", "between: [.nan, 123]", "finite number"),
    ("outcome: takeover_week", "outcome: settlement", "is a code, not a number"),
    ("outcome: takeover_week", "outcome: presence", "is not in the range of the outcome"),
    ("base_rate: signed", "base_rate: sined", "did you mean signed"),
    ("start: 2018-12, end: 2019-04", "start: 2019-04, end: 2019-04", "is not after"),
]


@pytest.mark.parametrize(("old", "new", "says"), BROKEN, ids=[new for _, new, _ in BROKEN])
def test_a_mistake_is_one_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = (CASE.folder / "record.yaml").read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "mine.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=says) as told:
        load_record(CASE, file)
    assert "\n" not in str(told.value)
    assert str(file) in str(told.value)


def test_a_record_that_only_calibrates_is_empty(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    text = (CASE.folder / "record.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("    epoch:", "    calibrates: true\n    epoch:"), encoding="utf-8")
    with pytest.raises(InputError, match="none is left to score"):
        load_record(CASE, file)
    file.write_text("statements: {}\n", encoding="utf-8")
    with pytest.raises(InputError, match="too few entries"):
        load_record(CASE, file)


TRIED = """statements:
  tried:
    statement: {statement}
    epoch: 2018-12
    scenario: recorded_course
    weeks: {weeks}
    all: ["{condition}"]
    happened: true
    event: tried
    paragraphs: {{2019-07-nayadaur: [6]}}
"""


def tried(folder: Path, statement: str, weeks: int, condition: str) -> Record:
    """A record of one statement."""
    file = folder / "mine.yaml"
    file.write_text(TRIED.format(statement=statement, weeks=weeks, condition=condition), encoding="utf-8")
    return load_record(CASE, file)


def test_a_statement_on_what_some_runs_do_not_have_is_one_line(tmp_path: Path) -> None:
    """A share of sessions says nothing of runs without one: what the others say is no forecast of what happened."""
    record = tried(tmp_path, "The Taliban come to most sessions.", 8, "attendance.intra_afghan.TAL >= 0.5")
    with pytest.raises(InputError, match=r"statements\.tried: has no value in \d+ runs of 60 of this course") as told:
        measured(record, DRAWS, RUNS, 1, switches=(), progress=False)
    assert "\n" not in str(told.value)


def test_what_no_draw_gives_the_prior_excludes_and_the_words_say_so(tmp_path: Path) -> None:
    record = tried(tmp_path, "Two rounds of talks are held within a week.", 1, "table.doha.sessions >= 2")
    scored = measured(record, DRAWS, RUNS, 1, switches=(), progress=False)
    (one,) = scored.scored
    assert one.estimate.value == 0.0
    assert one.is_excluded
    said = " ".join(line for _, lines in words(scored) for line in lines)
    assert "It all but rules out one of the two answers in 1" in said
    assert one.statement.statement.rstrip(".") in said


def test_no_probability_is_without_its_interval() -> None:
    assert not any(math.isnan(one.estimate.low) for one in found().scored if one.kind == "yes_no")
