"""Kill sweeps at random moments and see that nothing is lost: `python tests/storage/kill_sweep.py 1000` (50 in the
tests).

Each sweep is taken up again by the same call until it is complete; then its files must be those of a sweep that nobody
disturbed, to the bit. Whole files may never disappear on the way.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from sim.case.loading import load_case
from sim.engine.engine import Engine
from sim.engine.sweep import Sweep
from sim.storage.files import whole_files
from sim.storage.sweeps import missing_shards, run_sweep


def child(sweep: Sweep, folder: Path) -> int:
    """Start the sweep in a process of its own."""
    pid = os.fork()
    if pid == 0:
        try:
            run_sweep(sweep, folder, threads=1, progress=False)
            os._exit(0)
        finally:
            os._exit(1)
    return pid


def names(folder: Path) -> set[str]:
    """Names of the whole files of a sweep."""
    return {path.name for path in whole_files(folder).values()} if folder.is_dir() else set()


def main(kills: int) -> int:
    """Kill that many times; the exit code is 0 if every sweep came out the same."""
    scenario = load_case().scenario("status_quo", horizon=20)
    sweep = Sweep(scenario, draws=60, runs=2, seed=3, paths=3, band_runs=40, shard_runs=10)
    Engine(sweep, 1).warm_up()
    rng = random.Random(kills)
    done, finished = 0, 0
    with tempfile.TemporaryDirectory() as root:
        clean = Path(root) / "clean"
        began = time.monotonic()
        assert os.waitpid(child(sweep, clean), 0)[1] == 0
        usual = time.monotonic() - began
        wanted = names(clean)
        assert len(wanted) == 4 * sweep.shards
        while done < kills or finished == 0:
            folder, kept = Path(root) / f"sweep{finished}", set()
            while True:
                pid = child(sweep, folder)
                if done < kills:
                    time.sleep(rng.uniform(0.0, 0.4 * usual))
                    os.kill(pid, signal.SIGKILL)
                status = os.waitpid(pid, 0)[1]
                here = names(folder)
                assert kept <= here, f"lost: {sorted(kept - here)}"
                kept = here
                if os.WIFSIGNALED(status):
                    done += 1
                    continue
                assert status == 0, f"the sweep failed with {status}"
                break
            assert not missing_shards(folder, sweep)
            assert here == wanted, "another result than without the kills"
            assert {path.name for path in folder.iterdir()} == wanted | {"sweep.json", "case"}, (
                "something was left behind"
            )
            finished += 1
    print(f"{done} kills, {finished} sweeps finished, every one the same to the bit")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 50))
