"""A folder's jobs, with a Slurm that is three small scripts: what is submitted, seen, refused, worked and collected."""

from __future__ import annotations

import csv
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.cluster import slurm, status, working
from sim.cluster.ranges import numbers_of, ranges
from sim.cluster.working import Worker, work
from sim.command.main import main
from sim.engine.engine import Engine
from sim.inputs.errors import InputError
from sim.numerics.machine import Compiled
from sim.storage import files, leases, plans
from sim.storage.files import named_files, put_text

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
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
        "0 of 3 parts are there, 3 missing", "1 task pending (Priority)", "1 task running",
    ]  # fmt: skip
    assert told(capsys, "resume", word, "executor=slurm") == ""  # all of it is in the queue
    (fake / "queue").write_text("4711|1|PENDING|Priority\n", encoding="utf-8")
    assert "in no queue: 0-1" in told(capsys, "status", word, code=1)
    assert "3 of 3 parts are missing; allowed: jirga resume out=FOLDER first" in told(capsys, "collect", word, code=2)
    for place in ("0", "1"):  # as Slurm would
        script = ["bash", str(fake / "script")]
        subprocess.run(script, env={**os.environ, "SLURM_ARRAY_TASK_ID": place}, check=True, capture_output=True)
    assert names(out) == names(whole)
    assert told(capsys, "status", word) == "3 of 3 parts are there, 0 missing\n1 task pending (Priority)\n"
    assert told(capsys, "cancel", word) == "1 task cancelled\n"
    assert (fake / "calls").read_text(encoding="utf-8").splitlines()[-1] == "scancel 4711"
    told(capsys, "collect", word)
    assert (out / "summary.csv").read_bytes() == (whole / "summary.csv").read_bytes()


