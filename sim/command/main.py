"""The command line: ``python -m sim``, or ``jirga`` where the package is installed.

What Hydra composed becomes `sim.jobs.settings.Settings` at once, and one job is called with them. A user's mistake is
one line and exit code 2.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sim.case.theory import AS_DESIGNED
from sim.command.arguments import case_in, help_text, parser, scenario_help, scenario_in
from sim.command.composed import COMMAND_LINE, OPEN, Composed, source_of
from sim.command.composing import compose
from sim.command.overrides import check_words_of, named_job
from sim.command.telling import telling
from sim.inputs.errors import InputError, shown
from sim.jobs.settings import CASE_JOBS, FOLDER_JOBS, Settings
from sim.version import __version__

# Which function does which job: module and name, imported only when the job is asked for.
RUNNERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "scenarios": ("sim.jobs.scenarios", "run"),
        "levers": ("sim.jobs.levers", "run"),
        "patterns": ("sim.jobs.patterns", "run"),
        "record": ("sim.jobs.record", "run"),
        "theories": ("sim.jobs.theories", "run"),
        "import": ("sim.jobs.imported", "run"),
        "calibrate": ("sim.jobs.calibrate", "run"),
        "sensitivity": ("sim.jobs.sensitivity", "run"),
        "paragraphs": ("sim.jobs.paragraphs", "run"),
        "discover": ("sim.jobs.discover", "run"),
        "robust": ("sim.jobs.robust", "run"),
        "evidence": ("sim.jobs.evidence", "run"),
        "explain": ("sim.jobs.explain", "run"),
        "studio": ("sim.studio.serving", "run"),
        "play": ("sim.jobs.play", "run"),
        **{name: (f"sim.jobs.{name}", "run") for name in CASE_JOBS},
        **{name: ("sim.jobs.folder", name) for name in FOLDER_JOBS},
    }
)


# What a job does not look at, and would drop in silence: refused where it is set to something else than its default.
SCENARIO: Mapping[str, object] = MappingProxyType(
    {"scenario": None, "epoch": None, "horizon": None, "off": None, "theory": AS_DESIGNED, "levers": {}, "fixed": {}}
)
OF_FOLDERS: Mapping[str, object] = MappingProxyType({"parts": None, "partial": False, "verify": False})
OF_ROBUST: Mapping[str, object] = MappingProxyType(
    {"better": None, "enough": None, "actor": None, "choose": None, "tried": 16}
)
ELSEWHERE: Mapping[str, object] = MappingProxyType({**OF_FOLDERS, **OF_ROBUST})  # than in a job of their own
POSITIONS: Mapping[str, object] = MappingProxyType({"positions": None})
OUTCOME: Mapping[str, object] = MappingProxyType({"outcome": None, **POSITIONS})
WEIGHTS: Mapping[str, object] = MappingProxyType({"weights": None})
RECORD: Mapping[str, object] = MappingProxyType({"record": None, **OUTCOME})
CAP: Mapping[str, object] = MappingProxyType({"cap": 5_000_000, "yes": False})
IMPORT: Mapping[str, object] = MappingProxyType({"record": None, "outcome": None})
GAME: Mapping[str, object] = MappingProxyType({"seat": None, "resume": None, "replies": True})
ONE_RUN: Mapping[str, object] = MappingProxyType({"run": None, "against": None, **GAME})
UNUSED: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "scenarios": {**ELSEWHERE, **RECORD, **ONE_RUN},
        "levers": {**CAP, **ELSEWHERE, **RECORD, **ONE_RUN, "threads": None},
        "patterns": {**CAP, **SCENARIO, **ELSEWHERE, **RECORD, **ONE_RUN, "threads": None},
        "record": {**CAP, **SCENARIO, **ELSEWHERE, **OUTCOME, **ONE_RUN, "threads": None},
        "theories": {**CAP, **ELSEWHERE, "record": None, **POSITIONS, **WEIGHTS, **ONE_RUN, "threads": None},
        "import": {**CAP, **SCENARIO, **ELSEWHERE, **IMPORT, **WEIGHTS, **ONE_RUN, "threads": None},
        "sensitivity": {**CAP, **ELSEWHERE, "record": None, **POSITIONS, **WEIGHTS, **ONE_RUN, "threads": None},
        "calibrate": {**SCENARIO, **ELSEWHERE, **OUTCOME, **WEIGHTS, **ONE_RUN, "threads": None},
        "paragraphs": {**CAP, **ELSEWHERE, "record": None, **POSITIONS, **ONE_RUN, "threads": None},
        "discover": {**CAP, **ELSEWHERE, "record": None, **POSITIONS, **ONE_RUN, "threads": None},
        "robust": {**OF_FOLDERS, "record": None, **POSITIONS, **ONE_RUN, "threads": None},
        "evidence": {**CAP, **SCENARIO, **ELSEWHERE, **RECORD, **WEIGHTS, **ONE_RUN, "threads": None},
        "explain": {**CAP, **ELSEWHERE, **RECORD, **WEIGHTS, **GAME, "threads": None},
        "play": {**CAP, **ELSEWHERE, **RECORD, **WEIGHTS, "against": None, "theory": AS_DESIGNED},
        "studio": {
            **CAP,
            **ELSEWHERE,
            **RECORD,
            **WEIGHTS,
            **ONE_RUN,
            "epoch": None,
            "horizon": None,
            "threads": None,
        },
    }
)
SWEEPING = "scenarios"  # the one job that plays more than one cell


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for.

    The exit code is 0, 1 where all is done and written but runs have failed, 2 for a user's mistake, 130 when
    interrupted.
    """
    if arguments is None:  # as a program: no job opens a window, whatever the environment asks for
        os.environ["MPLBACKEND"] = "agg"
    with telling():
        try:
            return _run(sys.argv[1:] if arguments is None else list(arguments))
        except InputError as error:
            print(error, file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            print("stopped", file=sys.stderr)
            return 130


def _run(arguments: Sequence[str]) -> int:
    asked = parser().parse_intermixed_args(arguments)
    if asked.help:
        named = scenario_in(asked.overrides)
        print(help_text(case_in(asked.overrides)) if named is None else scenario_help(*named, asked.config_dir))
        return 0
    if asked.version:
        print(f"jirga {__version__}")
        return 0
    words = named_job(asked.overrides)
    composed = compose(words, asked.config_dir, sweeping=asked.multirun)
    settings = composed.settings()
    if asked.cfg:
        print(composed.text(), end="")
        return 0
    check_words_of(settings.job, settings.executor.name, words)
    if settings.job in CASE_JOBS:
        if asked.multirun:
            raise InputError(COMMAND_LINE, "-m", f"is nothing that {settings.job} takes")
    elif settings.job not in FOLDER_JOBS:
        _check_fit(settings, composed, asked.multirun)
        _make(settings.out, source_of("out", composed.overrides, composed.files))
    elif asked.multirun:
        raise InputError(COMMAND_LINE, "-m", f"is nothing that {settings.job} takes", allowed="out=FOLDER")
    found = _job(settings.job)(settings) or 0
    return found if settings.job in (*FOLDER_JOBS, *CASE_JOBS) else min(found, 1)


def _check_fit(settings: Settings, composed: Composed, sweeping: bool) -> None:
    """Refuse what the job cannot take."""
    job = settings.job
    if job != SWEEPING and (sweeping or settings.sweep):
        key = next(iter(settings.sweep), "-m")
        raise InputError(COMMAND_LINE, key, f"job={job} takes one value of each key", allowed=f"job={SWEEPING}")
    for key, default in UNUSED[job].items():
        value: Any = settings.theory.get("theory") if key == "theory" else getattr(settings, key)
        if value != default:
            place = f"{key}.{next(iter(value))}" if key in OPEN else key
            source = source_of(place, composed.overrides, composed.files)
            able = [f"job={name}" for name, unused in UNUSED.items() if key not in unused]
            able += [f"job={name}" for name, taken in FOLDER_JOBS.items() if key in taken]
            raise InputError(source, place, f"job={job} does not look at it", allowed=able)


def _make(folder: Path, source: str | Path) -> None:
    """The folder for the results, made and writable, before a job has worked for nothing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(source, "out", f"{shown(str(folder))} cannot be made ({error.strerror})") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(source, "out", f"{shown(str(folder))} cannot be written to")


def _job(name: str) -> Callable[[Settings], int | None]:
    """What does a job: it gives the number of runs that failed, and a job of a folder its exit code."""
    module, function = RUNNERS[name]
    runner: Callable[[Settings], int | None] = getattr(import_module(module), function)
    return runner
