"""Where a clause is cut: the points at which the slope of a side's term can change, between both sides' best points."""

from __future__ import annotations

from typing import Any

from sim.model.equations.package import clause_worth, gain
from sim.model.variables import INFINITY
from sim.model.vocabulary import CONCESSION, PIECES_OF_A_CLAUSE, PROMISE
from sim.numerics.dialect import compilable, standalone

ROUNDING = 1e-14  # of a difference between two worths of a clause, which are of the order of 1


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
def next_mark(here: float, position: float, default: float) -> float:
    """The next of a side's marks beyond a point: its position, the default, and the default's mirror image."""
    return min(min(beyond(position, here), beyond(default, here)), beyond(2.0 * position - default, here))


@compilable
def put_piece(state: Any, t: int, k: int, count: int, cost: float, gained: float) -> bool:
    """Write down a piece of a clause; whether it is another one than before."""
    n = k * PIECES_OF_A_CLAUSE + count
    state.piece_cost[t, n] = beyond_rounding(cost)
    state.piece_gain[t, n] = beyond_rounding(gained)
    moved = state.clause_piece[t, k, count] != n
    state.clause_piece[t, k, count] = n
    return moved


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
    state.end_worth[t, 0], state.end_worth[t, 1] = own, other
    count, others = 0, False
    state.cut[t, k, 0] = start
    while start != stop:
        here = turn * start
        first = next_mark(here, turn * position_0, turn * default_0)
        second = next_mark(here, turn * position_1, turn * default_1)
        cut = turn * min(min(first, second), turn * stop)
        next_own = clause_worth(cut, default_0, position_0, promise_0, concession_0, stake_0)
        next_other = clause_worth(cut, default_1, position_1, promise_1, concession_1, stake_1)
        others = others | put_piece(state, t, k, count, own - next_own, next_other - other)
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
