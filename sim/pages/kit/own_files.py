"""Files for a reader: written whole or not at all, and only where nothing of somebody else's stands.

A results folder is named by its user, who may keep other files in it: a file of the same name that does not say that
jirga wrote it stays as it is, and the user is told.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path

from sim.inputs.errors import InputError

LOOKED_AT = 1000  # so many characters at the beginning of a file have to hold its mark


def refuse_foreign(path: Path, mark: str) -> None:
    """Refuse a file that is there and does not bear the mark.

    Args:
        path: where the file is to be written.
        mark: what every file of its kind that jirga wrote says at its beginning.

    Raises:
        InputError: something else has that name.
    """
    try:
        if not path.exists():
            return
        with path.open("rb") as file:
            ours = mark.encode() in file.read(LOOKED_AT)
    except OSError as error:
        raise InputError(path, "out", f"cannot be written ({error.strerror})") from None
    if not ours:
        allowed = "another folder, or move the file away"
        raise InputError(path, "out", "is there, and jirga has not written it: it stays", allowed=allowed)


def beside(folder: Path) -> frozenset[str]:
    """The names of the pages in a folder, which can be linked to."""
    return frozenset(path.name for path in folder.glob("*.html"))


def put(path: Path, text: str, mark: str) -> int:
    """Write a file whole or not at all; it replaces only one that bears the same mark.

    Args:
        path: where; its folder exists.
        text: what it says; a line ends alike on every system.
        mark: see `refuse_foreign`; the text bears it.

    Returns:
        The size in bytes.

    Raises:
        InputError: something else has that name, or the folder cannot be written to.
    """
    if mark not in text[:LOOKED_AT]:
        raise ValueError(f"{path.name} does not say what it is: {mark}")
    refuse_foreign(path, mark)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    data = text.encode("utf-8")
    try:
        with part.open("xb") as file:
            file.write(data)
        os.replace(part, path)
    except OSError as error:
        raise InputError(path, "out", f"cannot be written ({error.strerror})") from None
    finally:
        part.unlink(missing_ok=True)
    return len(data)
