"""What a folder's plan has come to: its parts, what waits in a queue, what failed. Nothing is written."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.cluster.ranges import numbers_of, ranges
from sim.cluster.slurm import Task, queued
from sim.cluster.working import JOBS, RUNS
from sim.experiment.plan import Plan
from sim.inputs.errors import InputError
from sim.inputs.numbers import counted
from sim.storage.files import named_files
from sim.storage.plans import missing
from sim.storage.work import Part, parts_of, run_parts_of, runs_in

FAILURE = re.compile(r"failed-(\d{6,})\.txt")
FLAWS = re.compile(r"failed-runs-(\d{6,})\.json")
RECENT = 3600.0  # seconds before now in which the rate is measured
LOOKED_AT = 2000  # files whose times are looked at, at most


@dataclass(frozen=True)
class Status:
    """What a folder's plan has come to.

    Attributes:
        plan: the plan.
        gone: the parts that are not there.
        tasks: what waits or runs in Slurm's queue.
        failures: why parts failed that are not there, by number.
        flaws: why runs failed in the parts that are there, and how many.
        rate: runs a second lately, by the times of the files; 0.0 where that cannot be told.
        unseen: why nothing can be told of a queue; empty where it can.
    """

    plan: Plan
    gone: Sequence[Part]
    tasks: Sequence[Task]
    failures: dict[int, str]
    flaws: Mapping[str, int]
    rate: float
    unseen: str = ""

    @property
    def waiting(self) -> list[int]:
        """Missing parts that a task in the queue will do, or does."""
        return sorted({n for task in self.tasks for n in numbers_of(_parsed(task.parts), parts_of(self.plan))})

    @property
    def left(self) -> list[int]:
        """Missing parts that nobody will do."""
        taken = set(self.waiting)
        return [part.number for part in self.gone if part.number not in taken]

    def lines(self) -> Iterator[str]:
        """The same in words, a line each."""
        total = parts_of(self.plan)
        yield f"{total - len(self.gone):,} of {total:,} parts are there, {len(self.gone):,} missing"
        states = Counter((task.state.lower(), task.reason) for task in self.tasks)
        for (state, reason), number in sorted(states.items()):
            yield f"{counted(number, 'task')} {state}" + (f" ({reason})" if reason not in ("None", "") else "")
        if self.rate and self.gone:
            seconds = sum(runs_in(self.plan, part) for part in self.gone) / self.rate
            yield f"{self.rate:,.0f} runs a second lately: about {seconds / 60:,.0f} minutes more at that rate"
        for message, number in Counter(self.failures.values()).most_common():
            yield f"{counted(number, 'part')} failed: {message}"
        for message, number in sorted(self.flaws.items(), key=lambda one: -one[1]):
            yield f"{counted(number, 'run')} failed: {message}"
        if self.unseen:
            yield f"what waits in a queue cannot be told here: {self.unseen}"
        elif self.left:
            yield f"in no queue: {ranges(self.left)}"


def _parsed(parts: str) -> list[str]:
    return parts.strip("[]").split(",")


def status_of(folder: Path, plan: Plan) -> Status:
    """Look at a folder, and once at Slurm's queue: names of files and their times, no bytes.

    Args:
        folder: of the job.
        plan: read from it.
    """
    gone = missing(folder / RUNS, plan)
    numbers = {part.number for part in gone}
    tasks, unseen = _queue(folder)
    told = failures(folder, numbers), flaws(folder, numbers), _rate(plan, folder / RUNS, time.time())
    return Status(plan, gone, tasks, *told, unseen)


def _queue(folder: Path) -> tuple[list[Task], str]:
    """What is in Slurm's queue, or why that cannot be told: files are the truth, also where no Slurm is."""
    try:
        return queued(folder), ""
    except InputError as error:
        return [], f"{error.key}: {error.problem}"


def flaws(folder: Path, gone: set[int]) -> Counter[str]:
    """Why runs failed in the parts that are there, and how many, as the workers have kept it."""
    found: Counter[str] = Counter()
    for path in sorted((folder / JOBS).glob("failed-runs-*.json")):
        match = FLAWS.fullmatch(path.name)
        if match and int(match[1]) not in gone:
            found.update(json.loads(path.read_text(encoding="utf-8")))
    return found


def failures(folder: Path, gone: set[int]) -> dict[int, str]:
    """The last line of what was kept of the failure of every part that is not there."""
    found = {}
    for path in sorted((folder / JOBS).glob("failed-*.txt")):
        match = FAILURE.fullmatch(path.name)
        if match and int(match[1]) in gone:
            lines = path.read_text(encoding="utf-8").strip().splitlines()
            found[int(match[1])] = lines[-1] if lines else "?"
    return found


def _rate(plan: Plan, runs: Path, now: float) -> float:
    """Runs a second over the hour before now, by the times of the files, or of some that are evenly spread."""
    paths = [path for (kind, _), path in named_files(runs).items() if kind == "runs"]
    step = -(-len(paths) // LOOKED_AT) or 1
    times = sorted(path.stat().st_mtime for path in paths[::step])
    now = max([now, *times[-1:]])  # by the clock of the file system, where that is ahead
    lately = [moment for moment in times if moment >= now - RECENT]
    if len(lately) < 2 or now == lately[0]:
        return 0.0
    each = plan.total / run_parts_of(plan) * step
    return (len(lately) - 1) * each / (now - lately[0])
