"""Compose the configuration with Hydra: files, groups and overrides, through its compose API and nothing else.

No callbacks, no logging and no object comes out of a configuration. A file is read by our own strict reader first, so
that a mistake in it is told with its line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.command.composed import COMMAND_LINE, Composed, check_file, source_of, word_of
from sim.command.moves import with_moves
from sim.command.overrides import NAMES, check_overrides, check_plain, moves_in, parsed_words
from sim.inputs.errors import InputError, shown
from sim.inputs.files import read_yaml
from sim.inputs.places import configuration_folder, home_of
from sim.inputs.words import quoted

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override


DEFAULT_CASE = "afghanistan"


def compose(words: Sequence[str], folder: Path | None = None, *, sweeping: bool = False) -> Composed:
    """Compose the configuration from the package's files, a user's ``folder`` of choices and overrides.

    Levers and uncertainties are no keys of Hydra's: they are put into ``levers``, ``fixed`` and, where ``sweeping``
    lets them have several values, ``sweep``.

    Errors: ``InputError`` for an override that cannot be read, an unknown key or choice, a file that is not strict
    YAML, and anything that would configure Hydra itself.
    """
    if folder is not None and not folder.is_dir():
        raise InputError(COMMAND_LINE, "--config-dir", f"there is no folder {shown(str(folder))}")
    overrides = parsed_words(words)
    for override in overrides:
        check_plain(override, override.key_or_group, sweeping)
    moves = [override for override in overrides if moves_in(override)]
    composing = [override for override in overrides if override not in moves]
    case = _case(composing, folder)
    scenarios = scenario_files(case, folder)
    check_overrides(composing, folder, scenarios, case)
    composed = _composed(composing, folder, scenarios)
    values = _with_theory(_with_file(composed.values, composing, scenarios), composing, folder)
    composed = replace(composed, values=values)
    return with_moves(composed, moves, tuple(overrides), scenarios)


def _with_file(
    values: Mapping[str, Any], overrides: Sequence[Override], scenarios: Mapping[str, Path]
) -> Mapping[str, Any]:
    """The values with the file of a scenario that is not the case's own: a name alone would tell another one."""
    scenario = values.get("scenario")
    if not isinstance(scenario, dict) or "file" in scenario:
        return values
    name = str(scenario.get("scenario"))
    words = [word_of(one.value()) for one in overrides if one.key_or_group == "scenario"]
    path = next((home_of(word) for word in words if word.endswith(".yaml")), scenarios.get(name))
    own = scenario_files(str(values["case"])).get(name)
    if path is None or (own is not None and own.resolve() == path.resolve()):
        return values
    return {**values, "scenario": {**scenario, "file": str(path)}}


def _with_theory(values: Mapping[str, Any], overrides: Sequence[Override], folder: Path | None) -> Mapping[str, Any]:
    """The values with the theory that a word names by its file, and with the file of any that is not the package's."""
    word = next((word_of(one.value()) for one in overrides if one.key_or_group == "theory"), "")
    if word.endswith(".yaml"):
        path = home_of(word)
        return {**values, "theory": {**read_yaml(path), "file": str(path)}}
    theory = values.get("theory")
    if folder is None or not isinstance(theory, dict):
        return values
    path = folder / "theory" / f"{theory.get('theory')}.yaml"
    return {**values, "theory": {**theory, "file": str(path)}} if path.is_file() else values


def _case(overrides: Sequence[Override], folder: Path | None) -> str:
    """The case that will be composed: its scenarios are choices while composing."""
    named = {override.key_or_group: override.value() for override in overrides}
    top, name = folder or configuration_folder(), named.get("experiment")
    path = next((p for t in (configuration_folder(), top) if (p := t / "experiment" / f"{name}.yaml").is_file()), None)
    found = named.get("case") or (read_yaml(path).get("case") if path else None) or DEFAULT_CASE
    return str(getattr(found, "text", found))


