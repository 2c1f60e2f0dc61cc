"""A choice is a value: it goes into an address and comes back, and nothing else than it allows gets in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sim.case.loading import load_case
from sim.case.scenario import scenario_names, scenario_of
from sim.case.theory import load_theory
from sim.inputs import InputError
from sim.model.parameters import SWITCHES
from sim.studio import choice as choices
from sim.studio.choice import LONGEST, Choice, Offered, own_scenarios, read, scenario_yaml

CASE = load_case("afghanistan")
OFFERED = Offered(CASE)


@st.composite
def chosen(draw: st.DrawFn, pins: bool = True) -> Choice:
    """Any choice that the studio's widgets can make."""
    name = draw(st.sampled_from(scenario_names(CASE)))
    levers = {
        key: draw(st.floats(one.low, one.high))
        for key, one in CASE.scenario(name).levers.items()
        if draw(st.booleans())
    }
    held = draw(st.dictionaries(st.sampled_from(["trust.US.PAK", "leverage.US.PAK", "trust.TAL.KAB"]), st.floats(0, 1)))
    off = draw(st.lists(st.sampled_from(sorted(SWITCHES)), unique=True, max_size=3))
    pinned = draw(st.none() | chosen(pins=False)) if pins else None
    theory = draw(st.sampled_from(list(OFFERED.theories)))
    return Choice(name, tuple(levers.items()), tuple(held.items()), tuple(off), pinned, theory)


def _possible(choice: Choice) -> bool:
    """Whether the scenario itself takes such values: a lever may be a whole number of weeks."""
    try:
        choices.scenario_of(OFFERED, choice)
        return choice.pinned is None or _possible(choice.pinned)
    except InputError:
        return False


@given(chosen())
def test_an_address_gives_the_choice_back(choice: Choice) -> None:
    if _possible(choice):
        assert read(OFFERED, "?" + choice.query()) == choice
    else:
        with pytest.raises(InputError):
            read(OFFERED, choice.query())


@given(st.text(max_size=200))
def test_any_other_address_is_a_choice_or_one_line(text: str) -> None:
    for query in (text, f"scenario={text}", f"scenario=turkey_summit&lever.summit_week={text}", f"pinned={text}"):
        assert _read_or_refused(query)


def _read_or_refused(query: str) -> bool:
    try:
        return isinstance(read(OFFERED, query), Choice)
    except InputError as error:
        return "\n" not in str(error)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("scenario=turkey_sumit", "did you mean turkey_summit?"),
        ("scenario=/etc/passwd.yaml", "is not a scenario"),
        ("scenario=../../x.yaml", "is not a scenario"),
        ("scenario=turkey_summit&lever.summit_week=abc", "'abc' is not a number"),
        ("scenario=turkey_summit&lever.summit_week=99", "99 is above"),
        ("scenario=turkey_summit&lever.summit_week=nan", "lever"),
        ("scenario=turkey_summit&lever.week=4", "lever"),
        ("scenario=turkey_summit&lever.horizon=4", "'horizon' is not a lever"),
        ("lever.epoch=4", "none: this scenario has no levers"),
        ("held.trust.US.PAK=2", "held.trust.US.PAK: 2 is out of range; allowed: 0 to 1"),
        ("held.trust.US.XX=0.5", "held.trust.US.XX"),
        ("off=everything", "everything"),
        ("theory=nsah", "did you mean nash?"),
        ("theory=../nash.yaml", "is not a theory"),
        ("pinned=scenario%3Dnone", "is not a scenario"),
        ("x" * (LONGEST + 1), "characters"),
    ],
)
def test_what_there_is_not_is_refused_in_one_line(query: str, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        read(OFFERED, query)
    assert "\n" not in str(caught.value)
    assert problem in str(caught.value) or "99" in str(caught.value)


def test_a_file_of_one_s_own_is_offered_by_its_name_and_no_folder_is_told(tmp_path: Path) -> None:
    mine = write_own(tmp_path, "mine")
    offered = Offered(CASE, own_scenarios(CASE, [mine]))
    assert offered.names == ("mine", *scenario_names(CASE))
    choice = read(offered, "scenario=mine&lever.summit_week=12")
    found = choices.scenario_of(offered, choice)
    assert (found.levers["summit_week"].value, found.file) == (12.0, "mine.yaml")
    for typed in (str(mine), "mine.yaml", "../mine"):
        with pytest.raises(InputError, match="is not a scenario"):
            read(offered, f"scenario={typed}")


def test_a_theory_of_one_s_own_is_offered_beside_those_of_the_package() -> None:
    mine = replace(load_theory("attrition"), constants=(("demand", 0.6),))
    offered = Offered(CASE, theory=mine)
    assert list(offered.theories) == list(OFFERED.theories)
    found = choices.scenario_of(offered, read(offered, "scenario=turkey_summit&theory=attrition"))
    assert found.theory == mine
    assert choices.baseline_of(offered, found).theory == mine


def test_a_file_that_is_wrong_is_told_before_anything_is_served(tmp_path: Path) -> None:
    bad = write_own(tmp_path, "bad")
    bad.write_text(bad.read_text(encoding="utf-8").replace("epoch:", "epoc:"), encoding="utf-8")
    mine = write_own(tmp_path, "mine")
    (tmp_path / "again").mkdir()
    for files, problem in (
        ([bad], "epoc"),
        ([tmp_path / "none.yaml"], "none.yaml"),
        ([tmp_path / "mine.txt"], "no scenario's file"),
        ([CASE.folder / "scenario" / "turkey_summit.yaml"], "a scenario of the case"),
        ([mine, write_own(tmp_path / "again", "mine")], "another of these"),
    ):
        with pytest.raises(InputError, match=problem) as caught:
            own_scenarios(CASE, files)
        assert "\n" not in str(caught.value)


def write_own(folder: Path, name: str) -> Path:
    file = folder / f"{name}.yaml"
    file.write_text(scenario_yaml(CASE.scenario("turkey_summit"), name), encoding="utf-8")
    return file


def test_the_saved_scenario_is_read_back_as_the_same(tmp_path: Path) -> None:
    for name in scenario_names(CASE):
        scenario = CASE.scenario(name)
        levers = {key: one.low for key, one in list(scenario.levers.items())[:1]}
        found = choices.scenario_of(OFFERED, Choice(name, tuple(levers.items()), (("trust.US.PAK", 0.25),)))
        data = yaml.safe_load(scenario_yaml(found, "mine"))
        again = scenario_of(CASE, data, file="mine.yaml", name="mine")
        for field in ("title", "question", "epoch", "horizon", "levers", "events", "fixed", "off", "answered_by"):
            assert getattr(again, field) == getattr(found, field), (name, field)
