"""A real Slurm on this machine, for as long as the check takes: `make slurm-check` (as root; Debian: slurm-wlm munge).

One node, loopback only, its files in a folder of its own. Submitted, seen, cancelled half-way, killed, drained,
resumed here: the files must be those of a run on this machine.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

NEEDED = ("slurmctld", "slurmd", "munged", "sbatch", "squeue", "scancel", "scontrol", "sinfo")
WORDS = ["scenario=turkey_summit", "horizon=52", "size=smoke", "size.draws=12000", "size.runs=2", "part_runs=1000"]
CONFIGURATION = """\
ClusterName=check
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={place}/munge.sock,cred_expire=10
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SlurmdParameters=config_overrides
SlurmctldPort=16817
SlurmdPort=16818
SlurmctldPidFile={place}/slurmctld.pid
SlurmdPidFile={place}/slurmd.pid
StateSaveLocation={place}/state
SlurmdSpoolDir={place}/spool
SlurmctldLogFile={place}/slurmctld.log
SlurmdLogFile={place}/slurmd.log
KillWait=5
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
NodeName=localhost NodeAddr=127.0.0.1 CPUs=2 RealMemory=16000
PartitionName=debug Nodes=ALL Default=YES State=UP PriorityTier=1
PartitionName=first Nodes=ALL State=UP PriorityTier=9 PreemptMode=OFF
"""


@contextmanager
def slurm(place: Path) -> Iterator[None]:
    """A Slurm with one node, until the block ends."""
    for name in ("state", "spool"):
        (place / name).mkdir()
    (place / "slurm.conf").write_text(CONFIGURATION.format(place=place), encoding="utf-8")
    key = place / "munge.key"
    key.write_bytes(secrets.token_bytes(128))
    key.chmod(0o400)
    os.environ["SLURM_CONF"] = str(place / "slurm.conf")
    files = [f"--{name}-file={place}/munge.{end}" for name, end in (("key", "key"), ("log", "log"), ("pid", "pid"))]
    programs = [
        ["munged", "--foreground", "--force", f"--socket={place}/munge.sock", f"--seed-file={place}/seed", *files],
        ["slurmctld", "-D", "-f", str(place / "slurm.conf")],
        ["slurmd", "-D", "-f", str(place / "slurm.conf"), "-N", "localhost"],
    ]
    started: list[subprocess.Popen[bytes]] = []
    with (place / "daemons.log").open("wb") as log:
        try:
            for words in programs:
                started.append(subprocess.Popen(words, stdout=log, stderr=log))
                time.sleep(1.0)
            until(lambda: "idle" in said("sinfo", "-h", "-o", "%T"), "the node is idle", 60)
            yield
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait(30)


def said(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


def until(holds: Callable[[], bool], what: str, seconds: float = 300) -> None:
    """Wait, bounded, for something to hold."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise SystemExit(f"waited {seconds:.0f} seconds in vain: {what}")
        time.sleep(0.5)
    print(f"  {what}", flush=True)


def jirga(*words: str, code: int = 0) -> str:
    """What the command prints; it has to end with that code."""
    done = subprocess.run([sys.executable, "-m", "sim", *words], capture_output=True, text=True, check=False)
    if done.returncode != code:
        raise SystemExit(f"jirga {' '.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def names(out: Path) -> set[str]:
    return {path.name for path in (out / "runs").glob("*-*.parquet")}


def workers(out: Path) -> list[int]:
    """The processes that work on a folder."""
    return [int(word) for word in said("pgrep", "-f", f"sim work out={out}").split()]


def empty() -> bool:
    return not said("squeue", "-h").strip()


def check(place: Path) -> None:
    """Everything in turn."""
    here = place / "here"
    jirga(*WORDS, f"out={here}")
    wanted = names(here)
    array = ["executor=slurm", "executor.parts_per_task=4", "executor.mem=1G"]

    out = place / "cancelled"
    print(jirga(*WORDS, f"out={out}", *array, "executor.minutes=20").strip().splitlines()[-3])
    until(lambda: len(names(out)) > 3, "some parts are there")
    assert "tasks running" in jirga("status", f"out={out}", code=1)
    assert "tasks cancelled" in jirga("cancel", f"out={out}")
    until(empty, "the queue is empty after cancelling")
    assert len(names(out)) < len(wanted), "cancelled too late to show anything"
    assert not list((out / "runs").glob("*.part")), "a stopped task left a file in the making"

    jirga("resume", f"out={out}", *array)
    until(lambda: bool(workers(out)), "a task works")
    os.kill(workers(out)[0], 9)
    until(empty, "the queue is empty after a task was killed")
    assert len(names(out)) < len(wanted), "the killed task had done all"

    said("scontrol", "update", "nodename=localhost", "state=drain", "reason=check")
    jirga("resume", f"out={out}", *array)
    until(lambda: "DRAINED" in jirga("status", f"out={out}", code=1), "status says why a drained node's tasks wait")
    assert "tasks cancelled" in jirga("cancel", f"out={out}")
    said("scontrol", "update", "nodename=localhost", "state=resume")
    until(empty, "the queue is empty")

    jirga("resume", f"out={out}")
    assert names(out) == wanted, "resumed here, the files are others"
    jirga("collect", f"out={out}")
    assert (out / "summary.csv").read_bytes() == (here / "summary.csv").read_bytes()
    refused(place, array)
    preempted(place, array, wanted)


def refused(place: Path, array: list[str]) -> None:
    line = jirga(*WORDS, f"out={place}/refused", *array, "executor.partition=nowhere", code=2).strip().splitlines()[-1]
    assert line.startswith("slurm: sbatch: "), line
    assert "artition" in line, line
    print(f"  refused in one line: {line}")


def preempted(place: Path, array: list[str], wanted: set[str]) -> None:
    """A partition of higher priority takes the node; what was stopped is queued again and goes on."""
    out = place / "preempted"
    jirga(*WORDS, f"out={out}", *array)
    until(lambda: len(names(out)) > 3, "some parts are there")
    said("sbatch", "--partition=first", "--exclusive", "--time=1", f"--output={place}/first.log", "--wrap", "sleep 5")
    until(empty, "the queue is empty after preemption", 400)
    assert names(out) == wanted, "after preemption the files are others"


def main() -> int:
    """0 where everything held."""
    absent = [name for name in NEEDED if shutil.which(name) is None]
    if absent or os.geteuid() != 0:
        print(f"Slurm is not tried: {'needs root' if not absent else 'missing ' + ', '.join(absent)}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as root:
        place = Path(root)
        place.chmod(0o755)
        with slurm(place):
            check(place)
    print("Slurm: everything came out as on this machine")
    return 0


if __name__ == "__main__":
    sys.exit(main())
