"""Hand missing parts to Slurm, once, and say how to watch them."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.cluster.slurm import Asked
    from sim.jobs.settings import ExecutorSettings


def submit(folder: Path, numbers: list[int], executor: ExecutorSettings) -> None:
    """Submit an array for parts, or print what would be submitted."""
    from sim.cluster import slurm

    asked = _asked(executor)
    if executor.dry_run:
        print(slurm.script(folder.resolve(), slurm.cut(numbers, asked, slurm.USUAL_ARRAY), asked), end="")
        return
    tasks = slurm.cut(numbers, asked, slurm.largest_array())
    number = slurm.submit(folder.resolve(), tasks, asked)
    print(f"submitted as {number}: {len(numbers):,} parts in {len(tasks):,} tasks")
    out = shlex.quote(slurm.out_word(folder))
    print(f"watch:   jirga status {out}\nat last: jirga collect {out}")


def _asked(executor: ExecutorSettings) -> Asked:
    from sim.cluster.slurm import Asked

    given = executor.model_dump(exclude={"name", "dry_run"})
    return Asked(**{key: value for key, value in given.items() if value is not None})
