"""A folder's jobs, with a Slurm that is three small scripts: what is submitted, seen, refused, worked and collected."""

from __future__ import annotations

import csv
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.cluster import slurm, working
from sim.cluster.ranges import numbers_of, ranges
from sim.cluster.working import Worker, work
from sim.command.main import main
from sim.engine.engine import Engine
from sim.storage import plans
from sim.storage.files import named_files

pytestmark = pytest.mark.long

WORDS = ["scenario=turkey_summit", "horizon=8", "size=smoke", "size.draws=500", "part_runs=1000"]  # 3 parts

SLURM = {
    "sbatch": 'cp "$2" {place}/script; echo "$*" >> {place}/calls; echo 4711',
    "squeue": 'echo "$*" >> {place}/calls; cat {place}/queue',
    "scancel": 'echo "scancel $*" >> {place}/calls',
    "scontrol": 'echo "MaxArraySize            = 1001"',
}


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path with a Slurm that says yes to everything and keeps what it was asked."""
    place = tmp_path / "slurm"
    place.mkdir()
    (place / "queue").touch()
    for name, body in SLURM.items():
        answer(place, name, body.format(place=place))
    monkeypatch.setenv("PATH", f"{place}{os.pathsep}{os.environ['PATH']}")
    return place


def answer(place: Path, name: str, body: str) -> None:
    (place / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    (place / name).chmod(0o755)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a job that ran here."""
    out = tmp_path_factory.mktemp("whole") / "out"
    assert main([*WORDS, f"out={out}"]) == 0
    return out


def names(out: Path) -> set[str]:
    return {path.name for path in named_files(out / "runs").values()}


def told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    capsys.readouterr()
    assert main(words) == code
    out, err = capsys.readouterr()
    return err if code == 2 else out


