"""The executor that the settings name, and what it does with a folder's missing parts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.inputs.errors import InputError
from sim.inputs.numbers import counted

if TYPE_CHECKING:
    from sim.cluster.executing import Executor
    from sim.experiment.plan import Plan
    from sim.jobs.settings import ExecutorSettings


def hand_over(folder: Path, plan: Plan, numbers: Sequence[int], settings: ExecutorSettings) -> int | None:
    """Have parts done by who is named, or print what would be submitted.

    Returns:
        How many parts failed; None where nothing is done yet.
    """
    from sim.cluster.executing import execute, script
    from sim.cluster.slurm import Slurm

    executor = executor_of(settings)
    if settings.dry_run and isinstance(executor, Slurm):
        print(script(folder, plan, numbers, executor), end="")
        return None
    failed = execute(folder, plan, numbers, executor, print)
    if failed:
        print(f"{counted(failed, 'part')} failed; jirga status out=FOLDER tells why", file=sys.stderr)
    return failed


def executor_of(settings: ExecutorSettings) -> Executor:
    """Slurm or dask, with what is asked of it."""
    from sim.cluster.dask import Dask
    from sim.cluster.slurm import Slurm

    if settings.name == "dask":
        if settings.address is None:
            allowed = "tcp://HOST:PORT of a scheduler that runs"
            raise InputError("command line", "executor.address", "is missing", allowed=allowed)
        return Dask(settings.address, settings.wait)
    return Slurm(**settings.model_dump(exclude={"name", "dry_run", "address", "wait"}))
