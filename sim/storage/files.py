"""Files that are whole or not there: written under a temporary name, checked, and linked to a name with their digest.

What is cleared away here are broken files and orphans of our own name patterns, in a folder with our configuration.
Several processes, on several machines, may write to one folder at once; what a network file system lacks (hard links,
locks, flushing of folders) is done without.
"""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import re
import uuid
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.inputs.errors import InputError
from sim.storage import leases

KINDS = ("draws", "paths", "bands", "runs")
NAME = re.compile(r"(draws|paths|bands|runs)-(\d{6,})-([0-9a-f]{20})\.parquet")
CONFIGURATION = "sweep.json"
FORMAT = 3
NOTES = "notes"  # what a configuration says besides what decides numbers
# What a file system says that has no hard links, or none of a folder's flushing.
LACKING = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EXDEV, errno.EMLINK, errno.EINVAL}


ROW_GROUP = 1 << 16
REST = 20.0  # times as long as a look at a folder takes, before the next one


def differences(stored: Any, wanted: Any, key: str = "") -> list[str]:
    """Where two configurations differ, one line a key.

    >>> differences({"seed": 1, "runs": 2}, {"seed": 3, "runs": 2})
    ['seed: 1 there, 3 now']
    """
    if isinstance(stored, Mapping) and isinstance(wanted, Mapping):
        lines = []
        for name in dict.fromkeys([*stored, *wanted]):
            here = f"{key}.{name}" if key else str(name)
            lines += differences(stored.get(name), wanted.get(name), here)
        return lines
    return [] if stored == wanted else [f"{key}: {json.dumps(stored)} there, {json.dumps(wanted)} now"]


def _refuse(folder: Path, error: OSError) -> InputError:
    """One line for what the system says about writing."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        problem = "the disk is full; whole shards stay: free some space and start the same sweep again"
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        problem = f"cannot be written to ({error.strerror})"
    else:
        problem = f"cannot be used ({error.strerror or error})"
    return InputError(folder, "out", problem)


def _sync_folder(folder: Path) -> None:
    """Let the folder's entries reach the disk, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno not in LACKING:
                raise
        finally:
            os.close(handle)


