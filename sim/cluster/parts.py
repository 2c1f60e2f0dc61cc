"""What a scheduler of one's own needs in Python: a folder's parts, those that are missing, and the work on some.

The folder is that of a job, as `jirga out=` and `sim.grid(out=)` make it; nothing else has to be known of the plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sim.cluster.ranges import numbers_of
from sim.cluster.working import RUNS, Worker
from sim.inputs.places import place
from sim.storage import plans
from sim.storage.work import parts_of


def parts(folder: str | Path) -> range:
    """The numbers of all parts of a folder's plan, each of which is computed, kept or missing as a whole.

    Args:
        folder: of a job or a grid that is begun, as by `jirga ... out=FOLDER executor=slurm executor.dry_run=true`.

    Raises:
        InputError: the folder holds no plan, or one of another engine.
    """
    return range(parts_of(plans.read_plan(place(folder) / RUNS)))


def missing_parts(folder: str | Path) -> list[int]:
    """The numbers of the parts that are not there yet; only names of files are looked at.

    Args:
        folder: as in `sim.parts`.

    Raises:
        InputError: as in `sim.parts`.
    """
    runs = place(folder) / RUNS
    return [part.number for part in plans.missing(runs, plans.read_plan(runs))]


def run_parts(
    folder: str | Path, numbers: int | str | Iterable[int | str] | None = None, *, threads: int | None = None
) -> int:
    """Do parts of a folder's plan here, in this process: what `jirga work` does, for a scheduler of one's own.

    Any number of processes, on any machines that see the folder, may do so at once. Two on one part do no harm; the
    files are the same as those of one process with the same versions.

    Args:
        folder: as in `sim.parts`.
        numbers: of the parts, also as ranges such as "3-40"; None for all. What is there is left as it is.
        threads: at least 1; None for all processors of this process.

    Returns:
        How many parts were done.

    Raises:
        InputError: as in `sim.parts`; the plan has no such part, or the folder cannot be written to. Any other failure
            of a part ends it, too, with nothing half written.
    """
    where = place(folder)
    plan = plans.read_plan(where / RUNS)
    given = numbers if numbers is None or isinstance(numbers, int | str) else list(numbers)
    chosen = None if given is None else numbers_of(given, parts_of(plan), "run_parts")
    return plans.run_parts(where / RUNS, chosen, threads=threads, flawed=Worker(where).flawed, plan=plan)
