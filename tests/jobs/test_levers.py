"""Levers from end to end: what is looked at, what is told, and what is refused."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.case.happening import Lever
from sim.command.main import main
from sim.experiment.answers import answered
from sim.experiment.levers import POINTS, values
from sim.pages.levers.page import HEAD, PAGE, TABLE
from sim.storage.weights import Draws, write_weights

SIZE = ["size.draws=8", "size.runs=2", "horizon=30", "seed=3"]


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.sampled_from(["share", "weeks", "0 or 1"]))
def test_a_lever_is_looked_at_from_end_to_end_and_where_the_file_has_it(
    a: float, b: float, c: float, unit: str
) -> None:
    low, value, high = sorted((a, b, c))
    if unit != "share":
        low, value, high = (float(round(100 * x)) for x in (low, value, high))
    found = values(Lever(value=value, low=low, high=high, unit=unit, meaning="m"))
    assert found == tuple(sorted(set(found)))
    assert found[0] == low
    assert found[-1] == pytest.approx(high)
    assert value in found
    assert len(found) <= POINTS + 1
    assert unit == "share" or all(x == int(x) for x in found)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("levers")
    assert main(["job=levers", "scenario=turkey_summit", *SIZE, f"out={folder}"]) == 0
    return folder


def rows_of(folder: Path) -> list[dict[str, str]]:
    with open(folder / TABLE, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_lever_has_its_values_and_every_value_its_answers(told: Path) -> None:
    rows, scenario = rows_of(told), sim.load_case().scenario("turkey_summit", horizon=30)
    assert tuple(rows[0]) == HEAD
    assert {row["lever"] for row in rows} == set(scenario.levers)
    asked = [answer.outcome for answer in scenario.answered_by]
    for name, lever in scenario.levers.items():
        those = [row for row in rows if row["lever"] == name]
        assert {row["value"] for row in those if row["own"] == "yes"} == {f"{lever.value:g}"}
        for value in {row["value"] for row in those}:
            assert [row["outcome"] for row in those if row["value"] == value] == asked


def test_at_the_value_of_the_file_the_effect_is_that_of_the_scenario(told: Path) -> None:
    case = sim.load_case()
    first, second = (
        sim.sweep(case.scenario(name, horizon=30), draws=8, runs=2, seed=3, progress=False)
        for name in ("status_quo", "turkey_summit")
    )
    wanted = {one.answer.outcome: one for one in answered(first, second)}
    own = [row for row in rows_of(told) if row["own"] == "yes"]
    assert len(own) == 2 * len(wanted)
    for row in own:
        gap = wanted[row["outcome"]].gap
        assert row["verdict"] == wanted[row["outcome"]].verdict
        assert row["difference"] == ("" if gap is None else f"{gap.value:.6g}")


def test_the_page_has_a_figure_a_lever_and_says_where_each_effect_is_clear(told: Path) -> None:
    page = (told / PAGE).read_text(encoding="utf-8")
    scenario = sim.load_case().scenario("turkey_summit")
    assert page.count("<svg") == len(scenario.levers)
    assert scenario.question in page
    assert "effect clear of zero at" in page


def test_a_scenario_without_levers_has_nothing_to_sweep(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["job=levers", "scenario=recorded_course", *SIZE[:2], f"out={tmp_path}"]) == 2
    assert "has no lever to sweep" in capsys.readouterr().err


def test_a_foreign_file_is_not_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / TABLE).write_text("mine", encoding="utf-8")
    assert main(["job=levers", "scenario=turkey_summit", *SIZE, f"out={tmp_path}"]) == 2
    assert (tmp_path / TABLE).read_text(encoding="utf-8") == "mine"
    assert TABLE in capsys.readouterr().err


def test_weights_count_and_the_page_says_under_which_rules_they_were_learnt(told: Path, tmp_path: Path) -> None:
    """As much as those of the sweep itself; a theory that has not learnt them is told beside them."""
    file = tmp_path / "weights.parquet"
    write_weights(file, Draws(sim.load_case(), 3), np.linspace(0.0, 2.0, 8), ["P1"])
    scenario = "scenario=turkey_summit"
    assert main(["job=levers", scenario, *SIZE, f"weights={file}", "theory=nash", f"out={tmp_path}"]) == 0
    page = (tmp_path / PAGE).read_text(encoding="utf-8")
    assert "WEIGHTED: the draws are weighted by weights.parquet" in page
    assert "these runs go by other rules" in page
    lever_name, lever = next(iter(sim.load_case().scenario("turkey_summit").levers.items()))
    scenarios = (sim.load_case().scenario(name, theory="nash", horizon=30) for name in ("status_quo", "turkey_summit"))
    one, other = (sim.weighted(sim.sweep(each, 8, 2, 3, progress=False), file) for each in scenarios)
    gap = answered(one, other)[0].gap
    assert gap is not None
    row = next(row for row in rows_of(tmp_path) if row["lever"] == lever_name and float(row["value"]) == lever.value)
    assert float(row["difference"]) == pytest.approx(gap.value, abs=1e-6)
