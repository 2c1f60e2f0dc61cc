"""A folder is a plan: what was asked is read back from it, by any process, or one line says why it is not."""

from __future__ import annotations

import errno
import fcntl
import multiprocessing
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.case.loading import load_case
from sim.case.theory import load_theory, theory_files
from sim.command.main import main
from sim.evidence.loading import load_evidence
from sim.experiment.cells import Cells
from sim.experiment.grid import Axis, grid_of
from sim.experiment.plan import Plan
from sim.experiment.runs import Runs
from sim.inputs import InputError
from sim.storage import files, leases, provenance
from sim.storage.collection import Collection
from sim.storage.files import named_files, write_table
from sim.storage.plans import configuration, prepare, read_plan, run_parts, run_plan
from sim.storage.tables import draws_table
from sim.storage.work import parts_of

pytestmark = pytest.mark.long


def plan_of(case: Any, *axes: Axis, **sizes: Any) -> Plan:
    """A small plan of some axes."""
    evidence = load_evidence(case.folder / "evidence", case=case)
    return Plan(grid_of(case, evidence, axes, sizes.pop("base", None)), **{"draws": 6, "runs": 2, **sizes})


@pytest.fixture
def own_case(tmp_path: Path) -> Path:
    """A case of one's own: the package's under another name, with one number of its own."""
    place = tmp_path / "mine"
    shutil.copytree(load_case().folder, place)
    file = place / "case.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("case: afghanistan", "case: mine", 1), encoding="utf-8")
    return place


def plans_of_all_kinds() -> dict[str, Plan]:
    case = load_case()
    summit = Axis("scenario", ("turkey_summit",))
    return {
        "one": plan_of(
            case, summit, Axis("levers.summit_week", (4, 12.0)), Axis("fixed.patience", (1, 1.1)), seed=7, implied=False
        ),
        "all": plan_of(case, Axis("horizon", (12,)), passes=("pass_a", "pass_c")),
        "off": plan_of(case, summit, Axis("off", ((), ("red_lines", "learning"))), Axis("fixed.patience", (1, 1.1))),
        "base": plan_of(case, base=case.scenario("turkey_summit", summit_week=9, horizon=8), part_runs=1_000),
        "theories": plan_of(case, summit, Axis("theory", ("as_designed", "nash"))),
        "epochs": plan_of(case, Axis("scenario", ("status_quo",)), Axis("epoch", ("2019-04", "2021-04"))),
    }


@pytest.mark.parametrize("name", plans_of_all_kinds())
def test_a_plan_is_read_back_from_its_folder(name: str, tmp_path: Path) -> None:
    plan = plans_of_all_kinds()[name]
    prepare(tmp_path / "runs", plan)
    found = read_plan(tmp_path / "runs")
    assert configuration(found) == configuration(plan)
    assert [(c.label, c.baseline) for c in found] == [(c.label, c.baseline) for c in plan]
    assert [replace(c.scenario, file="") for c in found] == [replace(c.scenario, file="") for c in plan]


def test_a_scenario_of_a_file_is_in_the_folder(tmp_path: Path) -> None:
    case = load_case()
    text = (case.folder / "scenario" / "turkey_summit.yaml").read_text(encoding="utf-8")
    (tmp_path / "own.yaml").write_text(text.replace("scenario: turkey_summit", "scenario: own", 1), encoding="utf-8")
    plan = plan_of(case, Axis("scenario", (str(tmp_path / "own.yaml"), "status_quo")))
    prepare(tmp_path / "runs", plan)
    (tmp_path / "own.yaml").unlink()
    found = read_plan(tmp_path / "runs")
    assert [cell.scenario.scenario for cell in found] == ["own", "status_quo"]
    assert str(tmp_path) not in (tmp_path / "runs" / "plan.json").read_text(encoding="utf-8")


