"""structural.yaml and the model know the same parameters: each that is left out, and each that is added, is told of."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from sim.case.loading import load_case
from sim.evidence.loading import load_evidence
from sim.inputs import InputError, read_yaml
from sim.model.parameters import FLAGS, PARAMETERS, SWITCHES, Parameter, switched
from sim.model.variables import DRAW

CASE = load_case().folder
NAMES = tuple(read_yaml(CASE / "evidence" / "structural.yaml"))


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "afghanistan"
    shutil.copytree(CASE, folder)
    return folder


def without(text: str, name: str) -> str:
    """The file without the entry of a parameter."""
    return re.sub(rf"^{name}:\n(?:  .*\n)+", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_a_parameter_left_out_is_one_line(copied: Path, name: str) -> None:
    file = copied / "evidence" / "structural.yaml"
    file.write_text(without(file.read_text(encoding="utf-8"), name), encoding="utf-8")
    assert name not in read_yaml(file)
    with pytest.raises(InputError, match=f"structural.yaml: {name}: is missing"):
        load_evidence(copied / "evidence", case=load_case(copied))


def test_a_parameter_that_no_equation_reads_is_one_line(copied: Path) -> None:
    file = copied / "evidence" / "structural.yaml"
    entry = re.search(r"^noise:\n((?:  .*\n)+)", file.read_text(encoding="utf-8"), re.MULTILINE)
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
        (Parameter("x"), [0.0, 7.0], [-0.1, float("nan")]),
        (Parameter("x", positive=True), [1e-9, 7.0], [0.0, -1.0]),
        (Parameter("x", high=1.0), [0.0, 1.0], [1.0001, -0.1]),
        (Parameter("x", high=1.0, positive=True), [0.5, 1.0], [0.0, 1.5]),
    ],
)
def test_a_domain_has_its_ends(parameter: Parameter, inside: list[float], outside: list[float]) -> None:
    assert all(parameter.allows(value) for value in inside)
    assert not any(parameter.allows(value) for value in outside)
