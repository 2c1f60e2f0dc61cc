"""A folder's jobs with a real Slurm on this machine: `make slurm-check`, and a part of `make test` where there is one.

Submitted, seen, cancelled half-way, killed, on a drained node, refused, preempted, out of memory, out of time, resumed
here: the files must be those of a run on this machine. It needs root and Debian's slurm-wlm and munge; without them a
line says so, and the exit code is 0, unless the word `needed` is given.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from own_slurm import absent, said, slurm, until

WORDS = ["scenario=turkey_summit", "horizon=52", "size=smoke", "size.draws=12000", "size.runs=2", "part_runs=1000"]
LONGEST = 900.0  # seconds that one command may take: the first one may have to compile
WHOLE = 1500  # seconds for everything


def jirga(*words: str, code: int = 0) -> str:
    """What the command prints; it has to end with that code."""
    line = [sys.executable, "-m", "sim", *words]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=LONGEST)
    if done.returncode != code:
        raise SystemExit(f"jirga {' '.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def expect(words: str, told: str) -> None:
    """Words have to be in what was told."""
    if words not in told:
        raise SystemExit(f"not told: {words}; but: {told}")


def require(holds: bool, otherwise: str) -> None:
    """Something has to hold."""
    if not holds:
        raise SystemExit(otherwise)


def names(out: Path) -> set[str]:
    return {path.name for path in (out / "runs").glob("*-*.parquet")}


def workers(out: Path) -> list[int]:
    """The processes that work on a folder."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:  # it has ended since
            continue
        if b"work" in words and f"out={out}".encode() in words:
            found.append(int(path.parent.name))
    return found


def sent(out: Path, number: int) -> bool:
    """Send a signal to one process that works on a folder; whether there was one."""
    for process in workers(out)[:1]:
        with suppress(ProcessLookupError):
            os.kill(process, number)
            return True
    return False


def asked(**more: object) -> list[str]:
    """The words that make an array of a job's missing parts."""
    keys = {"parts_per_task": 4, "mem": "1G", **more}
    return ["executor=slurm", *(f"executor.{key}={value}" for key, value in keys.items())]


def submit(out: Path, *first: str, **more: object) -> str:
    """Submit a folder's missing parts; the number of the array."""
    told = jirga(*(first or WORDS), f"out={out}", *asked(**more))
    return told.partition("submitted as ")[2].split()[0]


def gone(job: str) -> bool:
    """Whether nothing of an array is in the queue."""
    return not said("squeue", "-h", "-j", job).strip().replace("slurm_load_jobs error: Invalid job id specified", "")


def check_cancelled_and_killed(place: Path, wanted: set[str]) -> Path:
    out = place / "cancelled"
    job = submit(out)
    until(lambda: len(names(out)) > 3, "some parts are there")
    until(lambda: " running" in jirga("status", f"out={out}", code=1), "status tells a task that runs")
    expect(" cancelled", jirga("cancel", f"out={out}"))
    until(lambda: gone(job), "the queue is empty after cancelling")
    require(names(out) < wanted, "cancelled too late to show anything")
    require(not list((out / "runs").glob("*.part")), "a stopped task left a file in the making")
    job = submit(out, "resume")
    until(lambda: sent(out, signal.SIGKILL), "a task is killed")
    until(lambda: gone(job), "the queue is empty after a task was killed")
    require(names(out) < wanted, "the killed task had done all")
    return out


def check_drained(out: Path) -> None:
    said("scontrol", "update", "nodename=localhost", "state=drain", "reason=check")
    job = submit(out, "resume")
    until(lambda: "DRAINED" in jirga("status", f"out={out}", code=1), "status says why a drained node's tasks wait")
    expect(" cancelled", jirga("cancel", f"out={out}"))
    said("scontrol", "update", "nodename=localhost", "state=resume")
    until(lambda: gone(job), "the queue is empty")


def check_out_of_memory(place: Path, wanted: set[str]) -> None:
    """A task that takes more memory than it was given is killed; what it has not done is missing, and is done here."""
    out = place / "memory"
    job = submit(out, mem="100M", parts_per_task=100)
    until(lambda: gone(job), "the queue is empty after a task took too much memory")
    print(f"           {state(job)}")
    expect("exceeded memory limit", logs(out))
    require(names(out) < wanted, "the task with too little memory had done all")
    resumed_here(out, wanted)


