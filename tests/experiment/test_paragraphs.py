"""Rows, paragraphs and passes read otherwise: as if the files said so, and nothing else moved."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.case.loading import load_case
from sim.engine.sweep import Sweep
from sim.evidence.loading import load_evidence
from sim.evidence.priors import priors
from sim.evidence.rereading import fed, read_at, without
from sim.experiment import paragraphs
from sim.experiment.designed import played_draws, reread
from sim.experiment.keeping import Arrays
from sim.experiment.paragraphs import Source, measured, otherwise_of, row_name, sources_of
from sim.inputs.errors import InputError
from sim.surface import sweep as played_sweep
from sim.world.uncertainty import uncertainty
from tests.worlds import EPOCHS, afghanistan, priors_at

engine = pytest.mark.long


def evidence() -> object:
    case = afghanistan()
    return load_evidence(case.folder / "evidence", case=case)


@pytest.mark.parametrize("number", [0, 40, 90])
def test_a_row_left_out_is_a_row_deleted_from_its_file(tmp_path: Path, number: int) -> None:
    case = afghanistan()
    coded = load_evidence(case.folder / "evidence", case=case)
    row = list(fed(priors(case, coded, "2018-12")))[number]
    shutil.copytree(case.folder, tmp_path / "copy")
    path = tmp_path / "copy" / "evidence" / row.pass_ / Path(row.file).name
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[: row.line - 1] + lines[row.line :]), encoding="utf-8")
    copied = load_case(tmp_path / "copy")
    wanted = priors(copied, load_evidence(copied.folder / "evidence", case=copied), "2018-12")
    found = priors(case, without(coded, [row]), "2018-12")
    assert found.names == wanted.names
    np.testing.assert_array_equal(found.draw(200, 7), wanted.draw(200, 7))


@pytest.mark.parametrize("epoch", EPOCHS)
def test_a_row_read_at_an_end_stands_there_in_the_draws_of_its_pass_and_no_other_column_moves(epoch: str) -> None:
    usual = priors_at(epoch).priors
    table = usual.draw(60, 3)
    for row, columns in list(fed(usual).items())[::23]:
        for end in ("low", "high"):
            found = read_at(usual, [row], end).draw(60, 3)
            own = [name for name in columns if not name.startswith(("salience.", "red_line."))]
            for name in own:
                part = next(part for part in usual[name].components if row in part.rows)
                drawn = found[:, usual.index[name]]
                mine = table[:, 0] == usual.passes.index(row.pass_)
                assert np.all(drawn[mine] == (part.low if end == "low" else part.high))
                moved = drawn != table[:, usual.index[name]]
                assert np.all(drawn[moved] == (part.low if end == "low" else part.high))
            follows = {name.replace("position.", "red_line.", 1) for name in own}
            rest = [n for n, name in enumerate(usual.names) if name not in {*own, *follows}]
            np.testing.assert_array_equal(found[:, rest], table[:, rest])


def test_sources_are_the_rows_that_feed_the_paragraphs_that_they_cite_and_the_passes() -> None:
    usual = priors_at("2019-04").priors
    found = sources_of(usual)
    rows = [one for one in found if one.kind == "row"]
    assert {one.name for one in rows} == {row_name(row) for prior in usual.columns for row in prior.rows}
    for one in found:
        assert one.rows
        assert one.feeds
        if one.kind == "paragraph":
            number = int(one.name.rpartition(".")[2])
            assert all(number in row.paragraphs for row in one.rows)
            assert one.alone == sum(row.paragraphs == (number,) for row in one.rows)
        if one.kind == "pass":
            assert {row.pass_ for row in one.rows} == {one.name}


def test_what_a_scenario_holds_stays_though_no_row_speaks_of_it_any_more() -> None:
    case = afghanistan()
    usual = priors_at("2022-08").priors
    bare = priors(case, without(evidence(), list(fed(usual))), "2022-08")  # type: ignore[arg-type]
    lost = next(name for name in usual.names if name not in bare.index and name.startswith("trust."))
    salience = next(name for name in usual.names if name not in bare.index and name.startswith("salience."))
    scenario = case.scenario("status_quo").change(epoch="2022-08", fixed={lost: 0.25, salience: 0.75})
    every = Source("row", "all", tuple(fed(usual)), ())
    found = otherwise_of(Sweep(scenario, 4), every, "left out")
    table = found.table(4, 1)
    assert np.all(table[:, found.priors.index[lost]] == 0.25)
    assert np.all(table[:, found.priors.index[salience]] == 0.75)


@engine
def test_only_the_draws_that_a_reading_touches_are_played_and_the_rest_are_as_they_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scenario = afghanistan().scenario("turkey_summit").change(horizon=8)
    usual = Sweep(scenario, 12, 2, 5, paths=0, band_runs=0)
    sources = sources_of(usual.uncertainty.priors)
    some = (sources[0], sources[-4], sources[-1])  # a row, a paragraph, a pass
    monkeypatch.setattr(paragraphs, "sources_of", lambda priors: some)
    outcome = "war.afghan_war.violence"
    played: list[tuple[str, ...]] = []

    def keep(sweeps: Sequence[Sweep], asked: object, make: Callable[[], Arrays]) -> Arrays:
        played.append(tuple(sweep.scenario.scenario for sweep in sweeps))
        return make()

    found = measured(scenario, (outcome,), 12, 2, 5, keep=keep, progress=False)
    assert set(played) == {("turkey_summit", "status_quo")}  # what is kept is that of both, and known by both
    grid = replace(usual, scenario=afghanistan().scenario("status_quo").change(epoch=scenario.epoch, horizon=8))
    assert len(found.told) == 2 * sum(len(one.readings) for one in some)
    for told in found.told:
        means = {}
        for name, course in {"own": usual, "other": grid}.items():
            for way in ("as it is", "otherwise"):
                given = course.uncertainty if way == "as it is" else otherwise_of(course, told.source, told.reading)
                rows = given.table(12, 5)
                runs = next(played_draws(reread(course, given), rows, np.arange(12), lambda n: None))
                means[name, way] = runs.values(outcome).mean()
        moved = means["own", "otherwise"] - means["own", "as it is"]
        if told.measure == "effect":
            moved -= means["other", "otherwise"] - means["other", "as it is"]
        assert told.gap.value == pytest.approx(moved, abs=1e-12)


@engine
def test_given_draws_with_their_own_luck_are_the_runs_of_a_sweep() -> None:
    scenario = afghanistan().scenario("status_quo").change(horizon=8)
    usual = Sweep(scenario, 6, 2, 5, paths=0, band_runs=0)
    wanted = played_sweep(scenario, 6, 2, 5, paths=0, band_runs=0, progress=False)
    some = np.array([4, 1])
    found = next(played_draws(usual, usual.uncertainty.table(6, 5)[some], some, lambda n: None))
    for name in ("war.afghan_war.violence", "settlement", "trust.US.TAL"):
        np.testing.assert_array_equal(found.column(name), wanted.column(name)[some])


@engine
def test_the_row_that_an_outcome_hangs_on_comes_first_and_its_ends_have_their_signs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = afghanistan()
    scenario = case.scenario("status_quo").change(horizon=1)
    usual = uncertainty(case, evidence(), scenario.epoch)  # type: ignore[arg-type]
    sources = [one for one in sources_of(usual.priors) if one.kind == "row"]
    own = [one for one in sources if one.feeds == ("trust.PAK.TAL",)]
    rest = [one for one in sources if one.feeds in (("trust.IND.KAB",), ("trust.KAB.IND",))]
    assert own
    assert rest
    monkeypatch.setattr(paragraphs, "sources_of", lambda priors: (*rest, *own))
    found = measured(scenario, ("trust.PAK.TAL",), 40, 1, 2, progress=False)
    ranked = found.ranked("row", "trust.PAK.TAL")
    assert ranked[0].source in own
    assert ranked[0].most.is_told
    by_reading = {told.reading: told for told in ranked[0].readings}
    assert by_reading["low"].gap.high < 0.0 < by_reading["high"].gap.low
    assert all(told.gap.value == 0.0 for one in ranked if one.source in rest for told in one.readings)


@pytest.mark.parametrize(("outcome", "says"), [("settlement", "is a code"), ("nothing", "is not an outcome")])
@engine
def test_a_mistake_is_one_line(outcome: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        measured(afghanistan().scenario("status_quo").change(horizon=1), (outcome,), 2, 1, 1, progress=False)
