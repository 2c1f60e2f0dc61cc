"""Agent-based simulation of the negotiations over Afghanistan, 2018-2022.

>>> import sim
>>> case = sim.load_case("afghanistan")
>>> scenario = case.scenario("turkey_summit", summit_week=12)
>>> scenario.levers["summit_week"].value
12.0

Public is what these names give, and what that gives in turn:

- `load_case(name)`: a case with its scenarios.
- `sweep(scenario, draws=1000, runs=20, seed=1)`: many runs of a scenario.
- `grid(scenario, summit_week=[4, 12])`: every combination of some values, as one table; `sweep([...])`: of scenarios.
- `score()`: what the model is worth on what happened, or on a record of one's own, beside simpler forecasts.
- `paragraphs(scenario)`: which coded row, paragraph and pass of the articles its outcomes and effects rest on.
- `discover(scenario)`: under which circumstances an outcome happens, as boxes that last.
- `robust(scenario, outcomes, better)`: what could have been done: settings of levers by mean, regret, and the front.
- `sensitivity(scenario)`: which uncertainties make an outcome, with interactions.
- `open(folder)`: a sweep or a grid that was kept.
- `Slurm(partition=None)`: as `executor` of a sweep or a grid, a cluster does it, later.
- `Dask(address)`: as `executor`, the workers of dask's scheduler do it, now.
- `parts(folder)`: the numbers of the parts of a folder's plan, for a scheduler of one's own.
- `missing_parts(folder)`: those that are not there yet.
- `run_parts(folder, numbers)`: some of them done here.
- `compare(first, second)`: two sweeps with the same luck, paired; `answers()` to the question of the second.
- `plot(held)`, or `held.plot()`: runs, a comparison or cells as a figure, with intervals; matplotlib Axes.
- `plot_weekly(runs, column)`, or `runs.plot_weekly(column)`: a weekly column as a figure.
- `NegotiationModel(scenario)`: one run, agent by agent.
- `calibrate()`: what half of the record teaches of the prior, as weights over its draws, with every check.
- `weighted(held, file)`: the same runs with weights over their draws, as `job=calibrate` wrote them.
- `switches`: the mechanisms that can be switched off, by name, and what is then so.
- `open_studio(scenario)`: levers moved by hand, with what comes of them at once, in a notebook.
- `uncertainties(search)`: what is uncertain, by name, and the range in which it can be held.
- `settlements`: the classes in which a run of a case can end, by name, with `meaning` and `colour` of its figures.
- `theories()`: by whose rules it can be played on the same draws and luck, each with its source.
- `contest(scenario)`: these theories beside each other: patterns, record, and what an outcome's spread is made of.

Each is imported when first used, so that the command line stays quick. What the package is made of, layer by layer:
docs/architecture.md.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sim.version import __version__

if TYPE_CHECKING:
    from sim.agents.model import NegotiationModel
    from sim.case.loading import load_case
    from sim.cluster.dask import Dask
    from sim.cluster.parts import missing_parts, parts, run_parts
    from sim.cluster.slurm import Slurm
    from sim.experiment.comparison import compare
    from sim.pages.plots import plot, plot_weekly
    from sim.pages.report.settlements import settlements
    from sim.studio.serving import open_studio
    from sim.surface import (
        calibrate,
        contest,
        discover,
        grid,
        paragraphs,
        robust,
        score,
        sensitivity,
        sweep,
        switches,
        theories,
        uncertainties,
        weighted,
    )
    from sim.surface import open_kept as open  # noqa: F401 - public, but not for a star

# For `from sim import *`: all but `open`, which Python has a function of that name for.
__all__ = [
    "Dask",
    "NegotiationModel",
    "Slurm",
    "__version__",
    "calibrate",
    "compare",
    "contest",
    "discover",
    "grid",
    "load_case",
    "missing_parts",
    "open_studio",
    "paragraphs",
    "parts",
    "plot",
    "plot_weekly",
    "robust",
    "run_parts",
    "score",
    "sensitivity",
    "settlements",
    "sweep",
    "switches",
    "theories",
    "uncertainties",
    "weighted",
]

_PUBLIC = {
    "Dask": ("sim.cluster.dask", "Dask"),
    "NegotiationModel": ("sim.agents.model", "NegotiationModel"),
    "Slurm": ("sim.cluster.slurm", "Slurm"),
    "calibrate": ("sim.surface", "calibrate"),
    "compare": ("sim.experiment.comparison", "compare"),
    "contest": ("sim.surface", "contest"),
    "discover": ("sim.surface", "discover"),
    "grid": ("sim.surface", "grid"),
    "load_case": ("sim.case.loading", "load_case"),
    "missing_parts": ("sim.cluster.parts", "missing_parts"),
    "open": ("sim.surface", "open_kept"),
    "open_studio": ("sim.studio.serving", "open_studio"),
    "paragraphs": ("sim.surface", "paragraphs"),
    "parts": ("sim.cluster.parts", "parts"),
    "plot": ("sim.pages.plots", "plot"),
    "plot_weekly": ("sim.pages.plots", "plot_weekly"),
    "robust": ("sim.surface", "robust"),
    "run_parts": ("sim.cluster.parts", "run_parts"),
    "score": ("sim.surface", "score"),
    "sensitivity": ("sim.surface", "sensitivity"),
    "settlements": ("sim.pages.report.settlements", "settlements"),
    "sweep": ("sim.surface", "sweep"),
    "switches": ("sim.surface", "switches"),
    "theories": ("sim.surface", "theories"),
    "uncertainties": ("sim.surface", "uncertainties"),
    "weighted": ("sim.surface", "weighted"),
}


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    module, attribute = _PUBLIC[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted({*_PUBLIC, "__version__"})
