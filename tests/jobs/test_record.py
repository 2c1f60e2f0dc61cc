"""The job `record`: its pages and table, taking up where it was left, mistakes, and its guide followed literally."""

from __future__ import annotations

import csv
import re
import shlex
from pathlib import Path

import numpy as np
import pytest

import sim
import sim.jobs.record as job
import sim.storage.kept as storage
from sim.command.main import main
from sim.jobs.record import FAILED, PARTS
from sim.pages.record.page import PAGE, TRUST
from sim.pages.record.table import HEAD, TABLE
from sim.pages.record.table import read as read_table

pytestmark = pytest.mark.long

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "own_record.md"
SIZE = ["size.draws=6", "size.runs=2", "seed=2"]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("record")
    assert main(["job=record", *SIZE, f"out={folder}"]) == 0
    return folder


def test_the_table_has_every_statement_every_contender_and_every_pair(told: Path) -> None:
    with open(told / TABLE, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == HEAD
    read = sim.score(draws=6, runs=2, seed=2, progress=False)
    assert [row["statement"] for row in rows if row["part"] == "statement"] == [one.name for one in read.scored]
    for row in rows:
        if row["part"] == "score":
            one = next(one for one in read.scored if one.name == row["statement"])
            assert float(row["value"]) == pytest.approx(one.scores[row["contender"], row["score"]])
    without = {row["contender"] for row in rows if row["contender"].startswith("without ")}
    assert without == {f"without {switch}" for switch in sim.switches}
    assert sum(row["part"] == "onward" for row in rows) == len(read.moved)
    again = read_table(told / TABLE)
    assert again.tested == len(read.tested)
    assert [(one.contender, one.score, one.events, one.verdict) for one in again.against] == [
        (one.contender, one.score, one.events, one.verdict) for one in read.compared
    ]


def test_the_pages_say_what_they_rest_on_in_words_and_figures(told: Path) -> None:
    page, plain = ((told / name).read_text(encoding="utf-8") for name in (PAGE, TRUST))
    assert page.count("<svg") >= 6
    assert "independent events" in page
    assert "independent events" in plain
    assert "<svg" not in plain
    assert f'href="{TRUST}"' in page
    assert f'href="{PAGE}"' in plain
    assert not re.search(r"\bBrier|CRPS|bootstrap\b", re.sub(r"<style>.*?</style>", "", plain, flags=re.DOTALL))


def test_started_again_it_does_only_what_is_missing(
    told: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = {name: (told / name).read_bytes() for name in (PAGE, TRUST, TABLE)}
    parts = sorted((told / PARTS).glob("*.npz"))
    of_statements = [path for path in parts if FAILED in np.load(path).files]
    of_ways = [path for path in parts if path not in of_statements]  # from one article on to the next
    of_statements[0].unlink()
    of_ways[-1].write_bytes(of_ways[-1].read_bytes()[:100])  # broken on its way
    made: list[Path] = []
    played: list[str] = []
    write, runs_of = storage._write, job.runs_of
    monkeypatch.setattr(storage, "_write", lambda path, arrays: made.append(path) or write(path, arrays))
    monkeypatch.setattr(job, "runs_of", lambda *given: played.append(given[0].scenario) or runs_of(*given))
    assert main(["job=record", *SIZE, f"out={told}"]) == 0
    assert set(made) == {of_statements[0], of_ways[-1]}
    assert len(played) == 1  # the job itself plays no way
    assert {name: (told / name).read_bytes() for name in pages} == pages
    assert sorted((told / PARTS).glob("*.npz")) == parts


def test_the_report_leads_to_it(tmp_path: Path) -> None:
    words = ["scenario=turkey_summit", "size=smoke", "size.draws=2", "size.runs=1", "horizon=4", f"out={tmp_path}"]
    assert main(words) == 0
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert 'id="trust"' in report
    assert all(f"<code>{name}</code>" in report for name in ("jirga job=record", PAGE, TRUST))
    assert f'href="{TRUST}"' not in report  # no link: the page need not be there


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["record=nowhere.yaml"], "nowhere.yaml: there is no such file"),
        (["record=nowhere.yaml", "job=levers"], "record: job=levers does not look at it; allowed: job=record"),
        (["scenario=turkey_summit"], "scenario: job=record does not look at it"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str) -> None:
    given = words if any(word.startswith("job=") for word in words) else ["job=record", *words]
    assert main([*given, *SIZE, f"out={tmp_path / 'out'}"]) == 2
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1


def test_a_file_of_the_users_stays(tmp_path: Path) -> None:
    (tmp_path / TRUST).write_text("mine", encoding="utf-8")
    assert main(["job=record", *SIZE, f"out={tmp_path}"]) == 2
    assert (tmp_path / TRUST).read_text(encoding="utf-8") == "mine"


def test_the_guide_can_be_followed_literally(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    given: dict[str, object] = {}
    seen = []
    for language, block in re.findall(r"```(\w+)\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL):
        seen.append(language)
        if language == "yaml":
            Path("mine.yaml").write_text(block, encoding="utf-8")
        elif language == "shell":
            words = shlex.split(block)
            assert words[0] == "jirga"
            assert main(words[1:]) == 0
        else:
            exec(compile(block, GUIDE.name, "exec"), given)
    assert seen == ["yaml", "shell", "python"]
    assert {path.name for path in Path("mine").iterdir()} == {PAGE, TRUST, TABLE, PARTS}
    out = capsys.readouterr().out
    assert "2 independent events" in out
    assert "week_of_the_agreement" in out
