"""Whoever follows the words that open a run again has the same run, whatever was set, fixed or switched off."""

from __future__ import annotations

import html
import re
import shlex
from pathlib import Path

import pytest

import sim
from sim.agents.replay import replay
from sim.case.loading import load_case
from sim.command.composing import compose
from sim.command.main import main
from sim.jobs.asked import scenario_of_settings
from sim.pages.run.again import explain_command, notebook
from sim.world.world import World, load_world

CASE = load_case()
OWN = """scenario: mine
title: mine
question: what then?
paragraphs: {2021-04-techburaq: [18]}
epoch: 2021-04
events:
  - {event: announce_withdrawal, weeks_to_go: 30, when: {week: 2}}
"""


THEORY = """theory: stubborn
title: stubborn
source: Abreu & Gul (2000)
says: both insist
silent: all else
rules: {accepting: attrition}
constants: {demand: 0.6}
"""


def worlds(folder: Path) -> dict[str, World]:
    own = folder / "mine.yaml"
    own.write_text(OWN, encoding="utf-8")
    namesake = folder / "turkey_summit.yaml"
    namesake.write_text(OWN.replace("mine", "turkey_summit"), encoding="utf-8")
    odd = folder / "x[draft], it's 2" / "stubborn.yaml"
    odd.parent.mkdir()
    odd.write_text(THEORY, encoding="utf-8")
    drafted = odd.parent / "mine.yaml"
    drafted.write_text(OWN, encoding="utf-8")
    theory = CASE.scenario("do_more", horizon=20)
    levers = CASE.scenario("turkey_summit", summit_week=9, weeks_to_go=21.5, horizon=30)
    fixed = CASE.scenario("status_quo", epoch="2019-07", horizon=20, fixed={"trust.US.PAK": 1.0 / 3.0, "noise": 0.03})
    return {
        "plain": load_world(CASE.scenario("status_quo", horizon=20), CASE),
        "levers": load_world(levers, CASE),
        "fixed": load_world(fixed, CASE),
        "off": load_world(CASE.scenario("do_more", off=("red_lines", "private"), horizon=20), CASE),
        "passes": load_world(CASE.scenario("status_quo", horizon=20), CASE, passes=("pass_b",), implied=False),
        "own": load_world(CASE.scenario(own, horizon=20), CASE),
        "theory": load_world(theory.change(theory=odd), CASE),
        "named theory": load_world(theory.change(theory="nash"), CASE),
        "drafted": load_world(CASE.scenario(drafted, horizon=20), CASE),
        "namesake": load_world(CASE.scenario(namesake, horizon=20), CASE),
    }


NAMES = ["plain", "levers", "fixed", "off", "passes", "own", "namesake", "theory", "named theory", "drafted"]


