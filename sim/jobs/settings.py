"""The settings of a run: the composed configuration as frozen, strictly checked objects, and what each key means.

Hydra composes (``sim.__main__``); from there on nothing knows of Hydra. A new key is a field here and a default in
``conf/``; the help text follows by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, Field

from sim.inputs.files import read_yaml
from sim.inputs.objects import Strict, checked, what_is_allowed
from sim.inputs.places import configuration_folder, home_of

JobName = Literal[
    "scenarios",
    "levers",
    "patterns",
    "record",
    "theories",
    "import",
    "calibrate",
    "sensitivity",
    "paragraphs",
    "discover",
    "robust",
    "evidence",
    "explain",
    "studio",
    "play",
    "new",
    "check",
    "status",
    "resume",
    "collect",
    "cancel",
    "work",
]

# The jobs on a case's folder, and the key that the word after the job's name stands for: jirga new FOLDER.
CASE_JOBS: Mapping[str, str] = MappingProxyType({"new": "out", "check": "case"})

# What each job does, in the words of the help text.
JOBS: Mapping[str, str] = MappingProxyType(
    {
        "scenarios": "the main job: every scenario, or the one named, against status_quo; a table, files and a report",
        "levers": "each lever of each scenario, or of the one named, from end to end: where it matters; page and table",
        "patterns": "whether the case's patterns hold: share of draws, which mechanism carries each; a page, a table",
        "record": "what the model is worth: its forecasts of what happened scored beside simpler ones; pages, table",
        "theories": "competing theories on the same draws and luck: patterns, record, parts of the spread; page, table",
        "import": "one's own actors, positions, salience, power: simple models, challenges, jirga; jirga import FILE",
        "calibrate": "what half of the record teaches of the prior: weights over draws for other jobs; page, table",
        "sensitivity": "which uncertainties make an outcome: screening, parts of the variance; a page and a table",
        "paragraphs": "which paragraph carries the answer: each row, paragraph and pass left out; pages and a table",
        "discover": "under which circumstances an outcome happens: boxes that last, in a sentence; a page and a table",
        "robust": "what could have been done: levers by mean, regret, how often enough; the Pareto front; page, tables",
        "evidence": "the evidence page: agreement of the passes, trust and leverage maps, every prior and its sources",
        "explain": "one run told week by week: who decided what, what weighed, the evidence behind it; and its page",
        "studio": "scenarios moved by hand in a browser, with what comes of them at once; jirga studio",
        "play": "an actor played by hand in the terminal, the model plays the rest; jirga play seat=PAK",
        "new": "a small case that runs, written to an empty folder, to be changed; jirga new FOLDER",
        "check": "all mistakes of a case at once: each file, key and value, and what is allowed; jirga check FOLDER",
        "status": "of the folder out: parts there, missing, in a queue, failed; jirga status out=F, at any time",
        "resume": "do what a folder misses, by the executor that is named; jirga resume out=F",
        "collect": "table, summary and report of a whole folder; partial=true: of what is there; jirga collect out=F",
        "cancel": "cancel a folder's tasks in Slurm's queue; jirga cancel out=F",
        "work": "do some parts of a folder here: the line that every scheduler runs; jirga work out=F parts=3-40",
    }
)

# The jobs that need a folder alone, and the keys that each takes besides: all else is in the folder.
FOLDER_JOBS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "status": ("verify",),
        "resume": ("verify", "threads", "executor"),
        "collect": ("partial", "weights"),
        "cancel": (),
        "work": ("parts", "threads"),
    }
)

# What the keys allow that hold more than one number or word.
ALLOWED: Mapping[str, str] = MappingProxyType(
    {
        "scenario": "a name, a file, or null for all",
        "passes": "null for all of the case, or a list of some",
        "theory": "a name of the group, or a file that ends in .yaml",
        "off": "a list of switches, or null for what the scenario says",
        "levers": "levers of the scenario with numbers",
        "fixed": "uncertainties with numbers",
        "sweep": "keys with several values in Hydra's grammar",
        "positions": "a CSV file with the columns actor, issue, position, salience, power, or of KTAB's form",
        "record": "null for the case's own, or a file",
        "weights": "null, or a file that job=calibrate wrote",
        "scenarios": "a list of files: [mine.yaml,ours.yaml]",
        "outcome": "null, or a list of outcomes: [taken_over,doha]",
        "better": "null, or more or less for each outcome: [less,more]",
        "enough": "null, or a number for each outcome: [0.5,0.1]",
        "choose": "null, or a list of levers: [ONE, OTHER]",
        "resume": "null, or a file that jirga play has written",
        "seat": "null, a seat, or a list of seats: [PAK,TUR]",
        "parts": "null for all that are missing, or 3-40, 7, [3-40,50]",
    }
)


class EvidenceSettings(Strict):
    """Which of the coded rows count, and how closely the page draws them."""

    passes: tuple[str, ...] | None = Field(
        min_length=1, description="the coding passes that count: folders of the case's evidence, if not all of them"
    )
    implied: bool = Field(description="whether rows that a pass marked as implied count, or stated ones only")
    draws: int = Field(ge=100, le=1_000_000, description="draws of the priors behind each picture of the evidence page")

    @property
    def named(self) -> tuple[str, ...]:
        """The passes that were named; empty for all of the case."""
        return self.passes or ()


class SizeSettings(Strict):
    """How much is simulated."""

    name: str = Field(min_length=1, description="the name of the size")
    draws: int = Field(ge=2, le=1_000_000, description="draws of everything uncertain, for each scenario")
    runs: int = Field(ge=1, le=1_000_000, description="runs of chance for each draw")
    paths: int = Field(ge=0, le=10_000, description="runs of each scenario that leave every week")
    band_runs: int = Field(ge=0, le=1_000_000, description="runs of each scenario that make its weekly bands")


class ExecutorSettings(Strict):
    """Who does the work; the address and the wait are dask's, all other keys Slurm's."""

    name: Literal["local", "slurm", "dask"] = Field(
        description="this machine, an array of tasks of Slurm's, or the workers of dask's scheduler"
    )
    address: str | None = Field(description="of dask's scheduler, which runs already: tcp://HOST:PORT")
    wait: float = Field(gt=0, le=1e6, description="seconds in which dask's scheduler answers and has a worker")
    partition: str | None = Field(description="Slurm's partition, where it is not the site's default")
    minutes: int = Field(ge=2, le=100_000, description="minutes that a task may take; it is warned in the last")
    mem: str | None = Field(min_length=1, description="memory of a task, as Slurm reads it, if not what a part takes")
    cpus: int = Field(ge=1, le=1024, description="processors of a task")
    parts_per_task: int = Field(ge=1, le=1_000_000, description="parts that a task does, if there are not too many")
    tasks: int = Field(ge=1, le=100_000, description="the most tasks, within what the site's Slurm takes")
    additional: tuple[str, ...] = Field(description="further options of sbatch, such as ['--account=mine']")
    python: str | None = Field(description="the words that start Python in a task, such as those of a container")
    dry_run: bool = Field(description="whether to print the script instead of submitting it")


class StudioSettings(Strict):
    """How the studio is served."""

    address: str = Field(min_length=1, description="the address that the studio listens at: this machine alone")
    port: int = Field(ge=1024, le=65_535, description="the port of the studio")
    sessions: int = Field(ge=1, le=1_000, description="people who may watch at one time")
    runs: int = Field(ge=200, le=5_000, description="runs of a scenario that a visitor sees, at most")
    scenarios: tuple[Annotated[Path, AfterValidator(home_of)], ...] = Field(
        description="files of scenarios that the studio offers beside those of the case"
    )


class Settings(Strict):
    """Everything a run is told, checked."""

    job: JobName = Field(description="what to do; see the jobs above")
    case: str = Field(min_length=1, description="the conflict: a case that comes with the package, or a case's folder")
    seed: int = Field(ge=0, le=2**32 - 1, description="the seed of all chance; the same seed gives the same result")
    out: Annotated[Path, AfterValidator(home_of)] = Field(description="the folder for what the job writes")
    size: SizeSettings
    scenario: dict[str, Any] | None = Field(default=None, description="the scenario; without one, all of the case")
    epoch: str | None = Field(description="the epoch to start at, where it is not the scenario's own")
    horizon: int | None = Field(ge=1, le=260, description="weeks to simulate, where they are not the scenario's own")
    off: tuple[str, ...] | None = Field(description="mechanisms to switch off, such as red_lines or learning")
    levers: dict[str, float] = Field(description="levers of the scenario that are set")
    theory: dict[str, Any] = Field(description="by whose rules the model is played, on the same draws and luck")
    fixed: dict[str, float] = Field(description="uncertainties held at a value, such as trust.us.pak")
    sweep: dict[str, tuple[Any, ...]] = Field(description="what -m sweeps over, for files in experiment/")
    record: Annotated[Path, AfterValidator(home_of)] | None = Field(
        description="a file with a record of one's own to score, where it is not the case's"
    )
    positions: Annotated[Path, AfterValidator(home_of)] | None = Field(
        description="a file of actors with their positions, salience and power, for the job import"
    )
    weights: Annotated[Path, AfterValidator(home_of)] | None = Field(
        description="a file with weights over the draws, from a calibration; null: all draws count alike"
    )
    outcome: tuple[Annotated[str, Field(min_length=1)], ...] | None = Field(
        description="the outcomes that are asked about, where they are not those of the scenario's question"
    )
    better: tuple[Literal["more", "less"], ...] | None = Field(
        description="whether more or less of each outcome is better, for the job robust: nobody else can say it"
    )
    enough: tuple[float, ...] | None = Field(
        description="what is good enough, outcome by outcome, in its unit; null: as good as the scenario as it stands"
    )
    actor: str | None = Field(description="whose levers the job robust weighs; null: all that the scenario has")
    choose: tuple[Annotated[str, Field(min_length=1)], ...] | None = Field(
        description="the levers that the job robust weighs, by name, instead of an actor's"
    )
    tried: int = Field(ge=2, le=256, description="settings of these levers that are tried, at most")
    run: int | None = Field(
        ge=0, le=10**9, description="the run to explain (null: run 0): of draw run // size.runs, run % size.runs in it"
    )
    against: str | None = Field(
        description="a scenario or a file that the one explained is held against: where runs part that end otherwise"
    )
    seat: str | tuple[str, ...] | None = Field(
        description="who is played by hand: actors, third parties that can mediate"
    )
    resume: Annotated[Path, AfterValidator(home_of)] | None = Field(description="a file of a game that goes on")
    replies: bool = Field(description="whether a player sees how likely the other side takes an offer")
    part_runs: int = Field(
        ge=1_000, le=10_000_000, description="runs of one part of the work, about: what is kept, or missed, as a whole"
    )
    cap: int = Field(ge=1, description="the most runs that are started without yes=true")
    yes: bool = Field(description="whether to start also above the cap")
    evidence: EvidenceSettings
    executor: ExecutorSettings
    studio: StudioSettings
    parts: int | str | tuple[int | str, ...] | None = Field(description="the parts that the job work does")
    threads: int | None = Field(ge=1, le=1024, description="processors to use, where it is not all that are allowed")
    partial: bool = Field(description="whether collect takes what is there of a folder that is not whole")
    verify: bool = Field(description="whether the bytes of every file are checked against its name")


GROUPS = ("executor", "experiment", "job", "size", "theory")  # of files beside the configuration


class Key(NamedTuple):
    """One key of the configuration as the help text tells it."""

    name: str
    default: object
    meaning: str
    allowed: str


def settings_of(composed: Mapping[str, Any], *, source: str = "configuration") -> Settings:
    """The composed configuration as ``Settings``; ``InputError`` names ``source`` and the first key that is wrong."""
    return checked(Settings, composed, file=source)


def keys() -> tuple[Key, ...]:
    """Every key with its default and meaning, in declared order.

    >>> [key.name for key in keys()][:4]
    ['job', 'case', 'seed', 'out']
    """
    defaults = read_yaml(configuration_folder() / "config.yaml")
    chosen = {
        name: choice for entry in defaults.pop("defaults") if isinstance(entry, dict) for name, choice in entry.items()
    }
    parts = {name: read_yaml(configuration_folder() / name / f"{chosen[name]}.yaml") for name in ("size", "executor")}
    named = {group: chosen[group] for group in ("job", "theory")}
    return tuple(_keys(Settings, {**named, "scenario": None, **parts, **defaults}, ()))


def _keys(kind: type[BaseModel], defaults: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[Key]:
    for name, field in kind.model_fields.items():
        place = (*above, name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _keys(field.annotation, defaults[name], place)
        else:
            allowed = ALLOWED.get(name) or what_is_allowed(Settings, place)
            yield Key(".".join(place), defaults[name], field.description or "", allowed)


def groups() -> Mapping[str, tuple[str, ...]]:
    """The groups of the configuration and the choices that come with the package, both sorted by name.

    >>> groups()["size"]
    ('draft', 'full', 'smoke')
    """
    folder = configuration_folder()
    found = {group: _choices(folder / group) for group in GROUPS}
    return MappingProxyType(found)


def _choices(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))
