"""The exact Pareto frontier of a table: every way to give up least for what the other gains most.

The value of a package is a sum over clauses, concave and piecewise linear in each. Between the two sides' best points a
clause is cut where a slope changes; each piece costs the first party something and gives the second something, both
>= 0. Conceding the pieces in falling order of gain over cost walks along the frontier (Raiffa 1982 for the idea of
log-rolling; Dantzig 1957 for why a fractional knapsack is filled by ratio).
"""

from __future__ import annotations

from typing import Any

from sim.arithmetic import compilable, standalone
from sim.equations.package import clause_worth
from sim.vocabulary import INFINITY, LEAST_GAIN, PIECES_OF_A_CLAUSE

ROUNDING = 1e-14  # of a difference between two worths of a clause, which are of the order of 1


@compilable
def clause_term(rules: Any, state: Any, t: int, side: int, k: int, point: float) -> float:
    """What one clause at a point adds to V - d of a side, as a share of the table's value."""
    return clause_worth(
        point,
        state.default[t, side, k],
        state.position[rules.party[t, side], rules.clause_cell[t, k]],
        state.promise[t, side, k],
        state.concession[t, side, k],
        state.stake[t, side, k],
    )


@compilable
def package_value(rules: Any, state: Any, t: int, side: int, package: Any) -> float:
    """V - d of a package to a side; a deadlocked clause stays at its default and adds nothing."""
    total = 0.0
    for k in range(rules.clauses[t]):
        if state.deadlocked[t, k] == 0:
            total += clause_term(rules, state, t, side, k, package[k])
    return total


@compilable
def within(point: float, low: float, high: float) -> float:
    """The point of [low, high] nearest to a point."""
    return min(max(point, low), high)


@compilable
def best_point(
    low: float, high: float, default: float, position: float, promise: float, concession: float, stake: float
) -> float:
    """A side's best point of a clause within both red lines; the default where nothing is better.

    Utility falls with the distance from the position, so that only the end of a war can draw a side away from it.
    """
    best = within(default, low, high)
    worth = clause_worth(best, default, position, promise, concession, stake)
    for turn in range(4):
        point = position
        if turn == 1:
            point = 2.0 * position - default
        elif turn == 2:
            point = low
        elif turn == 3:
            point = high
        point = within(point, low, high)
        other = clause_worth(point, default, position, promise, concession, stake)
        best = point if other > worth else best
        worth = max(worth, other)
    return best


@compilable
def beyond(mark: float, start: float) -> float:
    """A mark that lies beyond the start, else nothing to stop at."""
    return mark if mark > start else INFINITY


@compilable
def beyond_rounding(difference: float) -> float:
    """A difference of two worths where it is more than the dust of rounding, else 0: flat must stay flat."""
    return difference if difference > ROUNDING else 0.0


@compilable
def add_piece(
    state: Any, t: int, n: int, cost: float, gained: float, steepest: float, pieces: int
) -> tuple[float, int]:
    """Put down a piece in its slot, and among those to be ranked if it changes anything; its ratio, and how many are.

    The terms are concave, so that a clause's next piece has at most the ratio of the one before it, however rounded.
    """
    ratio = min(gained / cost, steepest) if cost > 0.0 else steepest
    state.piece_cost[t, n], state.piece_gain[t, n], state.piece_ratio[t, n] = cost, gained, ratio
    moves = cost > 0.0 or gained > 0.0
    state.piece_rank[t, pieces] = n
    return (ratio, pieces + 1) if moves else (steepest, pieces)


@compilable
def cut_clause(rules: Any, state: Any, t: int, k: int, pieces: int) -> tuple[float, float, float, float, int]:
    """Cut a clause into its pieces, from the first party's best point to the second's.

    Given how many pieces of the table are to be ranked so far, it gives the clause's worth to both sides at the first
    side's end and at the second's, and how many pieces there are now.

    The slots of its pieces and the points between them are its own: piece n of a table is number n modulo
    `PIECES_OF_A_CLAUSE` of its clause, and lies between the cuts of this number and the next.
    """
    if state.stake[t, 0, k] == 0.0 and state.stake[t, 1, k] == 0.0:
        return cut_plain_clause(rules, state, t, k, pieces)
    return cut_ending_clause(rules, state, t, k, pieces)


