"""The engine ships a prior for every parameter of the model; a case overrides what it knows better, and adds none."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from sim.case.loading import load_case
from sim.evidence.loading import GENERAL, OF_A_WAR, load_evidence
from sim.evidence.rows import Structural
from sim.inputs import InputError, checked, read_yaml
from sim.model.parameters import FLAGS, PARAMETERS, SWITCHES, Parameter, parity, switched
from sim.model.variables import DRAW

CASE = load_case().folder
OWN = tuple(read_yaml(CASE / "evidence" / "structural.yaml"))


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "afghanistan"
    shutil.copytree(CASE, folder)
    return folder


def without(text: str, name: str) -> str:
    """The file without the entry of a parameter."""
    return re.sub(rf"^{name}:\n(?:  .*\n)+", "", text, flags=re.MULTILINE)


def test_the_general_file_has_every_parameter_and_the_parity_of_a_war() -> None:
    assert set(read_yaml(GENERAL)) == {row.name for row in PARAMETERS} | {OF_A_WAR}


@pytest.mark.parametrize("name", read_yaml(GENERAL))
def test_a_general_parameter_says_what_its_range_rests_on_and_is_sensible(name: str) -> None:
    entry = checked(Structural, read_yaml(GENERAL)[name], file=GENERAL, key=name)
    domain = {**{row.name: row for row in PARAMETERS}, OF_A_WAR: parity(OF_A_WAR)}[name]
    assert domain.allows(entry.low)
    assert domain.allows(entry.high)
    assert not domain.allows(1_000.0 * entry.high)  # a slip is told
    assert entry.low < entry.high
    assert entry.status != "judged" or re.search(r"\(\d{4}\)", entry.source)


@pytest.mark.parametrize("name", OWN)
def test_a_parameter_that_a_case_leaves_out_is_the_general_one(copied: Path, name: str) -> None:
    file = copied / "evidence" / "structural.yaml"
    file.write_text(without(file.read_text(encoding="utf-8"), name), encoding="utf-8")
    found = load_evidence(copied / "evidence", case=load_case(copied)).structural
    whole = load_evidence(CASE / "evidence").structural
    general = read_yaml(GENERAL)[OF_A_WAR if name.startswith(OF_A_WAR) else name]
    assert (found[name].low, found[name].why) == (general["low"], general["why"])
    assert list(found) == list(whole)
    assert {other for other in whole if found[other] != whole[other]} == {name}


def test_a_case_needs_no_parameters_of_its_own(copied: Path) -> None:
    (copied / "evidence" / "structural.yaml").unlink()
    assert "war_parity_afghan_war" in load_evidence(copied / "evidence", case=load_case(copied)).structural


def test_a_parameter_that_no_equation_reads_is_one_line(copied: Path) -> None:
    file = copied / "evidence" / "structural.yaml"
    entry = re.search(r"^deadline:\n((?:  .*\n)+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    assert entry is not None
    with file.open("a", encoding="utf-8") as opened:
        opened.write(f"audience_cost:\n{entry[1]}")
    with pytest.raises(InputError, match="'audience_cost' is not a parameter of the model"):
        load_evidence(copied / "evidence", case=load_case(copied))


def test_every_row_is_a_field_of_a_draw() -> None:
    fields = {variable.name for variable in DRAW}
    assert {row.name for row in (*PARAMETERS, *FLAGS)} <= fields
    assert {field for field, _ in switched()} <= fields


def test_every_switch_sets_something_and_says_what() -> None:
    told = {switch.name: switch.meaning for _, switch in switched()}
    assert told == SWITCHES
    assert all(told.values())


@pytest.mark.parametrize(
    ("parameter", "inside", "outside"),
    [
        (Parameter("x", 7.0), [0.0, 7.0], [-0.1, 7.1, float("nan")]),
        (Parameter("x", 7.0, positive=True), [1e-9, 7.0], [0.0, -1.0]),
        (Parameter("x", 1.0), [0.0, 1.0], [1.0001, -0.1]),
        (Parameter("x", 1.0, positive=True), [0.5, 1.0], [0.0, 1.5]),
    ],
)
def test_a_domain_has_its_ends(parameter: Parameter, inside: list[float], outside: list[float]) -> None:
    assert all(parameter.allows(value) for value in inside)
    assert not any(parameter.allows(value) for value in outside)
