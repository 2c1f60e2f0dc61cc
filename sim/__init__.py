"""Agent-based simulation of the negotiations over Afghanistan, 2018-2022.

>>> import sim
>>> case = sim.load_case("afghanistan")
>>> scenario = case.scenario("turkey_summit", summit_week=12)
>>> scenario.levers["summit_week"].value
12.0

`sim.sweep(scenario, draws=1000, runs=20, seed=1)` simulates it, `sim.compare(a, b)` pairs two sweeps, and
`sim.open(folder)` opens one that was kept. Each is imported when first used, so that the command line stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.store import open_sweep as open
    from sim.surface import compare, load_case, sweep

__version__ = "0.1.0"
__all__ = ["__version__", "compare", "load_case", "open", "sweep"]

_PUBLIC = {
    "compare": ("sim.analysis.comparison", "compare"),
    "load_case": ("sim.case", "load_case"),
    "open": ("sim.store", "open_sweep"),
    "sweep": ("sim.surface", "sweep"),
}


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    module, attribute = _PUBLIC[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
