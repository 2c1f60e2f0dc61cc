"""What one player sees another keep or break, until the week's end, when trust learns from it."""

from __future__ import annotations

from typing import Any

from sim.numerics.dialect import compilable, where


@compilable
def witness(rules: Any, state: Any, observer: int, actor: int, kept: Any, broken: Any, here: Any) -> None:
    """Add to what the observer has seen of the actor this week, in whole agreements' worth."""
    pair = rules.learning_pair[observer, actor]
    if pair >= 0:
        state.gained[observer, actor] += where(here, kept, 0.0)
        state.lost[observer, actor] += where(here, broken, 0.0)
        state.stirred[pair] = where(here, 1, state.stirred[pair])
