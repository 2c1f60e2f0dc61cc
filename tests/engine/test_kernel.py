"""The compiled ensemble gives the row of the Mesa run, bit for bit; its code on disk is private and never stale."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.agents.model import NegotiationModel
from sim.case.case import Case
from sim.case.columns import outcome_columns, weekly_columns
from sim.case.loading import load_case
from sim.case.scenario import load_scenario, scenario_names
from sim.case.settlements import settled as settled_rows
from sim.engine.computing import made
from sim.engine.engine import Engine, Scratch
from sim.engine.sweep import Sweep
from sim.model import variables as the_model_variables
from sim.model import vocabulary as words
from sim.model.outcomes import OUTCOMES, write_outcomes, write_week
from sim.model.variables import records
from sim.numerics import machine as compiled
from sim.version import PACKAGE
from sim.world.columns import outcome_type, week_places, week_type
from sim.world.rules import sizes
from sim.world.world import World, load_world

pytestmark = pytest.mark.long

TRIPLES = 1_000  # short runs; whole runs are fewer, as an interpreted one takes seconds
WHOLE = 6


@cache
def case() -> Case:
    """The case that comes with the package."""
    return load_case()


@cache
def world_of(name: str, horizon: int) -> World:
    """A scenario, loaded once."""
    return load_world(load_scenario(case(), name).change(horizon=horizon), case())


def row_of(model: NegotiationModel) -> Any:
    """The outcome row of a Mesa run."""
    row = np.zeros(1, outcome_type(case())).view(np.recarray)
    write_outcomes(model.rules, model.state, row[0])
    row["settlement"] = settled_rows(case(), row)
    return row


def kernel_row(name: str, horizon: int, draw: int, run: int, seed: int) -> Any:
    """The same run's row from the ensemble."""
    engine = engine_of(name, horizon, seed)
    number = draw * engine.sweep.runs + run
    piece = engine.piece(Scratch(engine.sweep), number, number + 1)
    assert not piece.errors
    return piece.rows


@cache
def engine_of(name: str, horizon: int, seed: int) -> Engine:
    """The ensemble of a scenario."""
    scenario = load_scenario(case(), name).change(horizon=horizon)
    return Engine(Sweep(scenario, draws=1_000, runs=1_000, seed=seed, paths=0, band_runs=0), threads=1)


def run_of(name: str, horizon: int, draw: int, run: int, seed: int) -> NegotiationModel:
    """A Mesa run."""
    model = NegotiationModel(world=world_of(name, horizon), draw=draw, run=run, seed=seed)
    model.run_model()
    return model


def differing(one: Any, other: Any) -> list[str]:
    """Names of the fields whose bytes differ."""
    return [name for name in one.dtype.names if one[name].tobytes() != other[name].tobytes()]


def triples(count: int, seed: int) -> list[tuple[str, int, int, int]]:
    """Random (scenario, draw, run, seed)."""
    rng = np.random.default_rng(seed)
    names = scenario_names(case())
    return [
        (names[n % len(names)], int(rng.integers(1_000)), int(rng.integers(1_000)), int(rng.integers(4)))
        for n in range(count)
    ]


def test_a_mesa_run_is_its_row_of_the_ensemble_on_a_thousand_triples() -> None:
    wrong = []
    for number, (name, draw, run, seed) in enumerate(triples(TRIPLES, 1)):
        horizon = (1, 2)[number % 2]
        found = differing(row_of(run_of(name, horizon, draw, run, seed)), kernel_row(name, horizon, draw, run, seed))
        wrong += [(name, draw, run, seed, found)] if found else []
    assert not wrong


@pytest.mark.parametrize(("name", "draw", "run", "seed"), triples(WHOLE, 2))
def test_a_whole_mesa_run_is_its_row_of_the_ensemble(name: str, draw: int, run: int, seed: int) -> None:
    model = run_of(name, 104, draw, run, seed)
    assert differing(row_of(model), kernel_row(name, 104, draw, run, seed)) == []


# ---------------------------------------------------------------- outcome columns


def test_every_outcome_of_the_record_has_columns_and_every_column_a_place() -> None:
    columns = outcome_columns(case())
    assert len({column.name for column in columns}) == len(columns)
    votes = outcome_columns(load_case("northern_ireland"))  # which the first case has none of
    assert {column.field for column in (*columns, *votes)} == {outcome.field for outcome in OUTCOMES}
    row = np.zeros(1, outcome_type(case()))
    assert all(np.ndim(row[column.field][(0, *column.place)]) == 0 for column in columns)


