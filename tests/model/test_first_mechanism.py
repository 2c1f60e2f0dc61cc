"""The guide to a first mechanism, followed literally: its changes made in a copy, its commands run there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim.version import PACKAGE

pytestmark = pytest.mark.long

ROOT = PACKAGE.parent
GUIDE = (ROOT / "docs" / "guides" / "first_mechanism.md").read_text(encoding="utf-8")
BEFORE = """
import sim
scenario = sim.load_case("afghanistan").scenario("status_quo", epoch="2018-12", horizon=52)
runs = sim.sweep(scenario.change(off=OFF), draws=40, runs=2, seed=1)
print(runs.outcomes.to_csv(float_format="%.17g"))
"""


def changes() -> list[tuple[str, str, str]]:
    """Every change that the guide shows: the file that was named last, the old lines and the new ones."""
    found, file = [], ""
    for name, block in re.findall(r"`((?:sim|tests|scenarios)/[\w/.]+)`|```diff\n(.*?)```", GUIDE, re.DOTALL):
        if name:
            file = name
            continue
        lines = block.splitlines(keepends=True)
        old, new = ("".join(line[1:] for line in lines if line[0] in side) for side in (" -", " +"))
        found.append((file, old, new))
    return found


def ran(folder: Path, *words: str) -> str:
    """What a command says that is run in the copy, with the copy's package."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "JIRGA_CACHE": str(folder / "cache")}
    done = subprocess.run([sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    for name in ("sim", "scenarios", "conf", "docs", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for file, old, new in changes():
        text = (folder / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{file} has not once:\n{old}"
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    return folder


def test_four_places_are_named_and_no_other_file() -> None:
    files = [file for file, _, _ in changes()]
    assert list(dict.fromkeys(files)) == [
        "sim/evidence/structural.yaml",
        "sim/model/parameters.py",
        "sim/model/equations/attendance.py",
        "sim/model/phases/attend.py",
        "tests/model/test_directions.py",
        "tests/model/test_equations.py",
    ]


def test_its_commands_do_what_it_says(changed: Path) -> None:
    commands = re.findall(r"^\$ python (.*)$", GUIDE, re.MULTILINE)
    assert len(commands) == 3
    told = [ran(changed, *command.split()) for command in commands]
    assert "1 passed" in told[0]
    assert "passed" in told[1]
    assert "talking on" in (changed / "results").glob("*.html").__next__().read_text(encoding="utf-8")


def test_its_lines_give_what_it_says(changed: Path) -> None:
    script = changed / "lines.py"
    script.write_text(
        "import doctest, sys\n"
        "text = open('docs/guides/first_mechanism.md', encoding='utf-8').read().replace('```', '')\n"
        "found = doctest.DocTestParser().get_doctest(text, {}, 'guide', 'guide', 0)\n"
        "done = doctest.DocTestRunner().run(found)\n"
        "assert done.attempted >= 5 and not done.failed\n",
        encoding="utf-8",
    )
    ran(changed, str(script))


def test_with_the_switch_off_the_old_numbers_come_back_to_the_bit(changed: Path) -> None:
    scenario = sim.load_case("afghanistan").scenario("status_quo", epoch="2018-12", horizon=52)
    before = sim.sweep(scenario, draws=40, runs=2, seed=1).outcomes.to_csv(float_format="%.17g")
    without = ran(changed, "-c", BEFORE.replace("OFF", '("audience",)'))
    assert without.strip() == before.strip()
    assert ran(changed, "-c", BEFORE.replace("OFF", "()")).strip() != before.strip()


def test_everything_else_follows_from_the_row(changed: Path) -> None:
    ran(changed, "-m", "sim.pages.documents.odd")
    written = (changed / "docs" / "odd.md").read_text(encoding="utf-8")
    assert "| `audience_cost` | a | 0 to 0.01 |" in written
    assert "`audience`: what talking on costs it at home" in written
