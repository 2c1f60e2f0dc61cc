"""dask: parts as tasks of a scheduler that runs already, with workers that see the folder; nothing else is started.

A task is a folder and the number of a part. It gives back how many parts failed, never results: these are files. The
death of a worker is the scheduler's to notice; another one does the part then.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from sim.cluster.working import RUNS, Worker
from sim.experiment.plan import Plan
from sim.inputs.errors import InputError
from sim.storage.files import Names, file_digest
from sim.storage.plans import CONFIGURATION, read_plan, run_parts
from sim.storage.work import part_at, runs_in

ADDRESS = re.compile(r"(tcp|tls|ws|wss|ucx)://.+:\d+")
READING = Lock()
BETWEEN = 0.5  # seconds between two looks at what is done


@dataclass(frozen=True)
class Dask:
    """A scheduler of dask's.

    Attributes:
        address: such as `tcp://10.0.0.1:8786`.
        wait: seconds within which the scheduler has to answer, and to have a worker.
    """

    address: str
    wait: float = 30.0


@lru_cache(4)
def _read_once(runs: Path, digest: str) -> tuple[Plan, Names]:
    """The plan of a folder and the names of its files, read once a worker as long as the plan is the same."""
    return read_plan(runs), Names(runs)


def do_part(folder: str, number: int) -> int:
    """What a worker does: a part, on one of its threads; the number of parts that failed, 0 or 1.

    Raises:
        InputError: the worker sees no such plan, or its jirga is another one.
    """
    runs = Path(folder) / RUNS
    if not (runs / CONFIGURATION).is_file():
        raise InputError(runs, "", "is not there for a worker", allowed="a folder that all workers see at this place")
    worker = Worker(Path(folder), tell=lambda line: None)
    with READING:  # a worker's threads begin together
        plan, named = _read_once(runs, file_digest(runs / CONFIGURATION))
    run_parts(runs, [number], threads=1, failed=worker.fails, flawed=worker.flawed, plan=plan, named=named)
    return worker.failed


def run(folder: Path, plan: Plan, numbers: Sequence[int], dask: Dask, told: Callable[[int], object]) -> int:
    """Have parts done by the workers of a scheduler; how many failed.

    Args:
        folder: of the job, in which every worker finds `runs` at the same place.
        plan: of the folder.
        numbers: of the parts.
        dask: the scheduler.
        told: hears of runs as they are done.

    Raises:
        InputError: dask is not installed, the scheduler does not answer or has gone, or there is no worker.
    """
    failed = 0
    with _client(dask) as client:
        place = str(folder.resolve())
        futures = [client.submit(do_part, place, number, pure=False) for number in numbers]
        waiting = dict(zip(futures, numbers, strict=True))
        del futures
        seen = time.monotonic()
        while waiting:
            for future in [future for future in waiting if future.done()]:
                number = waiting.pop(future)
                failed += _result(folder, plan, number, future, dask)
                told(runs_in(plan, part_at(plan, number)))
            seen = time.monotonic() if _workers(client, dask) else seen
            if time.monotonic() > seen + dask.wait:
                raise _trouble(dask, f"has had no worker for {dask.wait:.0f} seconds", "dask worker " + dask.address)
            time.sleep(BETWEEN if waiting else 0.0)
    return failed


def _result(folder: Path, plan: Plan, number: int, future: Any, dask: Dask) -> int:
    """How many parts failed in a task that has ended; a task that dask gave up is kept as a failed part."""
    if future.status == "finished":
        return int(future.result())
    if future.status != "error":
        raise _trouble(dask, "has gone while parts were done", "jirga resume out=FOLDER")
    error = future.exception()
    if isinstance(error, InputError):
        raise error
    Worker(folder).fails(part_at(plan, number), error)
    return 1


def _workers(client: Any, dask: Dask) -> int:
    """How many workers the scheduler has."""
    try:
        return len(client.nthreads())
    except Exception:  # of the connection: of many kinds in dask
        raise _trouble(dask, "has gone while parts were done", "jirga resume out=FOLDER") from None


def _trouble(dask: Dask, problem: str, allowed: str) -> InputError:
    return InputError("dask", dask.address, problem, allowed=allowed)


@contextmanager
def _client(dask: Dask) -> Iterator[Any]:
    """A connection to the scheduler; its end takes back what is not done."""
    try:
        from distributed import Client
    except ImportError:
        raise InputError("dask", "", "is not installed", allowed="pip install 'jirga[dask]'") from None
    if ADDRESS.fullmatch(dask.address) is None:
        raise _trouble(dask, "is no address", "tcp://HOST:PORT of a scheduler that runs")
    connect: Any = Client  # dask's own types leave it out
    logger = logging.getLogger("distributed")
    usual = logger.level
    logger.setLevel(logging.CRITICAL)  # what it says of a lost connection is told in one line
    try:
        client = connect(dask.address, timeout=dask.wait, set_as_default=False)
    except (OSError, ValueError) as error:
        logger.setLevel(usual)
        allowed = "tcp://HOST:PORT of a scheduler that runs"
        raise _trouble(dask, f"no scheduler answers there ({_short(error)})", allowed) from None
    try:
        yield client
    finally:
        client.close(timeout=5)
        logger.setLevel(usual)


def _short(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
