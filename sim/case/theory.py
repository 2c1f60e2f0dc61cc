"""Theories: files that say which rules of the model are replaced, switched off or bound, each with its source.

A theory is played on the same draws and with the same luck as the model as designed, which is the theory without any
change. The ones that come with the package are the configuration's group `theory`; a file of one's own is named by its
path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field

from sim.inputs.errors import InputError, one_of
from sim.inputs.files import read_yaml
from sim.inputs.objects import Strict, checked
from sim.inputs.places import configuration_folder, home_of
from sim.model.parameters import CONSTANTS, REPLACEABLE, SWITCHES

AS_DESIGNED = "as_designed"


class _File(Strict):
    """A theory's file."""

    theory: str = Field(min_length=1)
    title: str = Field(min_length=1)
    source: str = Field(min_length=1)
    says: str = Field(min_length=1)
    silent: str = Field(min_length=1)
    off: tuple[str, ...] = ()
    rules: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, float] = Field(default_factory=dict)


@dataclass(frozen=True)
class Theory:
    """A named set of rules.

    Attributes:
        theory: its name, that of its file.
        title: what it is, in a few words.
        source: author and year.
        says: what comes about by it.
        silent: what it leaves to the model, or assumes.
        off: mechanisms that it switches off.
        rules: each rule that it replaces, with the way that it has instead.
        constants: the numbers that these ways need.
        file: that it was read from; the same rules in another file are the same theory.
    """

    theory: str
    title: str
    source: str
    says: str
    silent: str
    off: tuple[str, ...]
    rules: tuple[tuple[str, str], ...]
    constants: tuple[tuple[str, float], ...]
    file: str = field(default="", compare=False)

    @property
    def named(self) -> str:
        """Its name where it comes with the package, else its file."""
        own, file = theory_files().get(self.theory), Path(self.file)
        is_other = file.suffix == ".yaml" and (own is None or file.resolve() != own.resolve())
        return str(file) if is_other else self.theory

    def __repr__(self) -> str:
        return f"<theory {self.theory}: {self.title}, {self.source}>"

    @property
    def changes(self) -> bool:
        """Whether it changes anything of the model."""
        return bool(self.off or self.rules)

    def data(self) -> dict[str, Any]:
        """What its file holds, as plain data, each time a copy of one's own."""
        told = {key: getattr(self, key) for key in ("theory", "title", "source", "says", "silent")}
        return {**told, "off": list(self.off), "rules": dict(self.rules), "constants": dict(self.constants)}

    def write(self, draws: Any) -> None:
        """Put its rules and numbers into records of draws, in place."""
        for name, way in self.rules:
            rule = next(rule for rule in REPLACEABLE if rule.name == name)
            draws[name][...] = rule.code(way)
            if (name, way) == ("promises", "binding"):
                draws["start_trust"][...] = 1.0
        for name, value in self.constants:
            draws[name][...] = value


def theory_files() -> dict[str, Path]:
    """The files of the theories that come with the package, by name, the model as designed first."""
    found = {path.stem: path for path in sorted((configuration_folder() / "theory").glob("*.yaml"))}
    return {AS_DESIGNED: found.pop(AS_DESIGNED), **found}


@cache
def load_theory(name: str | Path) -> Theory:
    """A theory by its name, or by the path of a file that ends in .yaml.

    Raises:
        InputError: there is no such theory, or the first mistake in its file.
    """
    if str(name).endswith(".yaml"):
        path = home_of(name)
    else:
        files = theory_files()
        path = files[
            one_of("theory", "", str(name), files, "a theory", ", ".join([*files, "a file that ends in .yaml"]))
        ]
    found = theory_of(read_yaml(path), file=str(path))
    if found.theory != path.stem:
        raise InputError(path, "theory", f"{found.theory!r} is not the file's name", allowed=path.stem)
    return found


def theory_of(data: Mapping[str, Any], *, file: str) -> Theory:
    """A theory from what its file holds; `InputError` for the first mistake."""
    read = checked(_File, dict(data), file=file)
    ways = {rule.name: rule.ways for rule in REPLACEABLE}
    for switch in read.off:
        one_of(file, "off", switch, SWITCHES, "a switch")
    for name, way in read.rules.items():
        one_of(file, f"rules.{name}", name, ways, "a rule")
        one_of(file, f"rules.{name}", way, ways[name], f"a way of {name}")
    needed = {one.name: one for one in CONSTANTS if read.rules.get(one.rule) == one.way}
    for name, value in read.constants.items():
        told = "" if needed else "none: its rules need no numbers"
        constant = needed[one_of(file, f"constants.{name}", name, needed, "a number of its rules", told)]
        if not constant.allows(value):
            raise InputError(
                file, f"constants.{name}", f"{value:g} is out of range", allowed=f"above 0, up to {constant.high:g}"
            )
    for name, constant in needed.items():
        if name not in read.constants:
            problem = f"is missing: {constant.rule} by {constant.way} needs it"
            raise InputError(file, f"constants.{name}", problem, allowed=f"above 0, up to {constant.high:g}")
    return Theory(
        read.theory, read.title, read.source, read.says, read.silent, tuple(read.off), tuple(read.rules.items()),
        tuple(read.constants.items()), file,
    )  # fmt: skip


def as_designed() -> Theory:
    """The model as designed."""
    return load_theory(AS_DESIGNED)
