"""The words of the command line: parsed with Hydra's grammar, checked one by one, so that a mistake names its word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sim.command.composed import COMMAND_LINE, OPEN, check_file, word_of
from sim.inputs.errors import InputError, nearest, shown
from sim.inputs.files import read_yaml
from sim.inputs.places import configuration_folder, home_of
from sim.inputs.words import quoted
from sim.jobs.settings import CASE_JOBS, FOLDER_JOBS, JOBS, groups, keys

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override


OF_DASK = ("address", "wait")  # keys of executor that are not Slurm's
NAMES_OF = {"dask": "dask's", "slurm": "Slurm's"}
HAND_JOBS = ("import", "studio", "play")  # named by their word alone, like those of a folder
OF_A_GAME = ("resume", "replies", "threads")  # what a game that goes on takes: all else is in its file
NAMES = ("case", "out", "resume")  # keys whose value is a folder's name, whatever it looks like: 2021, ~/mine, x[draft]


def named_job(words: Sequence[str]) -> list[str]:
    """The words, a first one that names a job by itself written in full: `status` is `job=status`.

    >>> named_job(["status", "out=mine"]), named_job(["check", "my folder"])
    (['job=status', 'out=mine'], ['job=check', "case='my folder'"])
    >>> named_job(["import", "mine.csv", "seed=2"])
    ['job=import', "positions='mine.csv'", 'seed=2']
    """
    alone = {**CASE_JOBS, "import": "positions"}  # the key that the word after the job's stands for
    if not words or words[0] not in (*FOLDER_JOBS, *alone, *HAND_JOBS):
        return list(words)
    job, *rest = words
    if job in alone and rest and "=" not in rest[0]:
        rest[0] = f"{alone[job]}={quoted(rest[0])}"
    return [f"job={job}", *rest]


def check_words_of(job: str, executor: str, words: Sequence[str]) -> None:
    """Refuse words that a job would not heed: what decides a folder's numbers is in it already."""
    keys_given = [key for word in words if (key := word.partition("=")[0]) != "job"]
    if job in CASE_JOBS:
        for key in keys_given:
            if key != CASE_JOBS[job]:
                raise InputError(COMMAND_LINE, key, f"is nothing that {job} takes", allowed=f"jirga {job} FOLDER")
        if job == "new" and not keys_given:
            raise InputError(COMMAND_LINE, "out", "is missing", allowed="jirga new FOLDER")
    for key in keys_given:
        first = key.split(".")[0]
        if job in FOLDER_JOBS and first not in ("out", *FOLDER_JOBS[job]):
            raise InputError(COMMAND_LINE, key, f"is nothing that {job} takes", allowed=("out", *FOLDER_JOBS[job]))
        if job == "play" and "resume" in keys_given and first not in OF_A_GAME:
            raise InputError(COMMAND_LINE, key, "is in the game's file already", allowed=OF_A_GAME)
        if job != "studio" and first == "studio":
            raise InputError(COMMAND_LINE, key, f"is nothing that {job} takes", allowed="jirga studio")
        if job not in ("scenarios", "resume") and first == "executor":
            raise InputError(COMMAND_LINE, key, f"is nothing that {job} takes", allowed="jirga, jirga resume")
        if first == "executor" and "." in key:
            owner = "dask" if key.partition(".")[2] in OF_DASK else "slurm"
            if executor != owner:
                raise InputError(COMMAND_LINE, key, f"is {NAMES_OF[owner]}", allowed=f"executor={owner}")


def parsed_words(words: Iterable[str]) -> list[Override]:
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    parser = OverridesParser.create()
    parsed: list[Override] = []
    for word in words:
        try:
            parsed.append(parser.parse_override(word))
        except HydraException:
            key, _, value = word.partition("=")
            if key not in NAMES or not value:
                raise _unreadable(word) from None
            parsed.append(parser.parse_override(f"{key}={quoted(value)}"))
    return parsed


def _unreadable(word: str) -> InputError:
    key, separator, value = word.partition("=")
    if separator:
        advice = "a value in Hydra's grammar; quote one with blanks, commas, colons or brackets of its own"
        return InputError(COMMAND_LINE, key, f"{shown(value)} cannot be read", allowed=advice)
    job = nearest(word, JOBS)
    return InputError(COMMAND_LINE, "", f"{shown(word)} is not key=value", meant=f"job={job}" if job else None)


def moves_in(override: Override) -> bool:
    """Whether an override sets or sweeps what Hydra does not compose: part of a scenario, an uncertainty."""
    name = override.key_or_group
    if override.is_sweep_override():
        return True
    first = name.split(".")[0]
    known = {key.name for key in keys()} | set(groups()) | {"scenario"}
    return name not in known and (name.startswith(("scenario.", "levers.", "fixed.")) or first not in _branches())


