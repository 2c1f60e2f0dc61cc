"""Kill workers at random moments, two at a time on one folder: `make kill-check` kills 1,000, the tests 50.

The two do the same parts, as two tasks on one range would. Some pairs are commands `jirga work`, each with an
interpreter of its own; most are forked, so that they begin at once. What is whole may never disappear, and when all
is done the files must be those of one worker that nobody disturbed.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from sim.case.loading import load_case
from sim.cluster.working import Worker, work
from sim.command.main import main as main_of_jirga
from sim.engine.engine import Engine
from sim.evidence.loading import load_evidence
from sim.experiment.grid import Axis, grid_of
from sim.experiment.plan import Plan
from sim.storage.files import named_files, whole_files
from sim.storage.plans import missing, prepare


def child(folder: Path) -> int:
    """A worker in a process of its own, killed by SIGTERM as by SIGKILL."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            code = work(Worker(folder, tell=lambda line: None), folder / "runs", None, 1)
        except BaseException:
            traceback.print_exc()  # nothing prints it in the parent's place
        finally:
            os._exit(code)
    return pid


def command(folder: Path) -> int:
    """A worker as every scheduler starts it."""
    return subprocess.Popen([sys.executable, "-P", "-m", "sim", "work", f"out={folder}", "threads=1"]).pid


def timed(start: Callable[[Path], int], folder: Path) -> float:
    """Seconds that a worker takes which nobody disturbs."""
    began = time.monotonic()
    assert os.waitpid(start(folder), 0)[1] == 0
    return time.monotonic() - began


def main(kills: int) -> int:
    """Kill that many workers; the exit code is 0 if every plan came out the same."""
    case = load_case()
    axes = [Axis("scenario", ("status_quo",)), Axis("horizon", (20,))]
    evidence = load_evidence(case.folder / "evidence", case=case)
    plan = Plan(grid_of(case, evidence, axes), draws=120, runs=2, seed=3, paths=3, band_runs=40, part_runs=20)
    Engine(plan.sweep(0), 1).warm_up()
    rng = random.Random(kills)
    done = finished = commands = 0
    with tempfile.TemporaryDirectory() as root:
        clean = Path(root) / "clean"
        prepare(clean / "runs", plan)
        usual = timed(child, clean)
        begins = timed(command, clean)  # with nothing to do
        moments = {child: (0.0, 0.4 * usual), command: (0.5 * begins, begins + 0.4 * usual)}
        wanted = {path.name for path in whole_files(clean / "runs").values()}
        while done < kills or finished == 0:
            folder, kept = Path(root) / f"plan{finished}", set[str]()
            prepare(folder / "runs", plan)
            while missing(folder / "runs", plan):
                start = rng.choice([command, child, child, child, child])
                pids = [start(folder), start(folder)]
                for pid in pids if done < kills else ():
                    time.sleep(rng.uniform(*moments[start]))
                    os.kill(pid, rng.choice([signal.SIGKILL, signal.SIGTERM]))
                for pid in pids:
                    status = os.waitpid(pid, 0)[1]
                    killed = os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 143
                    assert killed or status == 0, f"a worker failed with {status}"
                    done += killed
                    commands += killed and start is command
                here = {path.name for path in whole_files(folder / "runs").values()}
                assert kept <= here, f"lost: {sorted(kept - here)}"
                kept = here
            assert (
                main_of_jirga(["resume", f"out={folder}"]) == 0
            )  # nothing is missing: it removes what killed ones left
            there = {path.name for path in (folder / "runs").iterdir()}
            assert there == wanted | {"plan.json", "case"}, "another result than without the kills"
            assert len(named_files(folder / "runs")) == len(wanted)
            finished += 1
    print(f"{done} kills, {commands} of them of commands, {finished} plans finished, every one the same to the bit")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50))
