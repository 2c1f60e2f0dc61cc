"""The exact Pareto frontier of a table: every way to give up least for what the other gains most.

The value of a package is a sum over clauses, concave and piecewise linear in each. Between the two sides' best points a
clause is cut where a slope changes; each piece costs the first party something and gives the second something, both
>= 0. Conceding the pieces in falling order of gain over cost walks along the frontier (Raiffa 1982 for the idea of
log-rolling; Dantzig 1957 for why a fractional knapsack is filled by ratio).
"""

from __future__ import annotations

from typing import Any

from sim.model.equations.package import clause_worth, gain
from sim.model.variables import INFINITY
from sim.model.vocabulary import CONCESSION, LEAST_GAIN, NEVER, PIECES_OF_A_CLAUSE, PROMISE
from sim.numerics.dialect import compilable, first_lane, lanes_where, run_of, standalone, where

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
def cut_plain_clause(rules: Any, state: Any, t: int, k: int) -> bool:
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
    between = CONCESSION if mark_0 < mark_1 else PROMISE
    state.slope_between[t, k] = between
    return put_down(state, t, k, first - here, second - first, end - second)


@compilable
def put_down(state: Any, t: int, k: int, first: float, second: float, third: float) -> bool:
    """Put down the pieces of a clause that have any length, and say whether they are others than before."""
    n, count, others = k * PIECES_OF_A_CLAUSE, 0, False
    state.piece_way[t, n], state.piece_way[t, n + 1], state.piece_way[t, n + 2] = first, second, third
    for place in range(3):
        if state.piece_way[t, n + place] > 0.0:
            others = others | (state.clause_piece[t, k, count] != n + place)
            state.clause_piece[t, k, count] = n + place
            count += 1
    others = others | (state.clause_pieces[t, k] != count)
    state.clause_pieces[t, k] = count
    return others


@compilable
def cut_ending_clause(rules: Any, state: Any, t: int, k: int) -> bool:
    """Cut the clause that ends a war, wherever the slope of a side's term can change.

    That is at its position, at the default and at the default's mirror image: from one end to the other these marks are
    met in rising order, on an axis that is turned where the way leads down. What a piece costs and gives is known at
    once, and so is the clause's worth to both sides at the first side's end.
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
    own = clause_worth(start, default_0, position_0, promise_0, concession_0, stake_0)
    other = clause_worth(start, default_1, position_1, promise_1, concession_1, stake_1)
    turn = 1.0 if start <= stop else -1.0
    mark_0, mark_1, mark_2 = turn * position_0, turn * default_0, turn * (2.0 * position_0 - default_0)
    mark_3, mark_4, mark_5 = turn * position_1, turn * default_1, turn * (2.0 * position_1 - default_1)
    state.end_worth[t, 0], state.end_worth[t, 1] = own, other
    count, others = 0, False
    state.cut[t, k, 0] = start
    while start != stop:
        here = turn * start
        first = min(min(beyond(mark_0, here), beyond(mark_1, here)), beyond(mark_2, here))
        second = min(min(beyond(mark_3, here), beyond(mark_4, here)), beyond(mark_5, here))
        cut = turn * min(min(first, second), turn * stop)
        next_own = clause_worth(cut, default_0, position_0, promise_0, concession_0, stake_0)
        next_other = clause_worth(cut, default_1, position_1, promise_1, concession_1, stake_1)
        n = k * PIECES_OF_A_CLAUSE + count
        state.piece_cost[t, n] = beyond_rounding(own - next_own)
        state.piece_gain[t, n] = beyond_rounding(next_other - other)
        others = others | (state.clause_piece[t, k, count] != n)
        state.clause_piece[t, k, count] = n
        count += 1
        state.cut[t, k, count] = cut
        start, own, other = cut, next_own, next_other
    others = others | (state.clause_pieces[t, k] != count)
    state.clause_pieces[t, k] = count
    return others


@standalone
def cut_clauses(rules: Any, state: Any, t: int) -> None:
    """Cut the clauses that are not cut into their pieces, from the first party's best point to the second's.

    The slots of a clause's pieces and the points between them are its own: piece n of a table is number n modulo
    `PIECES_OF_A_CLAUSE` of its clause, and lies between the cuts of this number and the next. A clause's cuts hold
    until its default, a position, a red line or a stake changes, or hope of a gain turns up or is lost. Where a war is
    at stake they depend on the slopes too, so that they hold for no longer than a week.
    """
    others = False
    for k in range(rules.clauses[t]):
        if state.is_cut[t, k] == 0:
            staked = at_stake(state, t, k)
            if k == rules.ending_clause[t]:
                state.end_worth[t, 0], state.end_worth[t, 1] = 0.0, 0.0
                for n in range(k * PIECES_OF_A_CLAUSE, (k + 1) * PIECES_OF_A_CLAUSE):
                    state.piece_cost[t, n], state.piece_gain[t, n] = 0.0, 0.0
            if state.deadlocked[t, k] == 1:
                middle = 0.5 * (state.default[t, 0, k] + state.default[t, 1, k])
                state.end[t, 0, k], state.end[t, 1, k] = middle, middle
                state.end_change[t, 0, k], state.end_change[t, 1, k] = 0.0, 0.0
                others = put_down(state, t, k, 0.0, 0.0, 0.0) | others
            elif staked:
                others = cut_ending_clause(rules, state, t, k) | others
            else:
                others = cut_plain_clause(rules, state, t, k) | others
            state.is_cut[t, k] = 0 if staked else 1
    if others:
        list_pieces(rules, state, t)


@compilable
def list_pieces(rules: Any, state: Any, t: int) -> None:
    """List the pieces of all clauses, as yet in the order in which they were put down."""
    pieces = 0
    for k in range(rules.clauses[t]):
        for count in range(state.clause_pieces[t, k]):
            state.piece_rank[t, pieces] = state.clause_piece[t, k, count]
            pieces += 1
    state.pieces[t] = pieces


@compilable
def at_stake(state: Any, t: int, k: int) -> Any:
    """Whether the end of a war is at stake in a clause."""
    return (state.stake[t, 0, k] != 0.0) | (state.stake[t, 1, k] != 0.0)


@compilable
def weigh_first_end(rules: Any, state: Any, t: int) -> None:
    """Write the value of the first side's end to both sides."""
    own, other = state.end_worth[t, 0], state.end_worth[t, 1]
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
