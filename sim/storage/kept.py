"""What a long job has done so far: small arrays, each whole or not there, known by what decides their numbers.

A job that is stopped and started again finds what it has done. A file's name is a digest of the configuration of its
sweep, of what was asked of it and of the code that made statistics of its runs: what has changed is done anew, and
nothing has to be compared.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import struct
import uuid
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.engine.sweep import Sweep
from sim.experiment.keeping import Arrays, Keep
from sim.inputs.errors import InputError
from sim.storage.sweeps import configuration
from sim.version import statistics_digest

# What comes of a file that is not there, is empty or cut, has a bit turned anywhere, or holds something else.
BROKEN = (
    OSError, ValueError, EOFError, RuntimeError, KeyError, AttributeError, TypeError, struct.error, zlib.error,
    zipfile.BadZipFile,
)  # fmt: skip


def kept(folder: Path, sweep: Sweep, asked: Any, make: Callable[[], Arrays]) -> Arrays:
    """Arrays of a sweep as they were kept, or made now and kept.

    Args:
        folder: where they are; made where it is not there.
        sweep: whose configuration decides them.
        asked: what was asked of its runs, as plain data.
        make: gives them.

    Raises:
        InputError: the folder cannot be written to.
    """
    decides = {"sweep": configuration(sweep), "asked": asked, "statistics": statistics_digest()}
    told = json.dumps(decides, sort_keys=True)
    path = folder / f"{hashlib.sha256(told.encode()).hexdigest()[:20]}.npz"
    found = _read(path)
    if found is not None:
        return found
    made = make()
    _write(path, made)
    return made


def keeping(folder: Path) -> Keep:
    """Keeps each part of a job's work in a folder, by the sweeps that it plays and what it asks of them."""

    def keep(sweeps: Sequence[Sweep], asked: Any, make: Callable[[], Arrays]) -> Arrays:
        told = {"asked": asked, "others": [configuration(sweep) for sweep in sweeps[1:]]}
        return kept(folder, sweeps[0], told, make)

    return keep


def _read(path: Path) -> Arrays | None:
    """The arrays of a file; None where it is not there, or was broken on its way."""
    try:
        file = np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)
        return {name: file[name] for name in file.files}
    except BROKEN:
        return None


def _write(path: Path, arrays: Arrays) -> None:
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(exist_ok=True)
        with part.open("xb") as file:
            np.savez(file, allow_pickle=False, **dict(arrays))
        os.replace(part, path)
    except OSError as error:
        raise InputError(path.parent, "out", f"cannot be written to ({error.strerror})") from None
    finally:
        part.unlink(missing_ok=True)
