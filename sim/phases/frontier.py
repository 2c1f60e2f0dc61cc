"""The exact Pareto frontier of a table: every way to give up least for what the other gains most.

The value of a package is a sum over clauses, concave and piecewise linear in each. Between the two sides' best points a
clause is cut where a slope changes; each piece costs the first party something and gives the second something, both
>= 0. Conceding the pieces in falling order of gain over cost walks along the frontier (Raiffa 1982 for the idea of
log-rolling; Dantzig 1957 for why a fractional knapsack is filled by ratio).
"""

from __future__ import annotations

from typing import Any

from sim.arithmetic import compilable
from sim.equations.package import clause_value, gain, war_value
from sim.vocabulary import LEAST_GAIN


@compilable
def clause_term(rules: Any, draw: Any, state: Any, t: int, side: int, k: int, point: float) -> float:
    """What one clause at a point adds to V - d of a side, as a share of the table's value."""
    position = state.position[rules.party[t, side], rules.clause_cell[t, k]]
    default = state.default[t, side, k]
    trust = state.guaranteed_trust[t, side]
    change = gain(point, default, position)
    value = clause_value(change, draw.weight[t, side, k], state.clause_trust[t, side, k], trust, draw.vulnerability)
    if k == rules.ending_clause[t]:
        value += war_value(state.war_stake[t, side], point, default)
    return value


@compilable
def package_value(rules: Any, draw: Any, state: Any, t: int, side: int, package: Any) -> float:
    """V - d of a package to a side; a deadlocked clause stays at its default and adds nothing."""
    total = 0.0
    for k in range(rules.clauses[t]):
        if state.deadlocked[t, k] == 0:
            total += clause_term(rules, draw, state, t, side, k, package[k])
    return total


@compilable
def within(point: float, low: float, high: float) -> float:
    """The point of [low, high] nearest to a point."""
    return min(max(point, low), high)


@compilable
def best_point(rules: Any, draw: Any, state: Any, t: int, side: int, k: int) -> float:
    """A side's best point of a clause within both red lines; the default where nothing is better."""
    low, high = state.range_low[t, k], state.range_high[t, k]
    position = state.position[rules.party[t, side], rules.clause_cell[t, k]]
    default = state.default[t, side, k]
    best = within(default, low, high)
    value = clause_term(rules, draw, state, t, side, k, best)
    for turn in range(4):
        point = position
        if turn == 1:
            point = 2.0 * position - default
        elif turn == 2:
            point = low
        elif turn == 3:
            point = high
        point = within(point, low, high)
        other = clause_term(rules, draw, state, t, side, k, point)
        if other > value:
            best, value = point, other
    return best


@compilable
def insert_piece(state: Any, k: int, start: float, stop: float, cost: float, gained: float) -> None:
    """Put a piece in its place: falling gain over cost, pieces of one clause in their own order."""
    n = state.pieces
    while n > 0 and state.piece_clause[n - 1] != k:
        if gained * state.piece_cost[n - 1] <= state.piece_gain[n - 1] * cost:
            break
        state.piece_clause[n] = state.piece_clause[n - 1]
        state.piece_from[n], state.piece_to[n] = state.piece_from[n - 1], state.piece_to[n - 1]
        state.piece_cost[n], state.piece_gain[n] = state.piece_cost[n - 1], state.piece_gain[n - 1]
        n -= 1
    state.piece_clause[n], state.piece_from[n], state.piece_to[n] = k, start, stop
    state.piece_cost[n], state.piece_gain[n] = cost, gained
    state.pieces += 1


@compilable
def next_cut(rules: Any, state: Any, t: int, k: int, start: float, stop: float) -> float:
    """The nearest point after `start`, towards `stop`, at which a slope of either side's term can change."""
    nearest = stop
    for side in range(2):
        position = state.position[rules.party[t, side], rules.clause_cell[t, k]]
        default = state.default[t, side, k]
        for turn in range(3):
            cut = position
            if turn == 1:
                cut = default
            elif turn == 2:
                cut = 2.0 * position - default
            if start < cut < nearest or nearest < cut < start:
                nearest = cut
    return nearest


