"""What researchers call that no other folder has ready: `sim.sweep` and `sim.switches`.

Nothing is computed here. What is asked for becomes the objects of the layers below, and these do it; the other names of
`sim` are theirs as they stand.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from sim.agents.words import label
from sim.case.case import Case
from sim.case.loading import load_case
from sim.case.scenario import Scenario
from sim.engine.computing import compute, made
from sim.engine.sweep import BAND_RUNS, PATHS, Sweep
from sim.evidence.loading import load_evidence
from sim.evidence.priors import priors
from sim.experiment.runs import Runs
from sim.inputs.errors import InputError, one_of
from sim.inputs.frozen import Frozen
from sim.inputs.places import place
from sim.model.parameters import SWITCHES
from sim.world.uncertainty import fixable

if TYPE_CHECKING:
    import pandas as pd

IN_MEMORY = 2_000_000  # runs, of about a kilobyte each: a larger sweep belongs on disk

# The mechanisms that a scenario can switch off, by name, and what is then so, in words: `Scenario.change(off=[name])`.
switches: Mapping[str, str] = Frozen(SWITCHES)


def sweep(
    scenario: Scenario,
    draws: int = 1000,
    runs: int = 20,
    seed: int = 1,
    *,
    out: str | Path | None = None,
    passes: tuple[str, ...] = (),
    implied: bool = True,
    paths: int = PATHS,
    band_runs: int = BAND_RUNS,
    threads: int | None = None,
    progress: bool | None = None,
) -> Runs:
    """Simulate a scenario: draws of what we do not know times runs of chance.

    Args:
        scenario: of a case, with its levers set (`Case.scenario`, `Scenario.change`).
        draws: draws of everything uncertain, at least 1.
        runs: runs of chance for each draw, at least 1; two or more tell chance from ignorance.
        seed: 0 to 2**64 - 1. The same seed gives the same bits on every machine, and two scenarios the same luck.
        out: a folder to keep the sweep in; started again there, it does only what is missing. None: in memory.
        passes: the coding passes that count; empty for all.
        implied: whether rows that a pass marked as implied count.
        paths: how many runs leave every week (`Runs.paths`).
        band_runs: how many runs make the weekly bands (`Runs.bands`).
        threads: None for all processors of this process. The bits do not depend on it.
        progress: whether to show a bar with the time left; None: on a terminal.

    Raises:
        InputError: a number out of range, or a folder that cannot be used.
    """
    planned = Sweep(scenario, draws, runs, seed, tuple(passes), implied, paths, band_runs)
    if out is not None:
        from sim.storage.sweeps import (
            run_sweep,  # and pyarrow's readers and writers, which a sweep in memory does without
        )

        return run_sweep(planned, place(out), threads=threads, progress=progress, told=_tell)
    return _in_memory(planned, threads, progress)


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
    evidence = load_evidence(loaded.folder / "evidence", case=loaded)
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


def _in_memory(planned: Sweep, threads: int | None, progress: bool | None) -> Runs:
    if planned.total > IN_MEMORY:
        allowed = f"up to {IN_MEMORY:,} in memory, any number with out=FOLDER"
        raise InputError("sweep", "draws x runs", f"{planned.total:,} runs are too many for memory", allowed=allowed)
    shards = compute(planned, range(planned.shards), threads=threads, progress=progress)
    return Runs(planned, made(list(shards)))


def _tell(line: str) -> None:
    print(line, file=sys.stderr)
