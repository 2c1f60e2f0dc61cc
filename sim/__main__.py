"""The command line: ``python -m sim``, or ``jirga`` where the package is installed. The only place that knows Hydra.

Hydra composes the configuration (files, groups, overrides) through its compose API and nothing else: no callbacks, no
logging and no object comes out of a configuration. What it composed becomes ``sim.settings.Settings`` at once, and one
job is called with them. A user's mistake is one line and exit code 2.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn

from sim import __version__
from sim.inputs import InputError, nearest, read_yaml, shown
from sim.settings import JOBS, Settings, configuration_folder, groups, keys, settings_of

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override

COMMAND_LINE = "command line"
DEFAULT_CASE = "afghanistan"
OPTIONS = ("--help", "--version", "--cfg", "--config-dir", "--multirun")

# Which function does which job: module and name, imported only when the job is asked for.
RUNNERS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "scenarios": ("sim.main_job", "run"),
        "patterns": ("sim.patterns_page", "run"),
        "evidence": ("sim.evidence_page", "run"),
        "explain": ("sim.explain", "run"),
    }
)

FRAME = ("epoch", "horizon", "off")  # keys of a scenario that are keys of the configuration too, and can be swept
OPEN = ("levers", "fixed", "sweep")  # keys that hold keys of the case's own


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; the exit code is 0, 2 for a user's mistake, 130 when interrupted."""
    try:
        return _run(sys.argv[1:] if arguments is None else list(arguments))
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever read the output has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(arguments: Sequence[str]) -> int:
    asked = _parser().parse_intermixed_args(arguments)
    if asked.help:
        print(help_text(), flush=True)
        return 0
    if asked.version:
        print(f"jirga {__version__}")
        return 0
    composed = compose(asked.overrides, asked.config_dir, sweeping=asked.multirun)
    settings = composed.settings()
    if asked.cfg:
        print(composed.text(), end="")
        return 0
    _make(settings.out, _source("out", composed.overrides, composed.files))
    _job(settings.job)(settings)
    return 0


def _make(folder: Path, source: str | Path) -> None:
    """The folder for the results, made and writable, before a job has worked for nothing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(source, "out", f"{shown(str(folder))} cannot be made ({error.strerror})") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(source, "out", f"{shown(str(folder))} cannot be written to")


def _job(name: str) -> Callable[[Settings], object]:
    module, function = RUNNERS[name]
    runner: Callable[[Settings], object] = getattr(import_module(module), function)
    return runner


# --- the words on the command line -----------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        word = message.removeprefix("unrecognized arguments: ").split()[0]
        if word in message.split()[:1]:
            raise InputError(COMMAND_LINE, "", message)
        raise InputError(COMMAND_LINE, "", f"{word} is not an option", allowed=OPTIONS, meant=nearest(word, OPTIONS))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="jirga", add_help=False, allow_abbrev=False)
    parser.add_argument("-h", "--help", action="store_true")
    parser.add_argument("--version", action="store_true")
    parser.add_argument("-c", "--cfg", action="store_true")
    parser.add_argument("--config-dir", "-cd", metavar="DIR", type=Path)
    parser.add_argument("-m", "--multirun", action="store_true")
    parser.add_argument("overrides", nargs="*")
    return parser


def help_text() -> str:
    """The help of the command line, written from the jobs and the keys of the settings."""
    jobs = "\n".join(_entry(f"job={name}", meaning) for name, meaning in JOBS.items())
    settings = "\n".join(
        _entry(f"{key.name}={_plain(key.default)}", f"{key.meaning} [{key.allowed}]") for key in keys()
    )
    found = {**groups(), "scenario": tuple(scenario_files(DEFAULT_CASE))}
    choices = "\n".join(_entry(group, ", ".join(names) or "(none yet)") for group, names in found.items())
    return _HELP.format(version=__version__, jobs=jobs, settings=settings, choices=choices).rstrip()


_HELP = """\
jirga {version}: an agent-based simulation of the negotiations over Afghanistan, 2018-2022.