def _branches() -> set[str]:
    return {key.name.rpartition(".")[0] for key in keys()} - {""}


def allowed_words() -> list[str]:
    return [*dict.fromkeys([*(key.name for key in keys()), *groups(), "scenario.levers.NAME", "an uncertainty"])]


def check_overrides(
    overrides: Sequence[Override], folder: Path | None, scenarios: Mapping[str, Path], case: str
) -> None:
    """Refuse a word that is no key or no choice, is given twice, or chooses what is another case's."""
    known = [key.name for key in keys()]
    allowed = [*dict.fromkeys([*known, *groups()])]
    seen: set[str] = set()
    for override in overrides:
        name = override.key_or_group
        for inner in _nested(name, override.value()) if name not in OPEN else ():
            if inner not in allowed and inner not in _branches():
                raise InputError(
                    COMMAND_LINE, inner, "unknown key", allowed=allowed_words(), meant=nearest(inner, allowed)
                )
        if override.is_add():
            raise InputError(COMMAND_LINE, f"+{name}", f"is a key already; write {name}=value")
        if name in seen:
            raise InputError(COMMAND_LINE, name, "is given twice")
        seen.add(name)
        if name == "theory" and word_of(override.value()).endswith(".yaml"):
            read_yaml(home_of(word_of(override.value())))
        elif name in groups():
            _check_choice(name, override.value(), folder, case)
        if name == "scenario":
            check_scenario(override.value(), scenarios)


def check_scenario(value: object, scenarios: Mapping[str, Path]) -> None:
    if value is None:
        return
    word = word_of(value) if not isinstance(value, list | dict) else ""
    if word.endswith(".yaml"):
        read_yaml(Path(word))
    elif word not in scenarios:
        raise InputError(
            COMMAND_LINE, "scenario", f"{shown(word or value)} is not one of the choices",
            allowed=[*scenarios, "a file that ends in .yaml"], meant=nearest(word, scenarios),
        )  # fmt: skip


def _nested(name: str, value: object) -> Iterator[str]:
    """The key itself and, where its value is a mapping, every key in it."""
    yield name
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield from _nested(f"{name}.{key}", inner)


def check_plain(override: Override, name: str, sweeping: bool) -> None:
    """Refuse what Hydra's grammar allows and this program does not: its own keys, packages, removal, lone sweeps."""
    if name.replace("/", ".").split(".")[0] == "hydra":
        raise InputError(
            COMMAND_LINE, name, "Hydra itself is not configured here", allowed="--config-dir DIR for files"
        )
    if override.package is not None:
        raise InputError(COMMAND_LINE, name, f"a choice stays in its place; leave @{override.package} out")
    if override.is_delete():
        raise InputError(COMMAND_LINE, name, "a key cannot be removed; give it a value")
    if override.is_sweep_override() and not sweeping:
        value = str(override.input_line).partition("=")[2]
        raise InputError(COMMAND_LINE, name, f"{value} are several values", allowed="-m, to sweep over them")


def experiments_of(case: str) -> tuple[str, ...]:
    """The experiments of the package that are of a case, or of any."""
    from sim.case.folder import case_folder

    found = []
    for name in groups()["experiment"]:
        other = read_yaml(configuration_folder() / "experiment" / f"{name}.yaml").get("case")
        try:
            fits = other is None or case_folder(other) == case_folder(case)
        except InputError:  # told when the job loads it
            fits = False
        if fits:
            found.append(name)
    return tuple(found)


def _check_choice(group: str, value: object, folder: Path | None, case: str) -> None:
    own = sorted(path.stem for path in (folder / group).glob("*.yaml")) if folder else []
    choices = [*(experiments_of(case) if group == "experiment" else groups()[group]), *own]
    for choice in value if isinstance(value, list) else [value]:
        if choice is None and group == "experiment":
            continue
        if choice not in choices:
            choices += ["a file that ends in .yaml"] if group == "theory" else []
            allowed = choices or "none; a file NAME.yaml in DIR/experiment with --config-dir DIR makes one"
            raise InputError(
                COMMAND_LINE, group, f"{shown(choice)} is not one of the choices",
                allowed=allowed, meant=nearest(str(choice), choices),
            )  # fmt: skip
        if choice in own and choice in groups()[group]:
            raise InputError(
                f"{folder}/{group}/{choice}.yaml", "", "has the name of a choice of the package; rename it"
            )
        if folder and choice in own:
            check_file(folder / group / f"{choice}.yaml")
