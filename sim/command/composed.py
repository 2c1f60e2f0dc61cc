"""What was composed: the configuration as plain data, and for every key the file or word that set it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.inputs.errors import InputError, shown
from sim.inputs.files import read_yaml
from sim.jobs.settings import Settings, settings_of

if TYPE_CHECKING:
    from hydra.core.override_parser.types import Override


COMMAND_LINE = "command line"


FRAME = (
    "epoch",
    "horizon",
    "off",
    "theory",
)  # keys of a scenario that are keys of the configuration too, and can be swept
OPEN = ("levers", "fixed", "sweep")  # keys that hold keys of the case's own


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
                source_of(error.key, self.overrides, self.files),
                error.key, error.problem, allowed=error.allowed, meant=error.meant,
            ) from None  # fmt: skip

    def text(self) -> str:
        """The configuration as YAML."""
        from omegaconf import OmegaConf

        return OmegaConf.to_yaml(OmegaConf.create(dict(self.values)))


def source_of(key: str, overrides: Sequence[Override], files: Sequence[Path]) -> str | Path:
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


def check_file(path: Path) -> None:
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


def word_of(value: object) -> str:
    return str(getattr(value, "text", value))
