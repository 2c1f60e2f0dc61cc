"""The guide to a sweep for a paper can be followed literally: its shell in a shell's words, its Python line by line."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pandas as pd
import pytest
from matplotlib import pyplot as plt

import sim
from sim.command.main import main

pytestmark = pytest.mark.long

GUIDE = Path(__file__).parents[1] / "docs" / "guides" / "sweep_for_a_paper.md"


def test_the_guide_can_be_followed_literally(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    plt.switch_backend("agg")
    given: dict[str, object] = {}
    for language, block in re.findall(r"```(\w+)\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL):
        if language == "shell":
            (words,) = (shlex.split(line) for line in block.splitlines())
            assert words[0] == "jirga"
            assert main(words[1:]) == 0
        else:
            before = given.get("cells")
            exec(compile(block, GUIDE.name, "exec"), given)
            if 'sim.open("paper")' in block:  # the shell's folder against the grid in memory
                pd.testing.assert_frame_equal(given["cells"].table(), before.table())  # type: ignore[attr-defined]
    plt.close("all")
    told = capsys.readouterr().out
    assert "summit_week = 4 weeks, 2 to 52" in told
    assert re.search(r"needs \d+ draws", told)
    assert {path.name for path in tmp_path.iterdir()} == {"paper", "table.csv", "map.pdf", "line.pdf"}
    table = pd.read_csv("table.csv")
    assert len(table) == 6
    assert table["difference"].isna().sum() == 1
    assert sim.open("paper").swept == {"summit_week": (4, 12, 20), "weeks_to_go": (21, 52)}


def test_the_draws_that_a_pilot_asks_for_give_the_width_that_was_asked_for() -> None:
    scenario = sim.load_case().scenario("turkey_summit")
    ends = [scenario.change(summit_week=4), scenario.change(summit_week=20)]
    gap = sim.sweep(ends, draws=100, runs=2, seed=3, progress=False).compare(0, 1).difference("intra_afghan")
    needed = gap.draws_for(half_width=0.03)
    found = sim.sweep(ends, draws=needed, runs=2, seed=4, progress=False).compare(0, 1).difference("intra_afghan")
    assert (found.high - found.low) / 2.0 == pytest.approx(0.03, rel=0.35)
