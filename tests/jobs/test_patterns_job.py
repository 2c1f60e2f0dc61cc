"""The job `patterns` from its words to its files, on a case of one's own with one pattern: all of them take minutes."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from sim.case.loading import load_case
from sim.command.main import main
from sim.model.parameters import SWITCHES
from sim.pages.patterns.page import PAGE, TABLE


def worlds_of(node: Any) -> set[str]:
    """The worlds that a pattern's claims look at."""
    if isinstance(node, list):
        return {name for part in node for name in worlds_of(part)}
    if not isinstance(node, dict):
        return set()
    own = {node["world"]} if "world" in node else set()
    return own | worlds_of(list(node.values()))


def test_a_pattern_is_measured_with_all_mechanisms_and_without_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "own"
    shutil.copytree(load_case().folder, folder)
    whole = yaml.safe_load((folder / "patterns.yaml").read_text(encoding="utf-8"))
    whole["patterns"] = {"P12": whole["patterns"]["P12"]}
    whole["worlds"] = {name: whole["worlds"][name] for name in worlds_of(whole["patterns"])}
    (folder / "patterns.yaml").write_text(yaml.safe_dump(whole, sort_keys=False), encoding="utf-8")
    words = ["job=patterns", f"case={folder}", "size=smoke", "size.draws=4", "size.runs=2", f"out={tmp_path / 'there'}"]
    assert main(words) == 0
    told = capsys.readouterr().out
    assert "P12" in told
    rows = list(csv.DictReader((tmp_path / "there" / TABLE).read_text(encoding="utf-8").splitlines()))
    assert {row["off"] for row in rows} == {"", *SWITCHES}
    assert {row["pattern"] for row in rows} == {"P12"}
    assert "P12" in (tmp_path / "there" / PAGE).read_text(encoding="utf-8")
