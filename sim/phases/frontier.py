"""The exact Pareto frontier of a table: every way to give up least for what the other gains most.

The value of a package is a sum over clauses, concave and piecewise linear in each. Between the two sides' best points a
clause is cut where a slope changes; each piece costs the first party something and gives the second something, both
>= 0. Conceding the pieces in falling order of gain over cost walks along the frontier (Raiffa 1982 for the idea of
log-rolling; Dantzig 1957 for why a fractional knapsack is filled by ratio).
"""

from __future__ import annotations

from typing import Any

from sim.arithmetic import compilable, standalone
from sim.equations.package import clause_worth, gain
from sim.vocabulary import CONCESSION, INFINITY, LEAST_GAIN, NEVER, PIECES_OF_A_CLAUSE, PROMISE

ROUNDING = 1e-14  # of a difference between two worths of a clause, which are of the order of 1


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
def cut_plain_clause(rules: Any, state: Any, t: int, k: int, pieces: int) -> int:
    """Cut a clause that ends no war: each side starts nearest to its position and loses on all of the way.

    What it gains against its default it loses at the worth of a promise, until its default or the default's mirror
    image; beyond, it concedes. So there are at most three pieces. An axis turned where the way leads down is exact.
    """
    cell = rules.clause_cell[t, k]
    low, high = state.range_low[t, k], state.range_high[t, k]
    position_0, position_1 = state.position[rules.party[t, 0], cell], state.position[rules.party[t, 1], cell]
    default_0, default_1 = state.default[t, 0, k], state.default[t, 1, k]
    start = within(position_0 if state.slope[t, 0, PROMISE, k] > 0.0 else default_0, low, high)
    stop = within(position_1 if state.slope[t, 1, PROMISE, k] > 0.0 else default_1, low, high)
    state.end[t, 0, k], state.end[t, 1, k] = start, stop
    state.end_change[t, 0, k] = gain(start, default_0, position_0)
    state.end_change[t, 1, k] = gain(start, default_1, position_1)
    turn = 1.0 if start <= stop else -1.0
    here, end = turn * start, turn * stop
    mark_0 = within(max(turn * default_0, turn * (2.0 * position_0 - default_0)), here, end)
    mark_1 = within(min(turn * default_1, turn * (2.0 * position_1 - default_1)), here, end)
    first, second = min(mark_0, mark_1), max(mark_0, mark_1)
    cut = state.cut[t, k]
    cut[0], cut[1], cut[2], cut[3] = start, turn * first, turn * second, stop
    n = k * PIECES_OF_A_CLAUSE
    between = CONCESSION if mark_0 < mark_1 else PROMISE
    pieces = put_down(state, t, n, first - here, PROMISE, CONCESSION, pieces)
    pieces = put_down(state, t, n + 1, second - first, between, between, pieces)
    return put_down(state, t, n + 2, end - second, CONCESSION, PROMISE, pieces)


@compilable
def put_down(state: Any, t: int, n: int, way: float, lost: int, given: int, pieces: int) -> int:
    """Put down a piece, if it has any length, and say how many there are now."""
    if way <= 0.0:
        return pieces
    state.piece_way[t, n], state.piece_lost[t, n], state.piece_given[t, n] = way, lost, given
    state.piece[t, pieces] = n
    return pieces + 1


@compilable
def cut_ending_clause(rules: Any, state: Any, t: int, k: int, pieces: int) -> tuple[float, float, int]:
    """Cut the clause that ends a war, wherever the slope of a side's term can change.

    That is at its position, at the default and at the default's mirror image: from one end to the other these marks are
    met in rising order, on an axis that is turned where the way leads down. What a piece costs and gives is known at
    once. It gives the clause's worth to both sides at the first side's end, and how many pieces there are now.
    """
    cell = rules.clause_cell[t, k]
    low, high = state.range_low[t, k], state.range_high[t, k]
    position_0, position_1 = state.position[rules.party[t, 0], cell], state.position[rules.party[t, 1], cell]
    default_0, default_1 = state.default[t, 0, k], state.default[t, 1, k]
    promise_0, promise_1 = state.slope[t, 0, PROMISE, k], state.slope[t, 1, PROMISE, k]
    concession_0, concession_1 = state.slope[t, 0, CONCESSION, k], state.slope[t, 1, CONCESSION, k]
    stake_0, stake_1 = state.stake[t, 0, k], state.stake[t, 1, k]
    start = best_point(low, high, default_0, position_0, promise_0, concession_0, stake_0)
    stop = best_point(low, high, default_1, position_1, promise_1, concession_1, stake_1)
    state.end[t, 0, k], state.end[t, 1, k] = start, stop
    state.end_change[t, 0, k], state.end_change[t, 1, k] = 0.0, 0.0
    own = first_own = clause_worth(start, default_0, position_0, promise_0, concession_0, stake_0)
    other = first_other = clause_worth(start, default_1, position_1, promise_1, concession_1, stake_1)
    turn = 1.0 if start <= stop else -1.0
    mark_0, mark_1, mark_2 = turn * position_0, turn * default_0, turn * (2.0 * position_0 - default_0)
    mark_3, mark_4, mark_5 = turn * position_1, turn * default_1, turn * (2.0 * position_1 - default_1)
    n = k * PIECES_OF_A_CLAUSE
    state.cut[t, k, 0] = start
    while start != stop:
        here = turn * start
        first = min(min(beyond(mark_0, here), beyond(mark_1, here)), beyond(mark_2, here))
        second = min(min(beyond(mark_3, here), beyond(mark_4, here)), beyond(mark_5, here))
        cut = turn * min(min(first, second), turn * stop)
        next_own = clause_worth(cut, default_0, position_0, promise_0, concession_0, stake_0)
        next_other = clause_worth(cut, default_1, position_1, promise_1, concession_1, stake_1)
        state.piece_way[t, n] = 0.0
        state.piece_cost[t, n] = beyond_rounding(own - next_own)
        state.piece_gain[t, n] = beyond_rounding(next_other - other)
        state.piece[t, pieces] = n
        pieces, n = pieces + 1, n + 1
        state.cut[t, k, n - k * PIECES_OF_A_CLAUSE] = cut
        start, own, other = cut, next_own, next_other
    return first_own, first_other, pieces


