"""The job `sensitivity`: its files, taking up where it was left, and mistakes in a line."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import surface
from sim.analysis.sensitivity import DUMMY, REST
from sim.analysis.shares import Values
from sim.case.loading import load_case
from sim.command.main import main
from sim.engine.sweep import Sweep
from sim.experiment import sensitivity as experiment
from sim.inputs.errors import InputError
from sim.pages.sensitivity.page import HEAD, PAGE, TABLE

pytestmark = pytest.mark.long

WORDS = ["job=sensitivity", "scenario=turkey_summit", "size.draws=2", "size.runs=2", "horizon=6"]


def test_it_writes_its_files_and_takes_up_where_it_was_left(tmp_path: Path) -> None:
    words = [*WORDS, "outcome=[war.afghan_war.violence]", f"out={tmp_path}"]
    assert main(words) == 0
    with open(tmp_path / TABLE, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == HEAD
    assert {row["method"] for row in rows} >= {"sobol", "morris", "pawn"}
    pages = {name: (tmp_path / name).read_bytes() for name in (PAGE, TABLE)}
    next((tmp_path / "sensitivity_parts").glob("*.npz")).unlink()
    assert main(words) == 0
    assert {name: (tmp_path / name).read_bytes() for name in pages} == pages


def test_a_job_that_is_stopped_loses_no_more_than_a_part_and_parts_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [*WORDS, "outcome=[war.afghan_war.violence]"]
    assert main([*words, f"out={tmp_path / 'whole'}"]) == 0
    monkeypatch.setattr(experiment, "PART_RUNS", 400)
    played: list[int] = []
    usual = experiment.evaluated

    def counted(sweep: Sweep, names: tuple[str, ...], given: Values, *rest: Any) -> Values:
        played.append(len(given) * sweep.runs)
        return usual(sweep, names, given, *rest)

    monkeypatch.setattr(experiment, "evaluated", counted)
    assert main([*words, f"out={tmp_path / 'parts'}"]) == 0
    assert max(played) <= 400 < sum(played)
    for name in (PAGE, TABLE):
        assert (tmp_path / "parts" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    played.clear()
    assert main([*words, f"out={tmp_path / 'parts'}"]) == 0
    assert not played


def test_what_nothing_moves_takes_no_more_runs_than_were_told(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[int] = []

    def flat(sweep: Sweep, names: tuple[str, ...], given: Values, outcomes: tuple[str, ...], told: object) -> Values:
        rows.append(len(given))
        return np.zeros((len(given), sweep.runs, len(outcomes)))

    monkeypatch.setattr(experiment, "evaluated", flat)
    monkeypatch.setattr(experiment, "_plain", lambda usual, outcomes, told: np.zeros((usual.draws, usual.runs, 1)))
    size, scenario = experiment.sizes(2), load_case().scenario("turkey_summit", horizon=6)
    found = experiment.measured(scenario, ("war.afghan_war.violence",), size, 2, 1, progress=False).outcomes[0]
    assert sum(rows) < 4_000
    assert [index.name for index in found.strongest] == [REST]
    assert [shift.name for shift in found.shifted] == [DUMMY]


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        ("taken_ovr", "did you mean taken_over"),
        ("settlement", "is a code"),
        ("attendance.intra_afghan.TUR", "has no value"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], outcome: str, says: str) -> None:
    assert main([*WORDS, f"outcome=[{outcome}]", f"out={tmp_path}"]) == 2
    assert says in capsys.readouterr().err


def test_without_salib_it_says_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "SALib", None)
    assert main([*WORDS, f"out={tmp_path}"]) == 2
    assert "needs SALib; allowed: pip install 'jirga[analysis]'" in capsys.readouterr().err


def test_python_asks_for_what_the_job_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(experiment, "measured", lambda *given, **more: asked.append((*given, more)))
    scenario = load_case().scenario("turkey_summit")
    surface.sensitivity(scenario, "doha", 20, 2, 3, passes="pass_a", progress=False)
    more = {"passes": ("pass_a",), "implied": True, "progress": False}
    assert asked == [(scenario, ("doha",), experiment.sizes(20), 2, 3, more)]
    with pytest.raises(InputError, match="seed"):
        surface.sensitivity(scenario, seed=2**32)