def test_what_is_submitted_waits_is_seen_is_done_and_is_collected(
    fake: Path, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a, b" / "it's"
    word = f"out={out}"
    said = told(capsys, *WORDS, word, "executor=slurm", "executor.parts_per_task=2")
    first, second, third, _ = said.splitlines()
    assert first == "3 parts in 2 tasks of at most 60 minutes, 3G and 1 processor"
    assert (second, third[:22]) == ("submitted as 4711", "watch:   jirga status ")
    text = (fake / "script").read_text(encoding="utf-8")
    assert text == (out / "jobs" / "slurm-4711.sh").read_text(encoding="utf-8")
    (fake / "queue").write_text("4711|0|RUNNING|None\n4711|1|PENDING|Priority\n99|0|RUNNING|None\n", encoding="utf-8")
    assert told(capsys, "status", word, code=1).splitlines() == [
        "0 of 3 parts are there, 3 missing", "1 tasks pending (Priority)", "1 tasks running",
    ]  # fmt: skip
    assert told(capsys, "resume", word, "executor=slurm") == ""  # all of it is in the queue
    (fake / "queue").write_text("4711|1|PENDING|Priority\n", encoding="utf-8")
    assert "in no queue: 0-1" in told(capsys, "status", word, code=1)
    assert "3 of 3 parts are missing; allowed: jirga resume out=FOLDER first" in told(capsys, "collect", word, code=2)
    for place in ("0", "1"):  # as Slurm would
        script = ["bash", str(fake / "script")]
        subprocess.run(script, env={**os.environ, "SLURM_ARRAY_TASK_ID": place}, check=True, capture_output=True)
    assert names(out) == names(whole)
    assert told(capsys, "status", word) == "3 of 3 parts are there, 0 missing\n1 tasks pending (Priority)\n"
    assert told(capsys, "cancel", word) == "1 tasks cancelled\n"
    assert (fake / "calls").read_text(encoding="utf-8").splitlines()[-1] == "scancel 4711"
    told(capsys, "collect", word)
    assert (out / "summary.csv").read_bytes() == (whole / "summary.csv").read_bytes()


def test_the_dry_run_prints_the_script_and_submits_nothing(
    fake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = ["executor.dry_run=true", "executor.partition=short", 'executor.additional=["--account=mine"]']
    python = 'executor.python="apptainer exec jirga.sif python"'
    text = told(capsys, *WORDS, f"out={tmp_path}/o", "executor=slurm", *more, python)
    assert {"#SBATCH --partition=short", "#SBATCH --account=mine", "#SBATCH --array=0-0"} <= set(text.splitlines())
    assert f"exec apptainer exec jirga.sif python -m sim work out={tmp_path}/o " in text
    assert not (fake / "calls").exists()
    assert subprocess.run(["bash", "-n"], input=text, text=True, check=False).returncode == 0


REFUSALS = {
    "invalid partition": (
        "sbatch",
        "echo 'sbatch: error: Batch job submission failed: Invalid partition name specified' >&2; exit 1",
        "slurm: sbatch: Batch job submission failed: Invalid partition name specified",
    ),
    "no slurm.conf": (
        "scontrol",
        "echo 'scontrol: error: resolve_ctls_from_dns_srv: res_nsearch error' >&2; exit 1",
        "slurm: scontrol: resolve_ctls_from_dns_srv: res_nsearch error",
    ),
    "array too large": (
        "sbatch",
        "echo 'sbatch: error: Batch job submission failed: Invalid job array specification' >&2; exit 1",
        "slurm: sbatch: Batch job submission failed: Invalid job array specification",
    ),
    "sbatch missing": ("sbatch", None, "slurm: sbatch: is not on this machine; allowed: executor=local"),
    "silence": ("sbatch", "sleep 60", "slurm: sbatch: has not answered within 0 seconds"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_one_line_and_submits_nothing(
    name: str, fake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command, body, line = REFUSALS[name]
    if body is None:
        (fake / command).unlink()
        monkeypatch.setenv("PATH", str(fake))
    else:
        answer(fake, command, body)
    monkeypatch.setattr(slurm, "LIMIT", 0.4 if name == "silence" else 60.0)
    said = told(capsys, *WORDS, f"out={tmp_path}/o", "executor=slurm", code=2)
    assert said.strip().splitlines()[-1] == line
    assert not list((tmp_path / "o").glob("jobs/slurm-*"))


def test_without_slurm_one_line_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    said = told(capsys, *WORDS, f"out={tmp_path}/o", "executor=slurm", code=2)
    assert said.strip().splitlines()[-1] == "slurm: scontrol: is not on this machine; allowed: executor=local"


def test_more_runs_than_the_cap_are_refused_and_not_submitted(
    fake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = told(capsys, *WORDS, f"out={tmp_path}/o", "executor=slurm", "cap=1999", code=2)
    assert " runs, above cap=1999; allowed: yes=true to start all the same" in said
    assert said.count("\n") == 1
    assert not (fake / "calls").exists()
    assert not list((tmp_path / "o").iterdir())


def test_a_folder_of_another_plan_or_engine_is_one_line_and_nothing_is_submitted(
    fake: Path, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = told(capsys, *WORDS, "seed=2", f"out={whole}", "executor=slurm", code=2)
    assert "holds a plan of another configuration: seed: 1 there, 2 now; allowed: the same configuration" in said
    out = begun(whole, tmp_path / "out")
    path = out / "runs" / "plan.json"
    path.write_text(re.sub(r'"engine": "\w+"', '"engine": "0000"', path.read_text(encoding="utf-8")), encoding="utf-8")
    for words in (["status"], ["resume", "executor=slurm"], ["work"], ["collect"]):
        said = told(capsys, *words, f"out={out}", code=2)
        assert "was made by another engine" in said
        assert said.count("\n") == 1
    assert not (fake / "calls").exists()


def test_a_machine_without_slurm_tells_the_files_and_finishes_what_a_cluster_began(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = begun(whole, tmp_path / "out")
    (out / "jobs").mkdir()
    (out / "jobs" / "slurm-7.json").write_text('{"tasks": ["0-2"]}', encoding="utf-8")
    monkeypatch.setenv("PATH", str(tmp_path))
    unseen = "what waits in a queue cannot be told here: squeue: is not on this machine"
    lines = ["0 of 3 parts are there, 3 missing", unseen]
    assert told(capsys, "status", f"out={out}", code=1).splitlines() == lines
    assert "squeue: is not on this machine" in told(capsys, "resume", f"out={out}", "executor=slurm", code=2)
    told(capsys, "resume", f"out={out}")
    assert names(out) == names(whole)


def test_runs_that_failed_are_recorded_and_told_by_their_messages(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = begun(whole, tmp_path / "out")
    usual = Engine.shard

    def breaks(engine: Engine, number: int, *more: Any) -> Any:
        shard = usual(engine, number, *more)
        return shard._replace(errors={3: "RuntimeError: the moon", 4: "RuntimeError: the moon", 5: "a tide"})

    monkeypatch.setattr(Engine, "shard", breaks)
    assert main(["work", f"out={out}", "parts=0"]) == 0
    assert "1 parts done, 0 failed, 1,000 runs, 3 of them failed\n" in capsys.readouterr().err
    said = told(capsys, "status", f"out={out}", code=1)
    assert "2 runs failed: RuntimeError: the moon\n1 runs failed: a tide\n" in said


def test_an_array_is_never_larger_than_slurm_takes() -> None:
    asked = slurm.Slurm(parts_per_task=1, tasks=5000)
    tasks = slurm.cut(range(40_000), asked, 1001)
    assert len(tasks) == 1000
    assert [n for task in tasks for n in numbers_of(task.strip("[]").split(","), 40_000)] == list(range(40_000))


@given(st.sets(st.integers(0, 400)).filter(bool))
def test_ranges_are_the_numbers_that_they_were_made_of(numbers: set[int]) -> None:
    told = ranges(sorted(numbers))
    assert numbers_of(told.strip("[]").split(","), 401) == sorted(numbers)


MISTAKES = {
    ("status", "seed=3"): "command line: seed: is nothing that status takes; allowed: out, verify",
    ("work", "parts=9"): "command line: parts: 9 are no parts of this plan; allowed: 0 to 2, as 3-40, 7 or [3-40,50]",
    ("work", "parts=2-1"): "command line: parts: '2-1' are no parts of this plan; allowed: 0 to 2, as",
    ("collect", "parts=1"): "command line: parts: is nothing that collect takes; allowed: out, partial",
}


@pytest.mark.parametrize("words", MISTAKES, ids=" ".join)
def test_a_mistake_is_one_line(words: tuple[str, str], whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(path.name for path in whole.rglob("*"))
    said = told(capsys, words[0], f"out={whole}", words[1], code=2)
    assert said.startswith(MISTAKES[words])
    assert said.count("\n") == 1
    assert sorted(path.name for path in whole.rglob("*")) == before


def test_a_folder_of_nothing_has_no_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "holds no plan; allowed: a folder that jirga has begun" in told(
        capsys, "status", f"out={tmp_path}/x", code=2
    )
    assert not (tmp_path / "x").exists()


def begun(whole: Path, place: Path) -> Path:
    """A folder of the same plan with nothing done."""
    shutil.copytree(whole / "runs" / "case", place / "runs" / "case")
    shutil.copy(whole / "runs" / "plan.json", place / "runs" / "plan.json")
    return place


def test_a_part_that_fails_is_kept_told_and_done_again(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = begun(whole, tmp_path / "out")
    usual = plans.write_part

    def breaks(plan: Any, folder: Path, part: Any, *more: Any) -> None:
        if part.number == 1:
            raise RuntimeError("the moon")
        usual(plan, folder, part, *more)

    monkeypatch.setattr(plans, "write_part", breaks)
    assert told(capsys, "work", f"out={out}", code=1) == ""
    assert "Traceback" in (out / "jobs" / "failed-000001.txt").read_text(encoding="utf-8")
    assert "1 parts failed: RuntimeError: the moon\n" in told(capsys, "status", f"out={out}", code=1)
    monkeypatch.undo()
    told(capsys, "resume", f"out={out}")
    assert names(out) == names(whole)
    assert told(capsys, "status", f"out={out}") == "3 of 3 parts are there, 0 missing\n"


def test_broken_bytes_are_told_and_made_again(whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    (path,) = (out / "runs").glob("runs-000001-*")
    path.write_bytes(path.read_bytes()[:-9])
    assert f"broken: {path.name}" in told(capsys, "status", f"out={out}", "verify=true")
    assert f"{path.name}: a file is broken" in told(capsys, "collect", f"out={out}", code=2)
    told(capsys, "resume", f"out={out}", "verify=true")
    assert path.read_bytes() == (whole / "runs" / path.name).read_bytes()


def test_what_is_there_is_collected_as_the_smaller_plan_that_it_is_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plan with two levers: one cell without its last part, one without its first, baselines whole."""
    words = ["-m", "scenario=turkey_summit", "scenario.levers.summit_week=4,8,12", "horizon=8", "size=smoke"]
    sized = [*words, "size.runs=2", "part_runs=1000"]  # two parts of 500 draws a cell, then four of the baseline
    out, small = tmp_path / "out", tmp_path / "small"
    told(capsys, *sized, "size.draws=1000", f"out={out}")
    told(capsys, *[word.replace("4,8,12", "4,8") for word in sized], "size.draws=500", f"out={small}")
    for number in (3, 4):
        next((out / "runs").glob(f"runs-{number:06}-*")).unlink()
    assert "2 of 9 parts are missing; allowed: jirga resume out=FOLDER first: it adds them; or partial=true" in told(
        capsys, "collect", f"out={out}", code=2
    )
    line = "this is 2 of 3 cells, each with the first 500 of 1,000 draws; the other parts are missing"
    assert " ".join(told(capsys, "collect", f"out={out}", "partial=true").split()).count(f"PARTIAL: {line}") == 2
    assert f"PARTIAL: {line}" in (out / "report.html").read_text(encoding="utf-8")
    rows, others = (
        list(csv.DictReader((place / "summary.csv").read_text(encoding="utf-8").splitlines())) for place in (out, small)
    )
    assert [row.pop("partial") for row in rows] == [line, line]
    assert rows == others
    told(capsys, "resume", f"out={out}")
    told(capsys, "collect", f"out={out}", "partial=true")
    assert "PARTIAL" not in (out / "report.html").read_text(encoding="utf-8")


def test_nothing_can_be_told_where_no_cell_has_a_part_and_its_baseline(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = begun(whole, tmp_path / "out")
    said = told(capsys, "collect", f"out={out}", "partial=true", code=2)
    assert "no cell has a part that its baseline has too; allowed: jirga status out=FOLDER" in said


def test_a_worker_begins_no_part_that_it_cannot_finish(whole: Path, tmp_path: Path) -> None:
    out = begun(whole, tmp_path / "out")
    now = iter(range(1_000, 10_000, 10))
    lines: list[str] = []
    worker = Worker(out, ends=1_030.0, tell=lines.append, clock=lambda: float(next(now)))
    assert work(worker, out / "runs", None, 1) == 1
    assert len(list((out / "runs").glob("runs-*"))) == 1
    assert any(re.match(r"part 1 is left: a part takes \d+ seconds", line) for line in lines)


def test_a_signal_ends_the_work_with_nothing_half_written(whole: Path, tmp_path: Path) -> None:
    out = begun(whole, tmp_path / "out")
    worker = Worker(out, tell=lambda line: None)
    seen: list[int] = []

    def clock() -> float:  # asked for at each part and each piece
        seen.append(1)
        if len(seen) == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        return float(len(seen))

    worker.clock = clock
    before = signal.getsignal(signal.SIGTERM)
    assert work(worker, out / "runs", None, 1) == 143
    assert signal.getsignal(signal.SIGTERM) is before
    assert not list(out.rglob("*.part"))
    assert work(Worker(out, tell=lambda line: None), out / "runs", None, 1) == 0
    assert names(out) == names(whole)


def test_threads_and_time_are_those_of_the_allocation(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (working.allocated(), working.end_of_allocation()) == (None, None)
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", "3")
    monkeypatch.setenv("SLURM_JOB_END_TIME", "1790000000")
    assert (working.allocated(), working.end_of_allocation()) == (3, 1.79e9)


def test_workers_that_are_killed_at_random_lose_nothing(whole: Path) -> None:
    script = Path(__file__).with_name("kill_work.py")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, str(script), "50"], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.match(r"5[01] kills", done.stdout)
