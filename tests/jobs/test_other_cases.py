"""Cases beside the Afghan one run through the jobs, are told in their own words, and are the same to both engines."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.case.loading import load_case
from sim.case.patterns import load_patterns
from sim.case.record import load_record
from sim.case.scenario import scenario_names
from sim.command.main import main
from sim.experiment.runs import Runs
from sim.pages.report.settlements import settlements
from sim.surface import sweep

PASSES = "evidence.passes=[coding]"
SIZE = ["size=smoke", "size.draws=4", "size.runs=2", PASSES]
CASES = ("textbook", "northern_ireland")
AFGHAN = ("takeover", "Taliban", "Kabul", "Pakistan", "patron")


@pytest.mark.parametrize("name", CASES)
def test_the_main_job_tells_a_case_in_its_own_words(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "results"
    assert main([f"case={name}", *SIZE, "horizon=60", f"out={out}"]) == 0
    page, told = (out / "report.html").read_text(encoding="utf-8"), capsys.readouterr().out
    case = load_case(name)
    assert case.title in page
    assert all(f"{kind}: {one.meaning}".split(",")[0] in page for kind, one in settlements(case).items())
    assert all(kind in told for kind in case.classes)
    assert not [word for word in AFGHAN if word in page or word in told]


@pytest.mark.parametrize("name", CASES)
def test_the_other_jobs_take_it(name: str, tmp_path: Path) -> None:
    words = [f"case={name}", PASSES, f"out={tmp_path}"]
    assert main(["job=explain", "scenario=status_quo", "horizon=30", *words]) == 0
    assert main(["job=evidence", *words]) == 0
    assert main(["job=patterns", *SIZE, words[0], words[2]]) == 0
    if (load_case(name).folder / "record.yaml").is_file():
        assert main(["job=record", *SIZE, words[0], words[2]]) == 0


@cache
def played(name: str, scenario: str) -> Runs:
    return sweep(load_case(name).scenario(scenario, horizon=52), draws=30, runs=4, progress=False)


@pytest.mark.parametrize("name", CASES)
def test_both_engines_give_the_same_row(name: str) -> None:
    """Runs of every class that occurs: an agent's decisions end in the kernel's numbers."""
    for scenario in ("status_quo", scenario_names(load_case(name))[0]):
        runs = played(name, scenario)
        codes = runs.read(runs.columns["settlement"])
        for code in np.unique(codes):
            assert runs.explain(int(np.flatnonzero(codes == code)[0])).settlement == runs.sweep.case.classes[code]


@pytest.mark.parametrize("name", CASES)
def test_its_patterns_and_its_record_can_be_read(name: str) -> None:
    case = load_case(name)
    assert load_patterns(case).patterns
    assert name == "textbook" or load_record(case).statements


@pytest.mark.long
def test_the_largest_unionist_party_needs_another_for_a_majority_of_its_community() -> None:
    bloc = load_case("northern_ireland").tables["agreement"].blocs["UUP"]
    assert bloc.weight("UUP") < bloc.needs <= bloc.weight("UUP") + min(bloc.weight("PUP"), bloc.weight("UDP"))
    assert bloc.weight("DUP") + bloc.weight("UKUP") < bloc.needs


@pytest.mark.long
def test_the_violence_of_outsiders_moves_the_table_of_those_inside() -> None:
    """A spoiler who would lose by a settlement ends talks that go on without its violence (Stedman 1997)."""
    case, killing = load_case("northern_ireland"), played("northern_ireland", "spoiler_campaign")
    quiet = sweep(case.scenario("status_quo", epoch="1998-01", horizon=52), draws=30, runs=4, progress=False)
    off = sweep(case.scenario("spoiler_campaign", off=["spoilers"], horizon=52), draws=30, runs=4, progress=False)
    broken = [runs.mean("table.agreement.broken_off").value for runs in (quiet, killing, off)]
    assert broken[1] > broken[0]
    assert broken[1] > broken[2]
