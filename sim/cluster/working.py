"""The work of one process: parts one after the other until they are done, the time is up, or it is told to stop."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.experiment.plan import Plan
from sim.inputs.numbers import counted
from sim.storage.files import put_text
from sim.storage.plans import missing, read_plan, run_parts
from sim.storage.work import Part, warm_up

RUNS = "runs"  # where the folder of a job keeps its plan and the parts
JOBS = "jobs"  # and scripts, logs and failures
FAILED = "failed-{number:06}.txt"  # why a part failed
FLAWED = "failed-runs-{number:06}.json"  # why runs failed in a part, and how many did
WARNING = 60  # seconds before the end of its time at which a task is sent SIGTERM
EVERY = 60.0  # seconds between two lines of a process without a terminal
SPARE = 1.25  # a part is begun where this many times the longest one so far is left


class Stopped(BaseException):
    """A signal has asked this process to end; like KeyboardInterrupt, no failure of a part."""


@dataclass
class Worker:
    """What a process has done so far.

    Attributes:
        folder: of the job.
        ends: when the process will be told to end, in seconds since 1970; None: never.
        tell: prints a line.
        clock: the time, in seconds since 1970.
        stopped: whether a signal has asked for the end.
        at_once: whether it ends this process wherever it is; else after the piece that is being computed.
    """

    folder: Path
    ends: float | None = None
    tell: Callable[[str], object] = lambda line: print(line, file=sys.stderr, flush=True)
    clock: Callable[[], float] = time.time
    stopped: bool = False
    at_once: bool = False
    runs: int = 0
    failed: int = 0
    lost: int = 0
    short: bool = False
    longest: float = 0.0
    began: float = field(default=0.0)
    part_began: float = field(default=0.0)
    told_at: float = field(default=0.0)

    def before(self, part: Part) -> bool:
        """Whether a part is begun: not one for which the time is too short; nor any where a signal has come."""
        if self.stopped:
            raise Stopped
        now = self.clock()
        if self.part_began:
            self.longest = max(self.longest, now - self.part_began)
        self.began = self.began or now
        self.part_began = now
        self.short = self.ends is not None and now + SPARE * self.longest > self.ends
        if self.short:
            self.tell(f"part {part.number} is left: a part takes {self.longest:.0f} seconds, and the time is nearly up")
        return not self.short

    def told(self, runs: int) -> None:
        """Count runs; a line a minute, and the end where a signal has asked for it."""
        if self.stopped:
            raise Stopped
        self.runs += runs
        now = self.clock()
        if now - self.told_at >= EVERY:
            rate = self.runs / max(now - self.began, 1e-9)
            self.tell(f"{time.strftime('%H:%M:%S', time.localtime(now))} {self.runs:,} runs, {rate:,.0f} a second")
            self.told_at = now

    def fails(self, part: Part, error: Exception) -> None:
        """Keep why a part failed; the others go on."""
        self.failed += 1
        file = FAILED.format(number=part.number)
        put_text(self.folder / JOBS / file, "".join(traceback.format_exception(error)))
        self.tell(f"part {part.number} failed: {type(error).__name__}: {error}; see {JOBS}/{file}")

    def flawed(self, part: Part, messages: Mapping[str, int]) -> None:
        """Keep why runs failed in a part that is about to be whole."""
        self.lost += sum(messages.values())
        if messages:
            put_text(self.folder / JOBS / FLAWED.format(number=part.number), json.dumps(messages, indent=2))


def work(
    worker: Worker, runs: Path, numbers: Iterable[int] | None, threads: int | None, plan: Plan | None = None
) -> int:
    """Do parts of a plan; the exit code of the process: 0, 1 where parts failed or time was short, 143 when stopped.

    Args:
        worker: counts and tells.
        runs: the plan's folder.
        numbers: of the parts; None for all that are missing.
        threads: None for all processors of this process.
        plan: of the folder, if it has been read already.
    """
    with _stopped_by_signal(worker):
        try:
            plan, todo = _begun(worker, runs, numbers, plan)
            done = run_parts(
                runs, todo, threads=threads, told=worker.told, before=worker.before, failed=worker.fails,
                flawed=worker.flawed, plan=plan,
            )  # fmt: skip
        except Stopped:
            worker.tell("stopped: what is whole is kept, the part that was being done is left for another")
            return 143
    lost = f", {worker.lost:,} of them failed" if worker.lost else ""
    worker.tell(f"{counted(done, 'part')} done, {worker.failed:,} failed, {counted(worker.runs, 'run')}{lost}")
    return 1 if worker.failed or worker.short else 0


def _begun(worker: Worker, runs: Path, numbers: Iterable[int] | None, plan: Plan | None) -> tuple[Plan, list[int]]:
    """The plan, and the numbers of what is missing of it, with the engine ready: compiling is no part's time."""
    worker.at_once = True  # nothing is being written, and compiling, or waiting for another who does, takes minutes
    try:
        plan = plan or read_plan(runs)
        wanted = None if numbers is None else set(numbers)
        todo = [part for part in missing(runs, plan) if wanted is None or part.number in wanted]
        if any(part.epoch is None for part in todo):
            warm_up(plan, worker.tell)
    except Exception as error:
        if worker.stopped:  # compiled code loses `Stopped` on its way, and fails with another error in its place
            raise Stopped from error
        raise
    worker.at_once = False
    return plan, [part.number for part in todo]


@contextmanager
def _stopped_by_signal(worker: Worker) -> Iterator[None]:
    """SIGTERM ends the work after the piece that is being computed, within seconds; before the first one at once."""

    def stop(number: int, frame: Any) -> None:
        worker.stopped = True
        if worker.at_once:
            raise Stopped

    usual = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, usual)


def end_of_allocation() -> float | None:
    """When Slurm will warn this task that it ends, in seconds since 1970; None where it says nothing."""
    told = os.environ.get("SLURM_JOB_END_TIME", "")
    return float(told) - WARNING if told.isdecimal() else None
