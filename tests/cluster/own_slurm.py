"""A Slurm of one's own: one node over loopback, as root, all its files in one folder, gone at the end of the block.

It needs Debian's `slurm-wlm` and `munge`, and nothing of the machine: no systemd, no control groups that can be written
to, no name that resolves (the daemons listen on all addresses, for whoever has the key of this munge; bound to their
own name's address they could not be reached over loopback), no port that is known before.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

NEEDED = ("slurmctld", "slurmd", "munged", "sbatch", "squeue", "scancel", "scontrol", "sinfo")
ANSWER = 60.0  # seconds that a command of Slurm's may take
START = 60.0  # seconds until the node has to be idle
# Memory is read from the processes every second, and the one that takes too much is killed.
CONFIGURATION = """\
ClusterName=check
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={place}/munge.sock,cred_expire=10
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
ReturnToService=2
SlurmdParameters=config_overrides
MailProg=/bin/true
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
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

CONTROL_GROUPS = "CgroupPlugin=cgroup/v1\n"  # looks at none until one is used; the other kind asks systemd for some


def absent() -> list[str]:
    """The programs that are missing here."""
    places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    os.environ["PATH"] = places  # where Debian puts the daemons
    return [name for name in NEEDED if shutil.which(name) is None]


def said(*words: str) -> str:
    """What a command prints, within a time limit; what it says of itself where it takes longer."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=ANSWER, check=False)
    except subprocess.TimeoutExpired:
        return f"{words[0]}: no answer within {ANSWER:.0f} seconds"
    return done.stdout + done.stderr


def until(holds: Callable[[], bool], what: str, seconds: float = 240) -> None:
    """Wait, bounded, for something to hold."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() > began + seconds:
            raise SystemExit(f"waited {seconds:.0f} seconds in vain: {what}")
        time.sleep(0.5)
    print(f"  {time.monotonic() - began:5.1f} s  {what}", flush=True)


@contextmanager
def slurm(place: Path) -> Iterator[None]:
    """A Slurm with one node, until the block ends.

    Args:
        place: an empty folder of root's that others cannot write to.
    """
    _configure(place)
    running: list[subprocess.Popen[bytes]] = []
    with (place / "daemons.log").open("wb") as log:
        try:
            for words, holds, what in _programs(place):
                running.append(subprocess.Popen(words, stdout=log, stderr=log, stdin=subprocess.DEVNULL))
                until(lambda r=running, h=holds: _all_run(r) and h(), what, START)  # type: ignore[misc]  # bound now
            yield
        except SystemExit:
            print(_logs(place), flush=True)
            raise
        finally:
            said("scancel", "--user=root")
            for process in reversed(running):
                _end(process)


def _configure(place: Path) -> None:
    for name in ("state", "spool"):
        (place / name).mkdir()
    text = CONFIGURATION.format(place=place, ports=_free_ports(2))
    (place / "slurm.conf").write_text(text, encoding="utf-8")
    (place / "cgroup.conf").write_text(CONTROL_GROUPS, encoding="utf-8")
    (place / "munge.key").write_bytes(secrets.token_bytes(128))
    (place / "munge.key").chmod(0o400)
    os.environ["SLURM_CONF"] = str(place / "slurm.conf")


def _free_ports(number: int) -> list[int]:
    held = [socket.socket() for _ in range(number)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in held]
    finally:
        for one in held:
            one.close()


def _programs(place: Path) -> Sequence[tuple[list[str], Callable[[], bool], str]]:
    """The daemons in order, each with what holds when it is up."""
    key, configuration = str(place / "munge.key"), str(place / "slurm.conf")
    files = [f"--{name}-file={place}/munge.{name}" for name in ("log", "pid", "seed")]
    munged = ["munged", "--foreground", "--force", f"--socket={place}/munge.sock", f"--key-file={key}", *files]
    return [
        (munged, (place / "munge.sock").exists, "munge answers"),
        (["slurmctld", "-D", "-f", configuration], lambda: "is UP" in said("scontrol", "ping"), "Slurm answers"),
        (
            ["slurmd", "-D", "-f", configuration, "-N", "localhost"],
            lambda: "idle" in said("sinfo", "-h", "-o", "%T"),
            "the node is idle",
        ),
    ]


def _all_run(running: Sequence[subprocess.Popen[bytes]]) -> bool:
    for process in running:
        if process.poll() is not None:
            raise SystemExit(f"{process.args[0]} has ended with {process.returncode}")  # type: ignore[index]
    return True


def _logs(place: Path) -> str:
    """The ends of what the daemons have said."""
    found = []
    for name in ("daemons.log", "munge.log", "slurmctld.log", "slurmd.log"):
        if (place / name).is_file():
            lines = (place / name).read_text(encoding="utf-8", errors="replace").splitlines()
            found += [f"--- {name}", *lines[-25:]]
    return "\n".join(found)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(20)
