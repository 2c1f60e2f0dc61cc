"""How a long measurement has its parts kept: what decides the numbers of a part, and what makes them.

Where and how they are kept, `sim.storage.kept` says; nothing here is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim.analysis.shares import Values
from sim.engine.sweep import Sweep

Arrays = Mapping[str, Values]
# What sweeps a part of the work plays, what it asks of them as plain data, what makes it -> what came of it, the same
# for the same.
Keep = Callable[[Sequence[Sweep], Any, Callable[[], Arrays]], Arrays]


def not_kept(sweeps: Sequence[Sweep], asked: Any, make: Callable[[], Arrays]) -> Arrays:
    """Nothing is kept of what is made."""
    return make()
