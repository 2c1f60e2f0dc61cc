"""A mutation run: one change of the code at a time, a sample with a fixed seed, and whether the tests see it.

Cosmic Ray (`cosmic_ray`, in an environment of its own) says where a module can be changed and makes the change; which
tests have to see it, and whether they run interpreted, is said here. Changes are made in a copy of the tree.

    python tests/mutation/mutants.py [sample=1.0] [seed=1] [groups=equations,phases] [out=build/mutants.csv]
"""

from __future__ import annotations

import ast
import csv
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv" / "bin" / "python"
ENOUGH = 0.9  # of the changes have to be seen
LEFT = {".venv", ".venv-mutants", ".venv-lock", ".git", "build", "results", "__pycache__", ".hypothesis"}
CHANGES = [
    "AddNot",
    "NumberReplacer",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "ZeroIterationForLoop",
    "ExceptionReplacer",
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceUnaryOperator_Delete_USub",
    "ReplaceBinaryOperator_Add_Sub",
    "ReplaceBinaryOperator_Sub_Add",
    "ReplaceBinaryOperator_Mul_Div",
    "ReplaceBinaryOperator_Div_Mul",
    "ReplaceBinaryOperator_Mul_Add",
    "ReplaceBinaryOperator_FloorDiv_Mul",
    "ReplaceBinaryOperator_Mod_Add",
    "ReplaceBinaryOperator_Pow_Mul",
    "ReplaceBinaryOperator_BitAnd_BitOr",
    "ReplaceBinaryOperator_BitOr_BitAnd",
    "ReplaceComparisonOperator_Lt_LtE",
    "ReplaceComparisonOperator_Lt_Gt",
    "ReplaceComparisonOperator_LtE_Lt",
    "ReplaceComparisonOperator_Gt_GtE",
    "ReplaceComparisonOperator_Gt_Lt",
    "ReplaceComparisonOperator_GtE_Gt",
    "ReplaceComparisonOperator_GtE_Lt",
    "ReplaceComparisonOperator_LtE_GtE",
    "ReplaceComparisonOperator_Eq_NotEq",
    "ReplaceComparisonOperator_NotEq_Eq",
    "ReplaceComparisonOperator_Is_IsNot",
    "ReplaceComparisonOperator_IsNot_Is",
]


class Group(NamedTuple):
    """Modules that the same tests have to see changes of.

    `quick` runs first and interpreted, so that a change of the model needs no compiler; what it does not see goes to
    `slow`, compiled where the code is.
    """

    modules: tuple[str, ...]
    sample: int
    quick: tuple[str, ...]
    slow: tuple[str, ...] = ()


def of_model(*names: str) -> tuple[str, ...]:
    return tuple(f"tests/model/test_{name}.py" for name in names)


# The frontier has judges of its own; every other phase is seen one by one, then by laws over whole runs.
FRONTIER, TRIGGERS = ("cuts", "frontier"), ("triggers",)
PHASES = tuple(
    path.stem
    for path in sorted((ROOT / "sim" / "model" / "phases").glob("*.py"))
    if path.stem not in (*FRONTIER, *TRIGGERS, "__init__")
)
# Each module of the storage has tests of its own, by shards made by hand: they need no compiler.
STORED = tuple(path.stem for path in sorted((ROOT / "sim" / "storage").glob("*.py")) if path.stem != "__init__")
GROUPS = {
    "equations": Group(("sim/model/equations/*.py",), 20, of_model("equations")),
    "phases": Group(
        tuple(f"sim/model/phases/{name}.py" for name in PHASES),
        30,
        (
            "tests/model/phases",
            *of_model("mediators_and_learning", "agreement", "table_and_war", "effects", "triggers"),
        ),
        of_model("laws", "outcomes", "conduct", "effort", "private", "closed_forms", "theories", "blocs", "vote"),
    ),
    "frontier": Group(
        tuple(f"sim/model/phases/{name}.py" for name in FRONTIER),
        10,
        (),
        of_model("closed_forms", "frontier"),
    ),
    "outcomes": Group(("sim/model/outcomes.py",), 15, of_model("outcomes")),
    "statistics": Group(
        ("sim/analysis/*.py",), 25, ("tests/analysis", "sim/analysis"), ("tests/pages/test_report.py",)
    ),
    # The quick ones first: the first that fails ends it.
    "storage": Group(
        ("sim/storage/*.py",),
        20,
        tuple(f"tests/storage/test_{name}.py" for name in STORED),
        ("sim/storage", "tests/experiment/test_plan.py", "tests/jobs/test_play.py", "tests/storage"),
    ),
    "triggers": Group(
        ("sim/model/phases/triggers.py", "sim/case/trigger.py"),
        15,
        ("tests/model/test_triggers.py", "tests/case/test_trigger.py", "tests/case"),
    ),
}


