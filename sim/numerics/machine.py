"""Compiled code on disk: private to the user, and never older than the sources it comes from.

numba's own cache looks at one file and would not see a change in another. Here the folder's name is a digest of all
that is compiled (`sim.version.COMPILED`), of the versions of numba, llvmlite, numpy and Python, and of the processor.
"""

from __future__ import annotations

import gc
import hashlib
import math
import os
import platform
import re
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

import llvmlite
import llvmlite.binding
import numba
import numpy as np

from sim.inputs.places import place
from sim.version import compiled_digest

try:
    import fcntl
except ImportError:  # pragma: no cover - not a POSIX system: each process compiles by itself
    fcntl = None  # type: ignore[assignment]  # a module where there is one

config: Any = numba.config  # its names come from the environment, so that no checker knows them
type_of: Any = numba.typeof  # without types of its own
PRIVATE = stat.S_IRWXU
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
CACHE_NAME = re.compile(r"[0-9a-f]{16}-[0-9a-f]{16}")
SELDOM = (20_000, 50, 1_000)  # thresholds of the three generations
KEPT_FOLDERS = 8  # caches of older sources that stay
LOCK = "compiling"  # the file on which whoever compiles holds a lock
LONGEST_WAIT = 300.0  # seconds for which a process waits for another one to compile, which takes about one minute
BETWEEN = 0.2  # seconds between two looks at the lock


def machine_digest() -> str:
    """A digest of what the machine code depends on besides the sources."""
    cpu = config.CPU_NAME or llvmlite.binding.get_host_cpu_name()
    features = config.CPU_FEATURES or llvmlite.binding.get_host_cpu_features().flatten()
    parts = (numba.__version__, llvmlite.__version__, np.__version__, sys.version, platform.machine(), cpu, features)
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:16]


def _safe(folder: Path) -> bool:
    """Whether a folder, made where it is missing, is this user's and nobody else can write to it.

    Code is read from it and run. A folder that was there keeps its mode: it is used as it is, or not at all.
    """
    try:
        folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return False
    owned = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    return stat.S_ISDIR(found.st_mode) and owned and not found.st_mode & OTHERS_WRITE and os.access(folder, os.W_OK)


def cache_root() -> Path:
    """Where compiled code is kept: the folder `jirga` in JIRGA_CACHE, else in XDG_CACHE_HOME, else in ~/.cache."""
    base = os.environ.get("JIRGA_CACHE") or os.environ.get("XDG_CACHE_HOME")
    return (place(base) if base else Path.home() / ".cache") / "jirga"


@cache
def cache_folder() -> Path:
    """The private folder for code compiled from these sources on this machine.

    Where the named place is no use, a line says so, and it is one in the folder for temporary files of this machine:
    the same one for every process of the user.
    """
    root = cache_root()
    name = f"{compiled_digest()}-{machine_digest()}"
    if not _usable(root, name):
        asked, root = root, Path(tempfile.gettempdir()) / f"jirga-{_user()}"
        if not _usable(root, name):
            root = Path(tempfile.mkdtemp(prefix="jirga-"))
        _say(f"{asked} cannot keep compiled code (it has to be this user's alone, and writable): it is kept in {root}")
    folder = root / name
    folder.mkdir(mode=PRIVATE, exist_ok=True)
    with suppress(OSError):
        os.utime(folder)  # what is used is not old
    _forget_old(root, folder)
    return folder


def _usable(root: Path, name: str) -> bool:
    return _safe(root) and _safe(root / name)


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else "user"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _forget_old(root: Path, current: Path) -> None:
    """Remove all but the newest caches; what has another kind of name, or is a link, is nobody's here."""
    others = [path for path in root.iterdir() if CACHE_NAME.fullmatch(path.name) and path != current]
    others = sorted((path for path in others if path.is_dir() and not path.is_symlink()), key=_age, reverse=True)
    for path in others[KEPT_FOLDERS - 1 :]:
        shutil.rmtree(path, ignore_errors=True)


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


