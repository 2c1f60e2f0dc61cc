"""The settings of a run: the composed configuration as frozen, strictly checked objects, and what each key means.

Hydra composes (``sim.__main__``); from there on nothing knows of Hydra. A new key is a field here and a default in
``conf/``; the help text follows by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, Field

from sim.inputs import Strict, checked, read_yaml, what_is_allowed

JobName = Literal["evidence", "explain"]

# What each job does, in the words of the help text.
JOBS: Mapping[str, str] = MappingProxyType(
    {
        "evidence": "the evidence page: agreement of the passes, trust and leverage maps, every prior and its sources",
        "explain": "one run told week by week: who decided what, what weighed, the evidence behind it; and its page",
    }
)


class EvidenceSettings(Strict):
    """Which of the coded rows count, and how closely the page draws them."""

    passes: tuple[str, ...] = Field(
        min_length=1, description="the coding passes that count: folders of the case's evidence"
    )
    implied: bool = Field(description="whether rows that a pass marked as implied count, or stated ones only")
    draws: int = Field(ge=100, le=1_000_000, description="draws of the priors behind each picture of the evidence page")


class Settings(Strict):
    """Everything a run is told, checked."""

    job: JobName = Field(description="what to do; see the jobs above")
    case: str = Field(min_length=1, description="the conflict: a case that comes with the package, or a case's folder")
    seed: int = Field(ge=0, le=2**32 - 1, description="the seed of all chance; the same seed gives the same result")
    out: Path = Field(description="the folder for what the job writes")
    scenario: str = Field(min_length=1, description="a scenario of the case, or a scenario's file that ends in .yaml")
    run: int = Field(ge=0, le=10**9, description="number of the run to explain: draw run // runs, run % runs within it")
    runs: int = Field(ge=1, le=100_000, description="runs of chance for each draw of everything uncertain")
    evidence: EvidenceSettings


class Key(NamedTuple):
    """One key of the configuration as the help text tells it."""

    name: str
    default: object
    meaning: str
    allowed: str


def configuration_folder() -> Path:
    """The folder of the configuration: inside the installed package, or at the top of the checkout.

    >>> (configuration_folder() / "config.yaml").is_file()
    True
    """
    inside = Path(__file__).parent / "conf"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "conf"


def settings_of(composed: Mapping[str, Any], *, source: str = "configuration") -> Settings:
    """The composed configuration as ``Settings``; ``InputError`` names ``source`` and the first key that is wrong."""
    return checked(Settings, composed, file=source)


def keys() -> tuple[Key, ...]:
    """Every key with its default and meaning, in declared order.

    >>> [key.name for key in keys()][:4]
    ['job', 'case', 'seed', 'out']
    """
    defaults = read_yaml(configuration_folder() / "config.yaml")
    jobs = next(entry["job"] for entry in defaults.pop("defaults") if isinstance(entry, dict) and "job" in entry)
    return tuple(_keys(Settings, {"job": jobs, **defaults}, ()))


def _keys(kind: type[BaseModel], defaults: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[Key]:
    for name, field in kind.model_fields.items():
        place = (*above, name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _keys(field.annotation, defaults[name], place)
        else:
            allowed = what_is_allowed(Settings, place)
            yield Key(".".join(place), defaults[name], field.description or "", allowed)


def groups() -> Mapping[str, tuple[str, ...]]:
    """The groups of the configuration and the choices that come with the package, both sorted by name.

    >>> groups()["job"]
    ('evidence', 'explain')
    """
    folder = configuration_folder()
    found = {group: _choices(folder / group) for group in ("experiment", "job")}
    return MappingProxyType(found)


def _choices(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))