class Mutant(NamedTuple):
    """One change: the occurrence of an operator of Cosmic Ray in a module."""

    group: str
    module: str
    operator: str
    occurrence: int


class Tried(NamedTuple):
    """A mutant, the line that it changes, and what the tests said: killed, survived or timeout."""

    mutant: Mutant
    line: int
    was: str
    now: str
    result: str


def bare(code: str) -> str:
    """What of a module runs: without annotations and docstrings, in which a change is none."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if getattr(node, name, None) is not None:
                setattr(node, name, None)
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
            node.body = [part for part in node.body if not _is_text(part)] or [ast.Pass()]
    return ast.dump(tree)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def changed(was: str, now: str) -> tuple[int, str, str]:
    """The number of the first line that differs, from 1, and its text before and after."""
    before, after = was.splitlines(), now.splitlines()
    for number, (one, other) in enumerate(zip(before, after, strict=False), start=1):
        if one != other:
            return number, one.strip(), other.strip()
    return min(len(before), len(after)), "", ""


def sites(code: str) -> Iterator[tuple[str, int]]:
    """Every operator and occurrence that changes a module somehow."""
    from cosmic_ray.ast import get_ast
    from cosmic_ray.plugins import get_operator

    def nodes(node: Any) -> Iterator[Any]:
        yield node
        for child in getattr(node, "children", ()):
            yield from nodes(child)

    every = list(nodes(get_ast(code)))
    for name in CHANGES:
        operator = get_operator(f"core/{name}")()
        count = sum(1 for node in every for _ in operator.mutation_positions(node))
        yield from ((f"core/{name}", occurrence) for occurrence in range(count))


def mutated(code: str, operator: str, occurrence: int) -> str | None:
    """The code with one change; None where nothing that runs has changed."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    try:
        after = mutate_code(code, get_operator(operator)(), occurrence)
    except AttributeError:  # Cosmic Ray exchanges an exception by its name, which `module.Error` has none of
        return None
    try:
        return after if after is not None and bare(after) != bare(code) else None
    except SyntaxError:  # as a * for the ** of keywords: nothing that anybody could have written
        return None


def sampled(name: str, share: float, seed: int) -> list[Mutant]:
    """The mutants of a group that are tried: the same for a seed, whatever else is tried."""
    group, rng = GROUPS[name], random.Random(f"{seed} {name}")
    found = []
    for pattern in group.modules:
        for path in sorted(ROOT.glob(pattern)):
            code = path.read_text(encoding="utf-8")
            place = path.relative_to(ROOT).as_posix()
            found += [Mutant(name, place, operator, occurrence) for operator, occurrence in sites(code)]
    rng.shuffle(found)
    wanted, chosen = max(1, round(share * group.sample)), []
    for mutant in found:
        code = (ROOT / mutant.module).read_text(encoding="utf-8")
        if len(chosen) < wanted and mutated(code, mutant.operator, mutant.occurrence) is not None:
            chosen.append(mutant)
    return chosen


