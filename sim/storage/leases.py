"""Files in the making: who writes one holds a lease on it, and what nobody holds any more is removed.

A file's name says on which running system it was begun. There a lock tells whether its writer lives, also from another
container, in which process numbers mean something else. From anywhere else only its age tells, by the clock of the
file system, because no lock is sure to be seen from machine to machine.
"""

from __future__ import annotations

import contextlib
import os
import re
import uuid
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # pragma: no cover - not a POSIX system: age alone tells
    fcntl = None  # type: ignore[assignment]  # a module where there is one

ENDING = ".part"
TEMPORARY = re.compile(r"\.([0-9a-f-]+)\.[0-9a-f]{32}\.part")
OLDEST = 6 * 3600.0  # seconds after which a file of another system is taken for left: one is written within minutes
BOOT = Path("/proc/sys/kernel/random/boot_id")


@cache
def system() -> str:
    """A name of this running system: another machine has another one, and so has this one after its next start."""
    try:
        return BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return f"{uuid.getnode():012x}"


def name(unique: str) -> str:
    """The name of a file in the making."""
    return f".{system()}.{unique}{ENDING}"


@contextlib.contextmanager
def held(path: Path) -> Iterator[BinaryIO]:
    """A new file, open for writing, with a lease that ends when it is closed."""
    while True:
        with path.open("xb") as file:
            _lock(file, wait=True)
            if os.fstat(file.fileno()).st_nlink:
                yield file
                return
        # It was taken for left between its first moment and its lease: begin it again.


def _lock(file: BinaryIO, *, wait: bool) -> bool:
    """Take the lease; False where somebody holds it, or where the file system knows no leases."""
    if fcntl is None:  # pragma: no cover - not a POSIX system
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True


def clear(folder: Path) -> None:
    """Remove the files in the making that nobody makes any more."""
    for path in sorted(folder.glob(f".*{ENDING}")):
        match = TEMPORARY.fullmatch(path.name)
        if match is None:
            continue
        if match[1] == system():
            _remove_free(path)
        elif _age(path) > OLDEST:
            with contextlib.suppress(PermissionError):  # another user's stays
                path.unlink(missing_ok=True)


def _remove_free(path: Path) -> None:
    """Remove a file of this system, if its lease is free; the lease is held meanwhile.

    It is opened for writing, too: over NFS a file that is open for reading alone gives no lease. Another user's stays.
    """
    with contextlib.suppress(FileNotFoundError, PermissionError), path.open("r+b") as file:
        if _lock(file, wait=False):
            path.unlink(missing_ok=True)


def _age(path: Path) -> float:
    """How long ago a file was written to, in seconds of the clock that its file system has."""
    now = path.parent / name(uuid.uuid4().hex)
    try:
        with held(now) as file:
            return os.fstat(file.fileno()).st_mtime - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
    finally:
        now.unlink(missing_ok=True)
