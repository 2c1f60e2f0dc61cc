"""The exact Pareto frontier of a table: every way to give up least for what the other gains most.

The value of a package is a sum over clauses, concave and piecewise linear in each. Between the two sides' best points a
clause is cut where a slope changes; each piece costs the first party something and gives the second something, both
>= 0. Conceding the pieces in falling order of gain over cost walks along the frontier (Raiffa 1982 for the idea of
log-rolling; Dantzig 1957 for why a fractional knapsack is filled by ratio).
"""

from __future__ import annotations

from typing import Any

from sim.model.equations.package import clause_worth
from sim.model.phases.cuts import at_stake, cut_clauses
from sim.model.variables import INFINITY
from sim.model.vocabulary import CONCESSION, LEAST_GAIN, NEVER, PIECES_OF_A_CLAUSE, PROMISE
from sim.numerics.dialect import compilable, first_lane, lanes_where, run_of, standalone, where


@compilable
def clause_term(rules: Any, state: Any, t: int, side: int, k: int, point: float) -> float:
    """What one clause at a point adds to V - d of a side, as a share of the table's value."""
    return clause_worth(
        point,
        state.default[t, side, k],
        state.position[rules.party[t, side], rules.clause_cell[t, k]],
        state.slope[t, side, PROMISE, k],
        state.slope[t, side, CONCESSION, k],
        state.stake[t, side, k],
    )


@compilable
def package_value(rules: Any, state: Any, t: int, side: int, package: Any) -> float:
    """V - d of a package to a side; a deadlocked clause stays at its default and adds nothing."""
    total = state.exit_worth[t, side]
    for k in range(rules.clauses[t]):
        if state.deadlocked[t, k] == 0:
            total += clause_term(rules, state, t, side, k, package[k])
    return total


@compilable
def weigh_first_end(rules: Any, state: Any, t: int) -> None:
    """Write the value of the first side's end to both sides."""
    own, other = state.end_worth[t, 0] + state.exit_worth[t, 0], state.end_worth[t, 1] + state.exit_worth[t, 1]
    for k in range(rules.clauses[t]):
        change_0, change_1 = state.end_change[t, 0, k], state.end_change[t, 1, k]
        own += where(change_0 >= 0.0, state.slope[t, 0, PROMISE, k], state.slope[t, 0, CONCESSION, k]) * change_0
        other += where(change_1 >= 0.0, state.slope[t, 1, PROMISE, k], state.slope[t, 1, CONCESSION, k]) * change_1
    state.end_value[t, 0, 0], state.end_value[t, 0, 1] = own, other


@compilable
def weigh_pieces(rules: Any, state: Any, t: int) -> None:
    """Write what each piece costs the first side, what it gives the second, and the ratio of the two.

    Every slot is weighed: a piece of no length costs and gives nothing. The terms are concave, so that a clause's next
    piece has at most the ratio of the one before it, however rounded. Of runs in step all are weighed, whether they
    need it or not: where nothing has changed the same numbers come out.
    """
    own, other = state.end_value[t, 0, 0], state.end_value[t, 0, 1]
    for k in range(rules.clauses[t]):
        n, ending = k * PIECES_OF_A_CLAUSE, k == rules.ending_clause[t]
        staked = at_stake(state, t, k)
        turned = state.slope_between[t, k] == CONCESSION
        steepest = INFINITY
        for j in range(PIECES_OF_A_CLAUSE if ending else 3):
            if j < 3:
                way = state.piece_way[t, n + j]
                lost = where(turned, state.slope[t, 0, CONCESSION, k], state.slope[t, 0, PROMISE, k])
                given = where(turned, state.slope[t, 1, CONCESSION, k], state.slope[t, 1, PROMISE, k])
                if j != 1:
                    lost = state.slope[t, 0, PROMISE if j == 0 else CONCESSION, k]
                    given = state.slope[t, 1, CONCESSION if j == 0 else PROMISE, k]
                cost, gained = lost * way, given * way
                if ending:
                    cost = where(staked, state.piece_cost[t, n + j], cost)
                    gained = where(staked, state.piece_gain[t, n + j], gained)
                state.piece_cost[t, n + j], state.piece_gain[t, n + j] = cost, gained
            cost, gained = state.piece_cost[t, n + j], state.piece_gain[t, n + j]
            costs = cost > 0.0
            steepest = where(costs, min(gained / where(costs, cost, 1.0), steepest), steepest)
            state.piece_ratio[t, n + j] = steepest
            own, other = own - cost, other + gained
    state.end_value[t, 1, 0], state.end_value[t, 1, 1] = own, other


@compilable
def ranks_before(state: Any, t: int, n: int, other: int) -> bool:
    """Whether a piece is conceded before another: at a higher ratio, or at the same and put down before it."""
    ratio, other_ratio = state.piece_ratio[t, n], state.piece_ratio[t, other]
    return ratio > other_ratio or (ratio == other_ratio and n < other)


@compilable
def rank_pieces(state: Any, t: int) -> None:
    """Rank the pieces by falling gain over cost: most often as they stood a week ago."""
    before, steepest = NEVER, INFINITY
    for place in range(state.pieces[t]):
        n = state.piece_rank[t, place]
        ratio = state.piece_ratio[t, n]
        if ratio > steepest or (ratio == steepest and n < before):
            rank_again(state, t, place)
            return
        before, steepest = n, ratio


