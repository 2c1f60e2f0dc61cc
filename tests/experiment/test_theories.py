"""Theories from end to end: Mesa is the kernel by each, none is the model as designed, folders keep theirs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from worlds import small_case

import sim
from sim.case.loading import load_case
from sim.case.scenario import Scenario
from sim.case.settlements import settled
from sim.case.theory import load_theory, theory_files
from sim.engine.engine import Engine, Scratch
from sim.engine.sweep import Sweep
from sim.experiment.theories import Found, contender_of, every_theory, measured, steps_of
from sim.inputs.errors import InputError
from sim.model.outcomes import write_outcomes
from sim.world.columns import outcome_type
from sim.world.world import load_world

pytestmark = pytest.mark.long

CASE = load_case()
OTHERS = [name for name in theory_files() if name != "as_designed"]
DRAWS, RUNS = 20, 4


@cache
def swept(theory: str | None, name: str = "recorded_course") -> sim.experiment.runs.Runs:
    return sim.sweep(CASE.scenario(name), draws=DRAWS, runs=RUNS, seed=1, progress=False, theory=theory)


@pytest.mark.parametrize("theory", OTHERS)
@pytest.mark.parametrize(("name", "draw"), [("recorded_course", 3), ("turkey_summit", 5)])
def test_a_mesa_run_by_a_theory_is_its_row_of_the_ensemble(theory: str, name: str, draw: int) -> None:
    scenario = CASE.scenario(name, theory=theory, horizon=50)
    model = sim.NegotiationModel(world=load_world(scenario, CASE), draw=draw, run=1, seed=2)
    model.run_model()
    row = np.zeros(1, outcome_type(CASE)).view(np.recarray)
    write_outcomes(model.rules, model.state, row[0])
    row["settlement"] = settled(CASE, row)
    engine = Engine(Sweep(scenario, draws=8, runs=2, seed=2, paths=0, band_runs=0), threads=1)
    piece = engine.piece(Scratch(engine.sweep), 2 * draw + 1, 2 * draw + 2)
    assert not piece.errors
    assert [field for field in row.dtype.names if row[field].tobytes() != piece.rows[field].tobytes()] == []


def rows(runs: sim.experiment.runs.Runs) -> list[bytes]:
    return [runs.read(column).tobytes() for column in runs.columns.values()]


def test_the_model_as_designed_is_no_theory_bit_for_bit() -> None:
    assert rows(swept("as_designed")) == rows(swept(None))


@pytest.mark.parametrize("theory", OTHERS)
def test_every_theory_moves_something_and_plays_on_the_same_draws(theory: str) -> None:
    assert rows(swept(theory)) != rows(swept(None))
    np.testing.assert_array_equal(swept(theory).draws_table(), swept(None).draws_table())
    assert not swept(theory).errors()


def test_by_binding_theories_nothing_collapses_and_trust_is_full() -> None:
    for theory in ("nash", "compromise"):
        assert swept(theory).mean("table.doha.collapses").value == 0.0
        assert (swept(theory).values("trust.TAL.US") == 1.0).all()


def test_a_grid_has_theories_as_an_axis_each_with_its_own_baseline() -> None:
    cells = sim.grid(CASE.scenario("turkey_summit"), 4, 2, 1, theory=["as_designed", "ripeness"], progress=False)
    assert [cell.swept["theory"] for cell in cells] == ["as_designed", "ripeness"]
    assert [cell.paired.sweep.scenario.theory.theory for cell in cells] == ["as_designed", "ripeness"]
    assert [cell.runs.sweep.scenario.theory.theory for cell in cells] == ["as_designed", "ripeness"]


def test_a_folder_keeps_a_theory_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    text = theory_files()["ripeness"].read_text().replace("theory: ripeness", "theory: mine")
    file.write_text(text.replace("hurting: 0.5", "hurting: 0.7"))
    first = sim.sweep(CASE.scenario("status_quo"), 4, 2, 1, theory=file, out=tmp_path / "kept", progress=False)
    file.unlink()
    again = sim.open(tmp_path / "kept")
    assert again.sweep.scenario.theory == first.sweep.scenario.theory
    assert dict(again.sweep.scenario.theory.constants)["hurting"] == 0.7
    with pytest.raises(InputError, match="theory"):
        sim.sweep(CASE.scenario("status_quo"), 4, 2, 1, out=tmp_path / "kept", progress=False)


def test_why_tells_what_a_theory_leaves_no_choice_about(tmp_path: Path) -> None:
    never = tmp_path / "ripeness.yaml"
    never.write_text(theory_files()["ripeness"].read_text().replace("hurting: 0.5", "hurting: 2.0"))
    told = {}
    for name, theory in (("ripeness", never), ("nash", "nash"), ("readiness", "readiness")):
        model = sim.NegotiationModel(CASE.scenario("recorded_course", theory=theory), draw=0, run=0, seed=1)
        model.run_model()
        weeks = model.decisions.query("decision in ('attend', 'comply', 'ratify')")[["week", "who"]].drop_duplicates()
        told[name] = " ".join(model.why(row.who, week=row.week) for row in weeks.itertuples() if row.who)
    assert "the moment is not ripe (a ripe moment)" in told["ripeness"]
    assert "nobody at home has to agree (Nash bargaining without a commitment problem)" in told["nash"]
    assert "agreements bind" in told["nash"]
    assert "its readiness" in told["readiness"]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    case = load_case(small_case(tmp_path_factory.mktemp("case")))
    return sim.contest(case.scenario("status_quo"), (), DRAWS, RUNS, 1, progress=False)


def test_the_measured_theories_are_their_sweeps(found: Found) -> None:
    assert [one.theory for one in found.theories] == list(theory_files())
    fallen = next(one for one in found.outcomes if one.outcome == "taken_over")
    for theory, one in fallen.estimates.items():
        assert one.value == swept(theory, "status_quo").share("taken_over").value
    assert fallen.parts is not None
    assert found.patterns
    assert set(found.patterns[0].holds) == set(theory_files())
    assert found.record is not None
    wanted = {contender_of(name) for name in OTHERS}
    assert wanted <= {row.contender for row in found.record.compared}  # type: ignore[union-attr]
    table = found.table()
    assert list(table.index) == list(theory_files())
    own = np.mean([s.scores["model", "brier"] for s in found.record.tested if s.kind == "yes_no"])  # type: ignore[union-attr]
    assert table.loc["as_designed", "brier"] == pytest.approx(own)


def test_steps_are_as_many_as_are_told(tmp_path: Path) -> None:
    heard: list[int] = []
    scenario: Scenario = load_case(small_case(tmp_path)).scenario("status_quo", horizon=2)
    theories = every_theory()[:2]
    measured(scenario, theories, ("taken_over",), 4, 2, 1, told=heard.append)
    assert sum(heard) == steps_of(scenario, theories)


def test_an_outcome_that_some_runs_do_not_have_is_refused_in_a_line() -> None:
    with pytest.raises(InputError, match="has no value in some runs of a theory") as told:
        measured(CASE.scenario("status_quo"), every_theory()[:2], ("attendance.us_emirate.US",), 4, 2, 1)
    assert "\n" not in str(told.value)


def test_a_theory_that_there_is_not_is_told_in_a_line() -> None:
    with pytest.raises(InputError, match="did you mean ripeness") as told:
        sim.sweep(CASE.scenario("status_quo"), 2, 1, 1, theory="ripenes")
    assert "\n" not in str(told.value)
    assert load_theory("ripeness") in every_theory()