def passes(tree: Path, tests: Sequence[str], interpreted: bool, limit: float, python: Path = PYTHON) -> str:
    """What the tests say of a tree: survived where they pass, killed where one fails, timeout."""
    if not tests:
        return "survived"
    words = [python, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", "--tb=no", "--no-header"]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"} | ({"NUMBA_DISABLE_JIT": "1"} if interpreted else {})
    try:
        done = subprocess.run(
            [*words, *tests], cwd=tree, env=environment, capture_output=True, text=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired:
        return "timeout"
    if done.returncode not in (0, 1, 2):  # 2: what cannot be imported is seen, too
        raise SystemExit(f"pytest ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return "killed" if done.returncode else "survived"


def own_first(tests: Sequence[str], module: str) -> tuple[str, ...]:
    """The same tests, a module's own before all others where they are among them: the first that fails ends it.

    A module's own tests have its name, in a folder of the name of its package.
    """
    place = Path(module)
    own = [
        path.relative_to(ROOT).as_posix()
        for path in sorted(ROOT.glob(f"tests/**/{place.parent.name}/test_{place.stem}.py"))
    ]
    return (*(one for one in own if any(one == test or one.startswith(f"{test}/") for test in tests)), *tests)


def tried(tree: Path, mutant: Mutant, limits: tuple[float, float]) -> Tried:
    """Make one change in the copy, run its tests, and take it back."""
    file, group = tree / mutant.module, GROUPS[mutant.group]
    code = file.read_text(encoding="utf-8")
    after = mutated(code, mutant.operator, mutant.occurrence)
    assert after is not None  # when it was sampled
    file.write_text(after, encoding="utf-8")
    try:
        result = passes(tree, own_first(group.quick, mutant.module), True, limits[0])
        if result == "survived":
            result = passes(tree, own_first(group.slow, mutant.module), False, limits[1])
    finally:
        file.write_text(code, encoding="utf-8")
    return Tried(mutant, *changed(code, after), result)


def baseline(tree: Path, name: str) -> tuple[float, float]:
    """How long the tests of a group may take; they have to pass where nothing is changed."""
    limits = []
    for tests, interpreted in ((GROUPS[name].quick, True), (GROUPS[name].slow, False)):
        began = time.monotonic()
        if passes(tree, tests, interpreted, 3600.0) != "survived":
            raise SystemExit(f"{name}: the tests fail without any change: {' '.join(tests)}")
        limits.append(60.0 + 5.0 * (time.monotonic() - began))
    return limits[0], limits[1]


def report(found: Sequence[Tried]) -> bool:
    """Print how many were seen, by group, and what was not; whether enough were."""
    for name in dict.fromkeys(one.mutant.group for one in found):
        of_group = [one for one in found if one.mutant.group == name]
        seen = sum(one.result != "survived" for one in of_group)
        print(f"{name:12} {seen:4} of {len(of_group):4} seen, {100 * seen / len(of_group):.0f} %")
    seen = sum(one.result != "survived" for one in found)
    print(f"{'all':12} {seen:4} of {len(found):4} seen, {100 * seen / len(found):.0f} %")
    for one in found:
        if one.result == "survived":
            print(f"survived: {one.mutant.module}:{one.line}: {one.was}  ->  {one.now}")
    return seen >= ENOUGH * len(found)


def main(words: Sequence[str]) -> int:
    """The run; 0 where enough of the changes are seen."""
    given = dict(word.split("=", 1) for word in words)
    names = given.get("groups", ",".join(GROUPS)).split(",")
    share, seed = float(given.get("sample", "1")), int(given.get("seed", "1"))
    out = ROOT / given.get("out", "build/mutants.csv")
    out.parent.mkdir(parents=True, exist_ok=True)
    found: list[Tried] = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder, out.open("w", newline="", encoding="utf-8") as file:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=lambda _, inside: LEFT & set(inside))
        table = csv.writer(file)
        table.writerow(["group", "module", "line", "operator", "was", "now", "result"])
        for name in names:
            mutants = sampled(name, share, seed)
            limits = baseline(tree, name)
            for number, mutant in enumerate(mutants, start=1):
                one = tried(tree, mutant, limits)
                found.append(one)
                table.writerow([name, mutant.module, one.line, mutant.operator, one.was, one.now, one.result])
                file.flush()
                print(f"{name} {number}/{len(mutants)} {one.result}: {mutant.module}:{one.line}", flush=True)
    return 0 if report(found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
