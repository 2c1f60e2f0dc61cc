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
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sim.cluster.ranges import ranges
from sim.cluster.working import JOBS, WARNING
from sim.inputs.errors import InputError, shown
from sim.inputs.numbers import texts, whole_number
from sim.storage.files import put_text

LIMIT = 60.0  # seconds that a call to Slurm may take
USUAL_ARRAY = 1001  # Slurm's own MaxArraySize
USUAL_NAME = "jirga"  # of a job
RANGES = {
    "minutes": (2, 100_000),  # the warning comes in the last one: a task of one minute would be warned at once
    "cpus": (1, 1024),
    "parts_per_task": (1, 1_000_000),
    "tasks": (1, 100_000),
}
NAME = re.compile(r"slurm-(\d+)\.json")
OWN = re.compile(r"(--(array|wrap)\b|-a)")  # options of sbatch that would undo the script
JOB_NAME = re.compile(r"""(?:--job-name[=\s]|-J)\s*(?:"([^"]*)"|'([^']*)'|(\S+))""")
NAMED_ELSEWHERE = "SBATCH_JOB_NAME"  # it would go before the script's own name, by which the queue is asked
QUEUED = re.compile(r"(\d+)\|(\d+)\|([^|]*)\|(.*)")  # job, place in the array, state, reason
ANSWER = re.compile(r"(\d+)(;.*)?")  # of `sbatch --parsable`: a number, and the cluster where there are several


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
        object.__setattr__(self, "additional", texts(self.additional))
        for option in self.additional:
            if OWN.match(option) or len(option.splitlines()) != 1 or not option.startswith("-"):
                allowed = "one option of sbatch each, such as --account=mine, and none of --array and --wrap"
                raise InputError("Slurm", "additional", f"{shown(option)} cannot be added", allowed=allowed)

    @property
    def name(self) -> str:
        """The name of its jobs."""
        named = [match[match.lastindex or 1] for option in self.additional if (match := JOB_NAME.match(option))]
        return named[-1] if named else USUAL_NAME


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
    most = min(asked.tasks, max(1, largest - 1))
    size = max(asked.parts_per_task, -(-len(numbers) // most))
    return [ranges(numbers[n : n + size]) for n in range(0, len(numbers), size)]


def script(folder: Path, tasks: Sequence[str], asked: Slurm, mem: str) -> str:
    """The batch script of an array: the same `jirga work` line that every other scheduler would run."""
    logs = str(folder / JOBS).replace("%", "%%").replace('"', '\\"') + "/%A_%a.log"
    options = [
        f"--job-name={asked.name}", f"--array=0-{len(tasks) - 1}", f"--time={asked.minutes}", f"--mem={mem}",
        f"--cpus-per-task={asked.cpus}", f'--output="{logs}"', "--open-mode=append", "--requeue",
        f"--signal=B:TERM@{WARNING}", *([f"--partition={asked.partition}"] if asked.partition else []),
        *asked.additional,
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
            f"exec {python} -P -m sim work {shlex.quote(f'out={folder}')} "
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
    new = [folder / JOBS / f"slurm-new-{uuid.uuid4().hex}{ending}" for ending in (".sh", ".json")]
    try:
        put_text(new[0], script(folder, tasks, asked, mem))
        put_text(new[1], json.dumps({"name": asked.name, "tasks": list(tasks)}))
        number = _number(_call(["sbatch", "--parsable", str(new[0])]))
        for path in new:  # written before: a disk that is full loses no array that was submitted
            path.rename(path.with_name(f"slurm-{number}{path.suffix}"))
    finally:
        for path in new:
            with suppress(OSError):  # as where they could not be written
                path.unlink()
    return number


def _number(told: str) -> int:
    """The number of a job in what sbatch printed; a site's own sbatch may print more.

    >>> _number("welcome\\n4711;east\\n")
    4711
    """
    found = [match[1] for line in told.splitlines() if (match := ANSWER.fullmatch(line.strip()))]
    if not found:
        problem = f"has not told the number of the job, but {shown(told.strip())}"
        raise InputError("slurm", "sbatch", problem, allowed="squeue tells whether it waits, scancel takes it back")
    return int(found[-1])


class Array(NamedTuple):
    """An array that was submitted: the name of its jobs, and the parts of each task."""

    name: str
    tasks: list[str]


def submitted(folder: Path) -> dict[int, Array]:
    """The arrays that were submitted for a folder, by their numbers."""
    found = {}
    for path in sorted((folder / JOBS).glob("slurm-*.json")):
        match = NAME.fullmatch(path.name)
        if match:
            told = json.loads(path.read_text(encoding="utf-8"))
            found[int(match[1])] = Array(told.get("name", USUAL_NAME), told["tasks"])
    return found


def queued(folder: Path) -> list[Task]:
    """The folder's tasks that wait or run, by one call of squeue; none where nothing was submitted.

    Only jobs of the arrays' own names are asked for: another one of the user's may have the same number, where a
    folder has come from another cluster or Slurm has begun to count anew.
    """
    arrays = submitted(folder)
    if not arrays:
        return []
    names = ",".join(sorted({array.name for array in arrays.values()}))
    asked = ["--noheader", "--array", f"--user={os.getuid()}", f"--name={names}", "--format=%F|%K|%T|%r"]
    found = []
    for line in _call(["squeue", *asked]).splitlines():
        match = QUEUED.fullmatch(line.strip())
        tasks = arrays[int(match[1])].tasks if match and int(match[1]) in arrays else ()
        if match and int(match[2]) < len(tasks):
            found.append(Task(int(match[1]), tasks[int(match[2])], match[3], match[4]))
    return found


def cancel(jobs: Iterable[int]) -> None:
    """Cancel arrays."""
    _call(["scancel", *(str(job) for job in sorted(set(jobs)))])


def largest_array() -> int:
    """The largest array that Slurm takes here (its MaxArraySize).

    Raises:
        InputError: Slurm is not there, does not answer, or takes no arrays.
    """
    match = re.search(r"MaxArraySize\s*=\s*(\d+)", _call(["scontrol", "show", "config"]))
    found = int(match[1]) if match else USUAL_ARRAY
    if not found:
        raise InputError("slurm", "MaxArraySize", "is 0: it takes no arrays", allowed="executor=local")
    return found


def _call(words: Sequence[str]) -> str:
    """What a command of Slurm's prints; `InputError` with its own first line where it fails."""
    around = {name: value for name, value in os.environ.items() if name != NAMED_ELSEWHERE}
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=LIMIT, check=False, env=around)
    except FileNotFoundError:
        raise InputError("slurm", words[0], "is not on this machine", allowed="executor=local") from None
    except OSError as error:
        raise InputError("slurm", words[0], f"cannot be run ({error.strerror})", allowed="executor=local") from None
    except subprocess.TimeoutExpired:
        raise InputError("slurm", words[0], f"has not answered within {LIMIT:.0f} seconds") from None
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or [f"exit code {done.returncode}"]
        raise InputError("slurm", words[0], lines[-1].removeprefix(f"{words[0]}: error: "))
    return done.stdout
