"""The guide to a case of one's own says what the models check, and what it tells one to do works as it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.case.case import Case
from sim.command.main import main
from sim.inputs import Strict
from sim.pages.documents.new_case import FILES, PAGE, keys_of, meanings, page

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / PAGE).read_text(encoding="utf-8")


def test_the_guide_is_what_the_models_say() -> None:
    assert page() == GUIDE


def test_every_model_that_checks_a_case_stands_in_it() -> None:
    told = {part.model for _, parts in FILES.values() for part in parts}
    checking = {
        kind
        for kind in _kinds(Strict)
        if kind.__module__.startswith(("sim.case.", "sim.evidence.")) and kind.__module__ != "sim.case.theory"
        if not issubclass(kind, Case)
    }
    assert checking - told == set()


def _kinds(kind: type[Strict]) -> set[type[Strict]]:
    return {one for sub in kind.__subclasses__() for one in ({sub} | _kinds(sub))}


def test_every_meaning_is_of_a_key() -> None:
    for _, parts in FILES.values():
        for part in parts:
            fields = {*keys_of(part.model), *part.model.model_fields}
            assert set(meanings(part.model)) <= fields


def blocks(kind: str) -> list[str]:
    """The guide's blocks of a kind, without what sets them in."""
    found = re.findall(rf"^( *)```{kind}\n(.*?)^ *```$", GUIDE, re.MULTILINE | re.DOTALL)
    return ["\n".join(line.removeprefix(indent) for line in text.splitlines()) + "\n" for indent, text in found]


def added(diff: str) -> list[str]:
    return [line[1:] for line in diff.splitlines() if line.startswith("+")]


def test_what_it_tells_one_to_do_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    first, last = ([line[2:].split()[1:] for line in text.splitlines()] for text in blocks("console"))
    for words in first[:2]:  # the third is what test_first_case runs
        assert main(words) == 0
    case_diff, rows = blocks("diff")
    path = tmp_path / "mine" / "case.yaml"
    text = path.read_text(encoding="utf-8")
    cell, clause = (
        [line for line in added(case_diff) if line.startswith("      r") == of_table] for of_table in (False, True)
    )
    text = re.sub(r"(?m)^(  payment: .*\n.*\n)", lambda found: found[1] + "\n".join(cell) + "\n", text, count=1)
    text = re.sub(r"(?m)^(      payment: .*\n)", lambda found: found[1] + "\n".join(clause) + "\n", text, count=1)
    path.write_text(text, encoding="utf-8")
    with (tmp_path / "mine" / "evidence" / "pass_a" / "positions.csv").open("a", encoding="utf-8") as opened:
        opened.write("\n".join(added(rows)) + "\n")
    (scenario,) = blocks("yaml")
    (tmp_path / "mine" / "scenario" / "repairs_first.yaml").write_text(scenario, encoding="utf-8")
    capsys.readouterr()
    for words in last:
        assert main(words) == 0
    told = capsys.readouterr().out
    assert "3 scenarios" in told
    assert "the upper district" in told
