"""The job `import`: its guide followed literally, its page and table, the case that it makes, mistakes."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.spatial import Actors, weighted_mean
from sim.case.loading import load_case
from sim.command.main import main
from sim.pages.imported.page import HEAD, PAGE, TABLE

pytestmark = pytest.mark.long

GUIDE = (Path(__file__).parents[2] / "docs" / "guides" / "import.md").read_text(encoding="utf-8")
SIZE = ["size.draws=30", "size.runs=4", "seed=2"]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The guide's table by the guide's command, at a small size."""
    folder = tmp_path_factory.mktemp("import")
    (text,) = re.findall(r"```text\n(.*?)```", GUIDE, re.DOTALL)
    (folder / "town.csv").write_text(text, encoding="utf-8")
    (words,) = re.findall(r"```shell\njirga (import town.csv out=town)\n```", GUIDE)
    job, file, out = words.split()
    assert main([job, str(folder / file), out.replace("town", str(folder / "town")), *SIZE]) == 0
    return folder / "town"


def rows_of(folder: Path) -> list[dict[str, str]]:
    with open(folder / TABLE, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == HEAD
    return rows


def test_the_table_has_every_model_of_every_issue(told: Path) -> None:
    rows = [row for row in rows_of(told) if row["part"] == "model"]
    assert {row["issue"] for row in rows} == {"tax", "roads"}
    value = {(row["issue"], row["name"]): float(row["value"]) for row in rows if row["value"]}
    columns = _columns((20, 50, 10), (80, 100, 5), (90, 25, 20))
    assert value["tax", "mean"] == pytest.approx(weighted_mean(Actors(*columns)))
    assert value["tax", "median"] == 80.0
    assert all(0.0 <= one <= 100.0 for one in value.values())
    shares = {row["name"]: float(row["share"]) for row in rows if row["share"]}
    assert 0.0 < shares["jirga"] <= 1.0


def _columns(*rows: tuple[float, float, float]) -> list[np.ndarray]:
    return [np.array(column, dtype=float) for column in zip(*rows, strict=True)]


def test_the_page_draws_every_issue_and_says_what_is_lost(told: Path) -> None:
    page = (told / PAGE).read_text(encoding="utf-8")
    assert page.count("<svg") == 2
    assert "red lines, mediators, wars and third parties: there are none" in page
    assert "Scholz, Calbert &amp; Smith 2011" in page


def test_the_case_that_is_made_is_run_like_any_other_and_by_any_theory(told: Path, tmp_path: Path) -> None:
    assert load_case(told / "case").scenario("status_quo", theory="nash").theory.theory == "nash"
    assert "jirga case=town/case" in GUIDE.replace("`", "")
    words = [f"case={told / 'case'}", "evidence.passes=[table]", "size=smoke", f"out={tmp_path}", "theory=nash"]
    assert main(words) == 0


def test_started_again_it_gives_the_same_bytes(told: Path) -> None:
    before = {name: (told / name).read_bytes() for name in (PAGE, TABLE)}
    assert main(["job=import", f"positions='{told.parent / 'town.csv'}'", f"out={told}", *SIZE]) == 0
    assert {name: (told / name).read_bytes() for name in before} == before


MISTAKES = [
    (["import"], "positions: is not given"),
    (["import", "nowhere.csv"], "there is no such file"),
    (["import", "nowhere.csv", "scenario=turkey_summit"], "job=import does not look at it"),
    (["job=record", "positions=nowhere.csv"], "job=record does not look at it"),
]


@pytest.mark.parametrize(("words", "says"), MISTAKES, ids=[" ".join(words) for words, _ in MISTAKES])
def test_a_mistake_is_one_line(words: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, f"out={tmp_path}"]) == 2
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 1
    assert says in told[0]