@pytest.mark.parametrize("name", NAMES)
def test_the_command_and_the_lines_give_the_same_run(tmp_path: Path, name: str) -> None:
    world = worlds(tmp_path)[name]
    known = replay(world, 17, seed=5, runs=4).outcomes

    words = shlex.split(explain_command(world, 17, 4, 5))
    assert words[:4] == ["python", "-m", "sim", "job=explain"]
    settings = compose(words[3:]).settings()
    case = load_case(settings.case)
    counted = settings.evidence
    again = load_world(scenario_of_settings(settings, case), case, passes=counted.passes, implied=counted.implied)
    told = replay(again, settings.run, seed=settings.seed, runs=settings.size.runs).outcomes
    assert repr(told) == repr(known)

    lines = notebook(world, 17 // 4, 17 % 4, 5)
    names: dict[str, object] = {}
    exec(compile(lines.rsplit("\n", 2)[0], "notebook", "exec"), names)
    model = names["model"]
    assert isinstance(model, sim.NegotiationModel)
    played = replay(world, 17, seed=5, runs=4).model
    assert model.state.record.tobytes() == played.state.record.tobytes()


@pytest.mark.parametrize("way", ["file", "folder", "swept"])
@pytest.mark.parametrize("name", ["mine", "turkey_summit"])
def test_the_report_of_a_scenario_of_ones_own_tells_words_that_play_it(tmp_path: Path, way: str, name: str) -> None:
    """By its file, from a folder of choices and in a sweep; also where it has the name of one of the case's."""
    file = tmp_path / "scenario" / f"{name}.yaml"
    file.parent.mkdir()
    file.write_text(OWN.replace("mine", name), encoding="utf-8")
    words = ["size=smoke", "size.draws=2", "size.runs=1", "horizon=6", f"out={tmp_path / 'out'}"]
    chosen = {
        "file": [f"scenario={file}"],
        "folder": ["--config-dir", str(tmp_path), f"scenario={name}"],
        "swept": ["-m", f"scenario={file},status_quo"],
    }
    assert main([*words, *chosen[way]]) == 0
    page = html.unescape((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    told = [shlex.split(one) for one in re.findall(r"python -m sim job=explain[^<]*", page)]
    (again,) = {one[4] for one in told if one[4] != "scenario=status_quo"}
    settings = compose([again, "horizon=6"]).settings()
    found = scenario_of_settings(settings, CASE)
    assert found.title == name
    assert found.events == CASE.scenario(file).events


def test_a_theory_in_a_folder_of_choices_is_told_by_its_file(tmp_path: Path) -> None:
    file = tmp_path / "theory" / "stubborn.yaml"
    file.parent.mkdir()
    file.write_text(THEORY, encoding="utf-8")
    words = ["scenario=do_more", "size=smoke", "size.draws=2", "size.runs=1", "horizon=6", f"out={tmp_path / 'out'}"]
    assert main(["--config-dir", str(tmp_path), *words, "theory=stubborn"]) == 0
    page = html.unescape((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    told = {word for one in re.findall(r"python -m sim job=explain[^<]*", page) for word in shlex.split(one)}
    assert f"theory={file}" in told
    settings = compose(["scenario=do_more", f"theory={file}"]).settings()
    assert scenario_of_settings(settings, CASE).theory.constants == (("demand", 0.6),)


def test_a_folder_that_python_began_is_told_to_be_so_and_weights_are_part_of_the_command(tmp_path: Path) -> None:
    base = CASE.scenario("turkey_summit", horizon=6)
    sim.grid(base, draws=2, runs=1, summit_week=[2, 4], out=tmp_path / "x[1]", progress=False)
    assert main(["collect", f"out={tmp_path / 'x[1]'}"]) == 0
    page = html.unescape((tmp_path / "x[1]" / "report.html").read_text(encoding="utf-8"))
    collecting = shlex.join(["jirga", "collect", f"out='{tmp_path / 'x[1]'}'"])
    assert f"Written by: sim.sweep or sim.grid in Python, as runs/plan.json says, then {collecting}" in page
    assert main(shlex.split(collecting)[1:]) == 0


@pytest.mark.parametrize("value", [1.0 / 3.0, 21.123456789])
def test_the_words_for_a_scenario_s_levers_are_exact(
    tmp_path: Path, value: float, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where the file's name has brackets and a comma."""
    file = tmp_path / "x [2], late" / "mine.yaml"
    file.parent.mkdir()
    lever = f"levers:\n  pace: {{unit: weeks, value: {value + 2!r}, low: 2, high: 52, meaning: m}}\n"
    file.write_text(OWN.replace("weeks_to_go: 30", "weeks_to_go: $pace") + lever, encoding="utf-8")
    assert main(["--help", f"scenario='{file}'"]) == 0
    line = capsys.readouterr().out.strip().splitlines()[-1]
    settings = compose(shlex.split(line)[1:]).settings()
    assert settings.levers == {"pace": value + 2}
    assert scenario_of_settings(settings, CASE).levers["pace"].value == value + 2


@pytest.mark.parametrize("case", ["afghanistan", "northern_ireland"])
def test_every_command_of_a_report_is_of_its_case_and_those_of_runs_tell_the_stored_rows(
    tmp_path: Path, case: str
) -> None:
    """Each is pasted: it has to be taken as it stands, but for the names that the reader has to give."""
    out = tmp_path / "out"
    assert main([f"case={case}", "size.draws=3", "size.runs=2", "horizon=20", "seed=4", f"out={out}"]) == 0
    page = html.unescape("".join(file.read_text(encoding="utf-8") for file in out.rglob("*.html")))
    cells = sim.open(out)
    every = [one for cell in cells for one in (cell.runs, cell.paired) if one is not None]
    stored = {(one.sweep.scenario.scenario, one.sweep.scenario.epoch): one for one in every}
    runs, told = 0, set()
    for command in set(re.findall(r"(?:jirga|python -m sim) [^<\n]*job=[^<\n]*", page)):
        words = shlex.split(command)
        words = words[1:] if words[0] == "jirga" else words[3:]
        given = [word.replace("NAME", next(iter(stored))[0]).replace("OUTCOME", "taken_over") for word in words]
        settings = compose(given).settings()
        assert settings.case == case, command
        told.add(settings.job)
        if "run=" in command:
            found = load_case(settings.case)
            scenario = scenario_of_settings(settings, found)
            again = replay(load_world(scenario, found), settings.run, seed=settings.seed, runs=settings.size.runs)
            row = (
                stored[scenario.scenario, scenario.epoch].explain(settings.run).outcomes
            )  # compared with what is on the disk
            assert repr(again.outcomes) == repr(row), command
            runs += 1
    assert runs >= 3
    assert told >= {"explain", "levers", "record", "paragraphs", "evidence"}
