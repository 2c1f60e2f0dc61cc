"""What researchers call that no other folder has ready: `sim.sweep`, `sim.grid`, `sim.open`, `sim.uncertainties`.

Nothing is computed here. What is asked for becomes the objects of the layers below, and these do it; the other names of
`sim` are theirs as they stand.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, Unpack, overload

from sim.agents.words import label
from sim.case.case import Case
from sim.case.happening import LONGEST
from sim.case.loading import load_case
from sim.case.record import load_record
from sim.case.scenario import Scenario
from sim.case.theory import AS_DESIGNED, Theory, load_theory, theory_files
from sim.engine.computing import compute_all, progress_bar
from sim.engine.sweep import BAND_RUNS, MOST, PATHS, Sweep
from sim.evidence.loading import evidence_of
from sim.evidence.priors import priors
from sim.experiment.cells import Cells, told_apart
from sim.experiment.grid import FIXED, LEVERS, Axis, Grid, grid_of
from sim.experiment.plan import Plan, labelled
from sim.experiment.results import Result
from sim.experiment.runs import Runs
from sim.inputs.errors import InputError, one_of
from sim.inputs.frozen import Frozen
from sim.inputs.numbers import number, texts, whole_number
from sim.inputs.places import home_of, place
from sim.model.parameters import SWITCHES
from sim.world.uncertainty import fixable

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.weights import Weights
    from sim.cluster.executing import Executor
    from sim.experiment.calibration import Found as Calibrated
    from sim.experiment.discover import Found as Discovery
    from sim.experiment.paragraphs import Found as Paragraphs
    from sim.experiment.record import Found as Scores
    from sim.experiment.robust import Found as Robust
    from sim.experiment.sensitivity import Found as Sensitivity
    from sim.experiment.theories import Found as Contest
    from sim.storage.collection import Collection

IN_MEMORY = 2_000_000  # runs, of about a kilobyte each: a larger sweep belongs on disk
SWEEP = "sweep.json"  # what a kept sweep is known by
RUNS = "runs"  # where a plan's runs are, in the folder that the command line writes to

# The mechanisms that a scenario can switch off, by name, and what is then so, in words: `Scenario.change(off=[name])`.
switches: Mapping[str, str] = Frozen(SWITCHES)


class _Given(TypedDict, total=False):
    """What `sweep` takes beside its numbers."""

    out: str | Path | None
    passes: str | Sequence[str]
    implied: bool
    paths: int
    band_runs: int
    threads: int | None
    progress: bool | None
    executor: Executor | None
    theory: str | Path | Theory | None


@overload
def sweep(scenario: Scenario, draws: int = ..., runs: int = ..., seed: int = ..., **given: Unpack[_Given]) -> Runs: ...
@overload
def sweep(
    scenario: Sequence[Scenario], draws: int = ..., runs: int = ..., seed: int = ..., **given: Unpack[_Given]
) -> Cells: ...
def sweep(
    scenario: Scenario | Sequence[Scenario],
    draws: int = 1000,
    runs: int = 20,
    seed: int = 1,
    *,
    out: str | Path | None = None,
    passes: str | Sequence[str] = (),
    implied: bool = True,
    paths: int = PATHS,
    band_runs: int = BAND_RUNS,
    threads: int | None = None,
    progress: bool | None = None,
    executor: Executor | None = None,
    theory: str | Path | Theory | None = None,
) -> Runs | Cells:
    """Simulate a scenario, or several with the same luck: draws of what we do not know times runs of chance.

    Args:
        scenario: of a case, with its levers set (`Case.scenario`, `Scenario.change`); or a list of them, which gives
            `Cells`. Every combination of some levers: `sim.grid`.
        draws: draws of everything uncertain, at least 1.
        runs: runs of chance for each draw, at least 1; five or more, of 100 draws, tell chance from ignorance.
        seed: 0 to 2**64 - 1. The same seed gives the same bits on every machine, and two scenarios the same luck.
        out: a folder to keep the sweep in; started again there, it does only what is missing. Several are kept in
            folders of their own within it. None: in memory.
        passes: the coding passes that count; empty for all.
        implied: whether rows that a pass marked as implied count.
        paths: how many runs leave every week (`Runs.paths`).
        band_runs: how many runs make the weekly bands (`Runs.bands`).
        threads: at least 1; None for all processors of this process. The bits do not depend on it.
        progress: whether to show how far it is, with the time left; None: yes, without a terminal a line a minute.
        executor: `sim.Slurm(...)` or `sim.Dask(...)`, for a folder that all machines see; it is then a job's, as the
            command line makes it, with `status_quo` besides: `jirga status out=FOLDER`. With Slurm this returns at
            once, and the runs can be read when all are there. None: this machine.
        theory: by whose rules all is played, on the same draws and luck: a name of `sim.theories()`, or a file that
            ends in .yaml; None: each scenario's own, which is the model as designed where `Scenario.change` has not
            set another.

    Raises:
        InputError: a number out of range, a theory that there is not, two scenarios that are the same, or a folder that
            cannot be used.
    """
    size = _Size(draws, runs, seed, texts(passes), implied, paths, band_runs)
    if theory is not None:
        if isinstance(scenario, Scenario):
            scenario = scenario.change(theory=theory)
        else:
            scenario = [one.change(theory=theory) for one in scenario]
    if executor is not None:
        given = [scenario] if isinstance(scenario, Scenario) else list(scenario)
        found = _executed(_listed_plan(given, size), out, executor)
        return found.runs(0) if isinstance(scenario, Scenario) else Cells(found)
    if isinstance(scenario, Scenario):
        planned = Sweep(scenario, *size)
        if out is not None:
            return _kept(planned, place(out), threads, progress)
        return _in_memory([planned], threads, progress)[0]
    return _several(list(scenario), size, None if out is None else place(out), threads, progress)


class _Size(NamedTuple):
    """How much is simulated, with which evidence: as `Sweep` and `Plan` take it."""

    draws: int
    runs: int
    seed: int
    passes: tuple[str, ...]
    implied: bool
    paths: int
    band_runs: int


def grid(
    scenario: Scenario,
    draws: int = 1000,
    runs: int = 20,
    seed: int = 1,
    *,
    out: str | Path | None = None,
    epoch: str | Sequence[str] | None = None,
    horizon: int | Sequence[int] | None = None,
    fixed: Mapping[str, float | Sequence[float]] | None = None,
    off: Sequence[str] | Sequence[Sequence[str]] | None = None,
    theory: str | Sequence[str] | None = None,
    passes: str | Sequence[str] = (),
    implied: bool = True,
    paths: int = PATHS,
    band_runs: int = BAND_RUNS,
    threads: int | None = None,
    progress: bool | None = None,
    executor: Executor | None = None,
    **levers: float | Sequence[float],
) -> Cells:
    """Simulate every combination of some values, and `status_quo` to compare them with: what `jirga -m` makes.

    `sim.grid(scenario, summit_week=[4, 12], weeks_to_go=[21, 52])` has four cells.

    Args:
        scenario: whose levers are moved.
        draws, runs, seed, passes, implied, paths, band_runs, threads, progress, executor: as in `sim.sweep`, of each
            cell.
        out: a folder to keep all in, as the command line does (in its subfolder `runs`); started again there, it does
            only what is missing. None: in memory.
        epoch, horizon: one of them or a list; a horizon in weeks, 1 to 260.
        fixed: uncertainties held, by name, each at a value or a list of values.
        off: mechanisms switched off, or a list of such lists.
        theory: by whose rules it is played, or a list of such names or files.
        levers: each at a value or a list of values within its range; the last one changes fastest.

    Raises:
        InputError: a lever, an uncertainty, a switch or a value that there is not, an impossible cell, or a folder that
            cannot be used.
    """
    size = Sweep(scenario, *_Size(draws, runs, seed, texts(passes), implied, paths, band_runs))  # checks the numbers
    axes = _held(LEVERS, "levers", levers) + _framed(epoch, horizon, off, theory) + _held(FIXED, "fixed", fixed or {})
    case = scenario.case
    evidence = evidence_of(case, size.passes or None, implied)
    planned = Plan(
        grid_of(case, evidence, axes, scenario, "grid"), size.draws, size.runs, size.seed, size.paths, size.band_runs,
        size.passes, size.implied,
    )  # fmt: skip
    if executor is not None:
        return Cells(_executed(planned, out, executor))
    return _planned(planned, None if out is None else place(out), threads, progress)


def _planned(planned: Plan, folder: Path | None, threads: int | None, progress: bool | None) -> Cells:
    """The cells of a plan, done here."""
    if folder is not None:
        from sim.storage.collection import Collection
        from sim.storage.plans import run_plan

        run_plan(planned, folder / RUNS, threads=threads, progress=progress)
        return Cells(Collection(planned, folder / RUNS))
    held = _in_memory([planned.sweep(number) for number in range(len(planned))], threads, progress)
    cells = (planned.cell(number) for number in range(planned.asked))
    return Cells(
        [Result(c.label, c.swept, held[c.number], None if c.baseline is None else held[c.baseline]) for c in cells]
    )


def _listed(values: Any) -> list[Any]:
    """One value or several, as a list."""
    return list(values) if isinstance(values, Iterable) and not isinstance(values, str) else [values]


def _held(prefix: str, key: str, given: Mapping[str, float | Sequence[float]]) -> list[Axis]:
    """The axes of levers, or of uncertainties that are held."""
    return [Axis(prefix + name, _numbers(f"{key}.{name}", values)) for name, values in given.items()]


def _framed(
    epoch: str | Sequence[str] | None,
    horizon: int | Sequence[int] | None,
    off: Sequence[str] | Sequence[Sequence[str]] | None,
    theory: str | Sequence[str] | None,
) -> list[Axis]:
    """The axes of what else a scenario can be moved in, as far as they are given."""
    axes = [] if epoch is None else [Axis("epoch", (epoch,) if isinstance(epoch, str) else tuple(epoch))]
    axes += [] if horizon is None else [Axis("horizon", tuple(map(_whole, _listed(horizon))))]
    axes += [] if off is None else [Axis("off", _lists(off))]
    return axes + ([] if theory is None else [Axis("theory", tuple(map(str, _listed(theory))))])


def _numbers(key: str, values: Any) -> tuple[float, ...]:
    return tuple(number("grid", key, value) for value in _listed(values))


def _whole(value: Any) -> int:
    return whole_number("grid", "horizon", value, 1, LONGEST, "of weeks")


def _lists(off: Any) -> tuple[tuple[str, ...], ...]:
    """One list of switches or several."""
    given = list(off)
    one = isinstance(off, str) or all(isinstance(name, str) for name in given)
    return (texts(off),) if one else tuple(map(texts, given))


def _several(
    scenarios: list[Scenario], size: _Size, folder: Path | None, threads: int | None, progress: bool | None
) -> Cells:
    """Scenarios that are given one by one, each with what tells it from the others."""
    if not scenarios:
        raise InputError("sweep", "scenarios", "there are none", allowed="one or more")
    told_apart(scenarios)  # refuses two that are the same, before anything runs
    planned = [Sweep(scenario, *size) for scenario in scenarios]
    if folder is None:
        held: Sequence[Runs] = _in_memory(planned, threads, progress)
    else:
        parts = [folder / f"{number:03}-{one.scenario}" for number, one in enumerate(scenarios)]
        others = [path for path in _parts(folder) if path not in parts]
        if others:
            problem, allowed = (
                f"holds another list of scenarios, with {others[0].name}",
                "the same list, or another folder",
            )
            raise InputError(folder, "out", problem, allowed=allowed)
        held = [_kept(one, part, threads, progress) for one, part in zip(planned, parts, strict=True)]
    return _cells(scenarios, held)


def _listed_plan(scenarios: list[Scenario], size: _Size) -> Plan:
    """The plan of scenarios that are given one by one, with `status_quo` besides."""
    if not scenarios:
        raise InputError("sweep", "scenarios", "there are none", allowed="one or more")
    named = {one.scenario: one for one in scenarios}
    if len(named) < len(scenarios) or len({one.case.folder for one in scenarios}) > 1:
        allowed = "scenarios of one case and of different names; sim.grid for the values of one"
        raise InputError("sweep", "scenarios", "an executor takes each name once", allowed=allowed)
    for one in scenarios:
        Sweep(one, *size)  # checks the numbers
    case = scenarios[0].case
    evidence = evidence_of(case, size.passes or None, size.implied)
    grid = Grid(case, evidence, (Axis("scenario", tuple(named)),), None, "sweep", named)
    draws, runs, seed, passes, implied, paths, band_runs = size
    return Plan(grid, draws, runs, seed, paths, band_runs, passes, implied)


def _executed(planned: Plan, out: str | Path | None, executor: Executor) -> Collection:
    from sim.cluster.dask import Dask
    from sim.cluster.executing import executed
    from sim.cluster.slurm import Slurm

    if not isinstance(executor, Slurm | Dask):
        raise InputError("sweep", "executor", "is none", allowed="sim.Slurm(...), sim.Dask(...)")
    if out is None:
        raise InputError("sweep", "executor", "needs a folder", allowed="out=FOLDER that all machines see")
    return executed(place(out), planned, executor, _tell)


def _parts(folder: Path) -> list[Path]:
    """The folders of scenarios that were given one by one, in order."""
    return sorted(path.parent for path in folder.glob(f"[0-9][0-9][0-9]*-*/{SWEEP}"))


def _cells(scenarios: Sequence[Scenario], held: Sequence[Runs]) -> Cells:
    told = zip(scenarios, told_apart(scenarios), held, strict=True)
    return Cells([Result(labelled(one, swept), swept, runs, None) for one, swept, runs in told])


def _kept(planned: Sweep, folder: Path, threads: int | None, progress: bool | None) -> Runs:
    from sim.storage.sweeps import run_sweep  # and pyarrow's readers and writers, which memory does without

    return run_sweep(planned, folder, threads=threads, progress=progress, told=_tell)


def _in_memory(planned: Sequence[Sweep], threads: int | None, progress: bool | None) -> list[Runs]:
    total = sum(one.total for one in planned)
    if total > IN_MEMORY:
        allowed = f"up to {IN_MEMORY:,} in memory, any number with out=FOLDER"
        raise InputError("sweep", "draws x runs", f"{total:,} runs are too many for memory", allowed=allowed)
    made = compute_all(planned, threads=threads, progress=progress)
    return [Runs(one, found) for one, found in zip(planned, made, strict=True)]


def open_kept(folder: str | Path) -> Runs | Cells:
    """Open what was kept: the runs of one sweep, or the cells of several.

    Args:
        folder: that `sim.sweep(out=)`, `sim.grid(out=)` or `jirga out=` wrote to.

    Raises:
        InputError: there is nothing of that kind, parts are missing or broken, or what decided the numbers has changed.
    """
    from sim.storage.collection import open_plan
    from sim.storage.plans import CONFIGURATION
    from sim.storage.sweeps import open_sweep

    where = place(folder)
    plans = [one for one in (where, where / RUNS) if (one / CONFIGURATION).is_file()]
    if plans:
        return Cells(open_plan(plans[0]))
    parts = _parts(where)
    if not parts:
        return open_sweep(where)
    held = [open_sweep(part) for part in parts]
    return _cells([runs.sweep.scenario for runs in held], held)


@overload
def weighted(held: Runs, weights: str | Path | None) -> Runs: ...
@overload
def weighted(held: Cells, weights: str | Path | None) -> Cells: ...
def weighted(held: Runs | Cells, weights: str | Path | None) -> Runs | Cells:
    """The same runs with weights over their draws, as a calibration gave them: every mean and difference follows.

    Args:
        held: runs of a sweep, or cells of a grid with theirs.
        weights: a file that `job=calibrate` wrote; None takes weights away again.

    Raises:
        InputError: no such file, or one for other draws: another seed, case, evidence or engine, or more draws.
    """
    if isinstance(held, Runs):
        return _weighed(held, None if weights is None else place(weights))
    where = None if weights is None else place(weights)
    cells = []
    for cell in held:
        paired = None if cell.paired is None else _weighed(cell.paired, where)
        cells.append(replace(cell, runs=_weighed(cell.runs, where), paired=paired))
    return Cells(cells)


def _weighed(runs: Runs, weights: Path | None) -> Runs:
    if weights is None:
        return runs.weighted(None)
    from sim.storage.weights import Draws, read_weights

    sweep = runs.sweep
    whose = Draws(sweep.case, sweep.seed, sweep.passes, sweep.implied)
    return runs.weighted(read_weights(weights).of(whose, sweep.draws))


def uncertainties(
    search: str = "", *, case: str | Path | Case = "afghanistan", epoch: str | None = None
) -> pd.DataFrame:
    """What is uncertain, and the range in which `Scenario.change(fixed={name: value})` can hold it.

    >>> uncertainties("trust pakistan taliban", epoch="2021-04").loc["trust.PAK.TAL", ["low", "high"]].tolist()
    [0.0, 1.0]

    Args:
        search: words that all have to be in the name, the label or the meaning, in any case; empty for everything.
        case: a case, the name of one, or a case's folder.
        epoch: the epoch at which a scenario starts; None: every epoch, each range the one that all of them allow.

    Returns:
        One row an uncertainty, by name: its `label` in a few words, `low` and `high`, its `unit`, the `epochs` that
        have it, and its `meaning`.

    Raises:
        InputError: no such case or epoch.
    """
    import pandas as pd

    loaded = case if isinstance(case, Case) else load_case(case)
    chosen = loaded.epochs if epoch is None else [one_of("uncertainties", "epoch", epoch, loaded.epochs, "an epoch")]
    evidence = evidence_of(loaded)
    found: dict[str, tuple[str, float, float, str, tuple[str, ...], str]] = {}
    for one in chosen:
        for prior in priors(loaded, evidence, one).columns:
            low, high = fixable(prior)
            _, below, above, _, epochs, _ = found.get(prior.name, ("", low, high, "", (), ""))
            ends = max(low, below), min(high, above)
            found[prior.name] = (label(loaded, prior.name), *ends, prior.unit, (*epochs, one), prior.meaning)
    words = search.lower().split()
    kept = {n: row for n, row in found.items() if all(word in f"{n} {row[0]} {row[-1]}".lower() for word in words)}
    columns = ["label", "low", "high", "unit", "epochs", "meaning"]
    return pd.DataFrame(list(kept.values()), pd.Index(list(kept), name="uncertainty", dtype="object"), columns)


def theories() -> Mapping[str, Theory]:
    """The theories that come with the package, by name: what each says, its source, and what it leaves to the model.

    >>> list(theories())[0], theories()["nash"].source
    ('as_designed', 'Nash (1950)')
    """
    return Frozen({name: load_theory(name) for name in theory_files()})


def contest(
    scenario: Scenario,
    outcomes: str | Sequence[str] = (),
    draws: int = 500,
    runs: int = 10,
    seed: int = 1,
    *,
    also: str | Path | Theory | None = None,
    passes: str | Sequence[str] = (),
    implied: bool = True,
    progress: bool | None = None,
) -> Contest:
    """Competing theories on the same draws and luck: what they make of the patterns, the record and a scenario.

    Args:
        scenario: whose outcomes are compared; by whose theory it is played makes no difference here.
        outcomes: as in `Runs.values`; empty for those in which its question is answered, and of the headline.
        draws, runs, seed, passes, implied, progress: as in `sim.sweep`, for every theory; at least two draws.
        also: a theory of one's own beside those of `sim.theories()`: itself, or its file.

    Returns:
        Its `table()` has a row for every theory: how many patterns hold, mean scores, means of the outcomes; `outcomes`
        the parts of their variance: theory, parameters, coding, chance.

    Raises:
        InputError: a mistake in an outcome or a theory, or an outcome that some run of a theory does not have.
    """
    from sim.experiment.theories import every_theory, measured, steps_of

    for key, number_of, low in (("draws", draws, 2), ("runs", runs, 1)):
        whole_number("contest", key, number_of, low, MOST)
    given = every_theory(load_theory(also) if isinstance(also, str | Path) else also)
    played = scenario.change(theory=AS_DESIGNED)
    with progress_bar(steps_of(played, given), progress, "theories", "steps") as told:
        return measured(
            played, given, texts(outcomes), draws, runs, seed, passes=texts(passes), implied=implied, told=told
        )


def score(
    record: str | Path | None = None,
    draws: int = 500,
    runs: int = 10,
    seed: int = 1,
    *,
    case: str | Path | Case = "afghanistan",
    switches: str | Sequence[str] = tuple(SWITCHES),
    passes: str | Sequence[str] = (),
    implied: bool = True,
    weights: str | Path | None = None,
    progress: bool | None = None,
) -> Scores:
    """What the model is worth on what happened: proper scores of its forecasts beside those of simpler ones.

    Args:
        record: a file of statements on events (docs/guides/own_record.md); None: the case's own.
        draws, runs, seed, passes, implied, progress: as in `sim.sweep`, for every course that is played.
        case: a case, the name of one, or a case's folder.
        switches: the mechanisms that are switched off in turn; empty for none, which is quicker.
        weights: a file that `job=calibrate` wrote; what it has learnt from is then not scored. None: none.

    Returns:
        Its `table()` has a row for every statement; `compared` the differences, with intervals and the number of
        independent events that they rest on; `moved` trust and leverage from article to article.

    Raises:
        InputError: a mistake in the record, in one line.
    """
    from sim.experiment.record import measured

    loaded = case if isinstance(case, Case) else load_case(case)
    read = load_record(loaded, None if record is None else home_of(record))
    chosen = [one_of("score", "switches", name, SWITCHES, "a switch") for name in texts(switches)]
    for key, number_of, low in (("draws", draws, 2), ("runs", runs, 1)):
        whole_number("score", key, number_of, low, MOST)
    given = texts(passes)
    held = _weights(weights, loaded, draws, seed, given, implied)
    return measured(
        read, draws, runs, seed, switches=chosen, passes=given, implied=implied, weights=held, progress=progress
    )


def _weights(
    file: str | Path | None, case: Case, draws: int, seed: int, passes: tuple[str, ...], implied: bool
) -> Weights:
    """The weights of the first draws of a sweep, from a file; None for none."""
    if file is None:
        return None
    from sim.storage.weights import Draws, read_weights

    return read_weights(place(file)).of(Draws(case, seed, passes, implied), draws)


def calibrate(
    record: str | Path | None = None,
    draws: int = 500,
    runs: int = 10,
    seed: int = 1,
    *,
    out: str | Path | None = None,
    case: str | Path | Case = "afghanistan",
    passes: str | Sequence[str] = (),
    implied: bool = True,
    progress: bool | None = None,
) -> Calibrated:
    """What the marked half of a record, and of the open patterns, teaches: weights over the draws of the prior.

    Args:
        record: a file of statements, some of them `for_calibration`; None: the case's own.
        draws, runs, seed, passes, implied, progress: as in `sim.sweep`, for every course and world that is played.
        out: a file for the weights, which `sim.weighted` and the command line take; None: none.
        case: a case, the name of one, or a case's folder.

    Returns:
        Its `weights` are those of the draws, `worth` how many equal ones they are worth; `table()` has every statement,
        pattern and number before and after; `compared` the scores of what was held back, with weights and without.

    Raises:
        InputError: nothing is marked, nothing is held back, or a mistake in the record, in one line.
    """
    from sim.case.patterns import patterns_of
    from sim.experiment.calibration import measured, sizes

    loaded = case if isinstance(case, Case) else load_case(case)
    for key, number_of, low in (("draws", draws, 2), ("runs", runs, 1)):
        whole_number("calibrate", key, number_of, low, MOST)
    read, given = load_record(loaded, None if record is None else home_of(record)), texts(passes)
    size = sizes(draws, runs)
    found = measured(read, patterns_of(loaded), size, seed, passes=given, implied=implied, progress=progress)
    if out is not None:
        from sim.experiment.learnt import summary
        from sim.storage.weights import Draws, write_weights

        write_weights(place(out), Draws(loaded, seed, given, implied), found.weights, found.learnt, summary(found))
    return found


def paragraphs(
    scenario: Scenario,
    outcomes: str | Sequence[str] = (),
    draws: int = 500,
    runs: int = 10,
    seed: int = 1,
    *,
    passes: str | Sequence[str] = (),
    implied: bool = True,
    weights: str | Path | None = None,
    progress: bool | None = None,
) -> Paragraphs:
    """Which paragraph carries the answer: outcomes with every coded row, paragraph and pass read otherwise in turn.

    Args:
        scenario: whose outcomes these are, and their difference from `status_quo`.
        outcomes: as in `Runs.values`; empty for those in which the scenario's question is answered.
        draws, runs, seed, passes, implied, progress: as in `sim.sweep`, of every reading; at least two draws.
        weights: a file that `job=calibrate` wrote; None: all draws count alike.

    Returns:
        Its `table()` has a row for every source, reading, outcome and measure; `ranked(kind, outcome, measure)` the
        rows, paragraphs or passes with the strongest first.

    Raises:
        InputError: no such outcome, or one whose mean says nothing.
    """
    from sim.experiment.paragraphs import measured

    size = Sweep(scenario, draws, runs, seed, texts(passes), implied)  # checks the numbers
    whole_number("paragraphs", "draws", draws, 2, MOST)
    held = _weights(weights, scenario.case, size.draws, size.seed, size.passes, implied)
    return measured(
        scenario, texts(outcomes), size.draws, size.runs, size.seed,
        passes=size.passes, implied=implied, weights=held, progress=progress,
    )  # fmt: skip


def discover(
    scenario: Scenario,
    outcomes: str | Sequence[str] = (),
    draws: int = 500,
    runs: int = 10,
    seed: int = 1,
    *,
    passes: str | Sequence[str] = (),
    implied: bool = True,
    weights: str | Path | None = None,
    progress: bool | None = None,
) -> Discovery:
    """Under which circumstances something happens: boxes of what is not known in which it is frequent, and last.

    Args:
        scenario: whose outcomes these are.
        outcomes: each a yes or no (`taken_over`, `doha`, `NAME >= NUMBER`); empty for those of the scenario's question.
        draws, runs, seed, passes, implied, progress: as in `sim.sweep`; at least 40 draws.
        weights: a file that `job=calibrate` wrote; None: all draws count alike.

    Returns:
        Its `table()` has a row for every limit of every box; `outcomes` the boxes, `findings` those that last.

    Raises:
        InputError: an outcome that is no yes or no, or scikit-learn is not installed.
    """
    from sim.experiment.discover import measured

    size = Sweep(scenario, draws, runs, whole_number("discover", "seed", seed, 0, 2**32 - 1), texts(passes), implied)
    held = _weights(weights, scenario.case, size.draws, size.seed, size.passes, implied)
    return measured(
        scenario, texts(outcomes), size.draws, size.runs, size.seed,
        passes=size.passes, implied=implied, weights=held, progress=progress,
    )  # fmt: skip


def robust(
    scenario: Scenario,
    outcomes: str | Sequence[str],
    better: str | Sequence[str],
    draws: int = 500,
    runs: int = 10,
    seed: int = 1,
    *,
    actor: str | None = None,
    levers: str | Sequence[str] = (),
    enough: float | Sequence[float] = (),
    tried: int = 16,
    passes: str | Sequence[str] = (),
    implied: bool = True,
    weights: str | Path | None = None,
    progress: bool | None = None,
) -> Robust:
    """What could have been done: which setting of levers is best over the draws, by three criteria; of two, the front.

    Args:
        scenario: as it stands; its levers are tried, all else stays.
        outcomes: as in `Runs.values`, defined in every run; empty for those of the scenario's question.
        better: `more` or `less` for each outcome: what is wanted, which nothing but who asks can say.
        draws, runs, seed, passes, implied, progress: as in `sim.sweep`, of every setting; two runs or more.
        actor: whose levers are tried, of those whose event the actor does; None: all of the scenario.
        levers: those tried, by name, instead of an actor's; empty: all.
        enough: what is good enough for each outcome; empty: as good as the scenario as it stands.
        tried: settings at most, 2 to 256: a grid where one fits, else a sample without large gaps.
        weights: a file that `job=calibrate` wrote; None: all draws count alike.

    Returns:
        Its `table()` has a row for every setting and outcome, `front()` one for every setting and two outcomes;
        `outcomes` what is best by each criterion and what cannot be told from it.

    Raises:
        InputError: no such lever, actor or outcome, an outcome that some runs do not have, or not one word for each.
    """
    from sim.experiment.robust import measured

    size = Sweep(scenario, draws, runs, whole_number("robust", "seed", seed, 0, 2**32 - 1), texts(passes), implied)
    whole_number("robust", "draws", draws, 2, MOST)
    held = _weights(weights, scenario.case, size.draws, size.seed, size.passes, implied)
    return measured(
        scenario, texts(outcomes), texts(better), size.draws, size.runs, size.seed, actor=actor,
        choose=texts(levers), enough=tuple(number("robust", "enough", value) for value in _listed(enough)),
        tried=whole_number("robust", "tried", tried, 2, 256), passes=size.passes, implied=implied, weights=held,
        progress=progress,
    )  # fmt: skip


def sensitivity(
    scenario: Scenario,
    outcomes: str | Sequence[str] = (),
    draws: int = 500,
    runs: int = 10,
    seed: int = 1,
    *,
    passes: str | Sequence[str] = (),
    implied: bool = True,
    progress: bool | None = None,
) -> Sensitivity:
    """Which uncertainties make an outcome: screening, parts of the variance with interactions, shifts.

    Args:
        scenario: what it fixes is no input.
        outcomes: as in `Runs.values`, defined in every run; empty for those of the scenario's question.
        draws: how much is asked, as the sizes of the command line have it: at 500, 20 trajectories and a base sample of
            1,024 rows, which are about 40,000 rows for one outcome; 2 to 1,000,000.
        runs, seed, passes, implied, progress: as in `sim.sweep`; every row has so many runs, with the same luck.

    Returns:
        Its `table()` has first-order and total indices with their intervals; `outcomes` all that was found of each.

    Raises:
        InputError: SALib is not installed, or an outcome that some runs do not have.
    """
    from sim.experiment.sensitivity import measured, sizes

    whole_number("sensitivity", "draws", draws, 2, 1_000_000)
    size = Sweep(scenario, draws, runs, whole_number("sensitivity", "seed", seed, 0, 2**32 - 1), texts(passes), implied)
    return measured(
        scenario, texts(outcomes), sizes(draws), size.runs, size.seed,
        passes=size.passes, implied=implied, progress=progress,
    )  # fmt: skip


def _tell(line: str) -> None:
    print(line, file=sys.stderr)