@compilable
def cut_clause(rules: Any, draw: Any, state: Any, t: int, k: int) -> None:
    """Cut a clause into its pieces, from the first party's end to the second's."""
    start, stop = state.end[0, k], state.end[1, k]
    own = clause_term(rules, draw, state, t, 0, k, start)
    other = clause_term(rules, draw, state, t, 1, k, start)
    while start != stop:
        cut = next_cut(rules, state, t, k, start, stop)
        next_own = clause_term(rules, draw, state, t, 0, k, cut)
        next_other = clause_term(rules, draw, state, t, 1, k, cut)
        cost, gained = max(own - next_own, 0.0), max(next_other - other, 0.0)
        if cost > 0.0 or gained > 0.0:
            insert_piece(state, k, start, cut, cost, gained)
        start, own, other = cut, next_own, next_other


@compilable
def trace_frontier(rules: Any, draw: Any, state: Any, t: int) -> None:
    """Write the pieces of the frontier, the value of both ends to both sides, each side's best, and the zone."""
    state.pieces = 0
    for k in range(rules.clauses[t]):
        if state.deadlocked[t, k] == 0:
            state.end[0, k] = best_point(rules, draw, state, t, 0, k)
            state.end[1, k] = best_point(rules, draw, state, t, 1, k)
            cut_clause(rules, draw, state, t, k)
        else:
            middle = 0.5 * (state.default[t, 0, k] + state.default[t, 1, k])
            state.end[0, k] = middle
            state.end[1, k] = middle
    for side in range(2):
        state.end_value[0, side] = package_value(rules, draw, state, t, side, state.end[0])
        state.end_value[1, side] = package_value(rules, draw, state, t, side, state.end[1])
    state.best[t, 0] = best_gain(state, 0)
    state.best[t, 1] = best_gain(state, 1)
    state.zone[t] = 1 if state.best[t, 0] > LEAST_GAIN and state.best[t, 1] > LEAST_GAIN else 0


@compilable
def piece_at(state: Any, side: int, step: int) -> int:
    """The piece that a side concedes at a step: the first side from the front, the second from the back."""
    return step if side == 0 else state.pieces - 1 - step


@compilable
def best_gain(state: Any, side: int) -> float:
    """M - d of a side: its gain at the last frontier point at which the other gets what it has without a deal.

    Negative without a zone of agreement.
    """
    own, other = state.end_value[side, side], state.end_value[side, 1 - side]
    for step in range(state.pieces):
        if other >= 0.0:
            return own
        n = piece_at(state, side, step)
        loss = state.piece_cost[n] if side == 0 else state.piece_gain[n]
        gained = state.piece_gain[n] if side == 0 else state.piece_cost[n]
        if other + gained >= 0.0:
            return own - loss * (-other / gained)
        own, other = own - loss, other + gained
    return own if other >= 0.0 else -1.0


@compilable
def concede(rules: Any, state: Any, t: int, side: int, target: float) -> None:
    """Write to `trial` the frontier package at which a side, conceding from its own end, keeps just the target."""
    own = state.end_value[side, side]
    for k in range(rules.clauses[t]):
        state.trial[k] = state.end[side, k]
    for step in range(state.pieces):
        n = piece_at(state, side, step)
        loss = state.piece_cost[n] if side == 0 else state.piece_gain[n]
        start = state.piece_from[n] if side == 0 else state.piece_to[n]
        stop = state.piece_to[n] if side == 0 else state.piece_from[n]
        k = state.piece_clause[n]
        if own - loss < target:
            state.trial[k] = start + (stop - start) * ((own - target) / loss)
            return
        state.trial[k] = stop
        own -= loss


@compilable
def set_midpoint(rules: Any, state: Any, t: int) -> None:
    """Write the package at which both sides get the same share of their best (Kalai & Smorodinsky 1975)."""
    if state.zone[t] == 0:
        for k in range(rules.clauses[t]):
            state.midpoint[t, k] = 0.5 * (state.default[t, 0, k] + state.default[t, 1, k])
        return
    concede(rules, state, t, 0, equal_share(state, t) * state.best[t, 0])
    for k in range(rules.clauses[t]):
        state.midpoint[t, k] = state.trial[k]


@compilable
def equal_share(state: Any, t: int) -> float:
    """The share of its best that each side gets where these shares are equal, at least 1/2 on a concave frontier."""
    own, other = state.end_value[0, 0], state.end_value[0, 1]
    best, other_best = state.best[t, 0], state.best[t, 1]
    for n in range(state.pieces):
        loss, gained = state.piece_cost[n], state.piece_gain[n]
        if (other + gained) * best >= (own - loss) * other_best:
            slope = gained * best + loss * other_best
            part = (own * other_best - other * best) / slope if slope > 0.0 else 0.0
            return (own - loss * max(part, 0.0)) / best
        own, other = own - loss, other + gained
    return own / best
