"""The job `robust`: its files, what it tells beforehand, taking up where it was left, weights, mistakes in a line."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from sim import surface
from sim.case.loading import load_case
from sim.command.main import main
from sim.jobs.robust import PARTS
from sim.pages.robust.page import PAGE
from sim.pages.robust.table import FRONT, FRONT_MARK, TABLE, TABLE_MARK, csv_text, front_text
from sim.storage import kept
from sim.storage.weights import Draws, write_weights

pytestmark = pytest.mark.long

VIOLENT = "war.afghan_war.violence"
WORDS = ["job=robust", "scenario=turkey_summit", "actor=US", f"outcome=[{VIOLENT},taken_over]", "better=[less,less]",
         "size.draws=12", "size.runs=2", "horizon=30", "tried=3"]  # fmt: skip


def test_it_writes_its_files_and_takes_up_where_it_was_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*WORDS, f"out={tmp_path}"]
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert "3 settings of weeks_to_go: 72 runs; writes robust.csv, robust_front.csv and robust.html" in err
    assert f"{VIOLENT}: less is better" in out.replace("\n", " ")
    with open(tmp_path / TABLE, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {float(row["weeks_to_go"]) for row in rows} == {4.0, 21.0, 104.0}
    again = surface.robust(
        load_case().scenario("turkey_summit").change(horizon=30), (VIOLENT, "taken_over"), ("less", "less"), 12, 2,
        levers="weeks_to_go", tried=3, progress=False,
    )  # fmt: skip
    assert csv_text(again) == (tmp_path / TABLE).read_text(encoding="utf-8")
    assert front_text(again) == (tmp_path / FRONT).read_text(encoding="utf-8")
    own = surface.sweep(load_case().scenario("turkey_summit").change(horizon=30), 12, 2, progress=False)
    assert float(rows[0]["mean"]) == pytest.approx(own.mean(VIOLENT).value, rel=1e-5)
    pages = {name: (tmp_path / name).read_bytes() for name in (PAGE, TABLE, FRONT)}
    parts = sorted((tmp_path / PARTS).glob("*.npz"))
    assert len(parts) == 3
    parts[1].unlink()
    made: list[Path] = []
    real = kept._write
    monkeypatch.setattr(kept, "_write", lambda path, arrays: (made.append(path), real(path, arrays)))
    assert main(words) == 0
    assert made == [parts[1]]
    assert {name: (tmp_path / name).read_bytes() for name in pages} == pages
    weights = tmp_path / "weights.parquet"
    write_weights(weights, Draws(load_case(), 1), np.linspace(0.0, 2.0, 12), ["P1"])
    assert main([*words, f"weights={weights}"]) == 0
    assert made == [parts[1]]  # the same runs, counted otherwise
    assert "WEIGHTED: the draws are weighted by weights.parquet" in (tmp_path / PAGE).read_text(encoding="utf-8")
    assert (tmp_path / TABLE).read_bytes() != pages[TABLE]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["better=[less]"], "better: has 1 words for 2 outcomes"),
        (["better=[less,fewer]"], "better[1]: 'fewer'"),
        (["outcome=[taken_ovr,takeover]"], "did you mean taken_over"),
        (["actor=PAK"], "no lever of turkey_summit is PAK's"),
        (["cap=10"], "cap: 3 settings of weeks_to_go: 72 runs, above cap=10; allowed: yes=true"),
        (["size.runs=1"], "size.runs: 1 is too few"),
        (["scenario=status_quo"], "status_quo has no levers to choose among"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str) -> None:
    kept_words = [one for one in WORDS if one.partition("=")[0] not in {word.partition("=")[0] for word in words}]
    assert main([*kept_words, *words, f"out={tmp_path}"]) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / TABLE).exists()


def test_nothing_of_another_is_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / FRONT).write_text("mine\n", encoding="utf-8")
    assert main([*WORDS, f"out={tmp_path}"]) == 2
    assert "jirga has not written it" in capsys.readouterr().err


def test_the_marks_of_the_tables_are_their_heads(tmp_path: Path) -> None:
    assert FRONT_MARK.startswith("setting,first")
    assert TABLE_MARK == "setting,as_it_stands,"
