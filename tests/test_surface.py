"""What is public is what is said to be: `sim` and nothing below it, for whoever follows what the project tells them."""

from __future__ import annotations

import ast
import builtins
import doctest
import html
import inspect
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from told import imported, taken

import sim
from sim.agents.replay import replay
from sim.model.parameters import SWITCHES
from sim.pages.run.page import run_page
from sim.world.world import load_world

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
NAMES = sorted({*dir(sim)} - {"__version__"})
HEAVY = ("duckdb", "matplotlib", "mesa", "numba", "numpy", "pandas", "pyarrow", "pydantic", "scipy")
TOLD_IN_STRINGS = re.compile(r"(?:^|\s)(?:from|import) sim\.\w", re.MULTILINE)


def test_what_is_public_is_what_dir_offers() -> None:
    assert dir(sim) == sorted({*sim.__all__, "open"})
    assert len(set(sim.__all__)) == len(sim.__all__)


def test_a_star_takes_no_name_of_python_s_own() -> None:
    given: dict[str, object] = {}
    exec("from sim import *", given)
    assert {*given} - {"__builtins__"} == {*sim.__all__}
    assert not {*sim.__all__} & {*dir(builtins)}


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_is_there_and_told_of(name: str) -> None:
    found = getattr(sim, name)
    assert f"- `{name}" in (sim.__doc__ or "")
    if not isinstance(found, Mapping):
        assert inspect.getdoc(found)


@pytest.mark.parametrize("name", ["swep", "import_module", "_PUBLIC"])
def test_what_is_not_public_is_not_offered(name: str) -> None:
    assert name not in dir(sim)


def test_a_name_that_there_is_not_is_refused() -> None:
    with pytest.raises(ImportError, match="cannot import name 'swep' from 'sim'"):
        exec("from sim import swep", {})


def test_the_door_itself_imports_nothing_heavy() -> None:
    code = f"import sim, sys; dir(sim); print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_switches_and_settlements_are_those_of_the_model_in_words_and_cannot_be_changed() -> None:
    assert list(sim.switches) == list(SWITCHES)
    classes = sim.settlements()
    assert tuple(classes) == ("takeover", "comprehensive", "interim", "ceasefire", "bilateral", "none")
    assert classes == sim.settlements(sim.load_case())
    assert all(isinstance(meaning, str) and meaning for meaning in sim.switches.values())
    assert all(one.meaning and re.fullmatch("#[0-9a-f]{6}", one.colour) for one in classes.values())
    assert len({one.colour for one in classes.values()}) == len(classes)
    with pytest.raises(TypeError):
        sim.switches["trust"] = ""  # type: ignore[index]
    with pytest.raises(TypeError):
        classes["draw"] = classes["none"]  # type: ignore[index]


# --- what readers are told -------------------------------------------------------------------------------------------


def public(code: str) -> bool:
    """Whether code imports of the package `sim` alone, and takes from it what is public."""
    tree = ast.parse(code)
    ours = {name for name in imported(tree) if name.split(".")[0] == "sim"}
    return ours <= {"sim"} and set(taken(tree)) <= set(dir(sim))


def test_the_readme_names_what_is_public() -> None:
    assert sorted(re.findall(r"^\| `sim\.(\w+)` \|", README, re.MULTILINE)) == NAMES


def test_the_readme_s_lines_of_python_do_what_they_say(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert public(code)
    exec(compile(code, "README.md", "exec"), {})
    told = capsys.readouterr().out
    assert re.search(r"^0\.\d+ \(0\.\d+ to 0\.\d+, 95 %", told)
    assert "Week 1\n  - " in told


@pytest.mark.parametrize("guide", GUIDES, ids=[guide.stem for guide in GUIDES])
def test_a_guide_imports_what_is_public(guide: Path) -> None:
    text = guide.read_text(encoding="utf-8")
    typed = [example.source for example in doctest.DocTestParser().get_examples(text.replace("```", ""))]
    assert public("".join([*typed, *re.findall(r"```python\n(.*?)```", text, re.DOTALL)]))


def test_the_lines_for_a_notebook_on_the_page_of_a_run_give_the_same_run(capsys: pytest.CaptureFixture[str]) -> None:
    world = load_world("turkey_summit")
    run = replay(world.change(world.scenario.change(horizon=8)), 17, seed=3, runs=4)
    (code,) = (html.unescape(one) for one in re.findall(r"<pre[^>]*>(import sim\n.*?)</pre>", run_page(run), re.DOTALL))
    assert public(code)
    given: dict[str, object] = {}
    exec(compile(code, "page", "exec"), given)
    again = given["model"]
    assert isinstance(again, sim.NegotiationModel)
    assert again.decisions.equals(run.decisions)
    assert capsys.readouterr().out.startswith("Week 1.")


def test_nothing_that_is_printed_or_written_tells_to_import_what_is_not_public() -> None:
    """In texts of the package and of the documents, code and docstrings apart."""
    for path in sorted((ROOT / "sim").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        told_to_developers = {ast.get_docstring(node, clean=False) for node in ast.walk(tree) if documented(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in told_to_developers:
                assert not TOLD_IN_STRINGS.search(node.value), f"{path}:{node.lineno}"
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        assert not TOLD_IN_STRINGS.search(path.read_text(encoding="utf-8")), path


def documented(node: ast.AST) -> bool:
    return isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
