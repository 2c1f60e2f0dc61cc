"""The work of one process: parts one after the other until they are done, the time is up, or it is told to stop."""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.storage.plans import run_parts
from sim.storage.work import Part

JOBS = "jobs"  # where the folder of a job keeps scripts, logs and failures
FAILED = "failed-{number:06}.txt"
EVERY = 60.0  # seconds between two lines of a process without a terminal
SPARE = 1.25  # a part is begun where this many times the longest one so far is left


class Stopped(BaseException):
    """A signal has asked this process to end; like KeyboardInterrupt, no failure of a part."""


@dataclass
class Worker:
    """What a process has done so far.

    Attributes:
        folder: of the job.
        ends: when the process will be ended, in seconds since 1970; None: never.
        tell: prints a line.
        clock: the time, in seconds since 1970.
    """

    folder: Path
    ends: float | None = None
    tell: Callable[[str], object] = lambda line: print(line, file=sys.stderr, flush=True)
    clock: Callable[[], float] = time.time
    stopped: bool = False
    runs: int = 0
    failed: int = 0
    short: bool = False
    longest: float = 0.0
    began: float = field(default=0.0)
    part_began: float = field(default=0.0)
    told_at: float = field(default=0.0)

    def before(self, part: Part) -> bool:
        """Whether a part is begun: not one for which the time is too short."""
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
        jobs = self.folder / JOBS
        jobs.mkdir(exist_ok=True)
        told = "".join(traceback.format_exception(error))
        file = FAILED.format(number=part.number)
        (jobs / file).write_text(told, encoding="utf-8")
        self.tell(f"part {part.number} failed: {type(error).__name__}: {error}; see {JOBS}/{file}")


def work(worker: Worker, runs: Path, numbers: Iterable[int] | None, threads: int | None) -> int:
    """Do parts of a plan; the exit code of the process: 0, 1 where parts failed or time was short, 143 when stopped.

    Args:
        worker: counts and tells.
        runs: the plan's folder.
        numbers: of the parts; None for all that are missing.
        threads: None for those of the allocation.
    """
    with _stopped_by_signal(worker):
        try:
            done = run_parts(
                runs, numbers, threads=threads or allocated(), told=worker.told, before=worker.before,
                failed=worker.fails,
            )  # fmt: skip
        except Stopped:
            worker.tell("stopped: what is whole is kept, the part that was being done is left for another")
            return 143
    worker.tell(f"{done:,} parts done, {worker.failed:,} failed, {worker.runs:,} runs")
    return 1 if worker.failed or worker.short else 0


@contextmanager
def _stopped_by_signal(worker: Worker) -> Iterator[None]:
    """SIGTERM ends the work after the piece that is being computed, within seconds."""

    def stop(number: int, frame: Any) -> None:
        worker.stopped = True

    usual = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, usual)


def allocated() -> int | None:
    """The processors that Slurm gives this task; None where it says nothing."""
    told = os.environ.get("SLURM_CPUS_PER_TASK", "")
    return int(told) if told.isdigit() and int(told) > 0 else None


def end_of_allocation() -> float | None:
    """When Slurm will end this task, in seconds since 1970; None where it says nothing."""
    told = os.environ.get("SLURM_JOB_END_TIME", "")
    return float(told) if told.isdigit() else None