@compilable
def cut_plain_clause(rules: Any, state: Any, t: int, k: int, pieces: int) -> tuple[float, float, float, float, int]:
    """Cut a clause that ends no war: each side starts nearest to its position and loses on all of the way.

    What it gains against its default it loses at the worth of a promise, until its default or the default's mirror
    image; beyond, it concedes. So there are at most three pieces. An axis turned where the way leads down is exact.
    """
    cell = rules.clause_cell[t, k]
    low, high = state.range_low[t, k], state.range_high[t, k]
    position_0, position_1 = state.position[rules.party[t, 0], cell], state.position[rules.party[t, 1], cell]
    default_0, default_1 = state.default[t, 0, k], state.default[t, 1, k]
    promise_0, promise_1 = state.promise[t, 0, k], state.promise[t, 1, k]
    concession_0, concession_1 = state.concession[t, 0, k], state.concession[t, 1, k]
    start = within(position_0 if promise_0 > 0.0 else default_0, low, high)
    stop = within(position_1 if promise_1 > 0.0 else default_1, low, high)
    state.end[t, 0, k], state.end[t, 1, k] = start, stop
    own = clause_worth(start, default_0, position_0, promise_0, concession_0, 0.0)
    other = clause_worth(start, default_1, position_1, promise_1, concession_1, 0.0)
    turn = 1.0 if start <= stop else -1.0
    here, end = turn * start, turn * stop
    mark_0 = within(max(turn * default_0, turn * (2.0 * position_0 - default_0)), here, end)
    mark_1 = within(min(turn * default_1, turn * (2.0 * position_1 - default_1)), here, end)
    first, second = min(mark_0, mark_1), max(mark_0, mark_1)
    lost_between = concession_0 if mark_0 < mark_1 else promise_0
    gained_between = concession_1 if mark_0 < mark_1 else promise_1
    way_0, way_1, way_2 = first - here, second - first, end - second
    loss_0, loss_1, loss_2 = promise_0 * way_0, lost_between * way_1, concession_0 * way_2
    gain_0, gain_1, gain_2 = concession_1 * way_0, gained_between * way_1, promise_1 * way_2
    cut, n = state.cut[t, k], k * PIECES_OF_A_CLAUSE
    cut[0], cut[1], cut[2], cut[3] = start, turn * first, turn * second, stop
    ratio, pieces = add_piece(state, t, n, loss_0, gain_0, INFINITY, pieces)
    ratio, pieces = add_piece(state, t, n + 1, loss_1, gain_1, ratio, pieces)
    ratio, pieces = add_piece(state, t, n + 2, loss_2, gain_2, ratio, pieces)
    return own, other, own - loss_0 - loss_1 - loss_2, other + gain_0 + gain_1 + gain_2, pieces


@compilable
def cut_ending_clause(rules: Any, state: Any, t: int, k: int, pieces: int) -> tuple[float, float, float, float, int]:
    """Cut the clause that ends a war, wherever the slope of a side's term can change.

    That is at its position, at the default and at the default's mirror image: from one end to the other these marks are
    met in rising order, on an axis that is turned where the way leads down.
    """
    cell = rules.clause_cell[t, k]
    low, high = state.range_low[t, k], state.range_high[t, k]
    position_0, position_1 = state.position[rules.party[t, 0], cell], state.position[rules.party[t, 1], cell]
    default_0, default_1 = state.default[t, 0, k], state.default[t, 1, k]
    promise_0, promise_1 = state.promise[t, 0, k], state.promise[t, 1, k]
    concession_0, concession_1 = state.concession[t, 0, k], state.concession[t, 1, k]
    stake_0, stake_1 = state.stake[t, 0, k], state.stake[t, 1, k]
    start = best_point(low, high, default_0, position_0, promise_0, concession_0, stake_0)
    stop = best_point(low, high, default_1, position_1, promise_1, concession_1, stake_1)
    state.end[t, 0, k], state.end[t, 1, k] = start, stop
    own = first_own = clause_worth(start, default_0, position_0, promise_0, concession_0, stake_0)
    other = first_other = clause_worth(start, default_1, position_1, promise_1, concession_1, stake_1)
    turn = 1.0 if start <= stop else -1.0
    mark_0, mark_1, mark_2 = turn * position_0, turn * default_0, turn * (2.0 * position_0 - default_0)
    mark_3, mark_4, mark_5 = turn * position_1, turn * default_1, turn * (2.0 * position_1 - default_1)
    ratio, n = INFINITY, k * PIECES_OF_A_CLAUSE
    state.cut[t, k, 0] = start
    while start != stop:
        here = turn * start
        first = min(min(beyond(mark_0, here), beyond(mark_1, here)), beyond(mark_2, here))
        second = min(min(beyond(mark_3, here), beyond(mark_4, here)), beyond(mark_5, here))
        cut = turn * min(min(first, second), turn * stop)
        next_own = clause_worth(cut, default_0, position_0, promise_0, concession_0, stake_0)
        next_other = clause_worth(cut, default_1, position_1, promise_1, concession_1, stake_1)
        cost, gained = beyond_rounding(own - next_own), beyond_rounding(next_other - other)
        ratio, pieces = add_piece(state, t, n, cost, gained, ratio, pieces)
        n += 1
        state.cut[t, k, n - k * PIECES_OF_A_CLAUSE] = cut
        start, own, other = cut, next_own, next_other
    return first_own, first_other, own, other, pieces


