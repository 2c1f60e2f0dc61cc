"""The numbers of every scenario are those that were accepted: `make accept` tells what moved and asks for a reason."""

from __future__ import annotations

import datetime
import math
import shutil
from pathlib import Path

import pytest

from sim.case.case import Case
from sim.case.loading import load_case
from sim.case.scenario import scenario_names
from sim.inputs import InputError
from sim.jobs import expected
from sim.jobs.expected import HEADER, MOST_TOLD, Moved, accept, expected_file, found, log_file, moves, run, told


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case()


@pytest.fixture(scope="module")
def numbers(case: Case) -> dict[str, str]:
    return dict(found(case))


def test_every_scenario_and_nothing_else_has_expected_numbers(case: Case) -> None:
    files = {path.name.removesuffix(".expected.csv") for path in (case.folder / "scenario").glob("*.expected.csv")}
    assert files == set(scenario_names(case))


@pytest.mark.long  # simulated once, not once for each worker
@pytest.mark.parametrize("name", scenario_names(load_case()))
def test_a_scenario_gives_the_accepted_numbers(case: Case, numbers: dict[str, str], name: str) -> None:
    was = expected_file(case, name).read_text(encoding="utf-8").splitlines()
    moved = [f"was {old}, is {new}" for old, new in zip(was, numbers[name].splitlines(), strict=True) if old != new]
    assert not moved, f"{len(moved)} outcomes of {name} moved; `make accept` accepts them"


# --- accepting -------------------------------------------------------------------------------------------------------


def text_of(**rows: str) -> str:
    """An expected file of some outcomes, each as its numbers in the order of the header."""
    return "\n".join([",".join(HEADER), *(f"{name},{numbers}" for name, numbers in rows.items())]) + "\n"


WAS = text_of(takeover="200,0.5,,,,,", week="80,40,10,20,40,60,90", gone="200,1,1,1,1,1,1", same="200,2,1,2,2,3,3")
NOW = text_of(takeover="200,0.75,,,,,", week="80,44,10,20,60,60,90", new="200,1,1,1,1,1,1", same="200,2,1,2,2,3,3")


def test_what_moved_is_told_with_both_numbers_and_the_largest_first() -> None:
    moved = moves("a", WAS, NOW)
    assert [(one.outcome, one.size) for one in moved] == [
        ("new", math.inf), ("gone", math.inf), ("takeover", 0.25), ("week", 0.25)
    ]  # fmt: skip
    assert moved[2] == Moved("a", "takeover", "mean", "0.5", "0.75", 0.25)
    assert (moved[3].number, moved[3].was, moved[3].now) == ("q50", "40", "60")
    assert moves("a", NOW, NOW) == []
    lines = told([*moved, Moved("b", "x", "mean", "1", "3", 2.0)]).splitlines()
    assert lines[2].split() == ["b", "x", "mean", "1", "->", "3"]
    assert lines[0].split() == ["a", "new", "mean", "none", "->", "1"]
    assert lines[-2:] == ["a: 4 outcomes moved", "b: 1 outcome moved"]


def test_where_only_the_number_of_runs_moved_that_is_told() -> None:
    moved = moves("a", text_of(x="200,1,1,1,1,1,1"), text_of(x="190,1,1,1,1,1,1"))
    assert [(one.number, one.was, one.now) for one in moved] == [("runs", "200", "190")]


def test_of_many_the_largest_are_told_and_the_others_counted() -> None:
    many = [Moved("a", f"x{n}", "mean", "0", str(n), float(n)) for n in range(1, MOST_TOLD + 8)]
    lines = told(many).splitlines()
    assert lines[0].split()[1] == f"x{MOST_TOLD + 7}"
    assert lines[MOST_TOLD].startswith("and 7 more")


@pytest.fixture
def own(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    """A copy of the case in which one scenario is found to give other numbers than are expected."""
    shutil.copytree(case.folder, tmp_path / "own")
    copy = load_case(str(tmp_path / "own"))
    expected_file(copy, "status_quo").write_text(WAS, encoding="utf-8")
    monkeypatch.setattr(expected, "found", lambda _: iter([("status_quo", NOW)]))
    return copy


def test_numbers_are_accepted_for_a_reason_that_is_kept_beside_them(
    own: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    log = log_file(own)
    log.unlink(missing_ok=True)
    assert run([str(own.folder), "reason=the  war is slower"]) == 0
    assert "takeover" in capsys.readouterr().out
    assert expected_file(own, "status_quo").read_text(encoding="utf-8") == NOW
    first = log.read_text(encoding="utf-8")
    assert f"## {datetime.date.today().isoformat()}: the war is slower\n\n4 outcomes of 1 scenario moved" in first
    assert "- status_quo takeover mean 0.5 -> 0.75\n" in first
    assert run([str(own.folder)], ask=lambda: "never asked") == 0
    assert capsys.readouterr().out == "nothing has moved\n"
    accept(own, {"status_quo": WAS}, moves("status_quo", NOW, WAS), "back", datetime.date(2026, 1, 2))
    assert log.read_text(encoding="utf-8").startswith(first)
    assert "## 2026-01-02: back" in log.read_text(encoding="utf-8")


@pytest.mark.parametrize("words", [[], ["reason="], ["reason=  "]])
def test_without_a_reason_nothing_is_written(own: Case, words: list[str]) -> None:
    files = {path: path.read_bytes() for path in (own.folder / "scenario").iterdir()}
    with pytest.raises(InputError, match=r"accept: reason: is empty; allowed: why the numbers moved"):
        run([str(own.folder), *words], ask=lambda: " ")
    assert {path: path.read_bytes() for path in (own.folder / "scenario").iterdir()} == files


def test_a_person_at_a_terminal_is_asked(own: Case) -> None:
    assert run([str(own.folder)], ask=lambda: "asked and answered") == 0
    assert ": asked and answered" in log_file(own).read_text(encoding="utf-8")
