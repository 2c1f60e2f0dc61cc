"""The guide to a game can be followed literally, by its words and typed answers."""

from __future__ import annotations

import io
import re
import shlex
from pathlib import Path

import pytest

from sim.agents.questions import KINDS
from sim.agents.seats import STAND_WEEKS
from sim.command.main import main

pytestmark = pytest.mark.long

GUIDE = Path(__file__).parents[1] / "docs" / "guides" / "play.md"


def test_the_guide_can_be_followed_literally(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    typed = iter(("k\nw\nm\nq\n", "m\n" * 300))
    for block in re.findall(r"```shell\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL):
        (words,) = (shlex.split(line) for line in block.splitlines())
        assert words[0] == "jirga"
        monkeypatch.setattr("sys.stdin", io.StringIO(next(typed)))
        assert main(words[1:]) == 0
    assert next(typed, None) is None
    told = capsys.readouterr().out
    assert "What came of it: Pakistan" in told
    assert sorted(path.name for path in Path("mine").iterdir()) == [
        "game_turkey_summit_PAK.jsonl",
        "game_turkey_summit_PAK.png",
    ]


def test_the_guide_names_every_decision() -> None:
    rows = [line for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]
    words = {"attend": "come", "mediate": "mediate", "comply": "deliver"}
    assert all(any(words.get(kind, kind) in row for row in rows) for kind in KINDS)
    assert {4: "fourth", 12: "twelfth"}[STAND_WEEKS] in next(row for row in rows if "stand" in row)
