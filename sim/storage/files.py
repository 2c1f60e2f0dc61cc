"""Files that are whole or not there: written under a temporary name, checked, and linked to a name with their digest.

What is cleared away here are broken files and orphans of our own name patterns, in a folder with our configuration.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
import re
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.inputs.errors import InputError

if TYPE_CHECKING:
    pass


KINDS = ("draws", "paths", "bands", "runs")
NAME = re.compile(r"(draws|paths|bands|runs)-(\d{6})-([0-9a-f]{20})\.parquet")
TEMPORARY = re.compile(r"\.(\d+)@(.*)\.[0-9a-f]{32}\.part")
CONFIGURATION = "sweep.json"
FORMAT = 2  # what is no outcome is null


ROW_GROUP = 1 << 16


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
        finally:
            os.close(handle)


def file_digest(path: Path) -> str:
    """A digest of a file's bytes: 20 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:20]


def _place(temporary: Path, final: Path) -> None:
    """Give a finished file its name, unless the name is taken: then the same bytes are there already."""
    try:
        os.link(temporary, final)
    except FileExistsError:
        if file_digest(final) != file_digest(temporary):  # a broken file of this name makes room for the whole one
            os.replace(temporary, final)
            return
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EXDEV, errno.EMLINK):
            raise
        os.rename(temporary, final)  # a file system without links
        return
    temporary.unlink()


def _write(folder: Path, write: Any, name: Any) -> Path:
    """Write a file that is there whole or not at all; `name` gives it one from the digest of its bytes."""
    temporary = folder / f".{os.getpid()}@{platform.node()}.{uuid.uuid4().hex}.part"
    try:
        with temporary.open("xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        final: Path = folder / name(file_digest(temporary))
        _place(temporary, final)
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
    path = folder / name
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise InputError(path, "", f"cannot be read ({error})") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise InputError(path, "format", "is not a sweep of this version", allowed=str(FORMAT))
    return found


def prepare(folder: Path, wanted: Mapping[str, Any], name: str = CONFIGURATION, what: str = "a sweep") -> None:
    """Make the folder of a sweep or plan, or make sure that it is one of the same configuration.

    Args:
        folder: the folder.
        wanted: the configuration, as plain data.
        name: of the file that holds it.
        what: it is a configuration of.

    Raises:
        InputError: the folder holds another one (with the differences), other files, or cannot be written to.
    """
    stored = read_configuration(folder, name)
    if stored is not None:
        changed = differences(stored, wanted)
        if changed:
            problem = f"holds {what} of another configuration: " + "; ".join(changed)
            raise InputError(folder, "out", problem, allowed="the same configuration, or another folder")
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        others = [path.name for path in folder.iterdir() if not path.name.endswith(".part")]
    except OSError as error:
        raise _refuse(folder, error) from None
    if others:
        problem = f"holds other files, such as {sorted(others)[0]}"
        raise InputError(folder, "out", problem, allowed=f"an empty folder, or one of {what}")
    text = json.dumps(wanted, indent=2).encode()
    _write(folder, lambda file: file.write(text), lambda digest: name)


def whole_files(folder: Path) -> dict[tuple[str, int], Path]:
    """The files whose bytes are what their names say, by kind and shard."""
    found: dict[tuple[str, int], Path] = {}
    for path in sorted(folder.iterdir()):
        match = NAME.fullmatch(path.name)
        if match and (match[1], int(match[2])) not in found and file_digest(path) == match[3]:
            found[match[1], int(match[2])] = path
    return found


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
        if match and file_digest(path) != match[3]:
            broken.append(path.name)
            path.unlink(missing_ok=True)
        elif path.name.endswith(".part") and _is_orphan(path):
            path.unlink(missing_ok=True)
    return broken


def _is_orphan(path: Path) -> bool:
    """Whether nobody writes a temporary file any more: its process was on this machine and is gone."""
    match = TEMPORARY.fullmatch(path.name)
    if match is None or match[2] != platform.node():
        return False
    try:
        os.kill(int(match[1]), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
