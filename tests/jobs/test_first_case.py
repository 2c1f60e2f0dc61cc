"""`jirga new` writes a case that runs; `jirga check` tells all mistakes of a case at once, each in one line."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from sim.case.loading import load_case
from sim.command.main import main
from sim.evidence.loading import evidence_of
from sim.evidence.priors import priors
from sim.jobs.check import checked_folder
from sim.jobs.new import write

NOT_EMPTY = "is not an empty folder; allowed: a new folder, or an empty one"
SMALL = ["size=smoke", "size.draws=4", "size.runs=2"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "mine")
    return tmp_path / "mine"


def change(path: Path, *pairs: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def lines(folder: Path) -> list[str]:
    return [str(one).replace(f"{folder}/", "") for one in checked_folder(folder).mistakes]


def test_a_new_case_is_called_as_its_folder_and_has_no_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", f"{tmp_path}/mine"]) == 0
    assert f"jirga check {tmp_path}/mine" in capsys.readouterr().out
    assert "case: mine\n" in (tmp_path / "mine" / "case.yaml").read_text(encoding="utf-8")
    assert main(["check", f"{tmp_path}/mine"]) == 0
    assert capsys.readouterr().out == (
        f"{tmp_path}/mine: no mistakes; 2 actors, 1 table, 1 epoch, 2 scenarios, 1 coding pass, 1 pattern, "
        "1 statement of the record\n"
    )


def test_a_folder_whose_name_is_no_name_leaves_the_name_of_the_case(tmp_path: Path) -> None:
    write(tmp_path / "my first case")
    assert "case: first_case\n" in (tmp_path / "my first case" / "case.yaml").read_text(encoding="utf-8")
    assert checked_folder(tmp_path / "my first case").mistakes == ()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["new", "{folder}"], f"{{folder}}: {NOT_EMPTY}\n"),
        (["new", "{folder}/case.yaml"], f"{{folder}}/case.yaml: {NOT_EMPTY}\n"),
        (["new"], "command line: out: is missing; allowed: jirga new FOLDER\n"),
        (["check", "{folder}", "seed=3"],
         "command line: seed: is nothing that check takes; allowed: jirga check FOLDER\n"),
        (["check", "-m", "{folder}"], "command line: -m: is nothing that check takes\n"),
    ],
)  # fmt: skip
def test_what_they_cannot_do_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert main([word.format(folder=folder) for word in words]) == 2
    assert capsys.readouterr().err == says.format(folder=folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


OUTCOMES = "allowed: a settlement class, a table, an outcome column, or NAME >= NUMBER"


def test_every_mistake_of_every_file_is_told_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(
        folder / "case.yaml",
        ("mediators: [COM]", "mediator: [COM]"),
        ("nu: 0.8", "nu: 1.8"),
        ("parties: [UP, LOW]", "parties: [UPP, LOW]"),
        ("{outcome: river,", "{outcome: rivr,"),
    )
    change(folder / "epoch" / "2024-01.yaml", ("cell.water:", "cell.watre:"), ("date: 2024-01-15", "date: soon"))
    change(folder / "evidence" / "pass_a" / "dyads.csv", ("trust,UP,LOW,2", "trust,UP,LOW,7"), ("UP,LOW,3", "UP,LO,3"))
    change(folder / "scenario" / "higher_payment.yaml", ("$payment", "$paymnt"), ("week: 4", "week: 400"))
    change(folder / "patterns.yaml", ("outcome: trust.UP.LOW", "outcome: trust.UP.LO"))
    change(folder / "record.yaml", ("all: [river]", "all: [rivers]"))
    assert lines(folder) == [
        "case.yaml: tables.river.mediator: unknown key; allowed: title, parties, regimes, opens, clauses, mediators, "
        "invited, groups, opens_after, ends_war, ratified_by, blocs; did you mean mediators?",
        "case.yaml: tables.river.clauses.payment.nu: 1.8 is out of range; allowed: a number above 0.0 and at most 1.0",
        "case.yaml: tables.river.parties[0]: 'UPP' is not an actor; allowed: UP, LOW; did you mean UP?",
        "epoch/2024-01.yaml: date: 'soon' is not a day; allowed: a date as 2018-12-20",
        "epoch/2024-01.yaml: start.cell.watre: 'watre' is not a name for cell; allowed: water, payment; "
        "did you mean water?",
        f"case.yaml: headline[0].outcome: 'rivr' is not an outcome; {OUTCOMES}; did you mean river?",
        "evidence/pass_a/dyads.csv:2: level: 7 is off the scale; allowed: a whole number from 0 to 4",
        "evidence/pass_a/dyads.csv:4: to: 'LO' is not an actor or a third party; allowed: UP, LOW, COM; "
        "did you mean LOW?",
        "scenario/higher_payment.yaml: events[0].when.week: 400 is out of range; allowed: 1 to 260 weeks",
        "scenario/higher_payment.yaml: events[0].to: 'paymnt' is not a lever; allowed: payment; did you mean payment?",
        "scenario/higher_payment.yaml: levers.payment: no event uses it",
        f"patterns.yaml: patterns.P1.claims[0].outcome: 'trust.UP.LO' is not an outcome; {OUTCOMES}; "
        "did you mean trust.UP.LOW?",
        f"record.yaml: statements.no_deal_by_summer.all[0]: 'rivers' is not an outcome; {OUTCOMES}; "
        "did you mean river?",
    ]
    assert main(["check", str(folder)]) == 2
    assert capsys.readouterr().err.endswith(f"13 mistakes in {folder}\n")


@pytest.mark.parametrize(
    ("name", "wrong", "says"),
    [
        ("scenario", "scenarios", "scenarios: is no part of a case; allowed: case.yaml, patterns.yaml, record.yaml, "
         "epoch, scenario, evidence; did you mean scenario?"),
        ("patterns.yaml", "pattern.yaml", "pattern.yaml: is no part of a case; allowed: case.yaml, patterns.yaml, "
         "record.yaml, epoch, scenario, evidence; did you mean patterns.yaml?"),
        ("evidence/pass_a/dyads.csv", "evidence/pass_a/dyad.csv", "evidence/pass_a/dyad.csv: is no file of a pass; "
         "allowed: dyads.csv, positions.csv, events.csv, mechanisms.csv, conditions.csv; did you mean dyads.csv?"),
        ("evidence/articles.yaml", "evidence/articels.yaml", "evidence/articels.yaml: is no file of evidence; allowed: "
         "articles.yaml, chronology.yaml, mechanisms.yaml, red_lines.yaml, spoken_for.yaml, structural.yaml; "
         "did you mean articles.yaml?"),
    ],
)  # fmt: skip
def test_a_part_under_another_name_is_not_left_out_in_silence(folder: Path, name: str, wrong: str, says: str) -> None:
    (folder / name).rename(folder / wrong)
    assert lines(folder)[0] == says


def test_a_note_of_ones_own_may_stand_in_the_folder(folder: Path) -> None:
    (folder / "notes.yaml").write_text("a: 1\n", encoding="utf-8")
    assert lines(folder) == []


def test_a_table_that_nothing_calls_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(folder / "case.yaml", ("    opens: standing", "    opens: called"))
    assert main(["check", str(folder)]) == 0
    assert capsys.readouterr().out.splitlines()[0] == (
        f"{folder}/case.yaml: tables.river.opens: no epoch opens this table and no scenario calls it, so that nobody "
        "ever meets there"
    )
    call = "events: [{event: convene, table: river, when: {week: 2}}]"
    change(folder / "scenario" / "status_quo.yaml", ("horizon: 52", call))
    assert main(["check", str(folder)]) == 0
    assert "opens" not in capsys.readouterr().out


def test_a_case_that_cannot_be_read_holds_the_rest_back(folder: Path) -> None:
    change(folder / "case.yaml", ("kind: flow, start: 0.2,", "start: 0.2,"))
    found = checked_folder(folder)
    assert [str(one).replace(f"{folder}/", "") for one in found.mistakes] == [
        "case.yaml: cells.water.kind: is missing; allowed: one of stock, flow"
    ]
    assert found.held_back == "the other files are read once case.yaml can be"


CITED = re.compile(r",? ?paragraphs: (\{[^}]*\}|\[[^\]]*\])|\narticle: .*")


@pytest.mark.parametrize(
    "part",
    ["evidence", "evidence/pass_a", "evidence/pass_a/positions.csv", "patterns.yaml", "record.yaml", "README.md"],
)
def test_what_is_empty_may_be_left_out(folder: Path, part: str) -> None:
    path = folder / part
    if part == "evidence":  # then nothing is cited
        for file in folder.rglob("*.yaml"):
            text = CITED.sub("", file.read_text(encoding="utf-8"))
            file.write_text(text.replace(", expected: rises", ""), encoding="utf-8")
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert lines(folder) == []
    case = load_case(folder)
    found = evidence_of(case)
    assert priors(case, found, "2024-01").draw(3, 1).shape[0] == 3
    assert found.passes == (() if part in ("evidence", "evidence/pass_a") else ("pass_a",))


@pytest.mark.parametrize("key", ["third_parties", "instruments", "headline", "start"])
def test_an_empty_key_may_be_left_out(folder: Path, key: str) -> None:
    file = folder / ("epoch/2024-01.yaml" if key == "start" else "case.yaml")
    text = file.read_text(encoding="utf-8")
    cut = re.sub(rf"(?m)^{key}:.*\n(?:[ #].*\n)*", "", text).replace("    mediators: [COM]\n", "")
    assert cut != text
    file.write_text(cut, encoding="utf-8")
    if key == "third_parties":
        change(folder / "evidence" / "pass_a" / "dyads.csv", ("leverage,COM", "leverage,LOW"))
    assert lines(folder) == []


@pytest.mark.long
def test_a_new_case_runs_through_every_job(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [f"case={folder}", f"out={tmp_path}/out"]
    assert main([*words, *SMALL]) == 0
    assert main([*words, *SMALL, "job=explain", "run=1"]) == 0
    assert main([*words, *SMALL, "job=patterns"]) == 0
    assert main([*words, *SMALL, "job=record"]) == 0
    assert main([*words, "job=evidence", "evidence.draws=200"]) == 0
    out = capsys.readouterr().out
    assert "river deal" in out
    assert "the model's United States" not in out
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"report.html", "patterns.html", "record.html", "evidence.html"} <= written


def test_the_help_speaks_of_the_case_that_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help", f"case={folder}"]) == 0
    told = capsys.readouterr().out
    assert "Two districts and a river" in told
    assert f"jirga job=levers scenario=higher_payment case={folder}" in told
    assert not re.search("Afghan|turkey|taliban|pass_b|summit", told.replace("case=afghanistan", ""), re.IGNORECASE)


def test_the_experiments_of_another_case_are_not_offered(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([f"case={folder}", "experiment=switches", "--cfg"]) == 2
    assert capsys.readouterr().err == (
        "command line: experiment: 'switches' is not one of the choices; allowed: main_report\n"
    )
    assert main([f"case={folder}", "experiment=main_report", "--cfg"]) == 0


def test_two_loads_of_a_case_are_equal_whatever_was_looked_at(folder: Path) -> None:
    first, second = load_case(folder), load_case(folder)
    assert first.scenarios["status_quo"].title == second.scenarios["status_quo"].title
    assert first == second
    assert hash(first) == hash(second)
