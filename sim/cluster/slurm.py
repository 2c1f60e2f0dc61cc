"""Slurm: one array of tasks over the missing parts, as a script that a person can read; never accounting.

Every call has a time limit, and what it says is told in one line.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sim.cluster.ranges import ranges
from sim.cluster.working import JOBS
from sim.inputs.errors import InputError
from sim.inputs.numbers import whole_number

LIMIT = 60.0  # seconds that a call to Slurm may take
USUAL_ARRAY = 1001  # Slurm's own MaxArraySize
RANGES = {
    "minutes": (2, 100_000),  # the warning comes in the last one: a task of one minute would be warned at once
    "cpus": (1, 1024),
    "parts_per_task": (1, 1_000_000),
    "tasks": (1, 100_000),
}
NAME = re.compile(r"slurm-(\d+)\.json")


@dataclass(frozen=True)
class Slurm:
    """What is asked of Slurm for every task of an array.

    Attributes:
        partition: None for the site's default.
        minutes: that a task may take, in [2, 100000]; Slurm warns it in the last one, and it ends after its piece.
        mem: memory, as Slurm reads it; None for what a part takes (`memory`).
        cpus: processors.
        parts_per_task: parts that a task does, where there are not too many tasks.
        tasks: the most tasks.
        additional: further options of sbatch, each as one writes it.
        python: the words that start Python there; None for this one.
    """

    partition: str | None = None
    minutes: int = 60
    mem: str | None = None
    cpus: int = 1
    parts_per_task: int = 50
    tasks: int = 1000
    additional: tuple[str, ...] = ()
    python: str | None = None

    def __post_init__(self) -> None:
        for name, (least, most) in RANGES.items():
            whole_number("Slurm", name, getattr(self, name), least, most)


class Task(NamedTuple):
    """A task in Slurm's queue, its parts, its state and the reason why it waits."""

    job: int
    parts: str
    state: str
    reason: str


def cut(numbers: Sequence[int], asked: Slurm, largest: int) -> list[str]:
    """Missing parts cut into the ranges of tasks.

    >>> cut(range(7), Slurm(parts_per_task=3), 1001)
    ['0-2', '3-5', '6']
    """
    most = min(asked.tasks, largest - 1)
    size = max(asked.parts_per_task, -(-len(numbers) // most))
    return [ranges(numbers[n : n + size]) for n in range(0, len(numbers), size)]


def script(folder: Path, tasks: Sequence[str], asked: Slurm, mem: str) -> str:
    """The batch script of an array: the same `jirga work` line that every other scheduler would run."""
    logs = str(folder / JOBS).replace("%", "%%").replace('"', '\\"') + "/%A_%a.log"
    options = [
        "--job-name=jirga", f"--array=0-{len(tasks) - 1}", f"--time={asked.minutes}", f"--mem={mem}",
        f"--cpus-per-task={asked.cpus}", f'--output="{logs}"', "--open-mode=append", "--requeue",
        "--signal=B:TERM@60", *([f"--partition={asked.partition}"] if asked.partition else []), *asked.additional,
    ]  # fmt: skip
    python = asked.python or shlex.quote(sys.executable)
    return "\n".join(
        [
            "#!/bin/bash",
            "# Written by jirga: each task of the array does the parts of one line below.",
            *(f"#SBATCH {option}" for option in options),
            "parts=(",
            *(f'  "{task}"' for task in tasks),
            ")",
            f"exec {python} -m sim work {shlex.quote(f'out={folder}')} "
            f'"parts=${{parts[$SLURM_ARRAY_TASK_ID]}}" threads={asked.cpus}',
            "",
        ]
    )


def out_word(folder: Path) -> str:
    """The word that names a folder; with a comma it would be several values, where it is not quoted.

    >>> print(out_word(Path("/a b/it's")), out_word(Path("/a,b")))
    out=/a b/it's out='/a,b'
    """
    text = str(folder)
    return f"out='{text}'" if "," in text and "'" not in text else f"out={text}"


def submit(folder: Path, tasks: Sequence[str], asked: Slurm, mem: str) -> int:
    """Submit an array and return its number; its script and its parts stay in the folder.

    Args:
        folder: of the job.
        tasks: the parts of each.
        asked: of Slurm.
        mem: memory of a task, as Slurm reads it.

    Raises:
        InputError: Slurm is not there, says no, or does not answer; then nothing is submitted.
    """
    jobs = folder / JOBS
    jobs.mkdir(exist_ok=True)
    new = jobs / "slurm-new.sh"
    new.write_text(script(folder, tasks, asked, mem), encoding="utf-8")
    try:
        number = int(_call(["sbatch", "--parsable", str(new)]).split(";")[0])
        new.rename(jobs / f"slurm-{number}.sh")
    finally:
        new.unlink(missing_ok=True)
    (jobs / f"slurm-{number}.json").write_text(json.dumps({"tasks": list(tasks)}), encoding="utf-8")
    return number


def submitted(folder: Path) -> dict[int, list[str]]:
    """The arrays that were submitted for a folder, each with the parts of its tasks."""
    found = {}
    for path in sorted((folder / JOBS).glob("slurm-*.json")):
        match = NAME.fullmatch(path.name)
        if match:
            found[int(match[1])] = list(json.loads(path.read_text(encoding="utf-8"))["tasks"])
    return found


def queued(folder: Path) -> list[Task]:
    """The folder's tasks that wait or run, by one call of squeue; none where nothing was submitted."""
    arrays = submitted(folder)
    if not arrays:
        return []
    told = _call(["squeue", "--noheader", "--array", f"--user={os.getuid()}", "--format=%F|%K|%T|%r"])
    found = []
    for line in told.splitlines():
        job, place, state, reason = line.strip().split("|", 3)
        if job.isdigit() and place.isdigit() and int(place) < len(arrays.get(int(job), ())):
            found.append(Task(int(job), arrays[int(job)][int(place)], state, reason))
    return found


def cancel(jobs: Iterable[int]) -> None:
    """Cancel arrays."""
    _call(["scancel", *(str(job) for job in sorted(set(jobs)))])


def largest_array() -> int:
    """The largest array that Slurm takes here (its MaxArraySize)."""
    match = re.search(r"MaxArraySize\s*=\s*(\d+)", _call(["scontrol", "show", "config"]))
    return int(match[1]) if match else USUAL_ARRAY


def _call(words: Sequence[str]) -> str:
    """What a command of Slurm's prints; `InputError` with its own first line where it fails."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=LIMIT, check=False)
    except FileNotFoundError:
        raise InputError("slurm", words[0], "is not on this machine", allowed="executor=local") from None
    except subprocess.TimeoutExpired:
        raise InputError("slurm", words[0], f"has not answered within {LIMIT:.0f} seconds") from None
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or [f"exit code {done.returncode}"]
        raise InputError("slurm", words[0], lines[-1].removeprefix(f"{words[0]}: error: "))
    return done.stdout
