"""Kill workers at random moments, two at a time on one folder: `make kill-check` kills 1,000, the tests 50.

The two do the same parts, as two tasks on one range would. What is whole may never disappear, and when all is done the
files must be those of one worker that nobody disturbed.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
import traceback
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


def main(kills: int) -> int:
    """Kill that many workers; the exit code is 0 if every plan came out the same."""
    case = load_case()
    axes = [Axis("scenario", ("status_quo",)), Axis("horizon", (20,))]
    evidence = load_evidence(case.folder / "evidence", case=case)
    plan = Plan(grid_of(case, evidence, axes), draws=120, runs=2, seed=3, paths=3, band_runs=40, part_runs=20)
    Engine(plan.sweep(0), 1).warm_up()
    rng = random.Random(kills)
    done = finished = 0
    with tempfile.TemporaryDirectory() as root:
        clean = Path(root) / "clean"
        prepare(clean / "runs", plan)
        began = time.monotonic()
        assert os.waitpid(child(clean), 0)[1] == 0
        usual = time.monotonic() - began
        wanted = {path.name for path in whole_files(clean / "runs").values()}
        while done < kills or finished == 0:
            folder, kept = Path(root) / f"plan{finished}", set[str]()
            prepare(folder / "runs", plan)
            while missing(folder / "runs", plan):
                pids = [child(folder), child(folder)]
                for pid in pids if done < kills else ():
                    time.sleep(rng.uniform(0.0, 0.4 * usual))
                    os.kill(pid, rng.choice([signal.SIGKILL, signal.SIGTERM]))
                for pid in pids:
                    status = os.waitpid(pid, 0)[1]
                    killed = os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == 143
                    assert killed or status == 0, f"a worker failed with {status}"
                    done += killed
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
    print(f"{done} kills, {finished} plans finished, every one the same to the bit")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50))