class Compiled:
    """A function that numba compiles on its first call, without the interpreter's lock, kept in the private folder.

    Args:
        function: of the language that numba compiles.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        usual = config.CACHE_DIR
        config.CACHE_DIR = str(cache_folder())
        try:
            self._function: Any = numba.njit(nogil=True, cache=True)(function)
        finally:
            config.CACHE_DIR = usual

    def __call__(self, *given: Any, beside: Callable[[], AbstractContextManager[object]] = nullcontext) -> Any:
        """Call it; where that compiles it, `beside` is open meanwhile."""
        if self.is_loaded:
            return self._function(*given)
        with self._alone(beside):
            return self._function(*given)

    @property
    def is_loaded(self) -> bool:
        """Whether its code is in the memory of this process."""
        return bool(self._function.signatures)

    @property
    def compilations(self) -> int:
        """How often this process has compiled it instead of loading it."""
        return sum(self._function.stats.cache_misses.values())

    def is_warm(self) -> bool:
        """Whether its code, as the source is now, is in memory or in the cache."""
        if self.is_loaded:
            return True
        kept = self._function._cache._cache_file  # numba has no public way to ask; its index is written before the code
        return any(Path(kept._data_path(name)).is_file() for name in kept._load_index().values())

    @contextmanager
    def _alone(self, beside: Callable[[], AbstractContextManager[object]]) -> Iterator[None]:
        """Of all processes that share a cache, one compiles; the others wait for its code, and load it.

        Who compiles holds a lock, which ends with its process, however that ends. After the longest wait, or where the
        file system has no locks, a process compiles by itself.
        """
        if self.is_warm():
            yield
            return
        with ExitStack() as stack:
            with suppress(OSError):  # without a lock it is compiled all the same
                cache_folder().mkdir(mode=PRIVATE, exist_ok=True)  # another version may have taken it for old
                file = stack.enter_context((cache_folder() / LOCK).open("ab"))
                if not _locked(file.fileno(), self.is_warm):
                    _say(f"another process has been compiling for {LONGEST_WAIT:.0f} seconds: this one does it itself")
            if not self.is_warm():
                keep_parts()
                stack.enter_context(beside())
            yield


def keep_parts() -> None:
    """Let the code of every standalone function be kept in the private folder, or be what another process put there."""
    usual = config.CACHE_DIR
    config.CACHE_DIR = str(cache_folder())
    try:
        for name, module in list(sys.modules.items()):
            if name.startswith("sim."):
                for part in vars(module).values():
                    if isinstance(part, FunctionType) and "dispatcher" in vars(part):
                        vars(part)["dispatcher"].enable_caching()
    finally:
        config.CACHE_DIR = usual


def compile_parts(function: Callable[..., Any], given: tuple[Any, ...]) -> None:
    """Compile what a function calls, as it would call it, and keep that; the function itself is not kept, nor called.

    Args:
        function: of the language that numba compiles.
        given: what it would be called with, for the types.
    """
    keep_parts()
    with seldom_collected():
        numba.njit(nogil=True)(function).compile(tuple(type_of(one) for one in given))


def _locked(file: int, is_done: Callable[[], bool]) -> bool:
    """Wait for a lock, or until what it is for is done; False where neither came in time."""
    if fcntl is None:  # pragma: no cover - not a POSIX system
        return True
    until = time.monotonic() + LONGEST_WAIT
    while not is_done():
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(BETWEEN)
        except OSError:  # a file system without locks
            return True
    return True


def compiled(function: Callable[..., Any]) -> Any:
    """`function` as `Compiled`, or itself where nothing is compiled."""
    return Compiled(function) if is_compiling() else function


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look for cyclic garbage seldom meanwhile: among all that numba builds up it takes a tenth of a compilation.

    Not to look at all would save as much again, and take half as much memory more.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def is_compiling() -> bool:
    """Whether numba compiles here: NUMBA_DISABLE_JIT, for the debugger, leaves functions as they are written."""
    return not config.DISABLE_JIT


def available_threads() -> int:
    """How many processors this process may use: those it may run on, no more than its group has the time of, and in a
    task of Slurm's no more than were allocated to it."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, math.ceil(min(cores, cpu_quota(), allocated())))


def allocated() -> float:
    """The processors that Slurm gives this task, for not every site binds it to them; infinite: it says nothing."""
    told = os.environ.get("SLURM_CPUS_PER_TASK", "")
    return float(told) if told.isdecimal() and int(told) > 0 else math.inf


def cpu_quota(groups: Path = Path("/sys/fs/cgroup"), own: Path = Path("/proc/self/cgroup")) -> float:
    """The processors' worth of time that the control groups of this process allow, as Docker's `--cpus`; infinite: all.

    Linux keeps it as microseconds in each period, in `cpu.max` (version 2 of control groups) or in `cpu.cfs_quota_us`
    and `cpu.cfs_period_us` (version 1), for the process's own group and for each above it.

    Args:
        groups: where the groups are mounted.
        own: the file that names the process's own groups.
    """
    try:
        lines = own.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        lines = []
    named = [line.split(":", 2) for line in lines if line.count(":") >= 2]
    found = [math.inf]
    for _, controllers, path in named:
        top = groups / controllers if "cpu" in controllers.split(",") else groups
        if top == groups and controllers:
            continue  # a group of memory or the like
        below = top / path.strip("/")
        found += [_quota(group) for group in (below, *below.parents) if group == top or top in group.parents]
    return min(found)


def _quota(group: Path) -> float:
    """The processors' worth of time of one group."""
    try:
        if (group / "cpu.max").is_file():
            quota, period = (group / "cpu.max").read_text(encoding="ascii").split()
        else:
            names = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
            quota, period = ((group / name).read_text(encoding="ascii").strip() for name in names)
        return int(quota) / int(period) if quota not in ("max", "-1") else math.inf
    except (OSError, ValueError):  # a group without a limit has no such file
        return math.inf
