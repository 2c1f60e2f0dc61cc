"""The job `new`: writes a small case that runs, to be changed file by file."""

from __future__ import annotations

import shlex
from pathlib import Path

from sim.case.checking import NAME
from sim.inputs.errors import InputError
from sim.jobs.settings import Settings

TEMPLATE = Path(__file__).with_name("first_case")
CALLED = "first_case"  # the name of the case in its own files


def run(settings: Settings) -> int:
    """Write a first case into a folder and say what can be done with it.

    Raises:
        InputError: the folder is not empty.
    """
    folder = settings.out
    write(folder)
    name = shlex.quote(str(folder))
    print(f"wrote a first case to {folder}/: two actors, one table, every file with its comments")
    print(f"  jirga check {name}            all mistakes in it at once, after every change")
    print(f"  jirga case={name} size=smoke  runs it")
    print("docs/guides/new_case.md explains each file and each key")
    return 0


def write(folder: Path) -> None:
    """The files of the first case, in an empty folder, called as the folder where that is a name.

    Raises:
        InputError: the folder is not empty, or is a file.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(folder, "", "is not an empty folder", allowed="a new folder, or an empty one")
    name = folder.absolute().name
    for path in sorted(TEMPLATE.rglob("*")):
        if path.is_file() and path.suffix in (".yaml", ".csv", ".md"):
            text = path.read_text(encoding="utf-8")
            text = text.replace(f"case: {CALLED}", f"case: {name}") if NAME.fullmatch(name) else text
            place = folder / path.relative_to(TEMPLATE)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