def check_out_of_time(place: Path, wanted: set[str]) -> None:
    """Tasks held up into their last minute: one ends by Slurm's warning, one that has none when its time is over."""
    warned, late = place / "warned", place / "late"
    first = submit(warned, minutes=2, parts_per_task=100)
    until(lambda: len(names(warned)) > 1 and bool(held(warned)), "a task is held up")
    second = submit(late, minutes=2, parts_per_task=100, additional="['--signal=B:URG@60']")
    until(lambda: len(names(late)) > 1 and bool(held(late)), "another one is held up")
    until(lambda: bool(held(late)) and gone(first), "the first one goes on at Slurm's warning, and ends")  # SIGCONT
    expect("stopped: what is whole is kept", logs(warned))
    require(names(warned) < wanted, "the task that was warned had done all")
    until(lambda: not held(late) and gone(second), "the time of the second one is over")
    print(f"           {state(second)}")
    expect("JobState=TIMEOUT", state(second))
    require(names(late) < wanted, "the task that was out of time had done all")
    resumed_here(late, wanted)


def state(job: str) -> str:
    """What Slurm says of the tasks of an array that has gone."""
    return " ".join(re.findall(r"JobState=\S+ Reason=\S+", said("scontrol", "show", "job", job)))


def logs(out: Path) -> str:
    """What a folder's tasks have said."""
    return "".join(path.read_text(encoding="utf-8") for path in out.glob("jobs/*.log"))


def held(out: Path) -> list[int]:
    """The processes that work on a folder, held up."""
    found = workers(out)
    for process in found:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGSTOP)
    return found


def resumed_here(out: Path, wanted: set[str]) -> None:
    jirga("resume", f"out={out}")
    require(names(out) == wanted, "resumed here, the files are others")


def check_preempted(place: Path, wanted: set[str]) -> None:
    """A partition of higher priority takes the node; what was stopped is queued again and goes on."""
    out = place / "preempted"
    job = submit(out, parts_per_task=25)
    until(lambda: len(names(out)) > 3, "some parts are there")
    said("sbatch", "--partition=first", "--exclusive", "--time=1", f"--output={place}/first.log", "--wrap", "sleep 3")
    until(lambda: "Restarts=1" in said("scontrol", "show", "job", job), "what was preempted is queued again")
    until(lambda: gone(job), "the queue is empty after preemption")
    require(names(out) == wanted, "after preemption the files are others")


def check_refused(place: Path) -> None:
    """What Slurm does not take is one line, and nothing is submitted."""
    refusals = [("partition", "nowhere", "artition"), ("mem", "99999G", "available")]
    for key, value, reason in refusals:
        out = place / "refused"
        line = jirga(*WORDS, f"out={out}", *asked(**{key: value}), code=2).strip().splitlines()[-1]
        expect("slurm: sbatch: ", line)
        expect(reason, line)
        require(not list(out.glob("jobs/slurm-*")), "a refused array left something behind")
        print(f"           {line}")


def check(place: Path) -> None:
    """Everything in turn."""
    here = place / "here"
    jirga(*WORDS, f"out={here}")
    wanted = names(here)
    with slurm(place):
        out = check_cancelled_and_killed(place, wanted)
        check_drained(out)
        resumed_here(out, wanted)
        jirga("collect", f"out={out}")
        same = (out / "summary.csv").read_bytes() == (here / "summary.csv").read_bytes()
        require(same, "collected, the summary is another")
        check_refused(place)
        check_preempted(place, wanted)
        check_out_of_memory(place, wanted)
        check_out_of_time(place, wanted)


def stop(number: int, frame: Any) -> None:
    raise SystemExit(f"not done within {WHOLE} seconds" if number == signal.SIGALRM else "stopped")


def main(words: list[str]) -> int:
    """0 where everything held."""
    lacking = absent()
    if lacking or os.geteuid() != 0:
        print(f"Slurm is not tried: {'missing ' + ', '.join(lacking) if lacking else 'it needs root'}", file=sys.stderr)
        return 1 if "needed" in words else 0
    for one in (signal.SIGALRM, signal.SIGTERM):
        signal.signal(one, stop)
    signal.alarm(WHOLE)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as root:
        place = Path(root)
        place.chmod(0o755)
        check(place)
    print(f"Slurm: everything came out as on this machine, in {time.monotonic() - began:.0f} seconds")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
