"""The job `discover`: its files, and taking up where it was left."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim import surface
from sim.case.loading import load_case
from sim.command.main import main
from sim.experiment import discover
from sim.experiment.discover import HEAD
from sim.pages.discover.page import PAGE, TABLE, csv_text
from sim.storage.weights import Draws, write_weights

pytestmark = pytest.mark.long

WORDS = ["job=discover", "scenario=status_quo", "size.draws=60", "size.runs=4", "horizon=30"]


def test_it_writes_its_files_and_takes_up_where_it_was_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discover, "RESAMPLES", 2)
    words = [*WORDS, "outcome=['war.afghan_war.violence >= 0.5']", f"out={tmp_path}"]
    assert main(words) == 0
    with open(tmp_path / TABLE, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == HEAD
    again = surface.discover(
        load_case().scenario("status_quo").change(horizon=30), "war.afghan_war.violence >= 0.5", 60, 4, progress=False
    )
    assert csv_text(again) == (tmp_path / TABLE).read_text(encoding="utf-8")
    pages = {name: (tmp_path / name).read_bytes() for name in (PAGE, TABLE)}
    next((tmp_path / "discover_parts").glob("*.npz")).unlink()
    assert main(words) == 0
    assert {name: (tmp_path / name).read_bytes() for name in pages} == pages
    weights = tmp_path / "weights.parquet"
    write_weights(weights, Draws(load_case(), 1), np.linspace(0.5, 1.5, 60), ["P1"])
    assert main([*words, f"weights={weights}"]) == 0
    assert "WEIGHTED: the draws are weighted by weights.parquet" in (tmp_path / PAGE).read_text(encoding="utf-8")
    again = surface.discover(
        load_case().scenario("status_quo").change(horizon=30), "war.afghan_war.violence >= 0.5", 60, 4,
        weights=weights, progress=False,
    )  # fmt: skip
    assert csv_text(again).encode() == (tmp_path / TABLE).read_bytes() != pages[TABLE]


def test_a_mistake_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*WORDS, "outcome=[taken_ovr]", f"out={tmp_path}"]) == 2
    assert "did you mean taken_over" in capsys.readouterr().err


def test_runs_that_failed_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usual = discover.measured
    monkeypatch.setattr(discover, "RESAMPLES", 2)
    monkeypatch.setattr("sim.jobs.discover.measured", lambda *given, **more: replace(usual(*given, **more), failed=1))
    words = [*WORDS, "outcome=['war.afghan_war.violence >= 0.5']", f"out={tmp_path}"]
    assert main(words) == 1
    assert "1 run failed and counts nowhere." in capsys.readouterr().out.splitlines()
    assert "1 run failed and counts nowhere." in (tmp_path / PAGE).read_text(encoding="utf-8")