@standalone
def cut_clauses(rules: Any, state: Any, t: int) -> None:
    """Cut every clause into its pieces, from the first party's best point to the second's.

    The slots of a clause's pieces and the points between them are its own: piece n of a table is number n modulo
    `PIECES_OF_A_CLAUSE` of its clause, and lies between the cuts of this number and the next. The cuts hold until a
    default, a position, a red line or a stake changes, or hope of a gain turns up or is lost. Where a war is at stake
    they depend on the slopes too, so that they hold for no longer than a week.
    """
    pieces = 0
    state.end_worth[t, 0], state.end_worth[t, 1] = 0.0, 0.0
    for k in range(rules.clauses[t]):
        if state.deadlocked[t, k] == 1:
            middle = 0.5 * (state.default[t, 0, k] + state.default[t, 1, k])
            state.end[t, 0, k], state.end[t, 1, k] = middle, middle
            state.end_change[t, 0, k], state.end_change[t, 1, k] = 0.0, 0.0
        elif at_stake(state, t, k):
            own, other, pieces = cut_ending_clause(rules, state, t, k, pieces)
            state.end_worth[t, 0], state.end_worth[t, 1] = own, other
        else:
            pieces = cut_plain_clause(rules, state, t, k, pieces)
    state.pieces[t] = pieces
    for place in range(pieces):
        state.piece_rank[t, place] = state.piece[t, place]


@compilable
def at_stake(state: Any, t: int, k: int) -> bool:
    """Whether the end of a war is at stake in a clause."""
    return state.stake[t, 0, k] != 0.0 or state.stake[t, 1, k] != 0.0


@compilable
def weigh_pieces(state: Any, t: int) -> None:
    """Write what each piece costs the first side, what it gives the second, and the ratio of the two.

    The terms are concave, so that a clause's next piece has at most the ratio of the one before it, however rounded.
    """
    own, other = state.end_value[t, 0, 0], state.end_value[t, 0, 1]
    clause, steepest = NEVER, INFINITY
    for place in range(state.pieces[t]):
        n = state.piece[t, place]
        k, way = n // PIECES_OF_A_CLAUSE, state.piece_way[t, n]
        if way > 0.0:
            state.piece_cost[t, n] = state.slope[t, 0, state.piece_lost[t, n], k] * way
            state.piece_gain[t, n] = state.slope[t, 1, state.piece_given[t, n], k] * way
        cost, gained = state.piece_cost[t, n], state.piece_gain[t, n]
        if k != clause:
            clause, steepest = k, INFINITY
        if cost > 0.0:
            steepest = min(gained / cost, steepest)
        state.piece_ratio[t, n] = steepest
        own, other = own - cost, other + gained
    state.end_value[t, 1, 0], state.end_value[t, 1, 1] = own, other


@compilable
def weigh_first_end(rules: Any, state: Any, t: int) -> None:
    """Write the value of the first side's end to both sides."""
    own, other = state.end_worth[t, 0], state.end_worth[t, 1]
    for k in range(rules.clauses[t]):
        change_0, change_1 = state.end_change[t, 0, k], state.end_change[t, 1, k]
        own += (state.slope[t, 0, PROMISE, k] if change_0 >= 0.0 else state.slope[t, 0, CONCESSION, k]) * change_0
        other += (state.slope[t, 1, PROMISE, k] if change_1 >= 0.0 else state.slope[t, 1, CONCESSION, k]) * change_1
    state.end_value[t, 0, 0], state.end_value[t, 0, 1] = own, other


@compilable
def ranks_before(state: Any, t: int, n: int, other: int) -> bool:
    """Whether a piece is conceded before another: at a higher ratio, or at the same and put down before it."""
    ratio, other_ratio = state.piece_ratio[t, n], state.piece_ratio[t, other]
    return ratio > other_ratio or (ratio == other_ratio and n < other)


@compilable
def rank_pieces(state: Any, t: int) -> None:
    """Rank the pieces by falling gain over cost: most often as they stood a week ago."""
    for place in range(1, state.pieces[t]):
        n = state.piece_rank[t, place]
        while place > 0 and ranks_before(state, t, n, state.piece_rank[t, place - 1]):
            state.piece_rank[t, place] = state.piece_rank[t, place - 1]
            place -= 1
        state.piece_rank[t, place] = n


@standalone
def trace_frontier(rules: Any, state: Any, t: int) -> None:
    """Write the pieces of the frontier, the value of both ends to both sides, each side's best, and the zone."""
    ending = rules.ending_clause[t]
    staked = ending >= 0 and at_stake(state, t, ending)
    if staked or state.is_cut[t] == 0:
        cut_clauses(rules, state, t)
        state.is_cut[t] = 0 if staked else 1
    weigh_first_end(rules, state, t)
    weigh_pieces(state, t)
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
            if loss == 0.0:
                continue
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
