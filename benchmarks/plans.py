"""What plans of 10^6, 10^8 and 10^10 runs cost, from parts that are done here: the table of docs/cost.md.

A worker of one thread does one part, then two: the difference is what a part takes, the rest is the start of the
program, once a task. One scenario over two years, with its weekly bands and paths.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

PART_RUNS = (25_000, 250_000)
PARTS_PER_TASK = 50  # executor.parts_per_task


class Done(NamedTuple):
    """What a worker took: processor seconds, the most memory in bytes, bytes on the disk."""

    seconds: float
    memory: int
    size: int


def begun(out: Path, part_runs: int) -> None:
    """The folder of a plan with two parts of runs."""
    words = ["scenario=status_quo", "size=full", f"size.draws={part_runs // 10}", "size.runs=20"]
    told = [*words, f"part_runs={part_runs}", f"out={out}", "executor=slurm", "executor.dry_run=true"]
    subprocess.run([sys.executable, "-m", "sim", *told], check=True, capture_output=True)


def worked(out: Path, parts: str) -> Done:
    """Parts done by one worker."""
    before = {path: path.stat().st_size for path in (out / "runs").glob("*.parquet")}
    words = [sys.executable, "-m", "sim", "work", f"out={out}", f"parts={parts}", "threads=1"]
    process = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"a worker ended with {status}")
    after = {path: path.stat().st_size for path in (out / "runs").glob("*.parquet")}
    return Done(used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, sum(after.values()) - sum(before.values()))


def size(number: float) -> str:
    """Bytes in words."""
    if number < 1e12:
        return f"{number / 1e9:.2g} GB"
    return f"{number / 1e12:.1f} TB"


def main() -> None:
    """Measure, and print the table."""
    print("| runs | runs of a part | parts | files | bytes | core-hours | memory of a task |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for part_runs in PART_RUNS:
        with tempfile.TemporaryDirectory() as root:
            begun(Path(root) / "one", part_runs)
            begun(Path(root) / "two", part_runs)
            one, two = worked(Path(root) / "one", "0"), worked(Path(root) / "two", "0-1")
        each, start = two.seconds - one.seconds, 2.0 * one.seconds - two.seconds
        for power in (6, 8, 10):
            parts = 10**power // part_runs
            hours = parts * (each + start / PARTS_PER_TASK) / 3600.0
            memory = f"{max(one.memory, two.memory) / 1e9:.1f} GB"
            told = [f"10^{power}", f"{part_runs:,}", f"{parts:,}", f"{3 * parts:,}", size(parts * one.size)]
            print("| " + " | ".join([*told, f"{hours:.2g}" if hours < 10 else f"{hours:.0f}", memory]) + " |")
        print(f"<!-- a part: {each:.1f} processor seconds, the start of a task: {start:.1f} -->", file=sys.stderr)


if __name__ == "__main__":
    main()
