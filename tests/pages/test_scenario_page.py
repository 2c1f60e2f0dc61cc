"""The page of the scenarios is what the files and the vocabulary say; the guide does what it says."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from sim.case.events import events_of
from sim.case.loading import load_case
from sim.case.scenario import scenario_names
from sim.pages.documents.scenarios import PAGE, main, page, scenario_table

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guides" / "first_scenario.md"


def test_the_page_is_current() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(load_case()), f"run: python -m {page.__module__}"


def test_one_command_writes_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main() == 0
    assert (tmp_path / PAGE).read_text(encoding="utf-8") == page(load_case())


def test_every_scenario_has_its_row_and_every_event_its_section() -> None:
    case = load_case()
    rows = scenario_table(case).splitlines()[2:]
    assert sorted(re.findall(r"^\| `(\w+)`", row)[0] for row in rows) == list(scenario_names(case))
    assert re.findall(r"^### (\w+)$", page(case), re.MULTILINE) == list(events_of(case))


def test_the_guide_can_be_followed_literally(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its file is saved under the name it gives, and its lines are typed one after the other."""
    text = GUIDE.read_text(encoding="utf-8")
    name = re.findall(r"Save this as `([\w.]+)`", text)[0]
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)[0], encoding="utf-8")
    found = doctest.DocTestParser().get_doctest(text.replace("```", ""), {}, GUIDE.name, str(GUIDE), 0)
    told: list[str] = []
    failed, tried = doctest.DocTestRunner().run(found, out=told.append)
    assert tried >= 8
    assert not failed, "".join(told)


def test_what_the_guide_points_at_is_there() -> None:
    headings = {
        re.sub(r"\W+", "-", line.lstrip("# ").lower())
        for line in (ROOT / PAGE).read_text(encoding="utf-8").splitlines()
        if line.startswith("#")
    }
    for place in re.findall(r"\]\(\.\./scenarios\.md#([\w-]+)\)", GUIDE.read_text(encoding="utf-8")):
        assert place in headings
