"""The record is read strictly, and each of its statements has a probability."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.case.loading import load_case
from sim.case.record import load_record
from sim.experiment.record import measured
from sim.inputs import InputError

pytestmark = pytest.mark.xdist_group("engine")  # compiled once, not once for each worker

CASE = load_case()
DRAWS, RUNS = 40, 4


def test_every_statement_names_a_course_and_an_outcome() -> None:
    record = load_record(CASE)
    assert len(record) >= 9
    for one in record.values():
        found = sim.sweep(one.course(CASE), draws=1, runs=1, progress=False)
        assert all(found.values(condition).shape == (1, 1) for condition in one.all)
        assert not one.calibrates


def test_the_probability_is_the_share_of_runs_that_say_what_happened() -> None:
    found = measured(CASE, DRAWS, RUNS, 1, progress=False)
    assert list(found) == list(load_record(CASE))
    for one in found.values():
        runs = sim.sweep(one.statement.course(CASE), draws=DRAWS, runs=RUNS, seed=1, progress=False)
        held = np.all([runs.values(condition) == 1.0 for condition in one.statement.all], axis=0)
        assert one.probability.value == pytest.approx((held == one.statement.happened).mean())
        assert one.probability.low <= one.probability.value <= one.probability.high
        assert one.is_excluded == (not 0.02 <= one.probability.value <= 0.98)


def test_a_case_may_have_no_record(tmp_path: Path) -> None:
    folder = tmp_path / "afghanistan"
    shutil.copytree(CASE.folder, folder)
    (folder / "record.yaml").unlink()
    assert load_record(load_case(folder)) == {}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("epoch: 2018-12", "epoch: 2018-11", "'2018-11' is not an epoch"),
        ("scenario: recorded_course", "scenario: recorded_curse", "did you mean recorded_course"),
        ("weeks: 32", "weeks: 0", "out of range"),
        ("happened: false", "happend: false", "unknown key"),
        ("2019-07-nayadaur: [5, 6]", "2019-07-nayadur: [5, 6]", "did you mean 2019-07-nayadaur"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    folder = tmp_path / "afghanistan"
    shutil.copytree(CASE.folder, folder)
    file = folder / "record.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=says):
        load_record(load_case(folder))