@compilable
def rank_pieces(state: Any, t: int) -> None:
    """Rank the pieces by falling gain over cost, those of one ratio as they were put down."""
    for place in range(1, state.pieces[t]):
        n = state.piece_rank[t, place]
        ratio = state.piece_ratio[t, n]
        while place > 0 and state.piece_ratio[t, state.piece_rank[t, place - 1]] < ratio:
            state.piece_rank[t, place] = state.piece_rank[t, place - 1]
            place -= 1
        state.piece_rank[t, place] = n


@standalone
def trace_frontier(rules: Any, state: Any, t: int) -> None:
    """Write the pieces of the frontier, the value of both ends to both sides, each side's best, and the zone."""
    pieces, own, other, last_own, last_other = 0, 0.0, 0.0, 0.0, 0.0
    for k in range(rules.clauses[t]):
        if state.deadlocked[t, k] == 0:
            here_own, here_other, there_own, there_other, pieces = cut_clause(rules, state, t, k, pieces)
            own, other = own + here_own, other + here_other
            last_own, last_other = last_own + there_own, last_other + there_other
        else:
            middle = 0.5 * (state.default[t, 0, k] + state.default[t, 1, k])
            state.end[t, 0, k] = middle
            state.end[t, 1, k] = middle
    state.end_value[t, 0, 0], state.end_value[t, 0, 1] = own, other
    state.end_value[t, 1, 0], state.end_value[t, 1, 1] = last_own, last_other
    state.pieces[t] = pieces
    rank_pieces(state, t)
    state.best[t, 0] = best_gain(state, t, 0)
    state.best[t, 1] = best_gain(state, t, 1)
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
def concede(rules: Any, state: Any, t: int, side: int, target: float) -> None:
    """Write to `trial` the frontier package at which a side, conceding from its own end, keeps just the target.

    It keeps more where the rest is worth nothing to the other: what helps nobody is not given up.
    """
    own = state.end_value[t, side, side]
    for k in range(rules.clauses[t]):
        state.trial[k] = state.end[t, side, k]
    for step in range(state.pieces[t]):
        n = piece_at(state, t, side, step)
        loss = state.piece_cost[t, n] if side == 0 else state.piece_gain[t, n]
        gained = state.piece_gain[t, n] if side == 0 else state.piece_cost[t, n]
        if gained == 0.0:
            return
        k, j = n // PIECES_OF_A_CLAUSE, n % PIECES_OF_A_CLAUSE
        start, stop = state.cut[t, k, j + side], state.cut[t, k, j + 1 - side]
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
    own, other = state.end_value[t, 0, 0], state.end_value[t, 0, 1]
    best, other_best = state.best[t, 0], state.best[t, 1]
    for step in range(state.pieces[t]):
        n = piece_at(state, t, 0, step)
        loss, gained = state.piece_cost[t, n], state.piece_gain[t, n]
        if (other + gained) * best >= (own - loss) * other_best:
            slope = gained * best + loss * other_best
            part = (own * other_best - other * best) / slope if slope > 0.0 else 0.0
            return (own - loss * max(part, 0.0)) / best
        own, other = own - loss, other + gained
    return own / best