def test_columns_are_called_as_the_case_calls_things() -> None:
    names = {column.name for column in outcome_columns(case())}
    assert names >= {
        "settlement", "takeover_week", "refugees", "table.doha.agreed_week", "attendance.intra_afghan.TAL",
        "trust.US.PAK", "leverage.PAK.TAL", "war.afghan_war.control", "table.doha.package.withdrawal",
        "table.doha.kept.US", "attendance.doha.QAT",
    }  # fmt: skip
    assert "trust.US.US" not in names


def test_outcomes_lie_in_their_declared_ranges() -> None:
    for name in ("status_quo", "kabul_hosted_ttp_talks"):
        engine = Engine(Sweep(load_scenario(case(), name), draws=100, runs=2))
        rows = made([engine.shard(0)]).rows
        for column in outcome_columns(case()):
            values = rows[column.field][(slice(None), *column.place)].astype(float)
            defined = values[~np.isnan(values)]
            assert ((column.low <= defined) & (defined <= column.high + 1e-6)).all(), column.name


def test_a_weeks_row_is_flat_where_its_columns_say() -> None:
    row = np.zeros(1, week_type(case())).view(np.recarray)
    flat = row.view(np.float32)
    columns = weekly_columns(case())
    for number, column in enumerate(columns):
        if column.place:
            row[0][column.field][column.place] = number + 1
        else:
            row[0][column.field] = number + 1
    assert flat[week_places(case(), columns)].tolist() == [n + 1 for n in range(len(columns))]


def bare_state() -> tuple[Any, Any]:
    """Rules of the case and a state of zeros."""
    from sim.world.rules import rules_record

    return rules_record(case()), records(the_model_variables.STATE, sizes(case()), 1)[0]


def settled(**changes: Any) -> str:
    """The settlement class of a state with tables in the statuses given, and cells and regime as given."""
    rules, state = bare_state()
    state.takeover_week = changes.pop("takeover_week", -1)
    state.war_open[...] = 1
    tables, cells = list(case().tables), list(case().cells)
    for name, value in changes.items():
        if name in tables:
            t = tables.index(name)
            state.status[t] = words.IN_FORCE
            for cell, point in value.items():
                k = list(case().tables[name].clauses).index(cell)
                state.in_package[t, k], state.package[t, k] = 1, point
        else:
            state.cell[cells.index(name)] = value
    row = np.zeros(1, outcome_type(case())).view(np.recarray)
    write_outcomes(rules, state, row[0])
    return case().classes[settled_rows(case(), row)[0]]


def test_the_settlement_class_is_the_first_that_holds() -> None:
    shared = {"power_sharing": 0.5}
    assert settled() == "none"
    assert settled(doha={}) == "bilateral"
    assert settled(us_emirate={}) == "bilateral"
    assert settled(doha={}, ceasefire=0.6) == "ceasefire"
    assert settled(intra_afghan=shared, ceasefire=0.6, power_sharing=0.3) == "comprehensive"
    assert settled(intra_afghan=shared, ceasefire=0.6, power_sharing=0.1) == "interim"
    assert settled(intra_afghan=shared, ceasefire=0.4, power_sharing=0.3) == "interim"
    assert settled(intra_afghan=shared, takeover_week=9) == "takeover"


def test_weeks_are_written_by_the_interpreter_too() -> None:
    rules, state = bare_state()
    state.presence = 0.25
    row = np.zeros(1, week_type(case())).view(np.recarray)
    write_week(rules, state, row[0])
    assert row.presence[0] == 0.25


# ---------------------------------------------------------------- compiled code on disk


# An engine with one more equation, called by one more phase, called by the kernel.
EQUATION = """

PROBED = 1.0


@compilable
def probed(x: float) -> float:
    return x + PROBED
"""
PHASE = """

from sim.model.equations.war import probed


@compilable
def probe(x: float) -> float:
    return 2.0 * probed(x)
"""
KERNEL = """

from sim.model.phases.fight import probe


def run_probe(x: float) -> float:
    return probe(x)
"""
PROBE = """
import sys
from sim.numerics import machine as compiled
from sim.engine import kernel
if sys.argv[1:]:
    compiled.compiled_digest = lambda: sys.argv[1]
function = compiled.compiled(kernel.run_probe)
print(function(3.0), 1 - function.compilations, kernel.__file__)
"""