def test_a_theory_of_a_file_is_in_the_folder_and_an_edited_one_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = theory_files()["ripeness"].read_text(encoding="utf-8").replace("theory: ripeness", "theory: own", 1)

    def plan(place: str, text: str) -> Plan:
        file = tmp_path / place / "own.yaml"
        file.parent.mkdir()
        file.write_text(text, encoding="utf-8")
        monkeypatch.chdir(file.parent)
        load_theory.cache_clear()  # as another process would read it
        return plan_of(load_case(), Axis("scenario", ("status_quo",)), Axis("theory", ("nash", "own.yaml")))

    first, same, edited = plan("a", text), plan("b", text), plan("c", text.replace("hurting: 0.5", "hurting: 0.7"))
    prepare(tmp_path / "runs", first)
    prepare(tmp_path / "runs", same)
    with pytest.raises(InputError, match=r"theories\.own\.constants\.hurting: 0\.5 there, 0\.7 now"):
        prepare(tmp_path / "runs", edited)
    found = read_plan(tmp_path / "runs")
    assert [cell.swept["theory"] for cell in found if cell.swept] == ["nash", "own"]
    assert [dict(cell.scenario.theory.constants).get("hurting") for cell in found][:2] == [None, 0.5]
    assert [cell.label for cell in found] == [cell.label for cell in first]


def test_two_theories_of_one_name_are_refused(tmp_path: Path) -> None:
    text = theory_files()["ripeness"].read_text(encoding="utf-8").replace("hurting: 0.5", "hurting: 0.7")
    (tmp_path / "ripeness.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="theory: two theories are called ripeness; allowed: each name once"):
        plan_of(load_case(), Axis("theory", ("ripeness", str(tmp_path / "ripeness.yaml"))))


def test_the_order_of_the_axes_decides_which_cell_is_which(tmp_path: Path) -> None:
    summit = Axis("scenario", ("turkey_summit",))
    weeks, patience = Axis("levers.summit_week", (4, 12)), Axis("fixed.patience", (1.0, 1.1))
    prepare(tmp_path / "runs", plan_of(load_case(), summit, weeks, patience))
    with pytest.raises(InputError, match="holds a plan of another configuration: axes"):
        prepare(tmp_path / "runs", plan_of(load_case(), summit, patience, weeks))


def parted() -> Plan:
    """A plan of several parts."""
    summit = Axis("scenario", ("turkey_summit",))
    return plan_of(load_case(), summit, Axis("horizon", (8,)), draws=60, part_runs=50)


def names(folder: Path) -> set[str]:
    return {path.name for path in named_files(folder).values()}


def test_parts_done_one_by_one_are_the_files_of_one_process(tmp_path: Path) -> None:
    plan = parted()
    run_plan(plan, tmp_path / "whole", progress=False)
    prepare(tmp_path / "parts", plan)
    assert parts_of(plan) > 4
    with pytest.raises(InputError, match=rf"{parts_of(plan)} of {parts_of(plan)} parts are missing"):
        Collection(plan, tmp_path / "parts")[0].runs.share("taken_over")
    assert run_parts(tmp_path / "parts", [2, 0], threads=1) == 2
    assert run_parts(tmp_path / "parts", [2]) == 0
    assert run_parts(tmp_path / "parts", threads=2) == parts_of(plan) - 2
    assert names(tmp_path / "parts") == names(tmp_path / "whole")
    with pytest.raises(InputError, match=rf"parts: there is no part 999; allowed: 0 to {parts_of(plan) - 1}"):
        run_parts(tmp_path / "parts", [999])


def test_a_scheduler_of_ones_own_needs_the_folder_alone(tmp_path: Path) -> None:
    plan = parted()
    run_plan(plan, tmp_path / "whole", progress=False)
    prepare(tmp_path / "out" / "runs", plan)
    out, total = tmp_path / "out", parts_of(plan)
    assert (list(sim.parts(out)), sim.missing_parts(str(out))) == (list(range(total)), list(range(total)))
    assert sim.run_parts(out, 3) == 1
    assert sim.run_parts(out, ["0-1", 3], threads=1) == 2
    assert sim.missing_parts(out) == [2, *range(4, total)]
    assert sim.run_parts(out) == total - 3
    assert sim.missing_parts(out) == []
    assert names(out / "runs") == names(tmp_path / "whole")
    with pytest.raises(InputError, match=rf"run_parts: parts: '999' are no parts .*; allowed: 0 to {total - 1}"):
        sim.run_parts(out, ["999"])
    with pytest.raises(InputError, match="holds no plan"):
        sim.parts(tmp_path)


def test_a_folder_begun_with_other_versions_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path / "out" / "runs", parted())
    usual = provenance.version
    assert main(["work", f"out={tmp_path}/out", "parts=0"]) == 0
    assert "other versions" not in capsys.readouterr().err
    monkeypatch.setattr(provenance, "version", lambda name: "0.1" if name == "numba" else usual(name))
    line = f'this folder was begun with other versions: numba: "{usual("numba")}" there, "0.1" now; the numbers are the'
    for job in ("work", "resume"):
        assert main([job, f"out={tmp_path}/out"]) == 0
        assert capsys.readouterr().err.count(line) == 1


