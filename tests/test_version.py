"""What decides a number, and nothing else, is in the digests of the sources."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import grimp
import pytest

from sim.version import COMPILED, PACKAGE, RESULTS, digest, sources

COMPILING = ("sim.engine.kernel", "sim.evidence.sampling")  # what asks for compiled code
PLAIN = {  # imported by it, not compiled
    *("case/article.py", "evidence/rows.py", "version.py"),
    *(f"inputs/{name}.py" for name in ("errors", "frozen", "numbers", "objects", "places")),
}


def place(module: str) -> str:
    """The file of a module, below the package."""
    path = PACKAGE.joinpath(*module.split(".")[1:])
    found = path.with_suffix(".py") if path.with_suffix(".py").is_file() else path / "__init__.py"
    return found.relative_to(PACKAGE).as_posix()


def named(places: tuple[str, ...]) -> set[str]:
    return {path.relative_to(PACKAGE).as_posix() for path in sources(places)}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("sim", cache_dir=None)


def test_all_that_compiled_code_takes_in_is_in_its_digest(graph: grimp.ImportGraph) -> None:
    reached = {place(name) for root in COMPILING for name in (root, *graph.find_upstream_modules(root))}
    assert reached - named(COMPILED) == PLAIN


def test_nothing_compiles_but_what_the_digest_names() -> None:
    texts = {path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    callers = {file for file, text in texts.items() if re.search(r"(?<!def )\bcompiled\(|njit\(|[^_]jit\(", text)}
    assert callers == {"numerics/machine.py", *(place(name) for name in COMPILING)}


def test_all_that_the_engine_rests_on_decides_results(graph: grimp.ImportGraph) -> None:
    engine = {name for name in graph.modules if name.startswith("sim.engine")}
    reached = {place(name) for root in engine for name in (root, *graph.find_upstream_modules(root))}
    assert reached - named(RESULTS) == {"version.py"}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "sim"
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    assert [digest(COMPILED, folder), digest(RESULTS, folder)] == [digest(COMPILED), digest(RESULTS)]
    return folder


@pytest.mark.parametrize(
    ("file", "compiled", "results"),
    [
        ("model/phases/comply.py", True, True),
        ("model/equations/war.py", True, True),
        ("numerics/arithmetic.py", True, True),
        ("engine/kernel.py", True, True),
        ("evidence/sampling.py", True, True),
        ("evidence/priors.py", False, True),
        ("world/plan.py", False, True),
        ("case/events.py", False, True),
        ("engine/engine.py", False, True),
        ("analysis/shares.py", False, False),
        ("agents/narrative.py", False, False),
        ("experiment/runs.py", False, False),
        ("storage/files.py", False, False),
        ("pages/kit/html.py", False, False),
        ("command/main.py", False, False),
    ],
)
def test_a_changed_file_moves_what_it_decides(copied: Path, file: str, compiled: bool, results: bool) -> None:
    with (copied / file).open("a") as opened:
        opened.write("# another source\n")
    assert (digest(COMPILED, copied) != digest(COMPILED)) == compiled
    assert (digest(RESULTS, copied) != digest(RESULTS)) == results


def test_a_file_that_moves_is_another_source(copied: Path) -> None:
    (copied / "model" / "equations" / "war.py").rename(copied / "model" / "equations" / "wars.py")
    assert digest(COMPILED, copied) != digest(COMPILED)