def test_code_compiled_from_other_sources_is_never_used(tmp_path: Path) -> None:
    copied = tmp_path / "sim"
    shutil.copytree(PACKAGE, copied, ignore=shutil.ignore_patterns("__pycache__"))
    equations = copied / "model" / "equations" / "war.py"
    added = {
        equations: EQUATION,
        copied / "model" / "phases" / "fight.py": PHASE,
        copied / "engine" / "kernel.py": KERNEL,
    }
    for path, more in added.items():
        path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    before = equations.read_text(encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "JIRGA_CACHE": str(tmp_path / "cache")}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"  # Python's own cache sees no edit of the same size in the same second

    def found(constant: str, digest: str = "") -> tuple[float, int]:
        """What the probe gives when the constant has been edited, and how often it came from the cache."""
        equations.write_text(before.replace("PROBED = 1.0", f"PROBED = {constant}"), encoding="utf-8")
        command = [sys.executable, "-c", PROBE, *filter(None, [digest])]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
        value, hits, file = done.stdout.split()
        assert Path(file) == copied / "engine" / "kernel.py"
        return float(value), int(hits)

    assert found("1.0") == (8.0, 0)
    assert found("1.0") == (8.0, 1)
    assert found("2.0") == (10.0, 0)
    assert found("1.0") == (8.0, 1)
    assert found("2.0") == (10.0, 1)
    # Without the digest numba would use old code: it looks at the file of the outermost function alone.
    assert found("1.0", "0" * 16) == (8.0, 0)
    assert found("2.0", "0" * 16) == (8.0, 1)


def test_another_numba_or_processor_is_another_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    before = compiled.machine_digest()
    monkeypatch.setattr(compiled.config, "CPU_NAME", "generic")
    other = compiled.machine_digest()
    monkeypatch.setattr(compiled.numba, "__version__", "0.0.1")
    assert len({before, other, compiled.machine_digest()}) == 3


def test_the_cache_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIRGA_CACHE", str(tmp_path / "cache"))
    folder = compiled.cache_folder.__wrapped__()
    assert folder.parent == tmp_path / "cache" / "jirga"
    for path in (folder, folder.parent):
        assert stat.S_IMODE(path.stat().st_mode) == stat.S_IRWXU


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_a_cache_that_others_could_write_is_not_used_and_keeps_its_mode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    root = tmp_path / "jirga"
    root.mkdir()
    root.chmod(mode)
    monkeypatch.setenv("JIRGA_CACHE", str(tmp_path))
    folder = compiled.cache_folder.__wrapped__()
    assert tmp_path not in folder.parents
    assert stat.S_IMODE(root.stat().st_mode) == mode
    assert os.listdir(root) == []
    shutil.rmtree(folder)


def test_what_jirga_did_not_make_is_never_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Projects beside the cache, foreign folders in it, a link with a cache's name: all stay as they were."""
    tmp_path.chmod(0o755)
    root = tmp_path / "jirga"
    foreign = [tmp_path / f"project-{number}" for number in range(12)] + [
        root / f"notes-{number}" for number in range(12)
    ]
    foreign += [root / f"{number:016x}-{number:016x}.old" for number in range(12)]
    for folder in foreign:
        folder.mkdir(parents=True)
        (folder / "work.txt").write_text("mine")
    root.chmod(0o755)
    old = [root / f"{number:016x}-{number:016x}" for number in range(12)]
    for number, folder in enumerate(old):
        folder.mkdir()
        os.utime(folder, (number, number))
    link = root / f"{99:016x}-{99:016x}"
    link.symlink_to(tmp_path / "project-1")
    monkeypatch.setenv("JIRGA_CACHE", str(tmp_path))
    current = compiled.cache_folder.__wrapped__()
    assert current.parent == root
    assert all((folder / "work.txt").read_text() == "mine" for folder in foreign)
    assert link.is_symlink()
    assert [folder for folder in old if folder.exists()] == old[-(compiled.KEPT_FOLDERS - 1) :]
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (tmp_path, root)] == [0o755, 0o755]


def test_a_cache_behind_a_link_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "jirga").symlink_to(tmp_path / "elsewhere")
    monkeypatch.setenv("JIRGA_CACHE", str(tmp_path / "cache"))
    folder = compiled.cache_folder.__wrapped__()
    assert tmp_path not in folder.parents
    assert os.listdir(tmp_path / "elsewhere") == []
    shutil.rmtree(folder)
