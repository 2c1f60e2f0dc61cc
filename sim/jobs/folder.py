"""The jobs that need a folder alone: `work`, `status`, `resume`, `cancel` and `collect`."""

from __future__ import annotations

import shlex
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sim.inputs.errors import InputError
from sim.inputs.numbers import counted
from sim.inputs.words import word
from sim.jobs.submitting import NOTHING, hand_over, tell_aside

if TYPE_CHECKING:
    from sim.cluster.status import Status
    from sim.experiment.plan import Plan
    from sim.jobs.settings import Settings

RUNS = "runs"
JOBS = "jobs"


def work(settings: Settings) -> int:
    """The job `work`: do parts of a folder's plan here, and nothing else; what every scheduler runs."""
    from sim.cluster.ranges import numbers_of
    from sim.storage.work import parts_of

    plan = _plan_to_do(settings)
    numbers = None if settings.parts is None else numbers_of(settings.parts, parts_of(plan))
    return _work(settings, plan, numbers)


def _work(settings: Settings, plan: Plan, numbers: list[int] | None) -> int:
    from sim.cluster.working import Worker, end_of_allocation
    from sim.cluster.working import work as done

    return done(Worker(settings.out, end_of_allocation()), settings.out / RUNS, numbers, settings.threads, plan)


def status(settings: Settings) -> int:
    """The job `status`: what is there, missing, waiting and failed; 0 where all is there and whole, else 1.

    Writes nothing.
    """
    found = _status(settings, _plan(settings))
    for line in found.lines():
        print(line)
    broken = _broken(settings.out / RUNS) if settings.verify else []
    for name in broken:
        print(f"broken: {name}")
    return 1 if found.gone or broken else 0


def resume(settings: Settings) -> int:
    """The job `resume`: have done what is missing and in no queue, by the executor that the settings name."""
    from sim.cluster.executing import unclaimed

    plan = _plan_to_do(settings)
    if settings.verify:
        from sim.storage.files import clear_away

        for name in clear_away(settings.out / RUNS):
            tell_aside(f"{name}: its bytes are not what was written; this part is done again")
    _clear(settings.out)
    if settings.executor.name != "local":
        return 1 if hand_over(settings.out, plan, settings.executor) else 0
    numbers = unclaimed(_status(settings, plan), None, tell_aside)
    if not numbers:
        tell_aside(NOTHING)
        return 0
    return _work(settings, plan, numbers)


def cancel(settings: Settings) -> int:
    """The job `cancel`: cancel the folder's tasks that wait or run; what is whole stays."""
    from sim.cluster import slurm

    _plan(settings)
    tasks = slurm.queued(settings.out)
    if tasks:
        slurm.cancel(task.job for task in tasks)
    print(f"{counted(len(tasks), 'task')} cancelled")
    return 0


def collect(settings: Settings) -> int:
    """The job `collect`: check every byte, then print the table and write `summary.csv` and the report.

    Of a folder that is not whole only where `partial` asks for it: what comes of that says so everywhere.
    """
    from sim.jobs.scenarios import refuse_foreign_files, weighing_of, write
    from sim.storage.collection import checked, extent
    from sim.storage.plans import missing, stored_plan
    from sim.storage.work import parts_of

    plan, runs = _plan(settings), settings.out / RUNS
    _clear(settings.out)
    weighing = weighing_of(settings.weights, plan)
    refuse_foreign_files(settings.out)
    gone = missing(runs, plan)
    if gone and not settings.partial:
        problem = f"{len(gone):,} of {parts_of(plan):,} parts are missing"
        allowed = "jirga resume out=FOLDER first: it adds them; or partial=true: what is there"
        raise InputError(settings.out, "", problem, allowed=allowed)
    checked(runs)
    notes = stored_plan(runs)["notes"]
    told = extent(runs, plan) if gone else None
    size, command = str(notes.get("size", "")), _made_by(notes.get("command"), settings)
    failed = write(plan, settings.out, size, command, told, weighing)
    return 1 if failed else 0


def _made_by(command: object, settings: Settings) -> str:
    """What makes the results again: the words that began the folder, and those that collect them with weights."""
    weights = [] if settings.weights is None else [word("weights", str(settings.weights))]
    collecting = shlex.join(["jirga", "collect", word("out", str(settings.out)), *weights])
    if command is None:
        return f"sim.sweep or sim.grid in Python, as runs/plan.json says, then {collecting}"
    return f"{command} && {collecting}" if weights else str(command)


def _clear(out: Path) -> None:
    """Remove files in the making that tasks have left which were killed."""
    from sim.storage import leases

    with suppress(OSError):  # of a folder that is for reading alone
        for place in (out / RUNS, out / JOBS):
            leases.clear(place)


def _plan(settings: Settings) -> Plan:
    from sim.storage.plans import read_plan

    return read_plan(settings.out / RUNS)


def _plan_to_do(settings: Settings) -> Plan:
    """The folder's plan, before some of it is done; a line where other versions began it."""
    from sim.storage.plans import stored_plan
    from sim.storage.provenance import other_versions

    plan = _plan(settings)
    other = other_versions(stored_plan(settings.out / RUNS))
    if other:
        tell_aside(other)
    return plan


def _status(settings: Settings, plan: Plan) -> Status:
    from sim.cluster.status import status_of

    return status_of(settings.out, plan)


def _broken(runs: Path) -> list[str]:
    from sim.storage.files import named_files, whole_files

    whole = set(whole_files(runs).values())
    return [path.name for path in named_files(runs).values() if path not in whole]
