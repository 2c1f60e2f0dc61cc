"""Rules that a theory puts in the place of the model's: what is signed in a session, and whether a side may come.

The model as designed calls none of this. Each rule replaces one decision, and sees what the model's own would see.
"""

from __future__ import annotations

from typing import Any

from sim.model.equations.private import reservation
from sim.model.equations.theories import motivation, obstinacy, optimism, yield_hazard, yielding_rate
from sim.model.phases.defaults import forecast_control
from sim.model.phases.frontier import concede, package_value, piece_at
from sim.model.phases.luck import luck
from sim.model.vocabulary import (
    BY_ATTRITION,
    BY_COMPROMISE,
    BY_NASH,
    LEAST_GAIN,
    OUT_OF_TIME,
    PIECES_OF_A_CLAUSE,
    PLACE_STRIDE,
    REFUSED,
    ROUND_SLOT,
    SIGNED,
    YIELD_PLACE,
)
from sim.numerics.dialect import compilable, note, standalone, where

# ---------------------------------------------------------------- what is signed


@standalone
def offer_by_theory(rules: Any, draw: Any, state: Any, t: int, side: int) -> None:
    """A session by the rule of a theory: what is on the table, and whether both sides take it."""
    floor, taken = 0.0, False
    if draw.accepting == BY_NASH:
        nash(state, t, state.offer[t])
    elif draw.accepting == BY_COMPROMISE:
        compromise(rules, draw, state, t, state.offer[t])
    else:
        taken, floor = insist(rules, draw, state, t, side)
    own, other = gains(rules, state, t, side)
    if draw.accepting != BY_ATTRITION:
        taken = min(own, other) > LEAST_GAIN
    out_of_time = state.sessions[t] >= draw.deadline
    state.session[t] = SIGNED if taken else (OUT_OF_TIME if out_of_time else REFUSED)
    best, other_best = state.best[t, side], state.best[t, 1 - side]
    numbers = (float(state.sessions[t]), own / best, own, other, floor, 1.0 if taken else 0.0, best, other_best)
    note(state, state.offer_terms[t], numbers)


@standalone
def gains(rules: Any, state: Any, t: int, side: int) -> tuple[float, float]:
    """What the package on offer is worth to a side, and to the other."""
    own, other = 0.0, 0.0
    for one in range(2):
        worth = package_value(rules, state, t, one, state.offer[t])
        if one == side:
            own = worth
        else:
            other = worth
    return own, other


@standalone
def nash(state: Any, t: int, package: Any) -> None:
    """Write the package of the frontier of a table with the greatest product of both gains (Nash 1950).

    The walk along the frontier, from the first side's end, gives up a piece as long as the product grows: along a piece
    it is a parabola, whose top has a closed form. Without a zone of agreement, where the first side's end is worth
    nothing to the second, it ends where both lose least.
    """
    own, other = state.end_value[t, 0, 0], state.end_value[t, 0, 1]
    for k in range(len(package)):
        package[k] = state.end[t, 0, k]
    for step in range(state.pieces[t]):
        n = piece_at(state, t, 0, step)
        loss, gained = state.piece_cost[t, n], state.piece_gain[t, n]
        k, j = n // PIECES_OF_A_CLAUSE, n % PIECES_OF_A_CLAUSE
        start, stop = state.cut[t, k, j], state.cut[t, k, j + 1]
        part = 1.0 if loss == 0.0 else 0.0
        if loss > 0.0 and gained > 0.0:  # (own - loss f)(other + gained f) is largest here
            part = (own * gained - other * loss) / (2.0 * loss * gained)
        part = min(max(part, 0.0), 1.0)
        package[k] = start + (stop - start) * part
        own, other = own - loss * part, other + gained * part
        if part < 1.0:
            return


@standalone
def compromise(rules: Any, draw: Any, state: Any, t: int, package: Any) -> None:
    """Write the mean position on each clause, weighted by salience and leverage, within red lines (Achen 2006).

    A party counts with its leverage over the other, everybody else with its mean leverage over both; a clause on which
    nobody with leverage has a position stays at its default.
    """
    first, second = rules.party[t, 0], rules.party[t, 1]
    for k in range(rules.clauses[t]):
        cell = rules.clause_cell[t, k]
        package[k] = 0.5 * (state.default[t, 0, k] + state.default[t, 1, k])
        total, weighed = 0.0, 0.0
        for i in range(rules.players):
            if state.has_position[i, cell] == 1:
                reach = 0.5 * (state.leverage[i, first] + state.leverage[i, second])
                if i == first:
                    reach = state.leverage[first, second]
                elif i == second:
                    reach = state.leverage[second, first]
                weight = reach * draw.salience[i, cell]
                total += weight
                weighed += weight * state.position[i, cell]
        if total > 0.0:
            package[k] = min(max(weighed / total, state.range_low[t, k]), state.range_high[t, k])


