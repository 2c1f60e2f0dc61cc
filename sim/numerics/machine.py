"""Compiled code on disk: private to the user, and never older than the sources it comes from.

numba's own cache looks at one file and would not see a change in another. Here the folder's name is a digest of all
that is compiled (`sim.version.COMPILED`), of the versions of numba, llvmlite, numpy and Python, and of the processor.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import llvmlite.binding
import numba
import numpy as np

from sim.version import compiled_digest

config: Any = numba.config  # its names come from the environment, so that no checker knows them
PRIVATE = stat.S_IRWXU
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
CACHE_NAME = re.compile(r"[0-9a-f]{16}-[0-9a-f]{16}")
KEPT_FOLDERS = 8  # caches of older sources that stay


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
    return (Path(base) if base else Path.home() / ".cache") / "jirga"


@cache
def cache_folder() -> Path:
    """The private folder for code compiled from these sources on this machine."""
    root = cache_root()
    folder = root / f"{compiled_digest()}-{machine_digest()}"
    if not (_safe(root) and _safe(folder)):
        return Path(tempfile.mkdtemp(prefix="jirga-"))
    _forget_old(root, folder)
    return folder


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


def compiled(function: Callable[..., Any]) -> Any:
    """`function` compiled by numba on its first call, without the interpreter's lock, kept in the private folder."""
    usual = config.CACHE_DIR
    config.CACHE_DIR = str(cache_folder())
    try:
        return numba.njit(nogil=True, cache=True)(function)
    finally:
        config.CACHE_DIR = usual


def is_warm(function: Any) -> bool:
    """Whether code of a compiled function is in memory or in the cache."""
    name = f"{function.py_func.__module__.rpartition('.')[2]}.{function.py_func.__qualname__}-"
    return bool(function.signatures) or any(cache_folder().rglob(f"{name}*.nbc"))


def available_threads() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
