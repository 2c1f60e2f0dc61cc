"""The job `calibrate`: its files, taking up where it was left, its weights in other jobs, mistakes, and its guide."""

from __future__ import annotations

import csv
import re
import shlex
import shutil
from datetime import date, timedelta
from html import escape
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.case.loading import load_case
from sim.case.patterns import load_patterns
from sim.case.record import load_record
from sim.command.main import main
from sim.experiment.learnt import summary
from sim.jobs.calibrate import PARTS
from sim.pages.calibration.page import PAGE
from sim.pages.calibration.table import HEAD, TABLE
from sim.pages.record.page import TRUST
from sim.storage.weights import FILE, read_weights

pytestmark = pytest.mark.long

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "calibrate.md"
SIZE = ["size.draws=20", "size.runs=2", "seed=1"]
CASE = load_case()


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the guide has been followed: calibrated, and the weights used."""
    folder = tmp_path_factory.mktemp("calibrate")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        given: dict[str, object] = {}
        for language, block in re.findall(r"```(\w+)\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL):
            if language == "shell":
                words = shlex.split(block)
                assert words[0] == "jirga"
                assert main(words[1:]) == 0
            else:
                exec(compile(block, GUIDE.name, "exec"), given)
        assert "weighted: worth" in repr(given["weighted"])
    return folder


def rows(folder: Path) -> list[dict[str, str]]:
    with open(folder / TABLE, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_has_every_statement_pattern_and_check(learnt: Path) -> None:
    found = rows(learnt / "learnt")
    assert tuple(found[0]) == HEAD
    record, patterns = load_record(CASE), load_patterns(CASE)
    named = {part: {row["name"] for row in found if row["part"] == part} for part in ("statement", "pattern")}
    assert named["statement"] == set(record.statements)
    assert {name.split()[0] for name in named["pattern"]} == set(patterns.patterns)
    marked = {row["name"] for row in found if row["marked"] == "yes"}
    assert marked >= set(record.for_calibration)
    assert not marked & set(record.held_back)
    assert {row["part"] for row in found} >= {
        "weights",
        "history matching",
        "parameter",
        "sampler",
        "ranks",
        "held back",
    }


def test_the_weights_are_of_the_draws_and_raise_what_they_learnt_from(learnt: Path) -> None:
    weights = read_weights(learnt / "learnt" / FILE)
    assert len(weights.weights) == 20
    assert weights.weights.mean() == pytest.approx(1.0)
    assert {"rounds_by_april_2019", "P1"} <= set(weights.learnt)
    worth = next(float(row["value"]) for row in rows(learnt / "learnt") if row["what"] == "worth")
    assert worth == pytest.approx(weights.weights.sum() ** 2 / (weights.weights**2).sum(), rel=1e-5)


def test_the_pages_say_what_was_learnt(learnt: Path) -> None:
    page = (learnt / "learnt" / PAGE).read_text(encoding="utf-8")
    assert page.count("<svg") >= 8
    for words in ("held back", "worth", "The ranks", "not ruled out"):
        assert words in page
    report = (learnt / "summit" / "report.html").read_text(encoding="utf-8")
    assert "WEIGHTED: the draws are weighted by weights.parquet" in report
    with open(learnt / "summit" / "summary.csv", encoding="utf-8", newline="") as file:
        assert all("worth" in row["weighted"] for row in csv.DictReader(file))
    trust = (learnt / "tried" / TRUST).read_text(encoding="utf-8")
    assert "The model has been calibrated" in trust
    assert "equal ones" in trust


def test_what_was_learnt_from_is_not_scored(learnt: Path) -> None:
    with open(learnt / "tried" / "record.csv", encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    record = load_record(CASE)
    assert {row["statement"] for row in found if row["part"] == "calibrates"} == set(record.for_calibration)
    assert {row["statement"] for row in found if row["part"] == "statement"} == set(record.held_back)


def test_started_again_it_does_only_what_is_missing(
    learnt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "again"
    shutil.copytree(learnt / "learnt", out)
    names = (PAGE, TABLE, FILE)
    before = {name: (out / name).read_bytes() for name in names}
    parts = sorted((out / PARTS).glob("*.npz"))
    parts[0].unlink()
    parts[-1].write_bytes(parts[-1].read_bytes()[:50])
    import sim.storage.kept as storage

    made: list[Path] = []
    real = storage._write
    monkeypatch.setattr(storage, "_write", lambda path, arrays: made.append(path) or real(path, arrays))
    assert main(["job=calibrate", "size=smoke", "seed=1", f"out={out}"]) == 0
    assert {path.name for path in made} == {parts[0].name, parts[-1].name}
    assert {name: (out / name).read_bytes() for name in names} == before


def test_equal_weights_leave_a_report_as_it_is(learnt: Path, tmp_path: Path) -> None:
    from sim.storage.weights import Draws, write_weights

    write_weights(tmp_path / FILE, Draws(CASE, 1), np.full(20, 0.7), ["nothing"])
    runs = sim.sweep(CASE.scenario("turkey_summit"), draws=20, runs=2, seed=1, progress=False)
    same = sim.weighted(runs, tmp_path / FILE)
    for what in ("takeover", "takeover_week", "trust.US.PAK"):
        assert repr(same.mean(what)) == repr(runs.mean(what))
    assert sim.weighted(same, None).weights is None
    base = sim.sweep(CASE.scenario("status_quo"), draws=20, runs=2, seed=1, progress=False)
    held = read_weights(learnt / "learnt" / FILE)
    unlike = sim.weighted(runs, held.file)
    with pytest.raises(sim.inputs.InputError, match="the draws of the two count otherwise"):
        sim.compare(base, unlike)


def test_the_split_is_that_of_the_rule_that_is_stated() -> None:
    """Events in the order of the date of their first statement, of one date as they stand: every second."""
    record = load_record(CASE)
    first: dict[str, date] = {}
    for name, one in record.statements.items():
        end = date.fromisoformat(str(CASE.epochs[one.epoch].date)) + timedelta(weeks=one.weeks)
        first[record.event(name)] = min(end, first.get(record.event(name), end))
    events = sorted(first, key=lambda event: first[event])  # stable: of one date as they stand
    wanted = {name for name in record.statements if record.event(name) in events[::2]}
    assert set(record.for_calibration) == wanted
    assert not {record.event(name) for name in record.for_calibration} & {record.event(n) for n in record.held_back}
    patterns = [name for name, one in load_patterns(CASE).patterns.items() if one.kind == "open"]
    marked = [name for name, one in load_patterns(CASE).patterns.items() if one.for_calibration]
    assert marked == patterns[::2]


RECORD = """
statements:
  signed: {{statement: They sign., epoch: 2018-12, scenario: recorded_course, weeks: 8, all: [{outcome}],
    happened: true, source: mine, for_calibration: {first}}}
  met: {{statement: They meet., epoch: 2018-12, scenario: recorded_course, weeks: 8, all: ["table.doha.sessions >= 1"],
    happened: true, source: mine, for_calibration: {second}}}
{more}
"""


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"first": "false", "second": "false"}, "none is marked for_calibration: there is nothing to learn from"),
        ({"first": "true", "second": "true"}, "every one is marked for_calibration: none is held back"),
        ({"outcome": "table.doha.sined >= 1"}, "table.doha.sined"),
        ({"outcome": "attendance.pakistan_ttp.TTP >= 0.5"}, "statements.signed: has no value in"),
        ({"more": "discrepancy: 0.5"}, "discrepancy"),
        ({"word": "cap=99"}, "runs, above cap=99; allowed: yes=true to start all the same"),
    ],
)
def test_a_mistake_in_a_record_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], given: dict[str, str], says: str
) -> None:
    usual = {"first": "true", "second": "false", "outcome": "table.doha.agreed >= 1", "more": ""}
    given, word = {k: v for k, v in given.items() if k != "word"}, given.get("word", "cap=5000000")
    (tmp_path / "mine.yaml").write_text(RECORD.format(**{**usual, **given}), encoding="utf-8")
    words = ["job=calibrate", f"record={tmp_path / 'mine.yaml'}", *SIZE, word, f"out={tmp_path / 'out'}"]
    assert main(words) == 2
    *before, last = capsys.readouterr().err.splitlines()
    assert says in last
    assert all(line.startswith("about ") for line in before)  # how much it would be, where it has begun


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["job=record", "seed=2"], "are of other draws: seed: 1 there, 2 now"),
        (["job=patterns", "size.draws=60", "size.runs=50"], "are of 20 draws"),
        (["scenario=turkey_summit", "size.draws=21"], "are of 20 draws, and 21 are asked for"),
        (["scenario=turkey_summit", "evidence.passes=[pass_a]"], "are of other draws: passes:"),
        (["job=sensitivity", "scenario=turkey_summit"], "weights: job=sensitivity does not look at it"),
    ],
)
def test_weights_of_other_draws_are_refused_in_one_line(
    learnt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    given = [word for word in SIZE if word.split("=")[0] not in {one.split("=")[0] for one in words}]
    weights = f"weights={learnt / 'learnt' / FILE}"
    assert main([*words, *given, weights, f"out={tmp_path / 'out'}"]) == 2
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1


def test_python_s_weights_carry_the_sentences_and_the_page_of_a_record_tells_them(tmp_path: Path) -> None:
    file = tmp_path / "mine.parquet"
    found = sim.calibrate(draws=20, runs=2, out=file, progress=False)
    assert list(read_weights(file).words) == summary(found)
    assert len(summary(found)) >= 2
    assert main(["job=record", *SIZE, f"weights={file}", f"out={tmp_path}"]) == 0
    page = (tmp_path / TRUST).read_text(encoding="utf-8")
    told = page[page.index("What came of that:") :]
    assert escape(summary(found)[0], quote=False) in told