def scenario_files(case: str, folder: Path | None = None) -> dict[str, Path]:
    """The choices of the group ``scenario``: the case's own, then those in a user's folder of choices, by name."""
    from sim.case.folder import case_folder

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
    from hydra.errors import HydraException
    from hydra.types import RunMode
    from omegaconf import OmegaConf
    from omegaconf.errors import OmegaConfBaseException

    files: list[Path] = []
    extra = [] if folder is None else [f"hydra.searchpath=[{quoted(f'file://{folder.resolve()}')}]"]
    lines = [*(line for override in overrides if (line := _for_hydra(override))), *extra]
    try:
        with _our_hydra() as hydra:
            _offer_scenarios(overrides, scenarios, folder)
            defaults = hydra.config_loader.compute_defaults_list("config", lines, RunMode.RUN).defaults
            files = _checked_files([item.config_path for item in defaults if item.config_path], folder)
            values = OmegaConf.to_container(hydra_compose("config", lines), resolve=True)
    except (HydraException, OmegaConfBaseException) as error:
        key = str(getattr(error, "full_key", None) or "")
        source = source_of(key, overrides, files) if key else "configuration"
        raise InputError(source, key, _first_line(error)) from None
    assert isinstance(values, dict)
    return Composed({str(key): value for key, value in values.items()}, tuple(overrides), tuple(files))


@contextmanager
def _our_hydra() -> Iterator[Any]:
    """Hydra with our files; a program that has an own Hydra, and choices of its own, finds both as it left them."""
    from hydra import initialize_config_dir
    from hydra.core.config_store import ConfigStore
    from hydra.core.global_hydra import GlobalHydra

    store = ConfigStore.instance()
    theirs, choices = GlobalHydra.instance().hydra, store.repo
    GlobalHydra.instance().clear()
    store.repo = dict(choices)
    try:
        with initialize_config_dir(str(configuration_folder().resolve()), version_base="1.3"):
            yield GlobalHydra.instance().hydra
    finally:
        GlobalHydra.instance().hydra, store.repo = theirs, choices  # of the instance that Hydra has put back


def _for_hydra(override: Override) -> str:
    """An override as Hydra is to read it: a scenario's file is a choice by its name, a folder `2021` no number.

    Empty for a theory's file, which takes the place of whatever theory was composed.
    """
    line = str(override.input_line)
    if override.key_or_group == "theory" and word_of(override.value()).endswith(".yaml"):
        return ""
    if override.key_or_group in NAMES and isinstance(override.value(), int | float):
        return f"{override.key_or_group}={quoted(line.partition('=')[2].strip())}"
    if override.key_or_group == "scenario" and override.value() is not None:
        return f"scenario={quoted(Path(word_of(override.value())).stem)}"
    return line


def _offer_scenarios(overrides: Sequence[Override], scenarios: Mapping[str, Path], folder: Path | None) -> None:
    """Make the scenarios choices of Hydra's group, read as strictly as everywhere; none where none can be chosen."""
    from hydra.core.config_store import ConfigStore

    named = {override.key_or_group: override.value() for override in overrides}
    store = ConfigStore.instance()
    store.repo.pop("scenario", None)  # a program's own group of that name
    chosen = named.get("scenario")
    offered = dict(scenarios) if folder or named.get("experiment") else {}
    if chosen is not None:
        path = Path(word_of(chosen))
        offered[path.stem] = path if path.suffix == ".yaml" else scenarios[path.stem]
    for name, path in offered.items():
        if folder and path.parent == folder / "scenario":
            continue  # Hydra finds these by itself
        store.store(name=name, group="scenario", node=read_yaml(path), provider=str(path))


def _first_line(error: BaseException) -> str:
    told = str(error) or str(error.__cause__)
    return told.strip().splitlines()[0] if told.strip() else type(error).__name__


def _checked_files(names: Iterable[str], folder: Path | None) -> list[Path]:
    """The files behind the composed names, in their order, each read strictly and free of Hydra's own keys."""
    folders = [configuration_folder(), *([folder] if folder else [])]
    found = [path for name in names for top in folders if (path := top / f"{name}.yaml").is_file()]
    for path in found:
        check_file(path)
    return found
