"""The job `theories`: its page and table, taking up where it was left, mistakes."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worlds import small_case

from sim.case.scenario import Scenario
from sim.case.theory import load_theory, theory_files
from sim.command.main import main
from sim.experiment import patterns
from sim.experiment.runs import Runs, runs_of
from sim.experiment.theories import every_theory
from sim.jobs import theories as job
from sim.jobs.theories import PARTS
from sim.pages.theories.page import PAGE
from sim.pages.theories.table import HEAD, TABLE

pytestmark = pytest.mark.long

WORDS = ["job=theories", "size.draws=12", "size.runs=2", "seed=2", "scenario=turkey_summit"]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("theories")
    case = small_case(folder / "case")
    assert main([*WORDS, f"case={case}", f"out={folder}"]) == 0
    return folder


def test_the_table_has_every_theory_with_patterns_scores_outcomes_and_parts(told: Path) -> None:
    with open(told / TABLE, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == HEAD
    for theory in theory_files():
        parts = {row["part"] for row in rows if row["theory"] == theory}
        usual = {"pattern", "score", "outcome"}
        assert parts == (usual if theory == "as_designed" else usual | {"worse than as designed by"})
    shares = [row for row in rows if row["part"] == "part of the variance"]
    for outcome in {row["name"] for row in shares}:
        assert sum(float(row["value"]) for row in shares if row["name"] == outcome) == pytest.approx(1.0)


def test_the_page_names_every_theory_with_its_source_and_draws_four_figures(told: Path) -> None:
    page = (told / PAGE).read_text(encoding="utf-8")
    assert page.count("<svg") == 4
    assert "over articles" in page  # one of the intervals that a verdict is by
    for source in ("Nash (1950)", "Abreu &amp; Gul (2000)", "Zartman (1985)", "Pruitt (2005)", "Achen (2006)"):
        assert source in page


def test_started_again_it_does_only_what_is_missing_and_tells_it_all_in_a_narrow_terminal(
    told: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {name: (told / name).read_bytes() for name in (PAGE, TABLE)}
    played: list[str] = []

    def counted(scenario: Scenario, *sizes: Any) -> Runs:
        played.append(scenario.theory.theory)
        return runs_of(scenario, *sizes)

    for module in (job, patterns):
        monkeypatch.setattr(module, "runs_of", counted)
    again = [*WORDS, f"case={told / 'case' / 'afghanistan'}", f"out={told}"]
    assert main(again) == 0
    assert played == []
    said = capsys.readouterr().out
    assert "\u2026" not in said  # no cell is cut
    assert all(f"{theory} " in said for theory in theory_files())
    kept = {path: dict(np.load(path)) for path in sorted((told / PARTS).glob("*.npz"))}
    for of_pattern in (True, False):
        path, arrays = next((path, arrays) for path, arrays in kept.items() if ("effects" in arrays) == of_pattern)
        path.unlink()
        played.clear()
        assert main(again) == 0
        assert len(set(played)) == 1  # of one theory
        assert len(played) == (len(arrays["failed"]) if of_pattern else 1)  # what was gone, and nothing else
    assert {name: (told / name).read_bytes() for name in before} == before


def test_a_theory_of_ones_own_by_the_name_of_another_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A copy that was edited: the package's numbers would be told for it. The package's own, named, is taken once."""
    mine = tmp_path / "nash.yaml"
    mine.write_text(theory_files()["nash"].read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert every_theory(load_theory(mine)) == every_theory()  # the same in all that counts
    mine.write_text(
        mine.read_text(encoding="utf-8").replace("[learning, vulnerability]", "[learning]"), encoding="utf-8"
    )
    assert main(["job=theories", f"theory={mine}", "size.draws=2", "size.runs=1", f"out={tmp_path}"]) == 2
    told = capsys.readouterr().err.strip().splitlines()[-1]
    assert "'nash' is the name of a theory of the package; allowed: a name of its own" in told
    assert str(mine) in told


MISTAKES = [
    (["theory=nahs"], "theory: 'nahs' is not one of the choices"),
    (["job=patterns", "theory=nash"], "job=patterns does not look at it"),
    (["job=theories", "weights=w.parquet"], "weights: job=theories does not look at it"),
    (["job=paragraphs", "cap=9"], "cap: job=paragraphs does not look at it; allowed: job=scenarios, job=calibrate"),
    (["scenario.theory=nash"], "unknown key"),
    (["job=theories", "run=3"], "job=theories does not look at it"),
    (["job=theories", "outcome=[taken_ovr]"], "did you mean taken_over"),
]


@pytest.mark.parametrize(("words", "says"), MISTAKES, ids=[" ".join(words) for words, _ in MISTAKES])
def test_a_mistake_is_one_line(words: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "size.draws=2", "size.runs=1", f"out={tmp_path}"]) == 2
    told = capsys.readouterr().err.strip().splitlines()
    assert len([line for line in told if says in line]) == 1
    assert "Traceback" not in "".join(told)


def test_the_guide_is_followed_literally(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "theories.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    (place,) = re.findall(r"^# choices/theory/(\w+).yaml$", text, re.MULTILINE)
    folder = tmp_path / "choices" / "theory"
    folder.mkdir(parents=True)
    (folder / f"{place}.yaml").write_text(text, encoding="utf-8")
    (words,) = re.findall(r"`jirga (job=theories theory=choices/theory/\w+.yaml)`", guide)
    chosen = [word.replace("choices", str(tmp_path / "choices")) for word in words.split()]
    chosen.append(f"case={small_case(tmp_path / 'case')}")
    assert main([*chosen, "size.draws=4", "size.runs=2", "horizon=8", f"out={tmp_path / 'out'}"]) == 0
    assert place in (tmp_path / "out" / TABLE).read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", guide, re.DOTALL)
    exec(compile(code, "theories.md", "exec"), {})


def test_a_choice_of_ones_own_is_a_theory_too(tmp_path: Path) -> None:
    folder = tmp_path / "choices" / "theory"
    folder.mkdir(parents=True)
    text = theory_files()["ripeness"].read_text(encoding="utf-8").replace("theory: ripeness", "theory: mine")
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    words = ["--config-dir", str(tmp_path / "choices"), "theory=mine", "scenario=turkey_summit", "size=smoke"]
    assert main([*words, "size.draws=2", "size.runs=1", "horizon=4", f"out={tmp_path / 'out'}"]) == 0
    assert "theory=mine" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