It takes what five articles say of trust, leverage, positions and events, and gives the distribution of what could
have come of the talks, over what we do not know and over chance.

usage: jirga [options] [key=value ...]          (from a checkout: python -m sim ...)

Everything a run is told is a key with a value. Without any, the defaults below hold; name a key to change it.

jobs
{jobs}

examples
  jirga                                       all scenarios at draft size: table, files, report, in results/
  jirga scenario=turkey_summit out=summit     one scenario against status_quo, in the folder summit/
  jirga scenario=turkey_summit scenario.levers.summit_week=12 trust.us.pak=0.5 off=[red_lines] out=mine
                                              with a lever set, an uncertainty fixed, a mechanism switched off
  jirga -m scenario=turkey_summit scenario.levers.summit_week=4,12,20 trust.us.pak=0.1,0.5,0.9 out=sweep
                                              a sweep: every combination, one folder, one table, one report
  jirga -m "scenario=glob(*summit*)" "noise=range(0.02,0.1,0.02)" size=smoke out=sweep
  jirga job=patterns                          what the articles lead one to expect, measured: a quarter of an hour
  jirga job=evidence out=pages seed=7         the evidence page in another folder, with other draws
  jirga job=explain scenario=turkey_summit run=17
                                              one run told week by week
  jirga evidence.passes=[pass_a,pass_b]       only two of the coding passes count
  jirga evidence.implied=false                only what the articles state, nothing implied
  jirga case=path/to/folder                   another conflict: its own folder
  jirga --config-dir DIR experiment=mine      the keys in DIR/experiment/mine.yaml

keys, with their defaults
{settings}

