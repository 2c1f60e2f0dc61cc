"""A second process that compiles the engine from its other end: two processors take little more than half the time.

numba holds one lock for all that it compiles in a process. Each long function is kept by itself, whoever has compiled
it, so that the process that compiles the whole finds ready what the other has done by then. Without the other, or
where it ends early, nothing is lost but time; that it did is told.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sim.engine.sweep import Sweep

PROGRAM = """import pickle, sys, sim.engine.engine as engine
engine.Engine(pickle.load(sys.stdin.buffer), threads=1).compile_last_parts()
"""


@contextmanager
def compiling(sweep: Sweep) -> Iterator[subprocess.Popen[bytes]]:
    """Let another process compile meanwhile for runs of a sweep; when what it is for is done, it ends."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    words, nowhere = [sys.executable, "-c", PROGRAM], subprocess.DEVNULL
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=nowhere, stderr=nowhere, env=environment) as other:
        assert other.stdin is not None  # it is a pipe
        with suppress(BrokenPipeError):  # it has ended already
            pickle.dump(sweep, other.stdin)
            other.stdin.close()
        try:
            yield other
        finally:
            if other.poll():
                told = f"the second process that compiles has ended with {other.returncode}: the first does all of it"
                print(told, file=sys.stderr, flush=True)
            other.terminate()
