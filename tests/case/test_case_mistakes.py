"""Each broken case with its one line: nothing in case.yaml, an epoch or the articles is wrong and stays untold."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.case.loading import load_case
from sim.case.patterns import load_patterns
from sim.case.scenario import load_scenario, scenario_of
from sim.inputs import InputError, read_yaml
from sim.jobs.new import write

AFGHANISTAN = load_case().folder
OUTCOMES = "allowed: a settlement class, a table, an outcome column, or NAME >= NUMBER"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "mine")
    return tmp_path / "mine"


def put(folder: Path, file: str, place: str, value: Any) -> None:
    """One value of a file set, the dotted place made where it is not there; None deletes it."""
    path = folder / file
    data = read_yaml(path)
    *above, last = place.split("/")
    part: Any = data
    for step in above:
        part = part[int(step)] if isinstance(part, list) else part.setdefault(step, {})
    if value is None:
        del part[last]
    elif isinstance(part, list):
        part[int(last)] = value
    else:
        part[last] = value
    path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8")


def line(folder: Path) -> str:
    with pytest.raises(InputError) as refused:
        load_case(folder)
    return str(refused.value).replace(f"{folder}/", "")


WAR = {"challenger": "LOW", "incumbent": "UP", "turns_regime": False, "ceasefire": "water"}
TABLE = "case.yaml: tables.river"
WRONG: list[tuple[str, Any, str]] = [
    ("tables/river/clauses", {}, f"{TABLE}.clauses: a mapping has too few entries; allowed: at least 1"),
    ("tables", {}, "case.yaml: tables: a mapping has too few entries; allowed: at least 1"),
    ("tables/river/regimes", [], f"{TABLE}.regimes: a list has too few entries; allowed: a list, each text, not empty"),
    ("tables/river/regimes", ["presnt"],
     f"{TABLE}.regimes[0]: 'presnt' is not a regime; allowed: present; did you mean present?"),
    ("tables/river/mediators", ["COM", "COM"],
     f"{TABLE}.mediators[1]: 'COM' has a seat already; allowed: one seat each"),
    ("tables/river/groups", {"all": []}, f"{TABLE}.groups.all: has no members; allowed: players"),
    ("tables/river/ends_war", "war", f"{TABLE}.ends_war: 'war' is not a war; allowed: none: there are no others"),
    ("tables/river/clauses/water/shared_with", "river",
     f"{TABLE}.clauses.water.shared_with: goes with default: shared, not current"),
    ("tables/river/clauses/water/default", "forecast",
     f"{TABLE}.clauses.water.default: no war turns the regime, so none is forecast; allowed: current"),
    ("tables/river/clauses/water/default", "presence",
     f"{TABLE}.clauses.water.default: no war has a patron whose presence it could follow; allowed: current"),
    ("tables/river/clauses/water/both", True,
     f"{TABLE}.clauses.water.by: names who delivers, unless both do; allowed: either by or both"),
    ("actors/A.B", {"name": "x", "kind": "government"},
     "case.yaml: actors.A.B: 'A.B' is not a name; allowed: letters, digits and _, no digit first"),
    ("third_parties/UP", "x", "case.yaml: third_parties.UP: is an actor already; allowed: either of them"),
    ("instruments/0/cell", "watre",
     "case.yaml: instruments[0].cell: 'watre' is not a cell; allowed: water, payment; did you mean water?"),
    ("instruments/0/cell", None, "case.yaml: instruments[0].cell: is missing; allowed: a cell, needed by follows: "
     "cell_left"),
    ("instruments/0/war", "w",
     "case.yaml: instruments[0].war: goes with follows: control or control_left or sanctuary"),
    ("instruments/0/target", "UP", "case.yaml: instruments[0].target: 'UP' holds it; allowed: another player"),
    ("instruments/0/follows", "presence",
     "case.yaml: instruments[0].cell: goes with follows: cell or cell_left"),
    ("efforts", [{"mediator": "COM", "target": "COM", "cell": "water"}],
     "case.yaml: efforts[0].target: COM has no seat at a table of COM; allowed: UP, LOW"),
    ("wars", {"w": {**WAR, "incumbent": "LOW"}},
     "case.yaml: wars.w.incumbent: 'LOW' has another part in this war; allowed: an actor for each part"),
    ("wars", {"w": {**WAR, "parity_prior": "noise"}},
     "case.yaml: wars.w.parity_prior: 'noise' is a parameter of the model already; allowed: a name of its own"),
    ("wars", {"w": {**WAR, "sanctuary": {"host": "UP", "by": "leverage"}}},
     "case.yaml: wars.w.sanctuary.by: UP has no instrument that follows the sanctuary of LOW; "
     "allowed: such an instrument, or by: cell"),
    ("events/raise_payment/issue", "paymnt",
     "case.yaml: events.raise_payment.issue: 'paymnt' is not a cell; allowed: water, payment; did you mean payment?"),
    ("events/raise_payment/is", "give",
     "case.yaml: events.raise_payment.is: 'give' is not one of the choices; "
     "allowed: give_issue, move_issue, shift_issue, lower_issue, propose_order"),
    ("events/raise_payment/norm", "water",
     "case.yaml: events.raise_payment.norm: goes with is: propose_order, not give_issue"),
    ("events/raise_payment/is", "propose_order",
     "case.yaml: events.raise_payment.norm: is missing; allowed: a cell, needed by is: propose_order"),
    ("events/convene", {"is": "give_issue", "issue": "water", "meaning": "m"},
     "case.yaml: events.convene: 'convene' is a general event already; allowed: a name of its own"),
    ("headline/0/outcome", "rivr", f"case.yaml: headline[0].outcome: 'rivr' is not an outcome; {OUTCOMES}; "
     "did you mean river?"),
    ("headline/0/outcome", "settlement", "case.yaml: headline[0].outcome: settlement is a code, which has no mean"),
    ("headline/0/outcome", "cell.water",
     "case.yaml: headline[0].told: cell.water is a number, not a yes or no; allowed: mean, median; did you mean mean?"),
    ("headline/1/outcome", "table.river.agreed_week",
     "case.yaml: headline[1].told: table.river.agreed_week is a week, whose mean leaves out the runs in which it never "
     "comes; allowed: median"),
    ("headline/0/epochs", ["2024-1"],
     "case.yaml: headline[0].epochs: '2024-1' is not an epoch; allowed: 2024-01; did you mean 2024-01?"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "value", "says"), WRONG, ids=[says[:70] for _, _, says in WRONG])
def test_a_broken_case_is_refused_with_its_line(folder: Path, place: str, value: Any, says: str) -> None:
    put(folder, "case.yaml", place, value)
    assert line(folder) == says


EPOCH = "epoch/2024-01.yaml"
WRONG_EPOCHS: list[tuple[str, Any, str]] = [
    ("epoch", "2024-02", f"{EPOCH}: epoch: '2024-02' is not the file's name; allowed: 2024-01"),
    ("date", "2024-01", f"{EPOCH}: date: '2024-01' is not a day; allowed: a date as 2018-12-20"),
    ("regime", "presnt", f"{EPOCH}: regime: 'presnt' is not a regime; allowed: present; did you mean present?"),
    ("tables", {"river": {"status": "in_force", "status_of": "judged", "why": "x", "package": {"water": -0.5}}},
     f"{EPOCH}: tables.river.package.water: -0.5 is out of range; allowed: 0 to 1"),
    ("tables", {"river": {"status": "open", "status_of": "judged", "why": "x", "weeks_left": 3}},
     f"{EPOCH}: tables.river.weeks_left: goes with status: in_force, not open"),
    ("tables", {"river": {"status": "in_force", "status_of": "judged", "why": "x"}},
     f"{EPOCH}: tables.river.package: is missing; allowed: the terms of the agreement in force"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "value", "says"), WRONG_EPOCHS, ids=[says[:70] for _, _, says in WRONG_EPOCHS])
def test_a_broken_epoch_is_refused_with_its_line(folder: Path, place: str, value: Any, says: str) -> None:
    put(folder, EPOCH, place, value)
    assert line(folder) == says


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        ("articles/0/id", None, "articles[0].id: is missing; allowed: text, not empty"),
        ("articles/0/id", 5, "articles[0].id: 5 is not text; allowed: text, not empty"),
        ("articles/0/paragraphs", "four",
         "articles[0].paragraphs: 'four' is not a whole number; allowed: a whole number at least 1 and at most 10000"),
        ("articles", "all", "articles: 'all' is not a list; allowed: a list, not empty"),
    ],
)  # fmt: skip
def test_broken_articles_are_one_line_for_whoever_cites_them(folder: Path, place: str, value: Any, says: str) -> None:
    case = load_case(folder)
    put(folder, "evidence/articles.yaml", place, value)
    with pytest.raises(InputError) as refused:
        load_scenario(case, "status_quo")
    assert str(refused.value) == f"{folder}/evidence/articles.yaml: {says}"


def test_an_exit_without_a_patron_says_so(folder: Path) -> None:
    case = load_case(folder)
    data = {
        "scenario": "mine", "title": "t", "question": "q", "epoch": "2024-01", "paragraphs": {"2024-01-gazette": [1]},
        "events": [{"event": "announce_withdrawal", "weeks_to_go": 9, "when": {"week": 1}}],
    }  # fmt: skip
    with pytest.raises(InputError) as refused:
        scenario_of(case, data, file="mine.yaml")
    assert str(refused.value) == (
        "mine.yaml: events[0].event: 'announce_withdrawal' is impossible: no war of the case has a patron"
    )


def test_a_case_without_patterns_says_so(folder: Path) -> None:
    (folder / "patterns.yaml").unlink()
    with pytest.raises(InputError, match=r"mine has no patterns; allowed: a file patterns\.yaml in the case's folder"):
        load_patterns(load_case(folder))


def test_a_headline_of_no_epoch_names_the_one_that_was_meant(tmp_path: Path) -> None:
    folder = tmp_path / "afghanistan"
    shutil.copytree(AFGHANISTAN, folder)
    text = (folder / "case.yaml").read_text(encoding="utf-8")
    (folder / "case.yaml").write_text(text.replace("epochs: [2022-08]", "epochs: [2022-8]", 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"headline\[7\]\.epochs: '2022-8' is not an epoch.*did you mean 2022-08"):
        load_case(folder)
