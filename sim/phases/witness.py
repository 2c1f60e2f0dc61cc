"""What one player sees another keep or break, until the week's end, when trust learns from it."""

from __future__ import annotations

from typing import Any

from sim.arithmetic import compilable


@compilable
def witness(rules: Any, state: Any, observer: int, actor: int, kept: float, broken: float) -> None:
    """Add to what the observer has seen of the actor this week, in whole agreements' worth."""
    pair = rules.learning_pair[observer, actor]
    if pair >= 0:
        state.gained[observer, actor] += kept
        state.lost[observer, actor] += broken
        if state.stirred[pair] == 0:
            state.stirred[pair] = 1
            state.learning[state.learners] = pair
            state.learners += 1
