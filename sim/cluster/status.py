"""What a folder's plan has come to: its parts, what waits in a queue, what failed. Nothing is written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.cluster.ranges import numbers_of, ranges
from sim.cluster.slurm import Task
from sim.cluster.working import JOBS
from sim.experiment.plan import Plan
from sim.storage.files import named_files
from sim.storage.plans import missing
from sim.storage.work import Part, parts_of, run_parts_of, runs_in

FAILURE = re.compile(r"failed-(\d{6,})\.txt")
RECENT = 3600.0  # seconds before the newest file in which the rate is measured


@dataclass(frozen=True)
class Status:
    """What a folder's plan has come to.

    Attributes:
        plan: the plan.
        gone: the parts that are not there.
        tasks: what waits or runs in Slurm's queue.
        failures: why parts failed that are not there, by number.
        rate: runs a second lately, by the times of the files; 0.0 where that cannot be told.
    """

    plan: Plan
    gone: Sequence[Part]
    tasks: Sequence[Task]
    failures: dict[int, str]
    rate: float

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
            yield f"{number:,} tasks {state}" + (f" ({reason})" if reason not in ("None", "") else "")
        if self.rate and self.gone:
            seconds = sum(runs_in(self.plan, part) for part in self.gone) / self.rate
            yield f"{self.rate:,.0f} runs a second lately: about {seconds / 60:,.0f} minutes more at that rate"
        for message, number in Counter(self.failures.values()).most_common():
            yield f"{number:,} parts failed: {message}"
        if self.left:
            yield f"in no queue: {ranges(self.left)}"


def _parsed(parts: str) -> list[str]:
    return parts.strip("[]").split(",")


def status_of(folder: Path, plan: Plan, runs: Path, tasks: Sequence[Task]) -> Status:
    """Look at a folder: names of files and their times, no bytes.

    Args:
        folder: of the job.
        plan: read from it.
        runs: the plan's folder in it.
        tasks: in Slurm's queue.
    """
    gone = missing(runs, plan)
    return Status(plan, gone, tasks, failures(folder, {part.number for part in gone}), _rate(plan, runs))


def failures(folder: Path, gone: set[int]) -> dict[int, str]:
    """The last line of what was kept of the failure of every part that is not there."""
    found = {}
    for path in sorted((folder / JOBS).glob("failed-*.txt")):
        match = FAILURE.fullmatch(path.name)
        if match and int(match[1]) in gone:
            lines = path.read_text(encoding="utf-8").strip().splitlines()
            found[int(match[1])] = lines[-1] if lines else "?"
    return found


def _rate(plan: Plan, runs: Path) -> float:
    """Runs a second over the last hour in which parts were written."""
    times = sorted(path.stat().st_mtime for (kind, _), path in named_files(runs).items() if kind == "runs")
    lately = [moment for moment in times if moment >= times[-1] - RECENT]
    if len(lately) < 2 or lately[-1] == lately[0]:
        return 0.0
    each = plan.total / run_parts_of(plan)
    return (len(lately) - 1) * each / (lately[-1] - lately[0])