@standalone
def rank_again(state: Any, t: int, first: int) -> None:
    """Rank the pieces of which those before the first are ranked."""
    for place in range(first, state.pieces[t]):
        n = state.piece_rank[t, place]
        while place > 0 and ranks_before(state, t, n, state.piece_rank[t, place - 1]):
            state.piece_rank[t, place] = state.piece_rank[t, place - 1]
            place -= 1
        state.piece_rank[t, place] = n


@standalone
def trace_frontier(rules: Any, state: Any, t: int, here: Any) -> None:
    """Write the pieces of the frontier, the value of both ends to both sides, each side's best, and the zone."""
    left = lanes_where(here & is_uncut(rules, state, t))
    while left:
        lane, left = first_lane(left), left & (left - 1)
        cut_clauses(rules, run_of(state, lane), t)
    weigh_first_end(rules, state, t)
    weigh_pieces(rules, state, t)
    left = lanes_where(here)
    while left:
        lane, left = first_lane(left), left & (left - 1)
        set_best(rules, run_of(state, lane), t)


@compilable
def is_uncut(rules: Any, state: Any, t: int) -> Any:
    """Whether any clause has to be cut anew."""
    uncut = state.is_cut[t, 0] == 0
    for k in range(1, rules.clauses[t]):
        uncut = uncut | (state.is_cut[t, k] == 0)
    return uncut


@standalone
def set_best(rules: Any, state: Any, t: int) -> None:
    """Rank the pieces, and write each side's best and whether there is a zone of agreement."""
    rank_pieces(state, t)
    state.best[t, 0] = best_gain(state, t, 0)
    state.best[t, 1] = best_gain(state, t, 1)
    ending = rules.ending_clause[t]
    state.is_weighed[t] = 0 if ending >= 0 and at_stake(state, t, ending) else 1
    state.zone[t] = 1 if state.best[t, 0] > LEAST_GAIN and state.best[t, 1] > LEAST_GAIN else 0


@compilable
def piece_at(state: Any, t: int, side: int, step: int) -> int:
    """The piece that a side concedes at a step: the first side from the front, the second from the back."""
    return state.piece_rank[t, step if side == 0 else state.pieces[t] - 1 - step]


@compilable
def best_gain(state: Any, t: int, side: int) -> float:
    """M - d of a side: its gain at the last frontier point at which the other gets what it has without a deal.

    Negative without a zone of agreement.
    """
    own, other = state.end_value[t, side, side], state.end_value[t, side, 1 - side]
    for step in range(state.pieces[t]):
        if other >= 0.0:
            return own
        n = piece_at(state, t, side, step)
        loss = state.piece_cost[t, n] if side == 0 else state.piece_gain[t, n]
        gained = state.piece_gain[t, n] if side == 0 else state.piece_cost[t, n]
        if other + gained >= 0.0:
            return own - loss * (-other / gained)
        own, other = own - loss, other + gained
    return own if other >= 0.0 else -1.0


@compilable
def concede(rules: Any, state: Any, t: int, side: int, target: float, package: Any) -> tuple[float, float]:
    """Write the frontier package at which a side, conceding from its own end, keeps just the target.

    It keeps more where the rest is worth nothing to the other: what helps nobody is not given up. Returns what the
    package gives the side, and the other.
    """
    own, other = state.end_value[t, side, side], state.end_value[t, side, 1 - side]
    for k in range(rules.clauses[t]):
        package[k] = state.end[t, side, k]
    for step in range(state.pieces[t]):
        n = piece_at(state, t, side, step)
        loss = state.piece_cost[t, n] if side == 0 else state.piece_gain[t, n]
        gained = state.piece_gain[t, n] if side == 0 else state.piece_cost[t, n]
        if gained == 0.0:
            if loss == 0.0:
                continue
            break
        k, j = n // PIECES_OF_A_CLAUSE, n % PIECES_OF_A_CLAUSE
        start, stop = state.cut[t, k, j + side], state.cut[t, k, j + 1 - side]
        if own - loss < target:
            part = (own - target) / loss
            package[k] = start + (stop - start) * part
            return target, other + part * gained
        package[k] = stop
        own, other = own - loss, other + gained
    return own, other


@compilable
def set_midpoint(rules: Any, state: Any, t: int) -> None:
    """Write the package at which both sides get the same share of their best (Kalai & Smorodinsky 1975).

    On a concave frontier this share is at least 1/2. What helps nobody is not given up for it.
    """
    own, other = state.end_value[t, 0, 0], state.end_value[t, 0, 1]
    best, other_best = state.best[t, 0], state.best[t, 1]
    if state.zone[t] == 0:
        for k in range(rules.clauses[t]):
            state.midpoint[t, k] = 0.5 * (state.default[t, 0, k] + state.default[t, 1, k])
        return
    for k in range(rules.clauses[t]):
        state.midpoint[t, k] = state.end[t, 0, k]
    for step in range(state.pieces[t]):
        n = piece_at(state, t, 0, step)
        loss, gained = state.piece_cost[t, n], state.piece_gain[t, n]
        if gained == 0.0:
            if loss == 0.0:
                continue
            return
        k, j = n // PIECES_OF_A_CLAUSE, n % PIECES_OF_A_CLAUSE
        start, stop = state.cut[t, k, j], state.cut[t, k, j + 1]
        if (other + gained) * best >= (own - loss) * other_best:
            part = (own * other_best - other * best) / (gained * best + loss * other_best)
            state.midpoint[t, k] = start + (stop - start) * max(part, 0.0)
            return
        state.midpoint[t, k] = stop
        own, other = own - loss, other + gained
