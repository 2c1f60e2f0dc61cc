"""The mutation run tries what it says: every module has tests that have to see it, and a change is one that runs."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def mutants() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mutants", Path(__file__).with_name("mutants.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutants"] = module
    spec.loader.exec_module(module)
    return module


def test_every_module_of_the_model_the_statistics_and_the_storage_is_in_one_group(mutants: ModuleType) -> None:
    found = [path for group in mutants.GROUPS.values() for pattern in group.modules for path in ROOT.glob(pattern)]
    assert len(found) == len(set(found))
    for folder in ("model/equations", "model/phases", "analysis", "storage"):
        inside = {path for path in (ROOT / "sim" / folder).glob("*.py") if path.stem != "__init__"}
        assert inside <= set(found)
    assert all((ROOT / test).exists() for group in mutants.GROUPS.values() for test in (*group.quick, *group.slow))
    assert all(group.quick or group.slow for group in mutants.GROUPS.values())


def test_a_change_of_a_docstring_or_an_annotation_is_none(mutants: ModuleType) -> None:
    code = 'def f(x: int | None) -> float:\n    """One."""\n    y: int = x + 1\n    return y\n'
    for same in (code.replace("int | None", "int & None"), code.replace("One", "Two"), code.replace("float", "int")):
        assert mutants.bare(same) == mutants.bare(code)
    assert mutants.bare(code.replace("x + 1", "x - 1")) != mutants.bare(code)


def test_a_change_is_told_by_its_line(mutants: ModuleType) -> None:
    assert mutants.changed("a\n    b\nc", "a\n    d\nc") == (2, "b", "d")


def test_what_passes_survives_and_what_fails_is_seen(mutants: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("import it\n\n\ndef test_it() -> None:\n    assert it.ONE == 1\n")
    for text, result in (("ONE = 1\n", "survived"), ("ONE = 2\n", "killed"), ("ONE = \n", "killed")):
        (tmp_path / "it.py").write_text(text)
        assert mutants.passes(tmp_path, ["test_it.py"], False, 60.0, Path(sys.executable)) == result
    (tmp_path / "it.py").write_text("import time\ntime.sleep(60)\n")
    assert mutants.passes(tmp_path, ["test_it.py"], False, 2.0, Path(sys.executable)) == "timeout"
    assert mutants.passes(tmp_path, [], False, 1.0, Path(sys.executable)) == "survived"
    with pytest.raises(SystemExit, match="pytest ended with 4"):
        mutants.passes(tmp_path, ["test_no.py"], False, 60.0, Path(sys.executable))


def test_nine_of_ten_are_enough(mutants: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    one = mutants.Tried(mutants.Mutant("equations", "m.py", "o", 0), 3, "a", "b", "killed")
    assert mutants.report([one] * 8 + [one._replace(result="timeout"), one._replace(result="survived")])
    told = capsys.readouterr().out
    assert "equations       9 of   10 seen, 90 %" in told
    assert "survived: m.py:3: a  ->  b" in told
    assert not mutants.report([one] * 8 + [one._replace(result="survived")])


def test_a_modules_own_tests_come_first_where_they_are_among_those_that_have_to_see_it(mutants: ModuleType) -> None:
    module, own = "sim/storage/weights.py", "tests/storage/test_weights.py"
    for tests in (("tests/experiment", "tests/storage"), ("tests/experiment", own)):
        assert mutants.own_first(tests, module) == (own, *tests)
    assert mutants.own_first(("tests/experiment",), module) == ("tests/experiment",)
    assert mutants.own_first(("tests/storage",), "sim/storage/nothing.py") == ("tests/storage",)