def file_digest(path: Path) -> str:
    """A digest of a file's bytes: 20 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:20]


def _place(temporary: Path, final: Path, *, digest_in_name: bool) -> None:
    """Give a finished file its name, unless the name is taken.

    A name with a digest that is taken by other bytes is that of a broken file, which makes room for the whole one.
    Another name stays with whoever was first.
    """
    try:
        os.link(temporary, final)
    except FileExistsError:
        if digest_in_name and file_digest(final) != file_digest(temporary):
            os.replace(temporary, final)
    except OSError as error:
        if error.errno not in LACKING:
            raise
        if digest_in_name or not final.exists():
            os.replace(temporary, final)


def _write(folder: Path, write: Any, name: Any, *, digest_in_name: bool = True) -> Path:
    """Write a file that is there whole or not at all; `name` gives it one from the digest of its bytes."""
    temporary = folder / leases.name(uuid.uuid4().hex)
    try:
        with leases.held(temporary) as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
            final: Path = folder / name(file_digest(temporary))
            _place(temporary, final, digest_in_name=digest_in_name)
        _sync_folder(folder)
        return final
    except OSError as error:
        raise _refuse(folder, error) from None
    finally:
        temporary.unlink(missing_ok=True)


def write_table(folder: Path, kind: str, number: int, table: pa.Table, source: Mapping[str, str]) -> None:
    """Write one table as a file that is there whole or not at all, with its provenance."""
    metadata = {**source, "jirga.kind": kind, "jirga.shard": str(number)}
    table = table.replace_schema_metadata(metadata)

    def write(file: Any) -> None:
        pq.write_table(
            table, file, compression="zstd", row_group_size=ROW_GROUP, write_page_checksum=True,
            use_dictionary=[field.name for field in table.schema if not pa.types.is_floating(field.type)],
        )  # fmt: skip

    path = _write(folder, write, lambda digest: f"{kind}-{number:06}-{digest}.parquet")
    if pq.read_metadata(path).num_rows != table.num_rows:  # pragma: no cover - a disk that lies
        raise InputError(path, "", "was not written whole")


def read_configuration(folder: Path, name: str = CONFIGURATION) -> dict[str, Any] | None:
    """The configuration that a folder holds, with its notes; None where there is none."""
    path = folder / name
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise InputError(path, "", f"cannot be read ({error})") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise InputError(path, "format", "is not of this version", allowed=str(FORMAT))
    return found


def prepare(
    folder: Path,
    wanted: Mapping[str, Any],
    name: str = CONFIGURATION,
    what: str = "a sweep",
    *,
    beside: Mapping[str, bytes] | None = None,
    notes: Mapping[str, Any] | None = None,
) -> None:
    """Make the folder of a sweep or plan, or make sure that it is one of the same configuration.

    Several processes may do so at once: whoever is first decides, and the others compare.

    Args:
        folder: the folder.
        wanted: the configuration, as plain data.
        name: of the file that holds it.
        what: it is a configuration of.
        beside: files that the folder carries besides, by their places in it; they are there before the configuration.
        notes: what the configuration says besides, and is not compared.

    Raises:
        InputError: the folder holds another one (with the differences), other files, or cannot be written to.
    """
    stored = read_configuration(folder, name)
    if stored is None:
        _begin(folder, {**wanted, NOTES: dict(notes or {})}, name, what, beside or {})
        stored = read_configuration(folder, name)
    changed = differences({key: value for key, value in (stored or {}).items() if key != NOTES}, wanted)
    if changed:
        problem = f"holds {what} of another configuration: " + "; ".join(changed)
        raise InputError(folder, "out", problem, allowed="the same configuration, or another folder")


def _begin(folder: Path, text: Mapping[str, Any], name: str, what: str, beside: Mapping[str, bytes]) -> None:
    """Write the files of a new folder, the configuration last."""
    own = {name, *(place.split("/")[0] for place in beside)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        others = sorted(path.name for path in folder.iterdir() if not path.name.endswith(leases.ENDING))
        if name in others:  # another process has been here since
            return
        others = [other for other in others if other not in own]
        for top in sorted({place.split("/")[0] for place in beside if "/" in place}):
            others += [place for place in _files_below(folder, top) if place not in beside]
        for place, data in beside.items():
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            if (folder / place).exists() and (folder / place).read_bytes() != data:
                others.append(place)
    except OSError as error:
        raise _refuse(folder, error) from None
    if others:
        problem = f"holds other files, such as {others[0]}"
        raise InputError(folder, "out", problem, allowed=f"an empty folder, or one of {what}")
    for place, data in beside.items():
        _write_named(folder / place, data)
    _write_named(folder / name, json.dumps(text, indent=2).encode())


def _files_below(folder: Path, top: str) -> list[str]:
    """The places in a folder of all files below one of its own, but those in the making."""
    found = sorted(path for path in (folder / top).rglob("*") if path.is_file())
    return [path.relative_to(folder).as_posix() for path in found if not path.name.endswith(leases.ENDING)]


def _write_named(path: Path, data: bytes) -> None:
    """Write a file under its own name, unless it is there."""
    if not path.exists():
        _write(path.parent, lambda file: file.write(data), lambda digest: path.name, digest_in_name=False)


def put_text(path: Path, text: str) -> None:
    """Write a file whose name says nothing of its bytes, whole at each moment: what was there before goes only then.

    Raises:
        InputError: the folder cannot be made or written to, or the disk is full.
    """
    folder = path.parent
    temporary = folder / leases.name(uuid.uuid4().hex)
    try:
        folder.mkdir(exist_ok=True)
        with leases.held(temporary) as file:
            file.write(text.encode())
            file.flush()
            os.replace(temporary, path)
    except OSError as error:
        raise _refuse(folder, error) from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def named_files(folder: Path) -> dict[tuple[str, int], Path]:
    """The files of a folder by kind and shard, as their names say: nothing is read."""
    found: dict[tuple[str, int], Path] = {}
    for path in sorted(folder.iterdir()):
        match = NAME.fullmatch(path.name)
        if match:
            found.setdefault((match[1], int(match[2])), path)
    return found


class Names:
    """The files of a folder to which others write, by kind and shard: looked at anew, and not for each question.

    In a large folder a look takes seconds, so that `REST` times as long passes before the next one. What another
    process has written since is then done once more, which does no harm.

    Args:
        folder: the folder.
        clock: the time in seconds, from any moment.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = perf_counter) -> None:
        self._folder, self._clock, self._again = folder, clock, -math.inf
        self._found: Collection[tuple[str, int]] = ()

    def __contains__(self, file: object) -> bool:
        began = self._clock()
        if began >= self._again:
            self._found = frozenset(named_files(self._folder))
            ended = self._clock()
            self._again = ended + REST * (ended - began)
        return file in self._found


def whole_files(folder: Path) -> dict[tuple[str, int], Path]:
    """The files whose bytes are what their names say, by kind and shard."""
    found: dict[tuple[str, int], Path] = {}
    for path in sorted(folder.iterdir()):
        match = NAME.fullmatch(path.name)
        if match and (match[1], int(match[2])) not in found and _digest_there(path) == match[3]:
            found[match[1], int(match[2])] = path
    return found


def _digest_there(path: Path) -> str | None:
    """The digest of a file; None where another process has cleared it away since it was listed."""
    try:
        return file_digest(path)
    except FileNotFoundError:
        return None


def clear_away(folder: Path) -> list[str]:
    """Remove what broken or interrupted writes left; names of the broken shards' files."""
    try:
        return _cleared_away(folder)
    except OSError as error:
        raise _refuse(folder, error) from None


def _cleared_away(folder: Path) -> list[str]:
    broken = []
    for path in sorted(folder.iterdir()):
        match = NAME.fullmatch(path.name)
        if match and _digest_there(path) not in (match[3], None):
            broken.append(path.name)
            path.unlink(missing_ok=True)
    leases.clear(folder)
    return broken
