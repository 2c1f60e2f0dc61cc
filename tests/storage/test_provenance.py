"""What decides the numbers is told as plain data and read back as it was; what has changed since is named."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from shards import textbook

from sim.case.case import Case
from sim.case.loading import load_case
from sim.case.theory import load_theory
from sim.inputs import InputError
from sim.storage import provenance
from sim.storage.provenance import (
    carried_case,
    case_digests,
    case_files,
    digest_of,
    notes,
    other_versions,
    scenario_data,
    scenario_from,
)
from sim.version import __version__, results_digest


@pytest.fixture
def own(tmp_path: Path) -> Case:
    """A case in a folder of its own, which a test may change."""
    shutil.copytree(textbook().folder, tmp_path / "out" / "case")
    return load_case(tmp_path / "out" / "case")


WISH = {
    "scenario": "modest_wish",
    "title": "the lower village asks for less",
    "question": "What becomes of the hours if the lower village asks for less?",
    "paragraphs": {"exercise": [2, 3, 4]},
    "answered_by": [{"outcome": "cell.opening", "label": "share of the day for which the well is open"}],
    "epoch": "first_meeting",
    "horizon": 12,
    "reach": 104,
    "levers": {
        "wish": {
            "value": 0.5, "low": 0.4, "high": 0.8, "unit": "share of the day",
            "meaning": "for how much of the day the lower village wants the well open",
        }
    },
    "events": [{"event": "public_stand", "by": "LOW", "issue": "opening", "at": "$wish", "when": {"week": 1}}],
    "fixed": {"patience": 1.1},
    "off": ["learning"],
}  # fmt: skip


def test_a_scenario_is_told_as_its_file_would_hold_it_with_the_longest_horizon_that_it_has_had() -> None:
    scenario = textbook().scenario("modest_wish", wish=0.5, horizon=12, off=["learning"], fixed={"patience": 1.1})
    found = scenario_data(scenario)
    assert list(found) == [*WISH, "theory"]
    assert found["theory"] == scenario.theory.data()
    (answer,) = found["answered_by"]
    (said,) = WISH["answered_by"]
    assert {key: answer[key] for key in said} == said
    assert answer["expected"] == "falls"
    assert {key: found[key] for key in WISH if key != "answered_by"} == {
        key: value for key, value in WISH.items() if key != "answered_by"
    }
    assert json.loads(json.dumps(found)) == found


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"horizon": 2},
        {"horizon": 200, "theory": "nash"},
        {"off": ["learning", "red_lines"], "fixed": {"patience": 1.1}},
    ],
)
def test_a_scenario_comes_back_from_what_was_told(changes: dict[str, Any], tmp_path: Path) -> None:
    scenario = load_case().scenario("recorded_course", **changes)
    found = scenario_from(load_case(), json.loads(json.dumps(scenario_data(scenario))), tmp_path / "plan.json")
    assert scenario_data(found) == scenario_data(scenario)
    assert found.theory == scenario.theory
    assert found.file == str(tmp_path / "plan.json")
    assert found.reach == scenario.reach
    assert found.events == scenario.events


def test_a_mistake_in_a_scenario_is_told_of_its_file(tmp_path: Path) -> None:
    data = scenario_data(textbook().scenario("status_quo"))
    with pytest.raises(InputError, match=r"x\.json: epoch: 'never' is not an epoch"):
        scenario_from(textbook(), {**data, "epoch": "never"}, tmp_path / "x.json")
    theory = {**load_theory("nash").data(), "off": ["nothing"]}
    with pytest.raises(InputError, match=r"x\.json: off: 'nothing' is not a switch"):
        scenario_from(textbook(), {**data, "theory": theory}, tmp_path / "x.json")


# --- the case that a folder carries ----------------------------------------------------------------------------------


def test_a_case_is_carried_with_its_tables_and_texts_and_nothing_else(own: Case) -> None:
    (own.folder / "mine.txt").write_text("mine")
    (own.folder / "deep" / "er").mkdir(parents=True)
    (own.folder / "deep" / "er" / "a.csv").write_bytes(b"a,b\r\n")
    (own.folder / "deep" / "no.yaml").mkdir()
    found = case_files(own)
    assert list(found) == sorted(found)
    assert found["case/deep/er/a.csv"] == b"a,b\r\n"
    assert found["case/case.yaml"] == (own.folder / "case.yaml").read_bytes()
    assert {"case/epoch/first_meeting.yaml", "case/scenario/locked.yaml"} < set(found)
    assert {Path(place).suffix for place in found} == {".csv", ".yaml"}
    assert "case/deep/no.yaml" not in found
    wanted = [path for path in own.folder.rglob("*") if path.suffix in (".csv", ".yaml") and path.is_file()]
    assert len(found) == len(wanted)


def test_an_engines_numbers_are_those_of_its_first_epoch() -> None:
    """A change that moves numbers raises it, and says so here."""
    assert provenance.RESULTS_EPOCH == 1


def stored(case: Case, **more: Any) -> dict[str, Any]:
    said = {"results_epoch": provenance.RESULTS_EPOCH, "engine": results_digest(), "digests": case_digests(case)}
    return {**said, "notes": {"jirga": "0.0.9"}, **more}


def test_a_case_is_taken_from_the_folder_that_carries_it(own: Case) -> None:
    out = own.folder.parent
    found = carried_case(out, stored(own), out / "sweep.json")
    assert (found.case, found.folder) == ("textbook", own.folder)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"results_epoch": 7}, "jirga 0.0.9: results_epoch: 7 there, {epoch} now"),
        ({"engine": "0"}, 'jirga 0.0.9: engine: "0" there, "{engine}" now'),
        (
            {"engine": "0", "results_epoch": 7, "notes": {}},
            'jirga ?: results_epoch: 7 there, {epoch} now; engine: "0" there, "{engine}" now',
        ),
    ],
)
def test_a_folder_of_another_engine_is_refused(more: dict[str, Any], told: str, own: Case) -> None:
    out = own.folder.parent
    with pytest.raises(InputError) as caught:
        carried_case(out, stored(own, **more), out / "sweep.json")
    said = told.format(epoch=provenance.RESULTS_EPOCH, engine=results_digest())
    assert str(caught.value) == (
        f"{out / 'sweep.json'}: was made by another engine, that of {said}; "
        "allowed: that version, or the same made again in another folder"
    )


def test_a_folder_without_notes_is_of_a_version_that_nobody_knows(own: Case) -> None:
    said = stored(own, engine="0")
    del said["notes"]
    with pytest.raises(InputError, match=r"that of jirga \?: engine"):
        carried_case(own.folder.parent, said, own.folder.parent / "sweep.json")


def test_a_case_that_was_changed_since_is_refused(own: Case) -> None:
    out, said = own.folder.parent, stored(own)
    for name in ("case.yaml", "evidence/structural.yaml"):
        file = own.folder / name
        file.write_text(file.read_text() + "\n# touched\n")
    now = case_digests(own)
    with pytest.raises(InputError) as caught:
        carried_case(out, said, out / "sweep.json")
    there = said["digests"]
    assert str(caught.value) == (
        f'{out / "case"}: is not what it was: case: "{there["case"]}" there, "{now["case"]}" now; '
        f'evidence: "{there["evidence"]}" there, "{now["evidence"]}" now; allowed: the files as they were'
    )


@pytest.mark.parametrize(
    ("place", "moved"),
    [
        ("case.yaml", {"case"}),
        ("epoch/first_meeting.yaml", {"case"}),
        ("epoch/README.md", set()),
        ("scenario/locked.yaml", set()),
        ("patterns.yaml", set()),
        ("evidence/structural.yaml", {"evidence"}),
        ("evidence/coding/new.csv", {"evidence"}),
        ("evidence/README.md", set()),
    ],
)
def test_the_digests_are_of_what_decides_numbers(place: str, moved: set[str], own: Case) -> None:
    before = case_digests(own)
    assert list(before) == ["case", "evidence"]
    with (own.folder / place).open("a") as file:
        file.write("\n# touched\n")
    assert {key for key, value in case_digests(own).items() if value != before[key]} == moved


def test_a_digest_is_of_the_bytes_and_of_where_they_stand(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    one, other = tmp_path / "in" / "a.txt", tmp_path / "b.txt"
    one.write_bytes(b"abc")
    other.write_bytes(b"")
    wanted = hashlib.sha256(b"b.txt\x000\x00in/a.txt\x003\x00abc").hexdigest()[:16]
    assert digest_of([other, one], tmp_path) == digest_of(iter([one, other]), tmp_path) == wanted
    assert digest_of([], tmp_path) == "e3b0c44298fc1c14"
    assert digest_of([one], tmp_path) != digest_of([one], tmp_path / "in")


# --- versions --------------------------------------------------------------------------------------------------------

LIBRARIES = {name: version(name) for name in ("numba", "numpy", "pyarrow", "pydantic")}


def test_notes_are_of_versions_and_of_what_is_added() -> None:
    versions = {"python": platform.python_version(), **LIBRARIES}
    assert notes() == {"jirga": __version__, "versions": versions}
    assert notes(size="draft", jirga="0") == {"jirga": "0", "versions": versions, "size": "draft"}


def test_other_versions_are_told_in_a_line() -> None:
    assert other_versions({"notes": notes(size="draft")}) == ""
    versions = {**notes()["versions"], "numba": "0.1", "numpy": "0.2"}
    assert other_versions({"notes": {"versions": versions}}) == (
        f'this folder was begun with other versions: numba: "0.1" there, "{LIBRARIES["numba"]}" now; '
        f'numpy: "0.2" there, "{LIBRARIES["numpy"]}" now; '
        "the numbers are the same, the bytes of its files need not be"
    )
    for said in ({}, {"notes": {}}):
        assert f'python: null there, "{platform.python_version()}" now' in other_versions(said)


def test_a_file_says_what_decides_its_numbers_and_which_versions_made_it() -> None:
    found = provenance.provenance({"seed": 1, "draws": 2})
    assert found == {
        "jirga.configuration": '{"draws": 2, "seed": 1}',
        "jirga.versions": json.dumps({"jirga": __version__, **LIBRARIES}, sort_keys=True),
    }