choices that come as files (one can add one's own, with --config-dir)
{choices}

options
  -h, --help              this text
  --version               the version
  -c, --cfg               print the composed configuration and stop
  -cd, --config-dir DIR   a folder with one's own choices: DIR/experiment/NAME.yaml is then experiment=NAME.
                          Its first line is "# @package _global_", then keys as above
  -m, --multirun          sweep: several values for scenario, epoch, horizon, off, levers and uncertainties, as a,b or
                          range(from,below,step) or glob(*). One plan in one folder, taken up where it was left

A value with blanks, commas or brackets of its own is quoted twice, for the shell and for the grammar of the values,
which is Hydra's: 'case="my folder"'.
"""


def _entry(name: str, meaning: str) -> str:
    lines = textwrap.wrap(meaning, 70)
    return "\n".join(
        f"  {name if i == 0 else '':<38}  {line}" if len(name) <= 38 or i else f"  {name}\n{'':42}{line}"
        for i, line in enumerate(lines)
    )


def _plain(value: object) -> str:
    """A value as one writes it on the command line."""
    if isinstance(value, list):
        return "[" + ",".join(map(_plain, value)) + "]"
    return shown(value) if isinstance(value, bool) or value is None else str(value)


# --- composing -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Composed:
    """A composed configuration, with the overrides and the files, in order, that it was composed from."""

    values: Mapping[str, Any]
    overrides: tuple[Override, ...]
    files: tuple[Path, ...]

    def settings(self) -> Settings:
        """The configuration, checked; ``InputError`` names the file or the override that is wrong."""
        try:
            return settings_of(self.values)
        except InputError as error:
            raise InputError(
                _source(error.key, self.overrides, self.files),
                error.key, error.problem, allowed=error.allowed, meant=error.meant,
            ) from None  # fmt: skip

    def text(self) -> str:
        """The configuration as YAML."""
        from omegaconf import OmegaConf

        return OmegaConf.to_yaml(OmegaConf.create(dict(self.values)))


def _source(key: str, overrides: Sequence[Override], files: Sequence[Path]) -> str | Path:
    """Where ``key`` was set last: the command line, or the last of the composed files that has it."""
    bare = key.split("[")[0]
    given = [_short(override.key_or_group) for override in overrides]
    if any(_short(bare) == name or _short(bare).startswith(f"{name}.") for name in given):
        return COMMAND_LINE
    return next((file for file in reversed(files) if _has(read_yaml(file), bare)), "configuration")


def _short(key: str) -> str:
    """A key without what may be left out of it, for an uncertainty in small letters."""
    return key.removeprefix("scenario.").removeprefix("fixed.").lower()


def _has(data: Any, key: str) -> bool:
    for step in key.split("."):
        if not isinstance(data, dict) or step not in data:
            return False
        data = data[step]
    return True


def compose(words: Sequence[str], folder: Path | None = None, *, sweeping: bool = False) -> Composed:
    """Compose the configuration from the package's files, a user's ``folder`` of choices and overrides.

    Levers and uncertainties are no keys of Hydra's: they are put into ``levers``, ``fixed`` and, where ``sweeping``
    lets them have several values, ``sweep``.

    Errors: ``InputError`` for an override that cannot be read, an unknown key or choice, a file that is not strict
    YAML, and anything that would configure Hydra itself.
    """
    if folder is not None and not folder.is_dir():
        raise InputError(COMMAND_LINE, "--config-dir", f"there is no folder {shown(str(folder))}")
    overrides = _parsed(words)
    for override in overrides:
        _check_plain(override, override.key_or_group, sweeping)
    moves = [override for override in overrides if _moves(override)]
    composing = [override for override in overrides if override not in moves]
    scenarios = scenario_files(_case(composing, folder), folder)
    _check_overrides(composing, folder, scenarios)
    composed = _composed(composing, folder, scenarios)
    return _with_moves(composed, moves, tuple(overrides), scenarios)


def _case(overrides: Sequence[Override], folder: Path | None) -> str:
    """The case that will be composed: its scenarios are choices while composing."""
    named = {override.key_or_group: override.value() for override in overrides}
    top, name = folder or configuration_folder(), named.get("experiment")
    path = next((p for t in (configuration_folder(), top) if (p := t / "experiment" / f"{name}.yaml").is_file()), None)
    found = named.get("case") or (read_yaml(path).get("case") if path else None) or DEFAULT_CASE
    return str(getattr(found, "text", found))


def scenario_files(case: str, folder: Path | None = None) -> dict[str, Path]:
    """The choices of the group ``scenario``: the case's own, then those in a user's folder of choices, by name."""
    from sim.case import case_folder

    try:
        places = [case_folder(case)]
    except InputError:  # told when the job loads it
        places = []
    found = [
        path for top in [*places, *([folder] if folder else [])] for path in sorted((top / "scenario").glob("*.yaml"))
    ]
    return {path.stem: path for path in found}


def _composed(overrides: Sequence[Override], folder: Path | None, scenarios: Mapping[str, Path]) -> Composed:
    from hydra import compose as hydra_compose
    from hydra import initialize_config_dir
    from hydra.core.global_hydra import GlobalHydra
    from hydra.errors import HydraException
    from hydra.types import RunMode
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    files: list[Path] = []
    extra = [] if folder is None else [f"hydra.searchpath=[{_quoted(f'file://{folder.resolve()}')}]"]
    lines = [*(_for_hydra(override) for override in overrides), *extra]
    _offer_scenarios(overrides, scenarios, folder)
    try:
        with initialize_config_dir(str(configuration_folder().resolve()), version_base="1.3"):
            hydra = GlobalHydra.instance().hydra
            assert hydra is not None  # initialised by the line above
            defaults = hydra.config_loader.compute_defaults_list("config", lines, RunMode.RUN).defaults
            files = _checked_files([item.config_path for item in defaults if item.config_path], folder)
            values = OmegaConf.to_container(hydra_compose("config", lines), resolve=True)
    except (HydraException, OmegaConfBaseException) as error:
        key = str(getattr(error, "full_key", None) or "")
        source = _source(key, overrides, files) if key else "configuration"
        raise InputError(source, key, _first_line(error)) from None
    assert isinstance(values, dict)
    return Composed({str(key): value for key, value in values.items()}, tuple(overrides), tuple(files))


def _for_hydra(override: Override) -> str:
    """An override as Hydra is to read it: a scenario's file is a choice by its name."""
    line = str(override.input_line)
    if override.key_or_group == "scenario" and override.value() is not None:
        return f"scenario={_quoted(Path(_word(override.value())).stem)}"
    return line


def _offer_scenarios(overrides: Sequence[Override], scenarios: Mapping[str, Path], folder: Path | None) -> None:
    """Make the scenarios choices of Hydra's group, read as strictly as everywhere; none where none can be chosen."""
    from hydra.core.config_store import ConfigStore

    named = {override.key_or_group: override.value() for override in overrides}
    store = ConfigStore.instance()
    store.repo.pop("scenario", None)  # those of the last case
    chosen = named.get("scenario")
    offered = dict(scenarios) if folder or named.get("experiment") else {}
    if chosen is not None:
        path = Path(_word(chosen))
        offered[path.stem] = path if path.suffix == ".yaml" else scenarios[path.stem]
    for name, path in offered.items():
        if folder and path.parent == folder / "scenario":
            continue  # Hydra finds these by itself
        store.store(name=name, group="scenario", node=read_yaml(path), provider=str(path))


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _first_line(error: BaseException) -> str:
    told = str(error) or str(error.__cause__)
    return told.strip().splitlines()[0] if told.strip() else type(error).__name__


def _checked_files(names: Iterable[str], folder: Path | None) -> list[Path]:
    """The files behind the composed names, in their order, each read strictly and free of Hydra's own keys."""
    folders = [configuration_folder(), *([folder] if folder else [])]
    found = [path for name in names for top in folders if (path := top / f"{name}.yaml").is_file()]
    for path in found:
        _check_file(path)
    return found


def _check_file(path: Path) -> None:
    data = read_yaml(path)
    first = path.read_text(encoding="utf-8").lstrip().split("\n", 1)[0]
    package = first.partition("@package")[2].strip()
    entries = data.get("defaults", [])
    for name in _names(entries if isinstance(entries, list) else [entries]):
        if re.search(r"\bhydra\b", name):
            raise InputError(path, "defaults", f"{shown(name)} would configure Hydra itself; leave it out")
    if "hydra" in data or package.split(".")[0] == "hydra":
        raise InputError(path, "hydra", "a configuration cannot configure Hydra itself; leave this key out")
    if path.parent.name == "experiment" and package != "_global_":
        raise InputError(f"{path}:1", "", "the first line is missing", allowed="# @package _global_")


def _names(entries: Iterable[Any]) -> list[str]:
    """The names in a defaults list, with their keywords: ``override hydra/launcher``."""
    return [str(name) for entry in entries for name in (entry if isinstance(entry, dict) else [entry])]


# --- overrides -------------------------------------------------------------------------------------------------------


def _parsed(words: Iterable[str]) -> list[Override]:
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    parser = OverridesParser.create()
    parsed: list[Override] = []
    for word in words:
        try:
            parsed.append(parser.parse_override(word))
        except HydraException:
            raise _unreadable(word) from None
    return parsed


def _unreadable(word: str) -> InputError:
    key, separator, value = word.partition("=")
    if separator:
        advice = "a value in Hydra's grammar; quote one with blanks, commas, colons or brackets of its own"
        return InputError(COMMAND_LINE, key, f"{shown(value)} cannot be read", allowed=advice)
    job = nearest(word, JOBS)
    return InputError(COMMAND_LINE, "", f"{shown(word)} is not key=value", meant=f"job={job}" if job else None)


def _moves(override: Override) -> bool:
    """Whether an override sets or sweeps what Hydra does not compose: part of a scenario, an uncertainty."""
    name = override.key_or_group
    if override.is_sweep_override():
        return True
    first = name.split(".")[0]
    known = {key.name for key in keys()} | set(groups()) | {"scenario"}
    return name not in known and (name.startswith(("scenario.", "levers.", "fixed.")) or first not in _branches())


def _branches() -> set[str]:
    return {key.name.rpartition(".")[0] for key in keys()} - {""}


def _allowed() -> list[str]:
    return [*dict.fromkeys([*(key.name for key in keys()), *groups(), "scenario.levers.NAME", "an uncertainty"])]


def _check_overrides(overrides: Sequence[Override], folder: Path | None, scenarios: Mapping[str, Path]) -> None:
    known = [key.name for key in keys()]
    allowed = [*dict.fromkeys([*known, *groups()])]
    seen: set[str] = set()
    for override in overrides:
        name = override.key_or_group
        for inner in _nested(name, override.value()) if name not in OPEN else ():
            if inner not in allowed and inner not in _branches():
                raise InputError(COMMAND_LINE, inner, "unknown key", allowed=_allowed(), meant=nearest(inner, allowed))
        if override.is_add():
            raise InputError(COMMAND_LINE, f"+{name}", f"is a key already; write {name}=value")
        if name in seen:
            raise InputError(COMMAND_LINE, name, "is given twice")
        seen.add(name)
        if name in groups():
            _check_choice(name, override.value(), folder)
        if name == "scenario":
            _check_scenario(override.value(), scenarios)


def _check_scenario(value: object, scenarios: Mapping[str, Path]) -> None:
    if value is None:
        return
    word = _word(value) if not isinstance(value, list | dict) else ""
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


def _check_plain(override: Override, name: str, sweeping: bool) -> None:
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


def _check_choice(group: str, value: object, folder: Path | None) -> None:
    own = sorted(path.stem for path in (folder / group).glob("*.yaml")) if folder else []
    choices = [*groups()[group], *own]
    for choice in value if isinstance(value, list) else [value]:
        if choice is None and group == "experiment":
            continue
        if choice not in choices:
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
            _check_file(folder / group / f"{choice}.yaml")


# --- levers, uncertainties, sweeps -----------------------------------------------------------------------------------


def _with_moves(
    composed: Composed, moves: Sequence[Override], overrides: tuple[Override, ...], scenarios: Mapping[str, Path]
) -> Composed:
    """What was composed, with levers, uncertainties and swept values put into the keys that hold them."""
    values = {**composed.values, **{key: _flat(composed.values.get(key)) for key in OPEN}}
    names = _Names(str(values["case"]))
    values["levers"] = {names.key(f"levers.{k}", composed, False)[7:]: v for k, v in values["levers"].items()}
    values["fixed"] = {names.key(f"fixed.{k}", composed, False)[6:]: v for k, v in values["fixed"].items()}
    values["sweep"] = {names.key(k, composed, False): _listed(k, v, scenarios) for k, v in values["sweep"].items()}
    seen = {override.key_or_group for override in composed.overrides}
    for override in moves:
        key = names.key(override.key_or_group, composed, True)
        if key in seen:
            raise InputError(COMMAND_LINE, override.key_or_group, "is given twice")
        seen.add(key)
        if override.is_sweep_override():
            values["sweep"][key] = _values(override, scenarios)
        else:
            _set(values, key, override.value())
    return Composed(values, overrides, composed.files)


def _set(values: dict[str, Any], key: str, value: Any) -> None:
    """One value for a lever, an uncertainty, or a key of the frame."""
    value = getattr(value, "text", value)
    group, _, name = key.partition(".")
    values["sweep"].pop(key, None)
    if not name:
        values[key] = value
    else:
        values[group][name] = value


class _Names:
    """The keys that a plan can set or sweep; the case and its evidence are read only where a key needs them."""

    def __init__(self, case: str) -> None:
        self.case = case
        self._columns: dict[str, str] | None = None

    @property
    def columns(self) -> dict[str, str]:
        """The uncertainties of the case by their names in small letters."""
        if self._columns is None:
            from sim.case import load_case
            from sim.evidence import load_evidence
            from sim.priors import all_columns

            case = load_case(self.case)
            self._columns = all_columns(case, load_evidence(case.folder / "evidence", case=case))
        return self._columns

    def key(self, name: str, composed: Composed, on_command_line: bool) -> str:
        """The one name of a key; `InputError` with the likely meant one where there is none."""
        bare = name.removeprefix("scenario.")
        if name == "scenario" or bare in FRAME or (bare.startswith("levers.") and bare != "levers."):
            return bare
        column = self.columns.get(name.removeprefix("fixed.").lower())
        if column is not None:
            return f"fixed.{column}"
        source = COMMAND_LINE if on_command_line else _source(name, composed.overrides, composed.files)
        if name in {key.name for key in keys()} | set(groups()):
            swept = "scenario, epoch, horizon, off, levers, uncertainties"
            raise InputError(source, name, "cannot be swept", allowed=swept)
        likely = nearest(name, [*(key.name for key in keys()), *groups(), *FRAME])
        likely = likely or nearest(name.removeprefix("fixed.").lower(), self.columns)
        raise InputError(source, name, "unknown key", allowed=_allowed(), meant=self.columns.get(likely or "", likely))


def _flat(data: Any, above: str = "") -> dict[str, Any]:
    """A mapping with dotted keys, however deep it was written."""
    found: dict[str, Any] = {}
    for key, value in (data or {}).items() if isinstance(data, dict | None) else ():
        found |= _flat(value, f"{above}{key}.") if isinstance(value, dict) else {f"{above}{key}": value}
    return found


def _listed(key: str, value: Any, scenarios: Mapping[str, Path]) -> list[Any]:
    """The values of a key of ``sweep`` in a file: a list, or text in Hydra's grammar."""
    if isinstance(value, list):
        return value
    (override,) = _parsed([f"{key}={value}"])
    return _values(override, scenarios) if override.is_sweep_override() else [_element(override.value())]


def _values(override: Override, scenarios: Mapping[str, Path]) -> list[Any]:
    """The values that an override sweeps over, in order."""
    from hydra.core.override_parser.types import Glob, RangeSweep

    name, value = override.key_or_group, override.value()
    written = str(override.input_line).partition("=")[2]
    if override.is_interval_sweep():
        problem = f"{written} has no points to visit"
        raise InputError(COMMAND_LINE, name, problem, allowed="a,b or range(from,below,step)")
    if getattr(value, "shuffle", False):
        raise InputError(COMMAND_LINE, name, f"{written}: a result does not depend on the order", allowed="no shuffle")
    if isinstance(value, Glob):
        if name != "scenario":
            raise InputError(COMMAND_LINE, name, f"{written} picks among names", allowed="scenario=glob(...)")
        found = value.filter(list(scenarios))
        if not found:
            raise InputError(COMMAND_LINE, name, f"{written} fits no scenario", allowed=list(scenarios))
        return [_scenario_word(name, scenarios) for name in found]
    found = [_element(element) for element in override.sweep_iterator()]
    if isinstance(value, RangeSweep):  # its floats are sums: 0.1 + 0.2 is 0.30000000000000004, and may reach the end
        found = [float(f"{x:.12g}") if isinstance(x, float) else x for x in found]
        found = [x for x in found if x != value.stop]
    return [_scenario_word(str(word), scenarios) for word in found] if name == "scenario" else found


def _scenario_word(name: str, scenarios: Mapping[str, Path]) -> str:
    """A scenario of a sweep: by its name where it is the case's or the user's own, else by its file."""
    if not name.endswith(".yaml"):
        _check_scenario(name, scenarios)
    return str(scenarios.get(name, name))


def _element(value: Any) -> Any:
    if isinstance(value, list):
        return [_element(inner) for inner in value]
    return getattr(value, "text", value)


def _word(value: object) -> str:
    return str(getattr(value, "text", value))


if __name__ == "__main__":
    sys.exit(main())