@standalone
def insist(rules: Any, draw: Any, state: Any, t: int, side: int) -> tuple[bool, float]:
    """A session of a war of attrition (Abreu & Gul 2000): write what is on the table; whether one gave way to it.

    Each side demands the same share of its best. One whose home could not bear the other's demand never gives way; any
    other does at the rate that makes its opponent as well off waiting. Patience is assumed to last as long as the
    talks: r is one over the deadline. The side that is not in turn decides first.
    """
    own, other_conceded = demanded(rules, draw, state, t, side, state.offer[t])
    other, own_conceded = demanded(rules, draw, state, t, 1 - side, state.trial)
    if gives_way(rules, draw, state, t, 1 - side, other, other_conceded, own, own_conceded):
        return True, other
    if gives_way(rules, draw, state, t, side, own, own_conceded, other, other_conceded):
        copy_package(rules, state, t)
        return True, own
    return False, other


@standalone
def demanded(rules: Any, draw: Any, state: Any, t: int, side: int, package: Any) -> tuple[float, float]:
    """Write what a side demands; what it gives the side, and the other."""
    return concede(rules, state, t, side, draw.demand * state.best[t, side], package)


@standalone
def gives_way(
    rules: Any,
    draw: Any,
    state: Any,
    t: int,
    side: int,
    own: float,
    conceded: float,
    other: float,
    other_conceded: float,
) -> bool:
    """Whether a side gives way in this session.

    Args:
        rules, draw, state, t, side: as everywhere.
        own: what it demands for itself.
        conceded: what the other's demand leaves it.
        other, other_conceded: the same of the other side.
    """
    if conceded >= own:  # what is demanded leaves it all that it would ask for
        return True
    if other_conceded >= other:
        return False
    if min(conceded, other_conceded) <= LEAST_GAIN:  # who is left nothing has nothing to give way for, or to wait for
        return False
    hurdle = draw.hurdle + rules.table_hurdle[t]
    if reservation(hurdle, draw.noise, state.mind[t, side], state.pressure[t, side], 0.0) > conceded:
        return False
    rate = yielding_rate(1.0 / draw.deadline, other_conceded, other)
    other_rate = yielding_rate(1.0 / draw.deadline, conceded, own)
    doubt = obstinacy(hurdle, draw.noise, state.pressure[t, side], conceded)
    other_doubt = obstinacy(hurdle, draw.noise, state.pressure[t, 1 - side], other_conceded)
    hazard = yield_hazard(doubt, rate, other_doubt, other_rate, float(state.sessions[t] - 1))
    return luck(state, ROUND_SLOT + t * PLACE_STRIDE + YIELD_PLACE + side) < hazard


@compilable
def copy_package(rules: Any, state: Any, t: int) -> None:
    """The side in turn gives way: the other's demand is what is on the table."""
    for k in range(rules.clauses[t]):
        state.offer[t, k] = state.trial[k]


# ---------------------------------------------------------------- who comes


@compilable
def shares_war(rules: Any, t: int, w: int) -> bool:
    """Whether the parties of a table fight each other in a war, each on a side of its own."""
    first, second = rules.war_side[w, rules.party[t, 0]], rules.war_side[w, rules.party[t, 1]]
    return first >= 0 and second >= 0 and first != second


@compilable
def hurt(rules: Any, state: Any, t: int, w: int, side: int) -> Any:
    """What a war is to a side: its intensity while it goes on; to a patron, as far as its forces are there."""
    felt = where(state.war_open[w] == 1, state.intensity[w], 0.0)
    return felt * state.presence if rules.party[t, side] == rules.patron[w] else felt


@compilable
def is_ripe(rules: Any, draw: Any, state: Any, t: int) -> Any:
    """Whether both sides hurt, neither is seen to win, and there is a way out (Zartman 1985).

    A table whose parties do not fight each other, or no more, has no moment to wait for.
    """
    ripe = state.week >= 0
    for w in range(rules.wars):
        if shares_war(rules, t, w):
            hurting = min(hurt(rules, state, t, w, 0), hurt(rules, state, t, w, 1)) >= draw.hurting
            stuck = abs(forecast_control(rules, draw, state, w) - state.control[w]) <= draw.stalemate
            ripe = ripe & ((state.war_open[w] == 0) | (hurting & stuck & (state.zone[t] == 1)))
    return ripe


@compilable
def fights_on(rules: Any, state: Any, t: int) -> Any:
    """Whether the parties of a table fight each other in a war that goes on."""
    fought = state.week < 0
    for w in range(rules.wars):
        if shares_war(rules, t, w):
            fought = fought | (state.war_open[w] == 1)
    return fought


@compilable
def readiness(rules: Any, draw: Any, state: Any, t: int, side: int) -> Any:
    """Motivation times optimism of a side (Pruitt 2005), in [0, 1]."""
    felt = 0.0 * state.presence
    for w in range(rules.wars):
        if shares_war(rules, t, w):
            felt = max(felt, hurt(rules, state, t, w, side))
    before = state.rounds[t] - 1
    progress = state.sessions_held[t] - state.impasses[t]
    hoped = optimism(state.guaranteed_trust[t, side], 1.0 * progress, 1.0 * before)
    return motivation(felt, state.pressure[t, side]) * hoped
