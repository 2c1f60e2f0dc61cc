"""Files for a reader: whole or not at all, and nothing of somebody else's is ever replaced."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sim.command.main import main
from sim.inputs import InputError
from sim.pages.kit.own_files import put

MARK = "made here"


def test_what_bears_the_mark_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    assert put(file, f"{MARK}: one", MARK) == len(f"{MARK}: one")
    put(file, f"{MARK}: two\n", MARK)
    assert file.read_bytes() == b"made here: two\n"
    assert os.listdir(tmp_path) == ["page.html"]


@pytest.mark.parametrize("theirs", ["", "my notes", "x" * 2000 + MARK])
def test_what_does_not_bear_it_stays(tmp_path: Path, theirs: str) -> None:
    file = tmp_path / "page.html"
    file.write_text(theirs)
    with pytest.raises(InputError, match="jirga has not written it"):
        put(file, MARK, MARK)
    assert file.read_text() == theirs


def test_a_folder_of_that_name_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "page.html").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        put(tmp_path / "page.html", MARK, MARK)


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "page.html"
    put(file, MARK, MARK)

    def full(*names: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(InputError, match="No space left"):
        put(file, f"{MARK} again", MARK)
    assert file.read_text() == MARK
    assert os.listdir(tmp_path) == ["page.html"]


@pytest.mark.parametrize(
    ("job", "name"),
    [
        ("scenarios", "report.html"),
        ("scenarios", "summary.csv"),
        ("scenarios", "outcomes.svg"),
        ("patterns", "patterns.csv"),
        ("evidence", "evidence.html"),
        ("explain", "status_quo-run-1-seed-1.html"),
    ],
)
def test_a_file_of_the_users_in_the_results_folder_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], job: str, name: str
) -> None:
    theirs = tmp_path / name
    theirs.write_text("the user's own")
    words = [f"job={job}", f"out={tmp_path}", "size.draws=2", "size.runs=1", "evidence.draws=100", "seed=1"]
    words += ["scenario=status_quo"] if job in ("scenarios", "explain") else []
    assert main([*words, *(["run=1"] if job == "explain" else [])]) == 2
    assert theirs.read_text() == "the user's own"
    assert f"{theirs}: out: is there, and jirga has not written it" in capsys.readouterr().err