def test_the_same_words_again_submit_nothing_that_is_in_the_queue(
    fake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [*WORDS, f"out={tmp_path}/o", "executor=slurm"]
    told(capsys, *words, "executor.parts_per_task=2")
    (fake / "queue").write_text("4711|0|RUNNING|None\n", encoding="utf-8")
    assert told(capsys, *words).splitlines()[0] == "1 part in 1 task of at most 60 minutes, 3G and 1 processor"
    (fake / "queue").write_text("4711|0|RUNNING|None\n4711|1|PENDING|Priority\n", encoding="utf-8")
    answer(fake, "sbatch", f"touch {fake}/again; echo 4712")
    (tmp_path / "o" / "jobs" / "slurm-4711.json").write_text('{"tasks": ["0-1", "2"]}', encoding="utf-8")
    assert told(capsys, *words) == ""
    answer(fake, "squeue", "exit 1")
    assert "what waits in the queue is not told (squeue: exit code 1)" in told(capsys, *words, code=2)
    assert not (fake / "again").exists()


def test_only_jobs_of_the_arrays_own_name_are_asked_for_and_cancelled(
    fake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, more in enumerate((["executor.additional=['--job-name=mine']"], [])):
        out = f"out={tmp_path}/{number}"
        told(capsys, *WORDS, out, "executor=slurm", *more)
        told(capsys, "cancel", out)
        asked = (fake / "calls").read_text(encoding="utf-8").splitlines()[-1]
        assert f" --name={'jirga' if number else 'mine'} " in asked


def test_a_module_of_the_users_own_does_not_take_the_place_of_the_package(
    fake: Path, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    told(capsys, *WORDS, f"out={out}", "executor=slurm")
    (tmp_path / "sim.py").write_text("raise SystemExit('not the package')", encoding="utf-8")
    environment = {**os.environ, "SLURM_ARRAY_TASK_ID": "0", "PYTHONPATH": str(ROOT)}
    script = ["bash", str(fake / "script")]
    done = subprocess.run(script, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert names(out) == names(whole)


def test_the_dry_run_prints_the_script_and_submits_nothing(
    fake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = ["executor.dry_run=true", "executor.partition=short", 'executor.additional=["--account=mine"]']
    python = 'executor.python="apptainer exec jirga.sif python"'
    text = told(capsys, *WORDS, f"out={tmp_path}/o", "executor=slurm", *more, python)
    assert {"#SBATCH --partition=short", "#SBATCH --account=mine", "#SBATCH --array=0-0"} <= set(text.splitlines())
    assert f"exec apptainer exec jirga.sif python -P -m sim work out={tmp_path}/o " in text
    assert not (fake / "calls").exists()
    assert subprocess.run(["bash", "-n"], input=text, text=True, check=False).returncode == 0


def test_a_name_for_jobs_in_the_environment_hides_none_of_them(fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slurm lets it go before the name in the script, by which the queue is asked."""
    answer(fake, "sbatch", f'echo "${{SBATCH_JOB_NAME:-none}}" > {fake}/named; echo 1')
    monkeypatch.setenv("SBATCH_JOB_NAME", "another")
    slurm._call(["sbatch"])
    assert (fake / "named").read_text(encoding="utf-8") == "none\n"


def test_a_dry_run_on_a_machine_without_slurm_says_which_size_of_array_it_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main([*WORDS, f"out={tmp_path}/o", "executor=slurm", "executor.dry_run=true"]) == 0
    out, err = capsys.readouterr()
    assert "#SBATCH --array=0-0" in out
    assert "scontrol: is not on this machine" in err
    assert "arrays of Slurm's usual size, 1,001" in err


def test_a_dry_run_keeps_to_the_arrays_that_the_site_takes(
    fake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(fake, "scontrol", "echo 'MaxArraySize = 2'")
    text = told(
        capsys, *WORDS, f"out={tmp_path}/o", "executor=slurm", "executor.dry_run=true", "executor.parts_per_task=1"
    )
    assert "#SBATCH --array=0-0" in text


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
    "no number": (
        "sbatch",
        "echo welcome",
        "slurm: sbatch: has not told the number of the job, but 'welcome'; allowed: squeue tells whether it waits, "
        "scancel takes it back",
    ),
    "no arrays": (
        "scontrol",
        "echo 'MaxArraySize = 0'",
        "slurm: MaxArraySize: is 0: it takes no arrays; allowed: executor=local",
    ),
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


def test_what_cannot_be_run_or_written_is_one_line(
    fake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "o").mkdir()
    (tmp_path / "o" / "jobs").touch()  # where the folder of the jobs would be
    words = [*WORDS, f"out={tmp_path}/o", "executor=slurm"]
    line = f"{tmp_path}/o/jobs: out: cannot be used (File exists)"
    assert told(capsys, *words, code=2).strip().splitlines()[-1] == line
    assert not (fake / "calls").exists()
    (tmp_path / "o" / "jobs").unlink()
    monkeypatch.setenv("PATH", str(fake))
    (fake / "sbatch").write_text("no program", encoding="utf-8")
    (fake / "sbatch").chmod(0o755)
    line = "slurm: sbatch: cannot be run (Exec format error); allowed: executor=local"
    assert told(capsys, *words, code=2).strip().splitlines()[-1] == line
    assert not list((tmp_path / "o" / "jobs").iterdir())


def test_an_answer_with_more_than_the_number_is_understood(
    fake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(fake, "sbatch", "echo 'welcome to 9 nodes'; echo '4711;east'")
    told(capsys, *WORDS, f"out={tmp_path}/o", "executor=slurm")
    assert sorted(path.name for path in (tmp_path / "o" / "jobs").iterdir()) == ["slurm-4711.json", "slurm-4711.sh"]
    (fake / "queue").write_text("welcome\n4711|0|PENDING|a|b\n4711|9|PENDING|x\n", encoding="utf-8")
    assert "1 task pending (a|b)" in told(capsys, "status", f"out={tmp_path}/o", code=1)


def test_what_is_submitted_at_one_time_has_scripts_of_its_own(fake: Path, tmp_path: Path) -> None:
    out = tmp_path / "o"
    out.mkdir()
    answer(fake, "sbatch", f'echo "$2" >> {fake}/scripts; wc -l < {fake}/scripts')
    for _ in range(2):
        slurm.submit(out, ["0"], slurm.Slurm(), "1G")
    assert len(set((fake / "scripts").read_text(encoding="utf-8").splitlines())) == 2


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
    script = told(capsys, "resume", f"out={out}", "executor=slurm", "executor.dry_run=true")  # for another machine
    assert "#SBATCH --array" in script
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
    assert "1 part done, 0 failed, 1,000 runs, 3 of them failed\n" in capsys.readouterr().err
    said = told(capsys, "status", f"out={out}", code=1)
    assert "2 runs failed: RuntimeError: the moon\n1 run failed: a tide\n" in said


def test_why_runs_failed_is_kept_before_their_part_is_whole(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = begun(whole, tmp_path / "out")
    usual, usual_write = Engine.shard, plans.files_module.write_table

    def breaks(engine: Engine, number: int, *more: Any) -> Any:
        return usual(engine, number, *more)._replace(errors={3: "the moon"})

    def killed(folder: Path, kind: str, *more: Any) -> None:
        if kind == "runs":
            assert (out / "jobs" / "failed-runs-000000.json").is_file()
            raise KeyboardInterrupt
        usual_write(folder, kind, *more)

    monkeypatch.setattr(Engine, "shard", breaks)
    monkeypatch.setattr(plans.files_module, "write_table", killed)
    with pytest.raises(KeyboardInterrupt):
        work(Worker(out, tell=lambda line: None), out / "runs", None, 1)


def test_what_is_kept_is_whole_at_each_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "jobs" / "failed-runs-000000.json"
    put_text(path, '{"the moon": 1}')

    def killed(*_: Any) -> None:
        assert path.read_text(encoding="utf-8") == '{"the moon": 1}'
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        put_text(path, '{"the moon": 2}')
    assert path.read_text(encoding="utf-8") == '{"the moon": 1}'
    assert list(path.parent.iterdir()) == [path]


def test_an_array_is_never_larger_than_slurm_takes() -> None:
    asked = slurm.Slurm(parts_per_task=1, tasks=5000)
    tasks = slurm.cut(range(40_000), asked, 1001)
    assert len(tasks) == 1000
    assert [n for task in tasks for n in numbers_of(task.strip("[]").split(","), 40_000)] == list(range(40_000))
    assert slurm.cut(range(7), asked, 1) == ["0-6"]


def test_what_is_added_is_one_option_each_and_none_that_would_undo_the_script() -> None:
    assert slurm.Slurm(additional="--account=mine").additional == ("--account=mine",)  # type: ignore[arg-type]
    assert slurm.Slurm(additional=("-J mine",)).name == "mine"
    assert slurm.Slurm(additional=("--job-name='my job'", '--job-name="the last"')).name == "the last"
    for option in ("--array=3", "-a 3", "--wrap=ls", "account=mine", "--account=a\nrm -r x", ""):
        with pytest.raises(
            InputError, match=r"Slurm: additional: .* cannot be added; allowed: one option of sbatch each"
        ):
            slurm.Slurm(additional=(option,))


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
    assert "1 part failed: RuntimeError: the moon\n" in told(capsys, "status", f"out={out}", code=1)
    monkeypatch.undo()
    told(capsys, "resume", f"out={out}")
    assert names(out) == names(whole)
    assert told(capsys, "status", f"out={out}") == "3 of 3 parts are there, 0 missing\n"


def test_a_part_that_fails_here_leaves_the_others_done(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`executor=local`, which makes table and report as well where nothing has failed."""
    out = tmp_path / "out"
    usual = plans.write_part

    def breaks(plan: Any, folder: Path, part: Any, *more: Any) -> None:
        if part.number == 0:
            raise RuntimeError("the moon")
        usual(plan, folder, part, *more)

    monkeypatch.setattr(plans, "write_part", breaks)
    assert main([*WORDS, f"out={out}"]) == 1
    assert capsys.readouterr().err.endswith("1 part failed; jirga status out=FOLDER tells why\n")
    assert "RuntimeError: the moon" in (out / "jobs" / "failed-000000.txt").read_text(encoding="utf-8")
    assert names(out) == {name for name in names(whole) if "-000000-" not in name}
    assert not (out / "report.html").exists()
    monkeypatch.undo()
    assert main([*WORDS, f"out={out}"]) == 0
    assert names(out) == names(whole)


@pytest.mark.parametrize("job", ["resume", "collect"])
def test_what_a_killed_task_left_is_removed(
    job: str, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    (out / "jobs").mkdir(exist_ok=True)
    left = [out / place / leases.name("a" * 32) for place in ("runs", "jobs")]
    for path in left:
        path.write_bytes(b"half")
    told(capsys, job, f"out={out}")
    assert not any(path.exists() for path in left)


def test_broken_bytes_are_told_and_made_again(whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    (path,) = (out / "runs").glob("runs-000001-*")
    path.write_bytes(path.read_bytes()[:-9])
    assert f"broken: {path.name}" in told(capsys, "status", f"out={out}", "verify=true", code=1)
    assert "broken" not in told(capsys, "status", f"out={out}")  # names alone
    assert f"{path.name}: a file is broken" in told(capsys, "collect", f"out={out}", code=2)
    told(capsys, "resume", f"out={out}", "verify=true")
    assert path.read_bytes() == (whole / "runs" / path.name).read_bytes()


def test_looking_and_working_read_no_bytes_of_what_is_there_and_opening_reads_them_once(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    read: list[str] = []
    usual = files.file_digest
    monkeypatch.setattr(files, "file_digest", lambda path: read.append(path.name) or usual(path))
    assert "3 of 3 parts are there" in told(capsys, "status", f"out={out}")
    told(capsys, "work", f"out={out}")
    told(capsys, "resume", f"out={out}")
    assert not [name for name in read if name.endswith(".parquet")]
    assert len(sim.open(out)) == 1
    assert sorted(read) == sorted(set(read)) != []


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


def test_a_signal_between_parts_ends_the_work_too(whole: Path, tmp_path: Path) -> None:
    """Tables of draws are parts without a run, and no piece of theirs is heard of."""
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    next((out / "runs").glob("draws-*")).unlink()
    assert work(Worker(out, tell=lambda line: None, stopped=True), out / "runs", None, 1) == 143
    assert not list((out / "runs").glob("draws-*"))


def test_a_signal_while_the_engine_is_compiled_ends_the_work_at_once(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = begun(whole, tmp_path / "out")

    def compiles(engine: Engine) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        raise AssertionError("it has gone on")

    monkeypatch.setattr(Engine, "warm_up", compiles)
    assert work(Worker(out, tell=lambda line: None), out / "runs", None, 1) == 143
    assert not list((out / "runs").glob("*.parquet"))


def test_a_signal_that_compiled_code_turns_into_an_error_ends_the_work_too(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where numba looks into an argument, the signal's exception is lost: "'record' object has no attribute 'data'"."""
    out = begun(whole, tmp_path / "out")

    def calls(engine: Engine) -> None:
        with suppress(working.Stopped):
            os.kill(os.getpid(), signal.SIGTERM)
        raise AttributeError("'record' object has no attribute 'data'")

    monkeypatch.setattr(Engine, "warm_up", calls)
    assert work(Worker(out, tell=lambda line: None), out / "runs", None, 1) == 143


def test_an_error_before_the_first_part_is_no_stop(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(engine: Engine) -> None:
        raise AttributeError("of the engine's own")

    monkeypatch.setattr(Engine, "warm_up", fails)
    out = begun(whole, tmp_path / "out")
    with pytest.raises(AttributeError, match="of the engine's own"):
        work(Worker(out, tell=lambda line: None), out / "runs", None, 1)


def test_compiling_is_told_and_is_no_parts_time(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = begun(whole, tmp_path / "out")
    now, lines, usual = [1_000.0], list[str](), Engine.warm_up

    def compiles(engine: Engine) -> None:
        now[0] += 300.0
        usual(engine)

    monkeypatch.setattr(Engine, "warm_up", compiles)
    monkeypatch.setattr(Compiled, "is_warm", lambda self: False)
    worker = Worker(out, ends=1_400.0, tell=lines.append, clock=lambda: now[0])
    assert work(worker, out / "runs", None, 1) == 0
    assert worker.longest < 300.0
    assert lines[0] == "compiling the engine: once for each version, about a minute"
    assert work(worker, out / "runs", None, 1) == 0
    assert sum(line.startswith("compiling") for line in lines) == 1  # not where nothing is to be done


def test_the_rate_is_that_of_the_hour_before_now(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plans.read_plan(whole / "runs")
    now = 1_700_000_000.0
    assert rate(plan, tmp_path, [now - 1000.0, now - 500.0, now - 5000.0], now) == 1.0  # 1,000 runs in 1,000 seconds
    assert rate(plan, tmp_path, [now - 1000.0, now - 500.0], now + 7 * 86400.0) == 0.0
    assert rate(plan, tmp_path, [now + 1000.0, now + 2000.0], now) == 1.0  # a file system whose clock is ahead
    monkeypatch.setattr(status, "LOOKED_AT", 4)
    times = [now - 1000.0 + n * 125.0 for n in range(8)]
    assert rate(plan, tmp_path, times, now) == 6.0  # every other one of eight, as many runs each as two have


def rate(plan: Any, folder: Path, times: list[float], now: float) -> float:
    """The rate where parts were written at these times."""
    for path in folder.glob("runs-*"):
        path.unlink()
    for number, moment in enumerate(times):
        path = folder / f"runs-{number:06}-{'0' * 20}.parquet"
        path.touch()
        os.utime(path, (moment, moment))
    return status._rate(plan, folder, now)


def test_looking_reads_names_and_no_bytes(whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out)
    for path in (out / "runs").glob("*.parquet"):
        path.write_bytes(b"")
    assert told(capsys, "status", f"out={out}").startswith("3 of 3 parts are there, 0 missing\n")
    assert told(capsys, "work", f"out={out}") == ""
    assert {path.stat().st_size for path in (out / "runs").glob("*.parquet")} == {0}


def test_the_time_is_that_of_the_allocation(monkeypatch: pytest.MonkeyPatch) -> None:
    assert working.end_of_allocation() is None
    monkeypatch.setenv("SLURM_JOB_END_TIME", "1790000060")
    assert working.end_of_allocation() == 1.79e9  # a minute before the end, at which the script has the task warned
    assert f"--signal=B:TERM@{working.WARNING}" in slurm.script(Path("/x"), ["0"], slurm.Slurm(), "1G")


def test_workers_that_are_killed_at_random_lose_nothing(whole: Path) -> None:
    script = Path(__file__).with_name("kill_work.py")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, str(script), "50"], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert re.match(r"5[01] kills", done.stdout)
