"""The job `patterns` from its words to its files, on a case of one's own with one pattern: all of them take minutes."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from sim.case.loading import load_case
from sim.case.scenario import Scenario
from sim.command.main import main
from sim.experiment import patterns
from sim.experiment.runs import Runs, runs_of
from sim.jobs.patterns import PARTS
from sim.model.parameters import SWITCHES
from sim.pages.patterns.page import PAGE, TABLE
from sim.pages.patterns.table import verdicts


def worlds_of(node: Any) -> set[str]:
    """The worlds that a pattern's claims look at."""
    if isinstance(node, list):
        return {name for part in node for name in worlds_of(part)}
    if not isinstance(node, dict):
        return set()
    own = {node["world"]} if "world" in node else set()
    return own | worlds_of(list(node.values()))


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The job on a case with one pattern."""
    place = tmp_path_factory.mktemp("patterns")
    folder = place / "own"
    shutil.copytree(load_case().folder, folder)
    whole = yaml.safe_load((folder / "patterns.yaml").read_text(encoding="utf-8"))
    whole["patterns"] = {"P12": whole["patterns"]["P12"]}
    whole["worlds"] = {name: whole["worlds"][name] for name in worlds_of(whole["patterns"])}
    (folder / "patterns.yaml").write_text(yaml.safe_dump(whole, sort_keys=False), encoding="utf-8")
    return ["job=patterns", f"case={folder}", "size=smoke", "size.draws=4", "size.runs=2", f"out={place / 'there'}"]


def test_a_pattern_is_measured_with_all_mechanisms_and_without_each(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = Path(words[-1].removeprefix("out="))
    assert main(words) == 0
    assert "P12" in capsys.readouterr().out
    rows = list(csv.DictReader((out / TABLE).read_text(encoding="utf-8").splitlines()))
    assert {row["off"] for row in rows} == {"", *SWITCHES}
    assert {row["pattern"] for row in rows} == {"P12"}
    (read,) = verdicts(out / TABLE)
    assert (read.name, read.draws) == ("P12", int(rows[0]["pattern_draws"]))
    assert "P12" in (out / PAGE).read_text(encoding="utf-8")


def test_what_was_measured_is_not_measured_again_and_gives_the_same_files(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = Path(words[-1].removeprefix("out="))
    assert main(words) == 0
    before = {name: (out / name).read_bytes() for name in (TABLE, PAGE)}
    parts = set((out / PARTS).glob("*.npz"))
    assert len(parts) == 1 + len(SWITCHES)
    simulated: list[tuple[str, ...]] = []

    def counted(scenario: Scenario, *sizes: Any) -> Runs:
        simulated.append(scenario.off)
        return runs_of(scenario, *sizes)

    monkeypatch.setattr(patterns, "runs_of", counted)
    assert main(words) == 0
    assert simulated == []
    with np.load(min(parts)) as file:
        gone = dict(file)
    min(parts).unlink()
    assert main(words) == 0
    assert len(set(simulated)) == 1  # the mechanisms of what was gone
    assert len(simulated) == len(gone["failed"])  # each of its worlds, once
    assert {name: (out / name).read_bytes() for name in before} == before
    assert main([*words, "seed=2"]) == 0  # other numbers; what was measured stays beside them
    assert len(parts) < len(set((out / PARTS).glob("*.npz")))