def test_a_folder_is_looked_at_seldom_where_a_look_takes_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now, looks = [0.0], list[float]()

    def slow(folder: Path) -> dict[tuple[str, int], Path]:
        looks.append(now[0])
        now[0] += 1.0
        return {("runs", 1): folder}

    monkeypatch.setattr(files, "named_files", slow)
    named = files.Names(tmp_path, clock=lambda: now[0])
    for _ in range(100):
        assert ("runs", 1) in named
        now[0] += 1.0
    assert looks == [0.0, 21.0, 42.0, 63.0, 84.0]


def test_a_sweep_of_ones_own_case_opens_when_the_case_has_gone(own_case: Path, tmp_path: Path) -> None:
    kept = sim.sweep(sim.load_case(own_case).scenario("status_quo", horizon=6), 4, 2, out=tmp_path / "kept")
    shutil.rmtree(own_case)
    found = sim.open(tmp_path / "kept")
    assert isinstance(found, Runs)
    assert found.sweep.case.case == "mine"
    assert str(found.share("taken_over")) == str(kept.share("taken_over"))


def test_what_is_not_what_it_was_is_refused(own_case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "kept"
    sim.sweep(sim.load_case(own_case).scenario("status_quo", horizon=6), 4, 2, out=out)
    carried = out / "case" / "case.yaml"
    text = carried.read_text(encoding="utf-8")
    carried.write_text(text + "\n# touched\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"is not what it was: case: .* there, .* now"):
        sim.open(out)
    carried.write_text(text, encoding="utf-8")
    monkeypatch.setattr(provenance, "results_digest", lambda: "0" * 16)
    with pytest.raises(InputError, match=rf"made by another engine, that of jirga {sim.__version__}: engine: "):
        sim.open(out)


def test_the_folder_of_a_job_opens(tmp_path: Path) -> None:
    words = ["scenario=turkey_summit", "size=smoke", "size.draws=4", "horizon=8"]
    assert main([*words, f"out={tmp_path}/t0"]) == 0
    found = sim.open(tmp_path / "t0")
    assert isinstance(found, Cells)
    assert [cell.label for cell in found] == ["turkey_summit"]
    again = sim.open(tmp_path / "t0" / "runs")
    assert isinstance(again, Cells)
    assert str(again[0].runs.share("taken_over")) == str(found[0].runs.share("taken_over"))


def start(folder: Path, wanted: dict[str, Any], gate: Any) -> None:
    gate.wait()
    files.prepare(folder, wanted, "plan.json", "a plan", beside={"case/a.yaml": b"a", "case/b.yaml": b"b"})


def test_processes_that_start_one_folder_together_do_not_refuse_each_other(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    for round_ in range(40):
        gate = context.Barrier(4)
        folder = tmp_path / str(round_)
        started = [context.Process(target=start, args=(folder, {"format": files.FORMAT}, gate)) for _ in range(4)]
        for process in started:
            process.start()
        for process in started:
            process.join()
        assert [process.exitcode for process in started] == [0, 0, 0, 0]
        assert sorted(path.name for path in folder.iterdir()) == ["case", "plan.json"]


def test_whoever_starts_a_folder_first_decides(tmp_path: Path) -> None:
    files.prepare(tmp_path, {"format": files.FORMAT, "seed": 1}, "plan.json", "a plan")
    files._write_named(tmp_path / "other.json", b"first")
    files._write(tmp_path, lambda file: file.write(b"second"), lambda d: "other.json", digest_in_name=False)
    assert (tmp_path / "other.json").read_bytes() == b"first"


# --- what file systems lack, and what others leave ---------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(files.LACKING))
def test_a_file_system_without_links_and_folder_flushing_keeps_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(code, os.strerror(code))

    usual = os.fsync
    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(fcntl, "flock", refuse)
    monkeypatch.setattr(os, "fsync", lambda handle: refuse() if is_folder(handle) else usual(handle))
    plan = parted()
    table = draws_table(plan.sweep(0), plan.sweep(0).uncertainty.table(3, 1), 0)
    for _ in range(2):
        prepare(tmp_path, plan)
        write_table(tmp_path, "draws", 0, table, {})
    assert [path.name for path in files.whole_files(tmp_path).values()] == sorted(names(tmp_path))
    assert len(names(tmp_path)) == 1
    assert not list(tmp_path.rglob("*.part"))


def is_folder(handle: int) -> bool:
    return Path(f"/proc/self/fd/{handle}").resolve().is_dir()


def test_what_a_dead_writer_of_this_system_left_goes_and_what_a_live_one_writes_stays(tmp_path: Path) -> None:
    left, live = (tmp_path / leases.name(letter * 32) for letter in "ab")
    left.write_bytes(b"half")
    with leases.held(live) as file:
        file.write(b"half")
        leases.clear(tmp_path)
        assert sorted(tmp_path.iterdir()) == [live]


def test_what_a_dead_writer_left_goes_where_a_lease_needs_a_file_open_for_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = fcntl.flock

    def over_nfs(file: Any, how: int) -> None:
        if how & fcntl.LOCK_EX and fcntl.fcntl(file, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        usual(file, how)

    monkeypatch.setattr(fcntl, "flock", over_nfs)
    (tmp_path / leases.name("a" * 32)).write_bytes(b"half")
    leases.clear(tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_another_system_left_goes_by_its_age(tmp_path: Path) -> None:
    old, new, foreign = (tmp_path / f".{name}.part" for name in (f"f00d-1.{'a' * 32}", f"f00d-2.{'b' * 32}", "thesis"))
    for path in (old, new, foreign):
        path.write_bytes(b"half")
    now = new.stat().st_mtime
    for path, hours in ((old, 7.0), (new, 5.0), (foreign, 7.0)):
        os.utime(path, (now, now - 3600.0 * hours))
    leases.clear(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([new, foreign])


def test_a_file_that_was_taken_for_left_at_its_first_moment_is_begun_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, seen = leases._lock, []

    def lock(file: Any, *, wait: bool) -> bool:
        if not seen:
            seen.append(Path(file.name))
            seen[0].unlink()
        return usual(file, wait=wait)

    monkeypatch.setattr(leases, "_lock", lock)
    with leases.held(tmp_path / "x.part") as file:
        file.write(b"whole")
    assert (tmp_path / "x.part").read_bytes() == b"whole"


def test_a_part_number_of_seven_digits_is_a_part(tmp_path: Path) -> None:
    path = tmp_path / f"runs-1234567-{'0' * 20}.parquet"
    path.touch()
    assert named_files(tmp_path) == {("runs", 1234567): path}
